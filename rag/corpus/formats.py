"""Bytes → text, whatever format they are in: what they hold tells it, and the name only where they cannot."""

import re
from collections.abc import Callable

from rag.corpus.archive import is_zip
from rag.corpus.docx import read_docx
from rag.corpus.html import is_html, read_html
from rag.corpus.limits import Limits
from rag.corpus.pdf import read_pdf
from rag.corpus.plain import decode, read_plain
from rag.corpus.raw import Content
from rag.errors import UnreadableDocument

_PDF = re.compile(rb"^%PDF-\d", re.M)
_PDF_BEGINS_WITHIN = 1024  # bytes; readers of PDF pass over what stands before
_NO_ARTICLES = (
    (re.compile(rb"\{\\rtf"), "an RTF file; save it as .docx or .pdf"),
    (re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!doctype svg[^>]*>\s*)?<svg\b", re.I), "an image"),
    (re.compile(rb"(?>[\w-]+:.*\n(?:[ \t].*\n)*)*?mime-version:", re.I), "an e-mail or web archive; save it as .html"),
)
_MARKDOWN = (".md", ".markdown")
_MOST_TAGS = 200_000  # of a web page; parsing them takes more than their number


def read_content(data: bytes, name: str, limits: Limits) -> Content:
    """What is in one file of that ``name``; of archives only Word files are read.

    Raises UnreadableDocument with a short reason.
    """
    content = _read(data, name, limits)
    _refuse_more(len(content.text), limits.characters, "characters", " (RAG_MAX_CHARACTERS)")
    return content


def _read(data: bytes, name: str, limits: Limits) -> Content:
    if _PDF.search(data, 0, _PDF_BEGINS_WITHIN):
        return _intact("PDF", lambda: read_pdf(data, limits.pages, limits.seconds))
    if is_zip(data):
        return _intact("Word file", lambda: read_docx(data, limits.file_bytes))
    for beginning, kind in _NO_ARTICLES:
        if beginning.match(data):
            raise UnreadableDocument(kind)
    text = decode(data)
    if is_html(text, name):
        _refuse_more(text.count("<"), _MOST_TAGS, "tags", "; save its text as .txt")
        return _intact("web page", lambda: read_html(text))
    return read_plain(text, name.lower().endswith(_MARKDOWN))


def _refuse_more(found: int, most: int, what: str, remedy: str) -> None:
    if found > most:
        raise UnreadableDocument(f"{found:,} {what}; at most {most:,} are read{remedy}")


def _intact(kind: str, read: Callable[[], Content]) -> Content:
    """What ``read`` gives. Parsers of damaged and hostile files raise whatever they meet, recursion errors too."""
    try:
        return read()
    except UnreadableDocument:
        raise
    except Exception as error:
        raise UnreadableDocument(f"a damaged {kind}") from error
