"""Text and Markdown: bytes → characters, and the front matter above an article."""

import codecs
import re
from collections.abc import Iterator

from rag.corpus.raw import Content, Declared, Field, declare, unified
from rag.errors import UnreadableDocument

_MARKS = (  # UTF-32 first: its mark begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What files were written in before UTF-8, the most frequent first. Without this choice a short text passes for one in a
# rare encoding, and without this order French passes for Polish.
_ENCODINGS = ("cp1252 cp1250 cp1251 koi8_r cp1253 cp1254 cp1255 cp1256 cp932 euc_jp gb18030 big5 cp949 cp874").split()
_KINDS = (
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"RIFF", "an image, sound or film"),
    (b"ID3", "a sound"),
    (b"OggS", "a sound"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x1f\x8b", "a compressed file other than .zip; unpack it"),
    (b"7z\xbc\xaf", "a compressed file other than .zip; unpack it"),
    (b"Rar!", "a compressed file other than .zip; unpack it"),
    (b"\xd0\xcf\x11\xe0", "an old Office file; save it as .docx or .pdf"),
)
_UNKNOWN = "binary, or in an unknown encoding; save a text as UTF-8"
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
_MOST_CONTROLS = 0.01  # of the characters of a text

_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\n(?P<lines>(?:.*\n){1,60}?)(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_ENTRY = re.compile(r"(?P<key>[A-Za-z_]+)[ \t]*:(?P<value>.*)")
_ITEM = re.compile(r"[ \t]*-[ \t]+(?:name:)?(?P<value>.*)")
_FIELDS: dict[str, Field] = {
    "title": "title",
    "headline": "title",
    "date": "published",
    "published": "published",
    "publisher": "publisher",
    "source": "publisher",
    "author": "authors",
    "authors": "authors",
    "lang": "language",
    "language": "language",
}


def decode(data: bytes) -> str:
    """The characters of a text file, line ends as ``Path.read_text`` gives them.

    UTF-8 is read as it is, with its byte order mark if it has one; then come UTF-16 and UTF-32 that begin with their
    marks, then the likeliest older encoding. Raises UnreadableDocument for what is no text.
    """
    text = unified(_decoded(data))
    if len(_CONTROL.findall(text)) > _MOST_CONTROLS * len(text):
        raise UnreadableDocument(_kind(data))
    if not text.lstrip("\ufeff").strip():
        raise UnreadableDocument("empty")
    return text


def read_plain(text: str, markdown: bool) -> Content:
    """An article as it stands, with what its front matter declares."""
    return Content(text, "markdown" if markdown else "text", declared=front_matter(text))


def front_matter(text: str) -> tuple[Declared, ...]:
    """What the ``key: value`` lines between two lines of ``---`` at the beginning say, in the order of the lines."""
    match = _FRONT_MATTER.match(text)
    return declare("front matter", _entries(match["lines"])) if match else ()


def _entries(lines: str) -> Iterator[tuple[Field, str]]:
    field: Field | None = None
    for line in lines.splitlines():
        if entry := _ENTRY.match(line):
            field = _FIELDS.get(entry["key"].lower())
        item = entry or _ITEM.match(line)
        if field and item:
            yield from ((field, value) for value in _values(field, item["value"].strip()))


def _values(field: Field, written: str) -> list[str]:
    """The names of a list of authors in brackets, else the value itself, without quotation marks."""
    parts = written[1:-1].split(",") if field == "authors" and written[:1] == "[" else [written]
    return [part.strip().strip("\"'") for part in parts]


def _decoded(data: bytes) -> str:
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\0" in data:
        raise UnreadableDocument(_kind(data))
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise UnreadableDocument(_kind(data)) from error
    return _guessed(data)


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    matches = from_bytes(data, cp_isolation=_ENCODINGS)
    if not matches:
        raise UnreadableDocument(_kind(data))
    return str(min(matches, key=lambda match: (match.chaos, -match.coherence, _ENCODINGS.index(match.encoding))))


def _kind(data: bytes) -> str:
    return next((kind for beginning, kind in _KINDS if data.startswith(beginning)), _UNKNOWN)
