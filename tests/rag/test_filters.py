"""Publishers and dates choose the articles that are searched."""

import pytest

from rag.errors import InvalidInput
from rag.filters import matching
from rag.index import Index
from rag.types import Document, Section
from tests.rag.fakes import BUS_AND_TRAM


def article(name: str, publisher: str, published: str) -> Document:
    """An article of one sentence, below which stands a teaser by the Post."""
    text = "The bus is late. The tram is full."
    sections = (Section("body", name, publisher, 0, 16), Section("teaser", "Trams", "Post", 17, len(text)))
    return Document(name, text, name, publisher, published, sections)


@pytest.fixture(scope="module")
def index() -> Index:
    documents = (
        article("a.txt", "Gazette | Sports", "2025-03-01"),
        article("b.txt", "Gazette | Travel", "2025-03-05"),
        article("c.txt", "Post", ""),
        article("d.txt", "", "2025-04-01"),
        Document("e.txt", "", "", "Gazette | Travel", "2025-03-05", ()),
    )
    return Index.of(documents, BUS_AND_TRAM, 32)


@pytest.mark.parametrize(
    ("publishers", "since", "until", "found"),
    [
        ((), "", "", "abcd"),
        (("Gazette | Travel",), "", "", "b"),
        (("gazette",), "", "", "ab"),
        (("Gazette", "Post"), "", "", "abc"),
        (("Post",), "", "", "c"),  # not the articles that end with its teasers
        ((), "2025-03-05", "", "bd"),
        ((), "", "2025-03-05", "ab"),
        ((), "2025-03-02", "2025-03-31", "b"),
        (("Gazette",), "2025-04-01", "", ""),
        ((), "2025-05-01", "2025-01-01", ""),
    ],
)
def test_articles_are_chosen_by_publisher_and_days(
    index: Index, publishers: tuple[str, ...], since: str, until: str, found: str
) -> None:
    assert matching(index, publishers, since, until) == tuple(f"{name}.txt" for name in found)


def test_an_unknown_publisher_is_refused_with_those_that_look_like_it(index: Index) -> None:
    with pytest.raises(InvalidInput, match=r"called 'Gazete Travel'; did you mean 'Gazette \| Travel'"):
        matching(index, ["Gazete Travel"], "", "")
    with pytest.raises(InvalidInput, match="called 'Xyzzy'; rag docs list shows the publishers"):
        matching(index, ["Xyzzy"], "", "")


@pytest.mark.parametrize("day", ["yesterday", "2025-13-01", "03/01/2025"])
def test_what_is_no_date_is_refused(index: Index, day: str) -> None:
    with pytest.raises(InvalidInput, match=rf"'{day}' is no date; write it as in 2025-03-31"):
        matching(index, [], day, "")
