"""Opened articles: names for quotes that may stand in a link, and an article's text with its quotes told apart.

Pure functions over plain data; the page draws them as text nodes, so that nothing needs to be escaped.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias, TypedDict
from urllib.parse import quote, unquote

from rag.errors import InvalidInput
from rag.types import Document, SectionKind

_REFERENCE = re.compile(r"(\d{1,9})-(\d{1,9})-(.+)", re.ASCII | re.DOTALL)

Span: TypeAlias = tuple[int, int]
"""Offsets into an article's text, end exclusive."""


class Segment(TypedDict):
    """A stretch of an opened article, of one kind: in the quote that was asked for, in another one, in both or none."""

    text: str
    kind: SectionKind
    quoted: bool
    cited: bool


class Article(TypedDict):
    """An opened article; its segments put together are the article's whole text."""

    doc_id: str
    title: str
    source: str
    segments: list[Segment]


class Preview(TypedDict):
    """A quote, with where it stands."""

    title: str
    source: str
    quote: str


def reference(doc_id: str, start: int, end: int) -> str:
    """A name for ``document.text[start:end]`` that may stand in a link."""
    return f"{start}-{end}-{quote(doc_id, safe='')}"


def parse_reference(name: str) -> tuple[str, int, int]:
    """``(doc_id, start, end)`` of what ``reference`` made. Raises InvalidInput."""
    match = _REFERENCE.fullmatch(name)
    if match is None:
        raise InvalidInput(f"Source {name[:80]!r} was not found: expected START-END-DOCUMENT.")
    return unquote(match[3]), int(match[1]), int(match[2])


def article(document: Document, quoted: Span | None, cited: Iterable[Span] = ()) -> Article:
    """The whole text of a document, with the quote that was asked for and those cited so far told apart.

    Raises InvalidInput when the quote is not in the text; such a cited one is passed over.
    """
    if quoted is not None:
        _check(document, quoted)
    marked = [span for span in cited if _is_in(document, span)]
    return Article(
        doc_id=document.doc_id,
        title=document.title or document.doc_id,
        source=origin(document.publisher, document.published),
        segments=list(_segments(document, [quoted] if quoted else [], marked)),
    )


def preview(document: Document, span: Span) -> Preview:
    """The quote alone. Raises InvalidInput."""
    _check(document, span)
    source = origin(document.publisher, document.published)
    return Preview(title=document.title or document.doc_id, source=source, quote=document.text[slice(*span)])


def origin(publisher: str, published: str, page: int = 0, also_in: Sequence[str] = ()) -> str:
    """One line that tells where words stand, and who says the same."""
    parts = (publisher, published, f"page {page}" if page else "", f"also in {', '.join(also_in)}" if also_in else "")
    return " · ".join(part for part in parts if part)


def _segments(document: Document, quoted: Sequence[Span], cited: Sequence[Span]) -> Iterator[Segment]:
    """The text cut at the bounds of its sections and of the quotes."""
    bounds = {bound for span in (*quoted, *cited) for bound in span}
    for section in document.sections:
        inner = {bound for bound in bounds if section.start < bound < section.end}
        for piece in pairwise(sorted({section.start, section.end} | inner)):
            yield Segment(
                text=document.text[slice(*piece)],
                kind=section.kind,
                quoted=_is_within(piece, quoted),
                cited=_is_within(piece, cited),
            )


def _is_within(piece: Span, spans: Iterable[Span]) -> bool:
    return any(start <= piece[0] and piece[1] <= end for start, end in spans)


def _is_in(document: Document, span: Span) -> bool:
    return 0 <= span[0] < span[1] <= len(document.text)


def _check(document: Document, span: Span) -> None:
    if not _is_in(document, span):
        raise InvalidInput(
            f"{document.doc_id} has no words {span[0]}-{span[1]}: its text is {len(document.text)} characters long, "
            "perhaps since it was changed; ask again."
        )
