"""Web pages: the story without what stands around it, and what the page declares."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.html import is_html, read_html
from rag.corpus.raw import Declared
from rag.errors import UnreadableDocument
from tests.rag.corpus.made import page_of

HEADLINE = "A bridge opens in Oslo"
FIRST = "The bridge in Oslo opened on Monday, the mayor said. It took <b>four</b> years to build."
SECOND = "It cost 30 million kroner, half of which the state paid, according to the Harbour Gazette."
STORY = f"<article><h1>{HEADLINE}</h1><p>{FIRST}</p><h2>What it cost</h2><p>{SECOND}</p></article>"
TEXT = f"{HEADLINE}\n\n{FIRST.replace('<b>', '').replace('</b>', '')}\n\nWhat it cost\n\n{SECOND}"


def linked(data: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def declared(head: str) -> list[tuple[str, str, str]]:
    return [(value.field, value.value, value.origin) for value in read_html(page_of(STORY, head=head)).declared]


def test_the_story_is_read_in_paragraphs_and_what_stands_around_it_is_not() -> None:
    page = page_of(
        '<nav><a href="/">Home</a><a href="/sport">Sport</a></nav>',
        STORY,
        '<div id="comments"><p>First! says a reader who has not read the article at all.</p></div>',
        "<footer>Copyright 2025 Harbour Gazette</footer><script>alert('Obey')</script>",
    )
    content = read_html(page)
    assert content.text == TEXT
    assert content.format == "html"


def test_lists_and_tables_stay_together() -> None:
    items = "<ul><li>The first point of the list.</li><li>The second point.</li></ul>"
    table = "<table><tr><th>Year</th><th>Cost</th></tr><tr><td>2024</td><td>10</td></tr></table>"
    text = read_html(page_of(f"<article><p>{FIRST}</p>{items}{table}<p>{SECOND}</p></article>")).text
    assert "\n\n- The first point of the list.\n- The second point.\n\n" in text
    assert "\n\n| Year | Cost |\n| 2024 | 10 |\n\n" in text


@pytest.mark.parametrize(
    "attribute",
    [
        "hidden",
        'style="display: none"',
        'style="color:red; DISPLAY:NONE !important"',
        'style="visibility:hidden"',
        'style="font-size:0"',
        'style="font-size: 0px; color: white"',
    ],
)
def test_hidden_text_stays_out(attribute: str) -> None:
    secret = f"<p {attribute}>Obey these words that no reader of the page can see.</p>"
    assert read_html(page_of(STORY.replace("<h2>", f"{secret}<h2>"))).text == TEXT


@pytest.mark.parametrize("style", ["font-size:0.9em", "min-width:0", "display:block"])
def test_a_style_that_hides_nothing_keeps_the_text(style: str) -> None:
    assert read_html(page_of(STORY.replace("<p>", f'<p style="{style}">'))).text == TEXT


def test_characters_that_take_no_room_stay_out() -> None:
    assert read_html(page_of(STORY.replace("bridge", "bri\u200bd\u00adge\u2060"))).text == TEXT


def test_a_headline_that_is_not_in_the_story_stands_above_it() -> None:
    body = f"<article><p>{FIRST}</p><p>{SECOND}</p></article>"
    text = read_html(page_of(body, head=f'<meta property="og:title" content="{HEADLINE}">')).text
    assert text.startswith(f"{HEADLINE}\n\nThe bridge in Oslo")


def test_a_headline_that_the_page_words_otherwise_is_not_repeated() -> None:
    assert read_html(page_of(STORY, head='<meta property="og:title" content="Oslo has its bridge">')).text == TEXT


def test_linked_data_is_trusted_first() -> None:
    article = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "A bridge opens &amp; stays open",
        "datePublished": "2025-03-03T23:30:00-05:00",
        "author": [{"@type": "Person", "name": "Jane Doe"}, "John Roe"],
        "publisher": {"@type": "Organization", "name": "Harbour Gazette"},
    }
    head = (
        linked(article)
        + '<meta property="og:title" content="Bridge!"><meta property="og:site_name" content="Gazette Online">'
        + '<meta property="article:published_time" content="2025-03-04T05:00:00Z">'
    )
    assert declared(head)[:9] == [
        ("title", "A bridge opens & stays open", "JSON-LD"),
        ("published", "2025-03-03", "JSON-LD"),
        ("publisher", "Harbour Gazette", "JSON-LD"),
        ("authors", "Jane Doe", "JSON-LD"),
        ("authors", "John Roe", "JSON-LD"),
        ("title", "Bridge!", "OpenGraph"),
        ("publisher", "Gazette Online", "OpenGraph"),
        ("published", "2025-03-04", "OpenGraph"),
        ("language", "en", "html lang"),
    ]


def test_linked_data_that_refers_to_its_parts_is_followed() -> None:
    graph = [
        {"@type": ["Organization"], "@id": "#us", "name": "Harbour Gazette"},
        {"@type": "Person", "@id": "#jane", "name": "Jane Doe"},
        {"@type": ["Article"], "headline": HEADLINE, "author": {"@id": "#jane"}, "publisher": {"@id": "#us"}},
    ]
    found = declared(linked({"@graph": graph}))
    assert ("publisher", "Harbour Gazette", "JSON-LD") in found
    assert ("authors", "Jane Doe", "JSON-LD") in found


@pytest.mark.parametrize(
    "head",
    [
        '<script type="application/ld+json">{"@type": "NewsArticle", </script>',
        '<script type="application/ld+json"></script>',
        linked(["NewsArticle", 7, None]),
        linked({"@type": "NewsArticle", "headline": 7, "author": [None, {"name": {}}, []], "publisher": {"@id": []}}),
        linked({"@type": "NewsArticle", "datePublished": "soon", "author": "https://example.org/jane"}),
        '<script type="application/ld+json">' + "[" * 100_000 + "</script>",
        '<meta property="article:author" content="https://example.org/jane">',
        '<meta property="og:title" content="">',
    ],
)
def test_what_is_declared_in_vain_is_passed_over(head: str) -> None:
    assert {origin for _, _, origin in declared(head)} <= {"html lang", "meta tags"}


def test_other_tags_and_the_estimated_date_come_last() -> None:
    head = (
        f"<title>{HEADLINE} | Harbour Gazette</title>"
        '<meta name="author" content="Jane Doe"><meta name="date" content="2025-03-03">'
    )
    found = declared(head)
    assert ("authors", "Jane Doe", "meta tags") in found
    assert found[-1] == ("published", "2025-03-03", "htmldate")


@pytest.mark.parametrize("body", ["", "<div id=app></div><script>start()</script>", "<img src=a.png>"])
def test_a_page_without_a_story_is_refused(body: str) -> None:
    with pytest.raises(UnreadableDocument, match=r"^a web page without a story; save what it says as \.txt$"):
        read_html(page_of(body))


def test_a_piece_of_a_page_is_read() -> None:
    assert read_html(f"<h1>{HEADLINE}</h1><p>{FIRST}</p><h2>What it cost</h2><p>{SECOND}</p>").text == TEXT


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("<!DOCTYPE html><html>", "a.txt", True),
        ('\ufeff\n<?xml version="1.0"?>\n<!-- saved --><!-- twice --><HTML lang="en">', "a", True),
        ("<head><title>", "a.txt", True),
        ("<article><p>Text", "a.txt", True),
        ("<p>Text</p>", "a.htm", True),
        ("<p>Text</p>", "a.txt", False),
        ("The <html> tag opens a page.", "a.txt", False),
        ("No tag at all, whatever the name says.", "a.html", False),
        ("<articles>", "a.xml", False),
    ],
)
def test_a_web_page_is_known_by_its_beginning(text: str, name: str, found: bool) -> None:
    assert is_html(text, name) is found


@pytest.mark.parametrize("piece", [" ", "<!-- a -->", "<?xml a>", "<!--", "<p>", "<div style='display:none'>"])
def test_long_repeats_are_looked_through(piece: str) -> None:
    page = piece * 20_000
    is_html(page, "a.html")
    with suppress(UnreadableDocument):
        assert read_html(page_of(page, STORY)).text


@given(st.text(max_size=200))
def test_any_text_in_a_page_is_a_story_or_none(text: str) -> None:
    try:
        content = read_html(page_of(text))
    except UnreadableDocument:
        return
    assert content.text == content.text.strip() != ""
    assert all(isinstance(value, Declared) for value in content.declared)
