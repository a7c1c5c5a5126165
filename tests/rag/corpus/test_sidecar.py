"""``metadata.toml``: what it says counts, and what it cannot mean is named and does no harm."""

from pathlib import Path

import pytest

from rag.corpus.raw import Declared
from rag.corpus.sidecar import Sidecar
from rag.errors import InvalidInput


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for a sidecar; no article is looked at."""
    return tmp_path


def read(folder: Path, content: str) -> dict[str, tuple[Declared, ...]]:
    """What a sidecar of this content says, all of which can be used."""
    sidecar = written(folder, content)
    assert sidecar.faults == ()
    return dict(sidecar.declared)


def written(folder: Path, content: str) -> Sidecar:
    (folder / "metadata.toml").write_text(content, encoding="utf-8")
    return Sidecar.read(folder)


def values(folder: Path, lines: str) -> list[tuple[str, str]]:
    """The fields and values of a sidecar with these lines on one article."""
    return [(item.field, item.value) for item in read(folder, f'["bus stop.txt"]\n{lines}')["bus stop.txt"]]


def test_without_a_sidecar_nothing_is_overridden(folder: Path) -> None:
    assert Sidecar.read(folder) == Sidecar({}, ())


def test_every_field_can_be_told(folder: Path) -> None:
    told = """
        title = "A bridge  opens"
        publisher = "Gazette"
        authors = ["Jane Doe", "John Roe"]
        published = 2025-03-03
        language = "en"
    """
    assert values(folder, told) == [
        ("title", "A bridge opens"),
        ("publisher", "Gazette"),
        ("authors", "Jane Doe"),
        ("authors", "John Roe"),
        ("published", "2025-03-03"),
        ("language", "en"),
    ]


def test_values_come_from_the_sidecar(folder: Path) -> None:
    assert read(folder, '["2025/bridge.txt"]\ntitle = "A"') == {
        "2025/bridge.txt": (Declared("title", "A", "metadata.toml"),)
    }


def test_a_member_of_an_archive_is_named_by_its_path_in_it(folder: Path) -> None:
    assert list(read(folder, '["wire.zip/inner/a.txt"]\ntitle = "A"')) == ["wire.zip/inner/a.txt"]


@pytest.mark.parametrize("name", ["bus.txt", "2025", "./bus stop.txt", "../a.txt", "a" * 5000])
def test_a_file_that_is_not_there_is_nobodys_business_here(folder: Path, name: str) -> None:
    """Files come and go; what is said of one that is gone must not keep the others from being read."""
    assert list(read(folder, f'["{name}"]\ntitle = "A"')) == [name]


@pytest.mark.parametrize("written", ['"2025-03-03"', "2025-03-03", "2025-03-03T10:30:00Z"])
def test_dates_are_days(folder: Path, written: str) -> None:
    assert values(folder, f"published = {written}") == [("published", "2025-03-03")]


@pytest.mark.parametrize("line", ['publisher = ""', 'published = ""', 'language = ""', "authors = []"])
def test_an_empty_value_says_that_it_is_unknown(folder: Path, line: str) -> None:
    assert values(folder, line) == [(line.split()[0], "")]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('["bus stop.txt"]\ntitel = "A"', ["'bus stop.txt'", "unknown key 'titel'", "title, publisher"]),
        ('["bus stop.txt"]\ntitle = 3', ["'bus stop.txt'", "title is 3", "text"]),
        ('["bus stop.txt"]\ntitle = " "', ["title is ' '", "text"]),
        ('["bus stop.txt"]\npublisher = ["A"]', ["publisher is ['A']", "text"]),
        ('["bus stop.txt"]\nauthors = "Jane Doe"', ["authors is 'Jane Doe'", "list"]),
        ('["bus stop.txt"]\nauthors = ["Jane Doe", 3]', ["authors is", "list"]),
        ('["bus stop.txt"]\npublished = "2025-02-30"', ["published is '2025-02-30'", "2025-03-03"]),
        ('["bus stop.txt"]\npublished = "20250303"', ["published is '20250303'", "2025-03-03"]),
        ('["bus stop.txt"]\npublished = 2025', ["published is 2025", "2025-03-03"]),
        ('["bus stop.txt"]\nlanguage = "English"', ["language is 'English'", '"en"']),
        ('"bus stop.txt" = "A"', ["'bus stop.txt'", "'A' is no table"]),
        ('["bus stop.txt"]\n"a\\nb" = 1', ["unknown key 'a\\nb'"]),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_does_not_count(folder: Path, content: str, named: list[str]) -> None:
    sidecar = written(folder, content)
    (fault,) = sidecar.faults
    assert all(words in fault for words in ("metadata.toml", "'bus stop.txt'", *named)), fault
    assert "\n" not in fault
    assert sidecar.declared == {"bus stop.txt": ()}


def test_all_that_cannot_be_used_is_told_at_once_and_the_rest_counts(folder: Path) -> None:
    sidecar = written(
        folder,
        """
        ["a.txt"]
        titel = "A"
        published = "last saturday"
        publisher = "Gazette"
        ["b.txt"]
        language = 3
        title = "B"
        """,
    )
    assert [fault.split(";")[0] for fault in sidecar.faults] == [
        "metadata.toml, 'a.txt': unknown key 'titel'",
        "metadata.toml, 'a.txt': published is 'last saturday'",
        "metadata.toml, 'b.txt': language is 3",
    ]
    assert sidecar.declared == {
        "a.txt": (Declared("publisher", "Gazette", "metadata.toml"),),
        "b.txt": (Declared("title", "B", "metadata.toml"),),
    }


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('["bus stop.txt"]\npublished = 2025-02-30', "line 2"),
        ("title: A", "line 1"),
        ('["a.txt]', "end of document|line 1"),
    ],
)
def test_a_sidecar_that_is_no_toml_is_refused_in_one_line(folder: Path, content: str, named: str) -> None:
    with pytest.raises(InvalidInput, match=rf"metadata\.toml cannot be read .*{named}") as caught:
        written(folder, content)
    assert "\n" not in str(caught.value)


def test_a_sidecar_that_is_no_text_is_refused(folder: Path) -> None:
    (folder / "metadata.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInput, match=r"metadata\.toml cannot be read"):
        Sidecar.read(folder)
