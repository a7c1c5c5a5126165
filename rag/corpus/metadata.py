"""What an article tells about itself: title, publisher, date. What is not told stays empty."""

import re
from dataclasses import dataclass
from datetime import date

from rag.corpus.cleaning import Line, lines_of, sections_of

_TITLE_LENGTH = 160  # characters
_MARKUP = "\ufeff#* "  # what may stand around a headline: a byte order mark, Markdown
_HEAD = 6  # lines that may tell the date or the author
_BYLINE = re.compile(r"by (?P<name>[\w .'-]{2,40})", re.I)
_APPEARED = re.compile(
    r"originally (?:appeared|published) (?:in|on|by) (?:the )?(?P<name>[A-Z][\w.&' -]{2,50}?)\s*[(,.]"
)
_COPYRIGHT = re.compile(
    r"(?:copyright\s+)?(?:©|\(c\))\s*(?:\d{4}\s*[-–]\s*)?\d{4}\.?\s+(?P<name>[A-Z][\w&' -]{2,50}?)"
    r"(?: (?:publishers|publishing|media|group))?(?: (?:ltd|inc|llc|limited))?\s*(?:\.|,|all rights|$)",
    re.I,
)
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = rf"(?P<month>{'|'.join(f'{name[:3]}|{name}' for name in _MONTHS)}|sept)\.?"
_DATELINES = tuple(
    re.compile(rf"(?:(?:published|updated|posted|date)\W{{0,3}}(?:on )?)?{day}\b.{{0,20}}", re.I)
    for day in (
        r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
        rf"{_MONTH} (?P<day>\d{{1,2}}),? (?P<year>\d{{4}})",
        rf"(?P<day>\d{{1,2}}) {_MONTH},? (?P<year>\d{{4}})",
    )
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """Title, publisher and ISO date of an article; each may be empty but the title."""

    title: str
    publisher: str
    published: str


def read_metadata(text: str, doc_id: str) -> Metadata:
    """What the lines of an article say about it; the file's name stands in for a missing title."""
    lines = [line for line in lines_of(text) if line.text]
    return Metadata(
        title=_title(text) or doc_id,
        publisher=_publisher(lines),
        published=next(filter(None, (_dateline(line.text) for line in lines[:_HEAD])), ""),
    )


def _title(text: str) -> str:
    """The first line of the story; when that is a whole paragraph, its beginning up to a word's end."""
    sections = (section for section in sections_of(text, "", "") if section.kind == "body")
    lines = (line for section in sections for line in text[section.start : section.end].split("\n"))
    first = next(filter(None, (line.strip().lstrip(_MARKUP).rstrip("* ") for line in lines)), "")
    if len(first) <= _TITLE_LENGTH:
        return first
    return first[: _TITLE_LENGTH // 2].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def _publisher(lines: list[Line]) -> str:
    """The name in a notice of first publication, in a copyright line, or in a byline below the headline."""
    notices = [line.text for line in lines]
    found = [
        *(match for text in notices for match in _APPEARED.finditer(text)),
        *(match for text in notices for match in _COPYRIGHT.finditer(text)),
        *(match for text in notices[1:_HEAD] if (match := _BYLINE.fullmatch(text))),
    ]
    return found[0]["name"].strip() if found else ""


def _dateline(line: str) -> str:
    """The ISO date of a line that holds nothing but a date, or an empty string."""
    match = next(filter(None, (pattern.fullmatch(line) for pattern in _DATELINES)), None)
    if not match:
        return ""
    month = match["month"]
    number = int(month) if month.isdigit() else 1 + [name[:3] for name in _MONTHS].index(month[:3].lower())
    try:
        return date(int(match["year"]), number, int(match["day"])).isoformat()
    except ValueError:
        return ""  # no day of the calendar
