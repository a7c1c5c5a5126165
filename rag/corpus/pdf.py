"""PDF → text, page by page."""

import logging
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import BytesIO
from itertools import accumulate, chain, pairwise
from time import monotonic
from typing import TYPE_CHECKING

from rag.corpus.pages import goes_on, head_day, running_text
from rag.corpus.properties import properties
from rag.corpus.raw import Content, Declared, declare, visible
from rag.errors import UnreadableDocument

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}  # ﬀ to ﬆ

logging.getLogger("pypdf").addHandler(logging.NullHandler())  # what it has to say is told by our reasons


def read_pdf(data: bytes, most_pages: int, seconds: float) -> Content:
    """The running text of a PDF's text layer, and where its pages begin.

    Raises UnreadableDocument when it is protected, has no text layer or more than ``most_pages``, or takes longer than
    ``seconds``; of a damaged file, pypdf raises what it likes.
    """
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    until = monotonic() + seconds
    try:
        reader = PdfReader(BytesIO(data))
        pages = _pages(reader, most_pages, until)
    except DependencyError as error:  # of the ciphers, pypdf knows only the old one by itself
        raise UnreadableDocument("an encrypted PDF; save it without encryption") from error
    text, starts = _bound(running_text(pages))
    day = declare("running head", [("published", head_day(pages))])
    return Content(text, "pdf", starts, (*day, *_declared(reader)))


def _bound(pages: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """All pages in one text, and the offsets at which they begin."""
    ends = ("\n" if goes_on(page, following) else "\n\n" for page, following in pairwise(pages))
    parts = [page + end for page, end in zip(pages, chain(ends, [""]), strict=True)]
    return "".join(parts), tuple(accumulate(map(len, parts[:-1]), initial=0))


def _pages(reader: "PdfReader", most: int, until: float) -> list[str]:
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableDocument("a PDF protected by a password; save it without one")
    if len(reader.pages) > most:
        raise UnreadableDocument(f"{len(reader.pages):,} pages; at most {most:,} are read (RAG_MAX_PAGES)")
    pages = [_text(page, until) for page in reader.pages]
    if not any(pages):
        raise UnreadableDocument("a PDF without a text layer; recognise its text (OCR) first")
    return pages


def _text(page: "PageObject", until: float) -> str:
    def check(*_: object) -> None:
        if monotonic() > until:
            raise UnreadableDocument("a PDF that takes too long to read (RAG_MAX_READ_SECONDS)")

    check()
    text = page.extract_text(visitor_operand_before=check)
    return visible(text.replace("\u00ad\n", "-\n")).translate(_LIGATURES).strip()


def _declared(reader: "PdfReader") -> Iterator[Declared]:
    with suppress(Exception):  # a text is worth reading whatever its properties look like
        if information := reader.metadata:
            created = information.creation_date
            yield from properties("PDF", information.title, information.author, created)
