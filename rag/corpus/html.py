"""A saved web page → the story on it: what a reader sees of it, and what the page declares."""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from html import unescape
from typing import TYPE_CHECKING, TypeAlias

from rag.corpus.raw import Content, Declared, Field, declare, iso_day, visible
from rag.errors import UnreadableDocument

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

_PAGE = re.compile(
    r"(?>[\s\ufeff]|<\?xml[^>]*>|<!--.*?-->)*+<(?:!doctype\s+html|html|head|body|article)\b", re.I | re.S
)
_TAG = re.compile(r"</?(?:p|div|span|h[1-6]|br|a|ul|li|table)\b[^<>]*>", re.I)
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|r?em|%)?\s*(?:;|!|$)", re.I)
_ARTICLE = re.compile(r"\w*(?:Article|Posting|Report)")
_OPEN_GRAPH: dict[str, Field] = {
    "og:title": "title",
    "og:site_name": "publisher",
    "article:published_time": "published",
    "article:author": "authors",
}
_DEEPEST = 8  # levels of JSON-LD that are looked into
_NO_STORY = "a web page without a story; save what it says as .txt"

for _library in ("trafilatura", "htmldate"):  # what they have to say is told by our reasons
    logging.getLogger(_library).addHandler(logging.NullHandler())


def is_html(text: str, name: str) -> bool:
    """Whether a text begins as a web page does, or is a piece of one in a file of that ``name``."""
    piece = name.lower().endswith((".html", ".htm", ".xhtml")) and _TAG.search(text)
    return bool(piece or _PAGE.match(text))


def read_html(page: str) -> Content:
    """The story of a web page as paragraphs with an empty line between them, its headline first.

    Navigation, comments, scripts and hidden elements stay out. Declared values come from JSON-LD, OpenGraph, the other
    meta tags and htmldate, in this order. Raises UnreadableDocument when no story is found.
    """
    import trafilatura

    whole = page if _PAGE.match(page) else f"<html><body><article>{page}</article></body></html>"
    tree = trafilatura.load_html(whole)
    if tree is None:
        raise UnreadableDocument(_NO_STORY)
    declared = tuple(_declared(tree))
    _drop_hidden(tree)
    headlines = [value.value for value in declared if value.field == "title"]
    shown = [" ".join(visible(heading.text_content()).split()) for heading in tree.iter("h1")]
    story = _paragraphs(trafilatura.extract(tree, include_comments=False) or "")
    if not story:
        raise UnreadableDocument(_NO_STORY)
    known = {headline.casefold() for headline in (*headlines, *shown)}
    if headlines and known.isdisjoint(line.casefold() for line in story.split("\n")):
        story = f"{headlines[0]}\n\n{story}"
    return Content(story, "html", declared=declared)


def _paragraphs(extracted: str) -> str:
    """One line for each paragraph → an empty line between them, but not within a list or a table."""
    blocks: list[str] = []
    for line in (line.strip() for line in visible(extracted).split("\n")):
        marker = line[:2] if line[:2] in ("- ", "| ") else ""
        if line.startswith("|--"):
            continue  # the rule below the head of a table
        if marker and blocks and blocks[-1].startswith(marker):
            blocks[-1] += f"\n{line}"
        elif line:
            blocks.append(line)
    return "\n\n".join(blocks)


def _drop_hidden(tree: "HtmlElement") -> None:
    for element in tree.xpath("//body//*[@hidden or @style]"):
        if "hidden" in element.attrib or _HIDING.search(element.get("style", "")):
            element.drop_tree()


def _declared(tree: "HtmlElement") -> Iterator[Declared]:
    """What the page declares, the most trusted first."""
    yield from declare("JSON-LD", _json_ld(tree))
    yield from declare("OpenGraph", _open_graph(tree))
    yield from declare("html lang", [("language", tree.get("lang") or "")])
    with suppress(Exception):  # a story is worth reading whatever its head looks like
        yield from _other_tags(tree)


def _open_graph(tree: "HtmlElement") -> Iterator[tuple[Field, str]]:
    for element in tree.iter("meta"):
        value = element.get("content") or ""
        field = _OPEN_GRAPH.get(element.get("property") or element.get("name") or "")
        if field and not value.startswith("http"):  # where an author should stand, there is often an address
            yield field, iso_day(value) if field == "published" else value


def _other_tags(tree: "HtmlElement") -> Iterator[Declared]:
    from trafilatura.metadata import extract_metadata

    found = extract_metadata(tree, extensive=False)  # takes the date from htmldate
    authors = (found.author or "").split(";")
    yield from declare("meta tags", [("title", found.title or ""), ("publisher", found.sitename or "")])
    yield from declare("meta tags", [("authors", author) for author in authors])
    yield from declare("htmldate", [("published", found.date or "")])


def _json_ld(tree: "HtmlElement") -> Iterator[tuple[Field, str]]:
    """Headline, date, publisher and authors of the first article in the page's linked data."""
    nodes: list[dict[str, Json]] = []
    for script in tree.xpath('//script[contains(@type, "ld+json")]'):
        with suppress(ValueError, RecursionError):
            nodes += _nodes(json.loads(script.text or "", strict=False))
    article = next((node for node in nodes if _is_article(node)), {})
    named = {str(node["@id"]): node for node in nodes if "@id" in node and "name" in node}
    yield "title", _name(article.get("headline"), named)
    yield "published", iso_day(_name(article.get("datePublished"), named))
    yield "publisher", _name(article.get("publisher"), named)
    authors = article.get("author")
    for author in authors if isinstance(authors, list) else [authors]:
        yield "authors", _name(author, named)


def _nodes(data: Json, depth: int = 0) -> Iterator[dict[str, Json]]:
    """Every object in linked data, outer ones first."""
    if isinstance(data, dict):
        yield data
    if depth < _DEEPEST and isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from _nodes(value, depth + 1)


def _is_article(node: dict[str, Json]) -> bool:
    types = node.get("@type")
    return any(_ARTICLE.fullmatch(str(kind)) for kind in (types if isinstance(types, list) else [types]))


def _name(value: Json, named: dict[str, dict[str, Json]]) -> str:
    """The text of a value, or the name of the person or publisher that it is or refers to."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name") or named.get(str(value.get("@id")), {}).get("name")
    return unescape(value) if isinstance(value, str) and not value.startswith("http") else ""
