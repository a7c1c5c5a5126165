"""Opened articles, and names for their quotes, without a browser."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InvalidInput
from rag.types import Document, Section
from rag_ui import reading
from tests.ui.fakes import BUSES, COST_QUOTE, FARES_QUOTE, citation


def quoted_at(text: str, start: int, end: int) -> reading.Quoted:
    return reading.Quoted.of("a.txt", start, text[start:end])


@given(st.text(min_size=1), st.integers(0, 10**8), st.text())
def test_references_round_trip(doc_id: str, start: int, words: str) -> None:
    found = reading.parse_reference(reading.reference(doc_id, start, words))
    assert found == reading.Quoted.of(doc_id, start, words)
    assert (found.doc_id, found.span) == (doc_id, (start, start + len(words)))


@pytest.mark.parametrize(
    "name",
    ["", "1-2-a1b2c3d4-", "a-2-a1b2c3d4-x", "-1-2-a1b2c3d4-x", "1-2-x", "1-2-A1B2C3D4-x", "٣-4-a1b2c3d4-x"],
)
def test_other_names_are_no_references(name: str) -> None:
    with pytest.raises(InvalidInput, match="START-END-MARK-DOCUMENT"):
        reading.parse_reference(name)


def test_an_article_is_cut_at_its_sections_and_at_its_quotes() -> None:
    """Asked for: characters 6 to 15; cited before: 10 to 20, and words that it has not, or not there, or of another."""
    text = "Head. Body one. Body two. Also read."
    sections = (Section("body", "T", "P", 0, 26), Section("teaser", "U", "P", 26, len(text)))
    quoted, cited = quoted_at(text, 6, 15), quoted_at(text, 10, 20)
    others = [
        quoted_at("Hard. Body", 0, 4),
        reading.Quoted.of("a.txt", 30, "read. All"),
        replace(quoted, doc_id="b.txt"),
    ]
    opened = reading.article(Document("a.txt", text, "T", "P", "", sections), quoted, [cited, *others])
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
    marked = [quoted_at(text, *one) for one in cited]
    article = reading.article(Document("a.txt", text, "", "", "", sections), quoted_at(text, *quoted), marked)
    segments = article["segments"]
    assert "".join(segment["text"] for segment in segments) == text
    assert "".join(segment["text"] for segment in segments if segment["quoted"]) == text[slice(*quoted)]
    inside = [any(start <= place < end for start, end in cited) for place in range(len(text))]
    assert [segment["cited"] for segment in segments for _ in segment["text"]] == inside


def test_an_article_that_is_opened_as_a_whole_has_no_quote_but_those_cited_before() -> None:
    costs = citation(1, BUSES, COST_QUOTE)
    cited = reading.Quoted.of(BUSES.doc_id, costs.start, costs.quote)
    segments = reading.article(BUSES, None, [cited])["segments"]
    assert [segment["text"] for segment in segments if segment["cited"]] == [COST_QUOTE]
    assert not any(segment["quoted"] for segment in segments)


def test_a_preview_is_the_quote_and_where_it_stands() -> None:
    fares = citation(1, BUSES, FARES_QUOTE)
    assert reading.preview(BUSES, reading.Quoted.of(BUSES.doc_id, fares.start, fares.quote)) == {
        "title": BUSES.title,
        "source": "Harbour Gazette · 2025-11-04",
        "quote": FARES_QUOTE,
    }


@pytest.mark.parametrize(
    "quoted",
    [
        reading.Quoted.of(BUSES.doc_id, 5, ""),
        reading.Quoted(BUSES.doc_id, 7, 5, "00000000"),
        reading.Quoted.of(BUSES.doc_id, 0, BUSES.text + "."),
        reading.Quoted.of(BUSES.doc_id, 0, "Our city"),
        reading.Quoted.of(BUSES.doc_id, 4, BUSES.text[:8]),
    ],
)
def test_words_that_an_article_does_not_have_there_are_an_error(quoted: reading.Quoted) -> None:
    with pytest.raises(InvalidInput, match=f"does not have those words at {quoted.start}-{quoted.end}: it was changed"):
        reading.article(BUSES, quoted)
    with pytest.raises(InvalidInput, match="does not have those words"):
        reading.preview(BUSES, quoted)
