"""What of an article's text is the story, what are teasers of other stories, and what is boilerplate.

Nothing is removed: lines are marked, and the sections made of them cover the raw text without gaps. In doubt a line
is text: a lost sentence can never be found again, a stray button is merely never asked for.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from rag.types import Section, SectionKind


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the raw text with its offsets; ``text`` is stripped of white space at both ends."""

    start: int
    end: int
    text: str


def lines_of(text: str) -> tuple[Line, ...]:
    """The lines of ``text``, each with its line break, so that they cover it without gaps."""
    ends = [match.end() for match in re.finditer(r"\n", text)]
    bounds = [0, *ends] if ends and ends[-1] == len(text) else [0, *ends, len(text)]
    return tuple(Line(start, end, text[start:end].strip()) for start, end in pairwise(bounds))


_COMMENTS = (
    r"(leave|post|write|add) a (reply|comment)[^.!?]{0,60}",
    r"(no )?comments?( yet)?( \(\d+\))?\W*",
    r"your email address will not be published.*",
    r"required fields are marked.*",
    r"댓글|댓글 쓰기|评论|發表評論|发表评论|コメント",
    r"kommentare?|commentaires?|laisser un commentaire|comentarios?",
)
_NAVIGATION = (
    r"(back to top|skip to (main )?content|advertisement|read more|load more|see (also|more))\W*",
    r"(next|previous) article\W*",
    r"(share|tweet|print|e-?mail)"
    r"( (this|the|it|via|on|with|article|story|page|link|facebook|twitter|x|linkedin|whatsapp))*\W*",
    r"(copy link|follow us|subscribe|sign (up|in)|log in)\b[^.!?]{0,60}",
    r"(try|discover|explore|download|get) our\b(?=.*\b(app|features?|newsletter)\b).{0,100}",
    r"(see|discover|explore) what .{1,40} can do for you\W*",
    r".*\b(brought to you by our|download our app|subscribe to our|sign up (for|to) our)\b.*",
    r".*\b(accept (all )?cookies|we use cookies)\b.*",
)
_LEGAL = (
    r"(copyright )?(©|\(c\) ?\d{4}\b).{0,160}",
    r"copyright( by\b| \(c\)|,? \d{4}\b).{0,160}",
    r".{0,400}\ball rights reserved\b.{0,60}",
    r"(disclaimer|免責聲明|免责声明|免責事項|면책|haftungsausschluss|avertissement|descargo de responsabilidad"
    r"|ansvarsfraskrivelse)((\s*[:：]|\s+[–—-]\s).*)?",
)
_MARKUP = (
    r"[^\W_]+([_-]+[^\W_]+){4,}",  # the slug of an address: words joined by _ or -
    r"[\W_]+",  # no word at all: rules, bullets, empty images
    r".*\balt=.*>",  # what a broken image tag left behind
)
_BOILERPLATE = re.compile("|".join((*_COMMENTS, *_NAVIGATION, *_LEGAL, *_MARKUP)), re.I)
_BYLINE = re.compile(r"by [^\W\d][^\d.!?]{1,39}", re.I)
_LONGEST_BOILERPLATE = 1000  # characters: longer lines are text, whatever they hold
_LAST_BYLINE = 4  # lines with text before it

_RELATED = re.compile(
    r"\W*((related|recommended|more|other|popular|trending|latest) (articles?|stories|news|reading|posts)"
    r"|you (may|might) also like|read (next|also)|more (from|on) .{2,40})\W*",
    re.I,
)
_AGE = re.compile(
    r"((published|updated|posted) )?"
    r"(((an?|\d+) ?(min|minute|h|hr|hour|d|day|wk|week|month|year)s?|\d+m) ago|yesterday|just now)\W*",
    re.I,
)
_SOURCE = re.compile(r"[-–—•|·]\s*(?P<publisher>.{2,60})")
_PUBLISHER_LENGTH = 60


def sections_of(text: str, title: str, publisher: str) -> tuple[Section, ...]:
    """The sections of an article whose own story has this title and publisher.

    After a heading such as "Related articles" each block that opens with its age ("4 minutes ago") is a teaser: a
    story of its own, with the headline and the publisher that its first lines give.
    """
    marked = list(_mark(lines_of(text), Section("body", title, publisher, 0, 0)))
    groups = (list(group) for _, group in groupby(marked, key=lambda s: (s.kind, s.title, s.publisher)))
    return tuple(replace(group[0], end=group[-1].end) for group in groups)


def _mark(lines: tuple[Line, ...], story: Section) -> Iterator[Section]:
    """One section for each line; an empty line belongs to the one before it."""
    kind: SectionKind = story.kind
    related = headline_due = False
    publisher = ""
    following = (*lines[1:], None)
    for line, next_line, noise in zip(lines, following, _noise(lines), strict=True):
        if _RELATED.fullmatch(line.text):
            kind, related = "boilerplate", True
        elif related and _AGE.fullmatch(line.text):
            kind, headline_due = "boilerplate", True
            story, publisher = replace(story, publisher=publisher), ""
        elif related and _opens_teaser(line, next_line):
            kind, publisher = "boilerplate", line.text
        elif headline_due and (source := _SOURCE.fullmatch(line.text)):
            kind, story = "boilerplate", replace(story, publisher=source["publisher"])
        elif noise:
            kind = "boilerplate"
        elif headline_due and line.text:
            headline_due, story = False, replace(story, kind="teaser", title=line.text)
            kind = story.kind
        elif line.text:
            kind = story.kind
        yield Section(kind, story.title, story.publisher, line.start, line.end)


def _opens_teaser(line: Line, following: Line | None) -> bool:
    """Whether a line is a publisher's name, standing right above the age of a teaser."""
    return 0 < len(line.text) <= _PUBLISHER_LENGTH and following is not None and bool(_AGE.fullmatch(following.text))


def _noise(lines: tuple[Line, ...]) -> Iterator[bool]:
    """For each line whether it is boilerplate by itself; a line that goes on in lower case below text is not."""
    above, texts_before = "", 0
    for line in lines:
        goes_on = bool(above) and line.text[:1].islower()
        noise = not goes_on and _is_boilerplate(line.text, texts_before)
        yield noise
        above = "" if noise else line.text
        texts_before += bool(line.text)


def _is_boilerplate(text: str, texts_before: int) -> bool:
    if not 0 < len(text) <= _LONGEST_BOILERPLATE:
        return False
    byline = 0 < texts_before <= _LAST_BYLINE and _BYLINE.fullmatch(text)
    return bool(byline or _BOILERPLATE.fullmatch(text))
