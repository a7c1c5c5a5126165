"""Teasers of other stories in an article: where they begin and end, and what they are called.

A teaser is looked for only below a heading such as "Related articles". Each line below it is told by its outer shape
and written as one letter, so that the items of a list become a pattern over letters:

``A`` an age or a date; ``P`` a paragraph, ``Q`` one too long for a summary; ``H`` a short line, a headline or a
publisher, ``T`` a headline too long for a publisher, ``B`` a bulleted one, ``L`` a numbered or linked one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import TypeAlias

from rag.corpus.phrases import RELATED, core_of

_HEADING_LENGTH = 80  # characters
_PUBLISHER_LENGTH = 60
_HEADLINE_LENGTH = 200
_SUMMARY_LENGTH = 400  # of an item that has neither age nor date
_AGE_LENGTH = 100

_MORE_FROM = re.compile(
    r"\W{0,6}(more (from|on)|mehr (von|aus)|plus de|más de|mais de|meer van) [^.!?]{2,40}\W{0,6}", re.I
)

_MONTH = r"[^\W\d_]{3,10}\.?"
_DATE = (
    rf"([^\W\d_]{{2,10}},? )?(\d{{1,2}}(\.|st|nd|rd|th)? (de )?{_MONTH},?( de)? ?\d{{4}}"
    rf"|{_MONTH} \d{{1,2}}(st|nd|rd|th)?,? \d{{4}}"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
    r"|\d{4} ?[年년] ?\d{1,2} ?[月월] ?\d{1,2} ?[日일]|\d{4}\. ?\d{1,2}\. ?\d{1,2}\.?)"
    r"([ ,t|–-]{1,3}(at |um |à |a las |alle |às |om )?\d{1,2}[:.h]\d{2}(:\d{2})?( ?[ap]\.?m\.?)?( ?[a-z]{1,5})?)?"
)
_SPAN = (
    r"((an?|\d+) ?(sec|second|min|minute|h|hr|hour|d|day|wk|week|month|year)s?|\d+m) ago|yesterday|just now"
    r"|vor (einem|einer|\d+) (minute|stunde|tag|woche|monat|jahr)\w{0,2}|gestern"
    r"|il y a (une?|\d+) \w{1,8}|hier|hace (una?|\d+) \w{1,8}|ayer|(una?|un'\w+|\d+) ?\w{1,9} fa|ieri"
    r"|há (uma?|\d+) \w{1,8}( atrás)?|(uma?|\d+) \w{1,8} atrás|ontem|(een|\d+) \w{1,8} geleden|gisteren"
    r"|\d+ ?(秒|分钟|分鐘|小时|小時|个小时|個小時|天|日|周|週|个月|個月|年)前|昨天|刚刚|剛剛"
    r"|\d+ ?(秒|分|時間|日|週間|[かカヶ]月|年)前|昨日|\d+ ?(초|분|시간|일|주|개월|달|년) ?전|어제|방금"
)
_WHEN = re.compile(
    r"(?:(?P<before>[^|·•]{2,60}) ?[|·•] ?)?([^\W\d_]{3,14}(:? | on | am | le | el | il | em | op ))?"
    rf"({_SPAN}|{_DATE})\W{{0,3}}"
    r"(?: ?[|·•] ?(?P<after>[^|·•]{2,60}))?",
    re.I,
)
_LINK = re.compile(r"\W{0,6}\[(?P<words>[^\[\]]{1,300})\]\([^()\s]{1,500}\)\W{0,3}")
_NUMBERED = re.compile(r"#?\d{1,2}[.):]?\s{1,4}(?P<words>\D.*)")
_BULLETED = re.compile(r"[-–—•*·▪►▸+|]\s{0,4}(?P<words>.*)")
_BARE_NUMBER = re.compile(r"#?\d{1,2}[.)]?")
_SENTENCES = re.compile(
    r"(?<!\b[A-Z])(?<!\b[A-Z][a-z])[.。…][\"”’»」』)]{0,2}$|\.\.\.$|\w{3}[.!?。！？][\"”’»」』)]?\s+\S.*[.!?。！？]$"
)
_MARKUP = "#*_ \ufeff"

_DATED_LIST = re.compile(r"[HTBL]{0,8}A")
_DATED = re.compile(
    r"(?P<headline>[HTBL])A{1,3}(?=[PQ])|(?P<publisher>H)?A{1,3}(?P<source>[HB](?=[HTBL](?!A)))?(?P<below>[HTBLPQ])(?!A)"
)
_UNDATED = re.compile(r"(?P<heads>[HTBL]+)(?P<prose>[PQ]*)")


@dataclass(frozen=True, slots=True)
class Teaser:
    """A teaser among the lines of an article: those from number ``start`` up to ``end``.

    Line ``headline`` gives the ``title``; the lines before it are furniture, such as the teaser's age.
    """

    start: int
    headline: int
    end: int
    title: str
    publisher: str


@dataclass(frozen=True, slots=True)
class Block:
    """A list of other stories: the lines from number ``start``, its heading, up to ``end``, where the article goes on.

    Lines of it that belong to no teaser are furniture: headings, headlines of which nothing is told.
    """

    start: int
    end: int
    teasers: tuple[Teaser, ...]


def blocks_of(texts: Sequence[str], noise: Sequence[bool]) -> Iterator[Block]:
    """The lists of other stories among the lines of an article; ``noise`` tells which of them are boilerplate."""
    headings = [number for number, text in enumerate(texts) if not noise[number] and _is_heading(text)]
    begun = next(
        (number for number, text in enumerate(texts) if not noise[number] and _letter(text) in "PQ"), len(texts)
    )
    for start, end in pairwise([*headings, len(texts)]):
        inner = [n for n in range(start + 1, end) if not noise[n] and not _BARE_NUMBER.fullmatch(texts[n])]
        letters = "".join(_letter(texts[number]) for number in inner)
        numbers = [*inner, end]
        read = _dated if _DATED_LIST.match(letters) else _undated
        teasers, used = read(texts, letters, numbers)
        is_list = teasers or used == len(letters) or re.fullmatch("[BL]+", letters[:used])
        if _MORE_FROM.fullmatch(texts[start]) and not is_list:
            continue  # "More on the bridge": a heading of the article's own
        if not teasers and start < begun:
            used = 0  # above the story: one of these headlines may be its own
        yield Block(start, numbers[used], teasers)


def _is_heading(text: str) -> bool:
    if len(text) > _HEADING_LENGTH or text[:1].islower():
        return False
    return core_of(text) in RELATED or bool(_MORE_FROM.fullmatch(text))


def _letter(text: str) -> str:
    """The shape of a line below a heading."""
    if len(text) <= _AGE_LENGTH and _WHEN.fullmatch(text):
        return "A"
    if _LINK.fullmatch(text):
        return "L"
    numbered, bulleted = _NUMBERED.fullmatch(text), _BULLETED.fullmatch(text)
    words = _words(text)
    if len(words) > _HEADLINE_LENGTH or _SENTENCES.search(words):
        return "P" if len(words) <= _SUMMARY_LENGTH else "Q"
    return "L" if numbered else "B" if bulleted else "H" if len(words) <= _PUBLISHER_LENGTH else "T"


def _words(text: str) -> str:
    """A line without its bullet, number, address and Markdown."""
    match = _LINK.fullmatch(text) or _NUMBERED.fullmatch(text) or _BULLETED.fullmatch(text)
    return (match["words"] if match else text).strip(_MARKUP) or text


_Read: TypeAlias = tuple[tuple[Teaser, ...], int]
"""The teasers of a list and how many of its lines they and the furniture take."""


def _dated(texts: Sequence[str], letters: str, numbers: Sequence[int]) -> _Read:
    """Items with an age or a date; each goes on until the next.

    The last of several is no longer than the longest before it: what follows is the article again.
    """
    openings = list(_DATED.finditer(letters))
    if not openings or "A" in letters[: openings[0].start()]:  # headlines alone, if with dates
        return (), len(letters) - len(letters.lstrip("HTBLA"))
    longest = max((after.start() - before.end() for before, after in pairwise(openings)), default=0)
    end = min(len(letters), openings[-1].end() + longest) if longest else len(letters)
    ends = [*(opening.start() for opening in openings[1:]), end]
    teasers = (_dated_teaser(texts, numbers, opening, end) for opening, end in zip(openings, ends, strict=True))
    return tuple(teaser for teaser in teasers if teaser), end


def _dated_teaser(texts: Sequence[str], numbers: Sequence[int], opening: re.Match[str], end: int) -> Teaser | None:
    """The teaser with this opening, unless it ends there: a headline alone tells nothing."""
    headline = numbers[opening.start("headline" if opening["headline"] else "below")]
    start, title, publisher = numbers[opening.start()], _words(texts[headline]), _publisher(texts, numbers, opening)
    return Teaser(start, headline, numbers[end], title, publisher) if end > opening.end() else None


def _publisher(texts: Sequence[str], numbers: Sequence[int], opening: re.Match[str]) -> str:
    """The publisher of a dated item: on a line below the age, on the line above it, or beside it."""
    for group in ("source", "publisher"):
        if opening[group]:
            return _words(texts[numbers[opening.start(group)]])
    ages = (_WHEN.fullmatch(texts[numbers[place]]) for place in range(opening.start(), opening.end()))
    return next((match["before"] or match["after"] or "" for match in ages if match), "").strip()


def _undated(texts: Sequence[str], letters: str, numbers: Sequence[int]) -> _Read:
    """Items of a headline and one short paragraph, two of them or nothing else; other headlines are furniture."""
    items = list(_contiguous(letters))
    told = list(takewhile(lambda item: item["prose"] == "P", items))
    used = told[-1].end() if told else 0
    if len(items) > len(told):
        last = items[len(told)]
        used = last.end("heads")
        if _is_last_item(last, len(told)):
            told, used = [*told, last], used + 1
    if len(told) < 2 and not re.fullmatch("[HTBL]P", letters):
        return (), items[0].end("heads") if items else 0
    heads = (item.end("heads") - 1 for item in told)
    return tuple(Teaser(numbers[n], numbers[n], numbers[n + 2], _words(texts[numbers[n]]), "") for n in heads), used


def _is_last_item(item: re.Match[str], before: int) -> bool:
    """Whether only the first paragraph below a headline belongs to it: the article goes on below that."""
    return item["prose"].startswith("P") and (item["heads"] in ("L", "B") or (len(item["heads"]) == 1 and before > 1))


def _contiguous(letters: str) -> Iterator[re.Match[str]]:
    """The headlines with the paragraphs below them, from the first line on without a gap."""
    end = 0
    while match := _UNDATED.match(letters, end):
        yield match
        end = match.end()
