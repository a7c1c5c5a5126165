"""What an article tells about itself: title, publisher, date. What is not told stays empty."""

import re
from dataclasses import dataclass
from datetime import date

from rag.corpus.cleaning import Line, lines_of, sections_of

_TITLE_LENGTH = 160
_BYLINE = re.compile(r"by (?P<name>[\w .'-]{2,40})", re.I)
_APPEARED = re.compile(r"originally (?:appeared|published) (?:in|on|by) (?:the )?(?P<name>[A-Z][\w.&' -]{2,50}?)\s*[(,.]")
_COPYRIGHT = re.compile(
    r"(?:copyright\s+)?(?:©|\(c\))\s*\d{4}\.?\s+(?P<name>[A-Z][\w&' -]{2,50}?)"
    r"(?: (?:publishers|publishing|media|group))?(?: (?:ltd|inc|llc|limited))?\s*(?:\.|,|all rights|$)",
    re.I,
)
_MONTHS = "january february march april may june july august september october november december".split()
_DATELINE = re.compile(
    r"(?:(?:published|updated|posted|date)\W{0,3}(?:on )?)?"
    r"(?:(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})|(?P<month>[a-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4}))\b.{0,20}",
    re.I,
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
        published=next(filter(None, (_dateline(line.text) for line in lines[:6])), ""),
    )


def _title(text: str) -> str:
    """The first line of the story; when that is a whole paragraph, its beginning up to a word's end."""
    story = (text[s.start : s.end].strip() for s in sections_of(text, "", "") if s.kind == "body")
    first = next(filter(None, story), "").split("\n", 1)[0].strip().lstrip("# ")
    if len(first) <= _TITLE_LENGTH:
        return first
    return first[: _TITLE_LENGTH // 2].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def _publisher(lines: list[Line]) -> str:
    """The name in a notice of first publication, in a copyright line, or in a byline below the headline."""
    notices = [line.text for line in lines]
    found = [
        *(match for text in notices for match in _APPEARED.finditer(text)),
        *(match for text in notices for match in _COPYRIGHT.finditer(text)),
        *(match for text in notices[:5] if (match := _BYLINE.fullmatch(text))),
    ]
    return found[0]["name"].strip() if found else ""


def _dateline(line: str) -> str:
    """The ISO date of a line that holds nothing but a date, or an empty string."""
    match = _DATELINE.fullmatch(line)
    if not match:
        return ""
    month = match["m"] or str(1 + next((i for i, m in enumerate(_MONTHS) if m.startswith((match["month"] or "").lower()[:3])), -1))
    try:
        return date(int(match["y"] or match["year"]), int(month), int(match["d"] or match["day"])).isoformat()
    except ValueError:
        return ""
