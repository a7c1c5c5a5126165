"""Where an article tells about itself - its lines, its file, the sidecar - and which of it counts."""

from pathlib import Path

import pytest

from rag.corpus.metadata import Metadata, read_metadata
from rag.corpus.raw import Declared, Field, RawFile
from tests.rag.corpus.telling import told

SEEDS = Path(__file__).parents[3] / "seeds"


@pytest.mark.parametrize(
    ("doc_id", "published"),
    [
        ("2025-03-03-bridge.txt", "2025-03-03"),
        ("bridge_20250303.txt", "2025-03-03"),
        ("2025/03/03/bridge.txt", "2025-03-03"),
        ("0a20250303f.txt", ""),
        ("bridge-2025.txt", ""),
        ("20251303.txt", ""),
    ],
)
def test_the_date_in_a_file_name(doc_id: str, published: str) -> None:
    assert told("A bridge opens", doc_id).published == published


def declared(origin: str, **values: str) -> tuple[Declared, ...]:
    fields: tuple[Field, ...] = ("title", "publisher", "authors", "published", "language")
    return tuple(Declared(field, values[field], origin) for field in fields if field in values)


TEXT = """A bridge opens
By Jane Doe
March 3, 2025
The mayor came and opened the bridge that the people of the town had been waiting for.
© 2025 Portal. All rights reserved.
"""


def test_each_value_tells_where_it_stands() -> None:
    assert told(TEXT) == Metadata(
        title="A bridge opens",
        publisher="Portal",
        authors=("Jane Doe",),
        published="2025-03-03",
        language="en",
        origins=(
            ("title", "headline in line 1"),
            ("publisher", "copyright in line 5"),
            ("authors", "byline in line 2"),
            ("published", "date in line 3"),
            ("language", "words of the text"),
        ),
    )


def test_what_is_unknown_has_no_origin() -> None:
    assert told("Advertisement") == Metadata("a.txt", "", (), "", "", (("title", "file name"),))


def test_what_the_file_declares_counts_more_than_its_lines() -> None:
    page = declared(
        "JSON-LD", title="The bridge", publisher="Gazette", authors="John Roe", published="2025-03-02", language="de"
    )
    metadata = read_metadata(RawFile("2025-03-01.html", TEXT, declared=page))
    assert (metadata.title, metadata.publisher, metadata.authors) == ("The bridge", "Gazette", ("John Roe",))
    assert (metadata.published, metadata.language) == ("2025-03-02", "de")
    assert {origin for _, origin in metadata.origins} == {"JSON-LD"}


def test_what_the_sidecar_says_counts_more_than_all_else() -> None:
    page = declared("JSON-LD", title="The bridge", publisher="Gazette", authors="John Roe")
    override = declared("metadata.toml", title="Bridge", publisher="", authors="")
    metadata = read_metadata(RawFile("a.html", TEXT, declared=page), override)
    assert (metadata.title, metadata.publisher, metadata.authors) == ("Bridge", "", ())
    assert metadata.published == "2025-03-03"  # of which it says nothing
    assert [field for field, _ in metadata.origins] == ["title", "published", "language"]


def test_the_first_declared_value_counts_and_all_authors_of_the_first_origin() -> None:
    values = (
        *declared("JSON-LD", authors="Jane Doe"),
        *declared("JSON-LD", authors="By John Roe"),
        *declared("JSON-LD", authors="Jane Doe"),
        *declared("meta tags", authors="Gazette", title="Bridge | Gazette"),
        *declared("htmldate", published="2025-03-01"),
    )
    metadata = read_metadata(RawFile("a.html", "A bridge opens", declared=values))
    assert metadata.authors == ("Jane Doe", "John Roe")
    assert metadata.title == "Bridge | Gazette"
    assert metadata.published == "2025-03-01"


@pytest.mark.parametrize("origin", ["PDF date", "Word date"])
def test_the_day_on_which_a_file_was_made_counts_least(origin: str) -> None:
    made = declared(origin, published="2025-03-31")
    assert read_metadata(RawFile("a.pdf", "A bridge opens", declared=made)).published == "2025-03-31"
    assert read_metadata(RawFile("a.pdf", TEXT, declared=made)).published == "2025-03-03"
    assert read_metadata(RawFile("2025-03-01.pdf", "A bridge opens", declared=made)).published == "2025-03-01"


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ({"published": "3 March 2025, 10:30"}, ("2025-03-03", "", ())),
        ({"published": "2025"}, ("", "", ())),
        ({"published": "soon"}, ("", "", ())),
        ({"publisher": "https://gazette.example"}, ("", "", ())),
        ({"publisher": "word " * 50}, ("", "", ())),
        ({"publisher": " Harbour\nGazette "}, ("", "Harbour Gazette", ())),
        ({"authors": "jane@gazette.example"}, ("", "", ())),
        ({"title": " ", "authors": " "}, ("", "", ())),
    ],
)
def test_declared_values_take_their_usual_form(values: dict[str, str], kept: tuple[str, str, tuple[str, ...]]) -> None:
    metadata = read_metadata(RawFile("a.html", "A bridge opens", declared=declared("front matter", **values)))
    assert (metadata.published, metadata.publisher, metadata.authors) == kept
    assert metadata.title == "A bridge opens"


def test_headline_and_language_are_those_of_the_story_not_of_a_teaser_below_it() -> None:
    text = (
        "Related Articles\n4 minutes ago\n- Post\nDer Bürgermeister kommt\n"
        "Der Bürgermeister kam zur Eröffnung der neuen Brücke, und alle freuten sich.\n"
    )
    metadata = told("A bridge opens\n" + text)
    assert (metadata.title, metadata.language) == ("A bridge opens", "")


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.txt")), ids=lambda path: path.name)
def test_the_articles_at_hand_have_a_headline_and_are_in_english(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    metadata = told(text)
    assert metadata.title.removesuffix(" …") in text
    assert metadata.language == "en"
    assert metadata.published == ""  # none of them tells
