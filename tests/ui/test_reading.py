"""Opened articles, and names for their quotes, without a browser."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InvalidInput
from rag.types import Document, Section
from rag_ui import reading
from tests.ui.fakes import BUSES, COST_QUOTE, FARES_QUOTE, citation


@given(st.text(min_size=1), st.integers(0, 10**9 - 1), st.integers(0, 10**9 - 1))
def test_references_round_trip(doc_id: str, start: int, end: int) -> None:
    assert reading.parse_reference(reading.reference(doc_id, start, end)) == (doc_id, start, end)


@pytest.mark.parametrize("name", ["", "1-2-", "a-2-x", "-1-2-x", "1-x", "٣-4-x", "9" * 20 + "-1-x"])
def test_other_names_are_no_references(name: str) -> None:
    with pytest.raises(InvalidInput, match="START-END-DOCUMENT"):
        reading.parse_reference(name)


def test_an_article_is_cut_at_its_sections_and_at_its_quotes() -> None:
    """Asked for: characters 6 to 15; cited before: 10 to 20, and words that the text has not."""
    text = "Head. Body one. Body two. Also read."
    sections = (Section("body", "T", "P", 0, 26), Section("teaser", "U", "P", 26, len(text)))
    opened = reading.article(Document("a.txt", text, "T", "P", "", sections), (6, 15), [(10, 20), (30, 99)])
    assert (opened["doc_id"], opened["title"], opened["source"]) == ("a.txt", "T", "P")
    assert [tuple(segment.values()) for segment in opened["segments"]] == [
        ("Head. ", "body", False, False),
        ("Body", "body", True, False),
        (" one.", "body", True, True),
        (" Body", "body", False, True),
        (" two. ", "body", False, False),
        ("Also read.", "teaser", False, False),
    ]


@given(st.data())
def test_an_opened_article_is_the_whole_text_with_exactly_the_quotes_marked(data: st.DataObject) -> None:
    text = data.draw(st.text(min_size=1))
    cut = data.draw(st.integers(0, len(text)))

    def span() -> tuple[int, int]:
        start = data.draw(st.integers(0, len(text) - 1))
        return start, data.draw(st.integers(start + 1, len(text)))

    quoted, cited = span(), [span(), span()]
    sections = (Section("body", "", "", 0, cut), Section("boilerplate", "", "", cut, len(text)))
    segments = reading.article(Document("a.txt", text, "", "", "", sections), quoted, cited)["segments"]
    assert "".join(segment["text"] for segment in segments) == text
    assert "".join(segment["text"] for segment in segments if segment["quoted"]) == text[slice(*quoted)]
    inside = [any(start <= place < end for start, end in cited) for place in range(len(text))]
    assert [segment["cited"] for segment in segments for _ in segment["text"]] == inside


def test_an_article_that_is_opened_as_a_whole_has_no_quote_but_those_cited_before() -> None:
    costs = citation(1, BUSES, COST_QUOTE)
    segments = reading.article(BUSES, None, [(costs.start, costs.end)])["segments"]
    assert [segment["text"] for segment in segments if segment["cited"]] == [COST_QUOTE]
    assert not any(segment["quoted"] for segment in segments)


def test_a_preview_is_the_quote_and_where_it_stands() -> None:
    fares = citation(1, BUSES, FARES_QUOTE)
    assert reading.preview(BUSES, (fares.start, fares.end)) == {
        "title": BUSES.title,
        "source": "Harbour Gazette · 2025-11-04",
        "quote": FARES_QUOTE,
    }


@pytest.mark.parametrize("span", [(5, 5), (7, 5), (0, 10**6)])
def test_words_outside_an_article_are_an_error(span: tuple[int, int]) -> None:
    with pytest.raises(InvalidInput, match=f"no words {span[0]}-{span[1]}: its text is {len(BUSES.text)} "):
        reading.article(BUSES, span)
    with pytest.raises(InvalidInput, match="no words"):
        reading.preview(BUSES, span)
