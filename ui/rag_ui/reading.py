"""Opened articles: names for quotes that may stand in a link, and an article's text with its quotes told apart.

Pure functions over plain data; the page draws them as text nodes, so that nothing needs to be escaped.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self, TypeAlias, TypedDict
from urllib.parse import quote, unquote
from zlib import crc32

from rag.errors import InvalidInput
from rag.types import Document, SectionKind

_REFERENCE = re.compile(r"(\d{1,9})-(\d{1,9})-([0-9a-f]{8})-(.+)", re.ASCII | re.DOTALL)

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


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words of an article, as a link names them: where they stood, and a ``mark`` that other words do not have."""

    doc_id: str
    start: int
    end: int
    mark: str

    @classmethod
    def of(cls, doc_id: str, start: int, words: str) -> Self:
        """These words, which begin there."""
        return cls(doc_id, start, start + len(words), f"{crc32(words.encode(errors='surrogatepass')):08x}")

    @property
    def span(self) -> Span:
        """Where they stood."""
        return self.start, self.end

    def stand_in(self, document: Document) -> bool:
        """Whether they still stand there: an article may have been changed since."""
        return self.start < self.end and self == Quoted.of(
            document.doc_id, self.start, document.text[slice(*self.span)]
        )


def reference(doc_id: str, start: int, words: str) -> str:
    """A name for the words of an article that begin at ``start``, which may stand in a link."""
    quoted = Quoted.of(doc_id, start, words)
    return f"{quoted.start}-{quoted.end}-{quoted.mark}-{quote(doc_id, safe='')}"


def parse_reference(name: str) -> Quoted:
    """What ``reference`` named. Raises InvalidInput."""
    match = _REFERENCE.fullmatch(name)
    if match is None:
        raise InvalidInput(f"Source {name[:80]!r} was not found: expected START-END-MARK-DOCUMENT.")
    return Quoted(unquote(match[4]), int(match[1]), int(match[2]), match[3])


def article(document: Document, quoted: Quoted | None, cited: Iterable[Quoted] = ()) -> Article:
    """The whole text of a document, with the quote that was asked for and those cited so far told apart.

    Raises InvalidInput when the quote is not in the text; such a cited one is passed over.
    """
    if quoted is not None:
        _check(document, quoted)
    marked = [one.span for one in cited if one.stand_in(document)]
    return Article(
        doc_id=document.doc_id,
        title=document.title or document.doc_id,
        source=origin(document.publisher, document.published),
        segments=list(_segments(document, [quoted.span] if quoted else [], marked)),
    )


def preview(document: Document, quoted: Quoted) -> Preview:
    """The quote alone. Raises InvalidInput."""
    _check(document, quoted)
    source = origin(document.publisher, document.published)
    return Preview(title=document.title or document.doc_id, source=source, quote=document.text[slice(*quoted.span)])


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


def _check(document: Document, quoted: Quoted) -> None:
    if not quoted.stand_in(document):
        place = f"{quoted.start}-{quoted.end}"
        raise InvalidInput(
            f"{document.doc_id} does not have those words at {place}: it was changed since; ask the question again."
        )
