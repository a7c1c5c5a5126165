"""``metadata.toml``: what it says counts, and what it cannot mean is refused by name."""

from pathlib import Path

import pytest

from rag.corpus.raw import Declared
from rag.corpus.sidecar import read_sidecar
from rag.errors import InvalidInput


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for a sidecar; no article is looked at."""
    return tmp_path


def read(folder: Path, content: str) -> dict[str, tuple[Declared, ...]]:
    """What a sidecar of this content says."""
    (folder / "metadata.toml").write_text(content, encoding="utf-8")
    return dict(read_sidecar(folder))


def values(folder: Path, lines: str) -> list[tuple[str, str]]:
    """The fields and values of a sidecar with these lines on one article."""
    return [(item.field, item.value) for item in read(folder, f'["bus stop.txt"]\n{lines}')["bus stop.txt"]]


def test_without_a_sidecar_nothing_is_overridden(folder: Path) -> None:
    assert read_sidecar(folder) == {}


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
        ('["bus stop.txt"]\npublished = 2025-02-30', ["cannot be read", "line 2"]),
        ("title: A", ["cannot be read"]),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(folder: Path, content: str, named: list[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(folder, content)
    message = str(caught.value)
    assert all(words in message for words in ("metadata.toml", *named)), message
    assert "\n" not in message


def test_a_sidecar_that_is_no_text_is_refused(folder: Path) -> None:
    (folder / "metadata.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInput, match=r"metadata\.toml cannot be read"):
        read_sidecar(folder)
