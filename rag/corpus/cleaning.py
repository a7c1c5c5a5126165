"""What of an article's text is the story, what are teasers of other stories, and what is boilerplate.

Nothing is removed: lines are marked, and the sections made of them cover the raw text without gaps.
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
    r"(leave|post|write|add) a (reply|comment).*",
    r"(no )?comments?( yet)?( \(\d+\))?\W*",
    r"your email address will not be published.*",
    r"required fields are marked.*",
    r"(댓글|댓글 쓰기|评论|發表評論|发表评论|コメント|kommentare?|commentaires?|laisser un commentaire|comentarios?)",
)
_NAVIGATION = (
    r"(back to top|skip to (main )?content|advertisement|read more|load more|see (also|more)|next article|previous article)\W*",
    r"(share|tweet|print|e-?mail)( (this|the|it|via|on|with|article|story|page|link|facebook|twitter|x|linkedin|whatsapp))*\W*",
    r"(copy link|follow us|subscribe|sign (up|in)|log in)\b[^.!?]{0,60}",
    r"(try|discover|explore|download|get) (our|what|the) (?=.*\b(app|features?|newsletter|do for you)\b).{0,100}",
    r".*\b(brought to you by our|download our app|subscribe to our|sign up (for|to) our|accept (all )?cookies|we use cookies)\b.*",
)
_LEGAL = (
    r"(copyright )?(©|\(c\)) ?.{0,160}",
    r"copyright\b.{0,160}",
    r".{0,400}\ball rights reserved\b.{0,60}",
    r"(disclaimer|免責聲明|免责声明|免責事項|면책|haftungsausschluss|avertissement|descargo de responsabilidad|ansvarsfraskrivelse)\W.*",
)
_MARKUP = (
    r"[\w-]+(?:[_-][\w-]+){3,}",  # the slug of an address: words joined by _ or -
    r"\W+",  # no word at all: rules, bullets, empty images
    r".*\balt=.*>",  # what a broken image tag left behind
    r"by [^\W\d][^\d.!?]{1,39}",  # a byline
)
_BOILERPLATE = re.compile("|".join(f"(?:{p})" for p in (*_COMMENTS, *_NAVIGATION, *_LEGAL, *_MARKUP)), re.I)
_RELATED = re.compile(
    r"(related|recommended|more|other|popular|trending|latest) (articles?|stories|news|reading|posts)|you (may|might) also like"
    r"|read (next|also)|more (from|on) .{2,40}",
    re.I,
)
_AGE = re.compile(r"(an?|\d+) (minute|hour|day|week|month)s? ago\W*", re.I)
_SOURCE = re.compile(r"[-–—•|·]\s*(?P<publisher>.{2,60})")


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
    related = headline_due = False
    kind: SectionKind = story.kind
    for number, line in enumerate(lines):
        if line.text:
            kind = "boilerplate" if _BOILERPLATE.fullmatch(line.text) else story.kind
        if _RELATED.fullmatch(line.text):
            kind, related = "boilerplate", True
        elif related and _AGE.fullmatch(line.text):
            kind, headline_due = "boilerplate", True
        elif headline_due and (source := _SOURCE.fullmatch(line.text)):
            kind, story = "boilerplate", replace(story, publisher=source["publisher"])
        elif headline_due and line.text:
            kind, headline_due = "teaser", False
            story = replace(story, kind="teaser", title=line.text)
        elif related and _opens_teaser(lines[number:]):
            kind = "boilerplate"
        yield Section(kind, story.title, story.publisher, line.start, line.end)


def _opens_teaser(rest: tuple[Line, ...]) -> bool:
    """Whether the first line is a publisher's name, standing right above the age of a teaser."""
    first, *following = (line.text for line in rest[:2])
    return 0 < len(first) <= 60 and any(_AGE.fullmatch(text) for text in following)
