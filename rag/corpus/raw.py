"""What reading a file gives: its text, what it says of itself, or the reason why it was left out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

Format: TypeAlias = Literal["text", "markdown", "html", "pdf", "docx"]
Field: TypeAlias = Literal["title", "publisher", "authors", "published", "language"]

# Control characters, lone surrogates, and what takes no room on a page: soft hyphens, zero-width spaces and joins,
# marks that turn the direction of writing, tag characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.I)
_LONGEST = 500  # characters of a declared value; nothing longer is a headline or a name


@dataclass(frozen=True, slots=True)
class Declared:
    """What a file says of itself outside its text: one value of one field, and where it stands ("JSON-LD").

    A ``published`` is an ISO date; only that of front matter may be the words that stand there. A ``language`` is an
    ISO 639-1 code.
    """

    field: Field
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file's text; ``doc_id`` is its path below the folder, a member of an archive has the archive's path before it.

    ``sha256`` is that of the file's bytes. ``pages`` are the offsets at which pages begin. ``declared`` is in the order
    of trust: the first value of a field counts, but for authors, of which all of the first origin do.
    """

    doc_id: str
    text: str
    format: Format = "text"
    sha256: str = ""
    pages: tuple[int, ...] = ()
    declared: tuple[Declared, ...] = ()


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that was not read, and why, in one short phrase."""

    doc_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Content:
    """What is in the bytes of one file, wherever it lies; see RawFile."""

    text: str
    format: Format
    pages: tuple[int, ...] = ()
    declared: tuple[Declared, ...] = ()


def unified(text: str) -> str:
    r"""``text`` with every line end as ``\n``, as reading it from a file would give it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def visible(text: str) -> str:
    """``text`` as a reader of the page sees it: without control characters and without those that take no room."""
    return _UNSEEN.sub("", unified(text))


def declare(origin: str, values: Iterable[tuple[Field, str]]) -> tuple[Declared, ...]:
    """The values that say something, in their usual form: white space collapsed, ``2025-03-03T08:00Z`` as a day."""
    tidied = ((field, _usual(field, " ".join(visible(value).split()))) for field, value in values)
    return tuple(Declared(field, value, origin) for field, value in tidied if 0 < len(value) <= _LONGEST)


def iso_day(value: str) -> str:
    """The day at the beginning of an ISO date or timestamp, or an empty string."""
    match = _ISO_DATE.match(value)
    try:
        return date.fromisoformat(match[0]).isoformat() if match else ""
    except ValueError:
        return ""  # no day of the calendar


def _usual(field: Field, value: str) -> str:
    if field == "published":
        return iso_day(value) or value
    if field == "language":
        code = _LANGUAGE.fullmatch(value)
        return code[1].lower() if code else ""
    return value
