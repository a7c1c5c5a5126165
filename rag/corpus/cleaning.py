"""What of an article's text is its headline, its story, teasers of other stories, and boilerplate.

Nothing is removed: lines are marked, and the sections made of them cover the raw text without gaps. In doubt a line
is text: a lost sentence can never be found again, a stray button is merely never asked for.
"""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TypeAlias

from rag.corpus.boilerplate import is_boilerplate
from rag.corpus.furniture import furniture
from rag.corpus.teasers import blocks_of
from rag.types import Section, SectionKind

_Mark: TypeAlias = tuple[SectionKind, str, str]
"""What a line is, and the title and the publisher of the story it belongs to."""


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


_BYLINE = re.compile(
    r"(?i:by) [^\W\d][^\d.!?]{1,39}"
    r"|(?:Von|Par|Por|Di|Door|VON|PAR|POR) [A-ZÀ-Þ][\w.’'-]+(?: (?:von|van|de|der|da|di|du))?"
    r"(?: [A-ZÀ-Þ][\w.’'-]+){1,3}"
)
_LAST_BYLINE = 4  # lines with text before it
_FRONT_MATTER = re.compile(r"(?:[\w-]+\s*:|- ).*|")
_FRONT_MATTER_LINES = 60
_HEAD = 40  # lines that may hold the headline: menus may stand above it
_HEADLINE_LINES = 4
_HEADLINE_SLACK = 80  # characters of a publisher's name and of markup around a headline
_LONGEST_HEADLINE = 500  # characters
_BEFORE_SEPARATOR = re.compile(r"(.{20,})\s[|–—-]\s", re.S)


def sections_of(text: str, title: str, publisher: str) -> tuple[Section, ...]:
    """The sections of an article whose own story has this title and publisher.

    The headline is the first line, or the first few, that say what ``title`` says. Below a heading such as "Related
    articles" each item that tells more than a headline is a teaser: a story of its own, with the headline and the
    publisher that its first lines give. An empty line belongs to the line before it.
    """
    lines = lines_of(text)
    filled = [number for number, line in enumerate(lines) if line.text]
    if not filled:
        return (Section("body", title, publisher, 0, len(text)),)
    texts = [lines[number].text for number in filled]
    around = {filled[place] for place in furniture(texts)}
    noise = [is_noise for line, is_noise in zip(lines, _noise(lines, around), strict=True) if line.text]
    marks = _marks(texts, noise, title, publisher)
    bounds = [0, *(lines[number].start for number in filled[1:]), len(text)]
    runs = (list(run) for _, run in groupby(range(len(marks)), key=marks.__getitem__))
    return tuple(Section(*marks[run[0]], start=bounds[run[0]], end=bounds[run[-1] + 1]) for run in runs)


def _marks(texts: Sequence[str], noise: Sequence[bool], title: str, publisher: str) -> list[_Mark]:
    """One mark for each line with text."""
    marks: list[_Mark] = [("boilerplate" if is_noise else "body", title, publisher) for is_noise in noise]
    for block in blocks_of(texts, noise):
        for number in range(block.start, block.end):
            marks[number] = ("boilerplate", title, publisher)
        for teaser in block.teasers:
            for number in range(teaser.start, teaser.end):
                told: SectionKind = "title" if number == teaser.headline else "teaser"
                is_furniture = noise[number] or number < teaser.headline
                marks[number] = ("boilerplate" if is_furniture else told, teaser.title, teaser.publisher)
    for number in _headline(texts, noise, title):
        marks[number] = ("title", title, publisher)
    return marks


def _noise(lines: Sequence[Line], furniture: Container[int]) -> Iterator[bool]:
    """For each line whether it is boilerplate: one of ``furniture``, or by itself.

    Below text, a line that goes on in lower case is none by itself.
    """
    above, texts_before = "", 0
    front_matter = _front_matter(lines)
    for number, line in enumerate(lines):
        goes_on = bool(above) and line.text[:1].islower()
        byline = 0 < texts_before <= _LAST_BYLINE and bool(_BYLINE.fullmatch(line.text))
        alone = not goes_on and (byline or is_boilerplate(line.text))
        noise = number < front_matter or number in furniture or alone
        yield noise
        above = "" if noise else line.text
        texts_before += bool(above)


def _front_matter(lines: Sequence[Line]) -> int:
    """How many lines the keys and values between two lines of hyphens at the top take, the hyphens included."""
    first = next((number for number, line in enumerate(lines) if line.text.strip("\ufeff")), 0)
    if lines[first].text.strip("\ufeff") != "---":
        return 0
    for number in range(first + 1, min(len(lines), first + _FRONT_MATTER_LINES)):
        if lines[number].text == "---":
            return number + 1
        if not _FRONT_MATTER.fullmatch(lines[number].text):
            break
    return 0


def _headline(texts: Sequence[str], noise: Sequence[bool], title: str) -> range:
    """The numbers of the lines that hold the headline; none when it stands nowhere."""
    wanted = _forms(title) if len(title) <= _LONGEST_HEADLINE else set()
    for first in range(min(len(texts), _HEAD)):
        joined = ""
        for last in range(first, min(len(texts), first + _HEADLINE_LINES)):
            joined += f" {texts[last]}"
            if noise[last] or len(joined) > len(title) + _HEADLINE_SLACK:
                break
            if wanted & _forms(joined):
                return range(first, last + 1)
    return range(0)


def _forms(headline: str) -> set[str]:
    """The words of a headline for comparison: all of them, and those before its last separator, which a publisher's
    name follows ("A bridge opens in the harbour | Gazette").
    """
    before = _BEFORE_SEPARATOR.match(headline)
    parts = [headline, before[1]] if before else [headline]
    return {" ".join(re.findall(r"[^\W_]+", part.casefold())) for part in parts} - {""}
