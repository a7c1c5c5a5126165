"""Bytes → text, whatever format they are in: what they hold tells it, and the name only where they cannot."""

import re
from collections.abc import Callable

from rag.corpus.archive import is_zip
from rag.corpus.docx import read_docx
from rag.corpus.html import is_html, read_html
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


def read_content(data: bytes, name: str, max_bytes: int) -> Content:
    """What is in one file of that ``name``; of archives only Word files are read.

    ``max_bytes`` limits what a compressed file may unpack to. Raises UnreadableDocument with a short reason.
    """
    if _PDF.search(data, 0, _PDF_BEGINS_WITHIN):
        return _intact("PDF", lambda: read_pdf(data))
    if is_zip(data):
        return _intact("Word file", lambda: read_docx(data, max_bytes))
    for beginning, kind in _NO_ARTICLES:
        if beginning.match(data):
            raise UnreadableDocument(kind)
    text = decode(data)
    if is_html(text, name):
        return _intact("web page", lambda: read_html(text))
    return read_plain(text, name.lower().endswith(_MARKDOWN))


def _intact(kind: str, read: Callable[[], Content]) -> Content:
    """What ``read`` gives. Parsers of damaged and hostile files raise whatever they meet, recursion errors too."""
    try:
        return read()
    except UnreadableDocument:
        raise
    except Exception as error:
        raise UnreadableDocument(f"a damaged {kind}") from error
