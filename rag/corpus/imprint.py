"""What the lines of an article tell about it: headline, byline, dateline, copyright, notice of first publication.

Each function gives pairs of a value and where it stands, in words, the most trusted first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self, TypeAlias

from rag.corpus.cleaning import lines_of, sections_of
from rag.corpus.dates import day_in_year, first_day

Told: TypeAlias = Iterator[tuple[str, str]]

_MARKUP = "\ufeff#* "  # what may stand around a headline: a byte order mark, Markdown
_HEAD = 6  # lines that may tell the date or the author
_LONGEST = 160  # characters of a line that tells nothing but that

_BYLINE = re.compile(r"by (?P<name>[\w .'-]{2,40})", re.I)
_BY = "by|von|par|por|di|door"
_NAMES = re.compile(rf"(?:(?:written|reported) )?(?:{_BY}) (?P<names>[^|•·–—\d]{{3,80}}?)(?:\s*[|•·–—\d].*)?", re.I)
_BETWEEN_NAMES = re.compile(r",? (?:and|&|und|et|y|e|en) |, ?")
_PARTICLES = frozenset("al bin da de del den der di du el la le ten ter van von".split())
_NO_PERSON = frozenset("agencies agency correspondent desk editor news press reporter staff team the times".split())
_ROLES = frozenset("correspondent desk editor reporter staff team writer".split())
_PRESS = frozenset(  # words in the names of papers, agencies and stations
    "post times news gazette herald tribune journal chronicle courier observer express press magazine telegraph"
    " bulletin radio tv anzeiger kurier rundschau bote presse courrier diario periódico gaceta correo noticias corriere"
    " gazzetta giornale messaggero jornal folha gazeta correio diário notícias courant".split()
)
_PRESS_ENDS = ("zeitung", "blatt", "nachrichten", "krant", "blad", "nieuws")
_PRESS_WORDS = range(2, 6)  # of a name
_SENTENCE_END = re.compile(r"[.!?…:][\"”’»)]*$")

_APPEARED = re.compile(
    r"originally (?:appeared|published) (?:in|on|by) (?:the )?(?P<name>[A-Z][\w.&' -]{2,50}?)\s*[(,.]"
)
_RIGHTS = "all rights|alle rechte|tous droits|todos los|todos os|tutti i|版权|版權"
_COPYRIGHT = re.compile(
    r"(?:(?:copyright\s+)?(?:©|\(c\))|copyright)\s*(?:\d{4}\s*[-–]\s*)?\d{4}\.?\s+"
    rf"(?!(?:{_RIGHTS}|available|the authors?)\b)(?P<name>[A-Z][\w&' -]{{2,50}}?)"
    rf"(?: (?:publishers|publishing|media|group))?(?: (?:ltd|inc|llc|limited))?\s*(?:\.|,|[|]|[–—-] |{_RIGHTS}|$)",
    re.I,
)
_COPYRIGHT_YEAR = re.compile(
    r"(?:(?:©|\(c\))[^\d\n]{0,40}|copyright\W{0,5})(?:\d{4}\s?[-–]\s?)?(?P<year>(?:19|20)\d\d)\b", re.I
)
_MONTH_AND_DAY = r"[A-Z][a-z]{2,8}\.?\s\d{1,2}|\d{1,2}\s[A-Z][a-z]{2,8}\.?"
_DATELINE = re.compile(
    r"(?P<place>[^\W\d_][^\d()–—:;!?]{1,50}?)"
    rf"(?:,?\s(?P<day>(?:{_MONTH_AND_DAY})(?P<year>,?\s\d{{4}})?))?"
    r",?\s?(?:\((?P<agency>[\w.&'’ -]{2,40})\))?\s?(?:—|–|--|-)\s"
)
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w'’-]*"
_PLACE = rf"{_CAPITAL}(?: (?:d[aeiou]s?|del|am|an der|{_CAPITAL})){{0,3}}"
_BEFORE_DATELINE = re.compile(rf"{_PLACE}(?:, {_PLACE})?,\s(?:(?:den|le|el|il) )?")
_AFTER_DATELINE = re.compile(r",?\s?(?:\((?P<agency>[\w.&'’ -]{2,40})\))?\s?(?:—|–|--|\.?-)\s")
_LONGEST_DATELINE = 120  # characters
_CHINESE = r"[\u3400-\u9fff]"
_CHINESE_AGENCY = re.compile(
    rf"(?P<name>{_CHINESE}{{1,8}}?(?:社|报|報|网|網|电视台|電視台)){_CHINESE}{{0,6}}?\s?(?=\d)"
)
_PUBLISHED = (
    "published|posted|veröffentlicht|publiée?|publicad[oa]|pubblicat[oa]|gepubliceerd|发布时间"
    "|發布時間|公開日|입력|نشر|प्रकाशित"
)
_UPDATED = (
    "updated|modified|aktualisiert|mise? à jour|actualizad[oa]|atualizad[oa]|aggiornat[oa]|bijgewerkt|更新|수정|تحديث"
)
_ON = "on|am|vom|le|el|em|il|op|في"
_BEFORE_DAY = re.compile(
    rf"(?:(?:(?:first|originally|last) )?(?:{_PUBLISHED}|(?P<later>{_UPDATED})|date)\W{{0,3}}(?:(?:{_ON}) )?)?"
    r"(?:[^\W\d][^.!?|\d]{1,40} ?\| ?)?"
    rf"(?:(?:{_BY}) (?:[^.!?]|(?<=\b\w)\.){{2,60}}[,|•·–—\s]\s?)?"
    rf"(?:(?-i:{_PLACE}, )(?:(?:den|le|el|il) )?|{_CHINESE}{{2,12}}\s?)?"
    r"(?:\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?(?: [a-z]{2,4})?,? )?"
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},? |[^\W\d_]{4,11}, (?:den )?)?",
    re.I,
)
_LATER = re.compile(rf"[\s,;|(–—-]{{1,4}}(?:last )?(?:{_UPDATED})\b.*", re.I)
_LONGEST_AFTER_DAY = 20  # characters: a time, a place


@dataclass(frozen=True, slots=True)
class Imprint:
    """The lines of an article that are not empty, with their numbers from 1; ``story`` are those of its own story."""

    lines: tuple[tuple[int, str], ...]
    story: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """The lines of ``text``; those of teasers and boilerplate are not of the story."""
        sections = sections_of(text, "", "")
        own = [section.kind != "boilerplate" and not section.title for section in sections]
        parts = [lines_of(text[section.start : section.end]) for section in sections]
        marked = ((line.text, is_own) for part, is_own in zip(parts, own, strict=True) for line in part)
        filled = [(number, line, is_own) for number, (line, is_own) in enumerate(marked, start=1) if line]
        return cls(
            lines=tuple((number, line) for number, line, _ in filled),
            story=tuple((number, line) for number, line, is_own in filled if is_own),
        )


def titles(imprint: Imprint) -> Told:
    """The first line of the story that is more than markup, a date, or the name of the publisher in its masthead."""
    for number, line in imprint.story[_mastheads(imprint) :]:
        title = line.lstrip(_MARKUP).rstrip("* ")
        if title and not _own_day(line)[0]:
            yield title, f"headline in line {number}"


def _mastheads(imprint: Imprint) -> int:
    """1 when the first of several lines is the name, or its beginning, of the publisher, else 0."""
    if len(imprint.story) < 2:
        return 0
    first = f"{imprint.story[0][1].strip(_MARKUP)} ".casefold()
    return int(any(f"{name} ".casefold().startswith(first) for name, _ in publishers(imprint)))


def publishers(imprint: Imprint) -> Told:
    """Who stands in a notice of first publication, a dateline, a copyright line, a byline or the masthead at the top.

    The name alone of a byline counts least.
    """
    for number, line in imprint.lines:
        yield from ((match["name"], f"first publication in line {number}") for match in _APPEARED.finditer(line))
    for number, dateline in _datelines(imprint):
        if dateline["agency"]:
            yield dateline["agency"], f"dateline in line {number}"
    for number, line in imprint.lines:
        yield from ((match["name"], f"copyright in line {number}") for match in _COPYRIGHT.finditer(line))
    for number, line in imprint.lines[:_HEAD]:
        if match := _CHINESE_AGENCY.match(line):
            yield match["name"], f"dateline in line {number}"
    for number, names in _bylines(imprint):
        yield from ((name, f"byline in line {number}") for name in names[1:] if _is_publication(name))
    if masthead := _masthead(imprint):
        yield masthead, f"masthead in line {imprint.story[0][0]}"
    for number, line in imprint.lines[1:_HEAD]:
        if match := _BYLINE.fullmatch(line):
            yield match["name"], f"byline in line {number}"


def authors(imprint: Imprint) -> Told:
    """The persons of a byline below the headline; the publisher, who may stand behind them, is none."""
    for number, names in _bylines(imprint):
        others = {name for name in names[1:] if _is_publication(name)}
        yield from ((name, f"byline in line {number}") for name in names if _is_person(name) and name not in others)


def dates(imprint: Imprint) -> Told:
    """The day of a line at the top that tells nothing else, that of the last update last; else that of a dateline.

    A dateline without a year takes that of the copyright line.
    """
    found = [(number, *_own_day(line)) for number, line in imprint.story[:_HEAD]]
    for number, day, _ in sorted(found, key=lambda item: item[2]):
        yield day, f"date in line {number}"
    for number, dateline in _datelines(imprint):
        written = dateline["day"] or ""
        if dateline["year"]:
            yield first_day(written)[0], f"dateline in line {number}"
        elif year := _copyright_year(imprint):
            yield day_in_year(written, year), f"dateline in line {number}, year of the copyright"
    for number, line in imprint.lines[:_HEAD]:
        day, start, end = first_day(line[:_LONGEST_DATELINE])
        placed = _BEFORE_DATELINE.fullmatch(line, 0, start) and _AFTER_DATELINE.match(line, end)
        agency = _CHINESE_AGENCY.match(line)
        if day and (placed or (agency and agency.end() == start)):
            yield day, f"dateline in line {number}"


def _bylines(imprint: Imprint) -> Iterator[tuple[int, list[str]]]:
    """The names of the bylines below the headline."""
    for number, line in imprint.lines[1:_HEAD]:
        if match := _NAMES.fullmatch(line):
            yield number, _BETWEEN_NAMES.split(match["names"].strip(" ,"))


def _masthead(imprint: Imprint) -> str:
    """The first line, when it looks like the name of a paper and the second like a headline; else empty."""
    if len(imprint.story) < 2:
        return ""
    first, second = (line.strip(_MARKUP) for _, line in imprint.story[:2])
    is_headline = len(second) <= _LONGEST and len(second.split()) > 2 and not _SENTENCE_END.search(second)
    is_name = len(first.split()) in _PRESS_WORDS and _is_publication(first)
    return first if is_name and is_headline and not _NAMES.fullmatch(second) and not _own_day(second)[0] else ""


def _is_publication(name: str) -> bool:
    """Whether a name has a capital in each word, particles aside, and looks like that of a paper or an agency."""
    words = name.casefold().split()
    capitals = all(word[0].isupper() or word in _PARTICLES for word in name.split())
    looks = any(word in _PRESS or word.endswith(_PRESS_ENDS) for word in words)
    return capitals and looks and _ROLES.isdisjoint(words)


def _datelines(imprint: Imprint) -> Iterator[tuple[int, re.Match[str]]]:
    """The datelines at the beginning of lines at the top: a place in capitals, then a day or an agency, or both."""
    for number, line in imprint.lines[:_HEAD]:
        match = _DATELINE.match(line)
        if match and (match["day"] or match["agency"]) and match["place"].split(",")[0].isupper():
            yield number, match


def _own_day(line: str) -> tuple[str, bool]:
    """The ISO date of a line that tells nothing but a date and who wrote it, and whether it is that of an update."""
    if len(line) > _LONGEST:
        return "", False
    day, start, end = first_day(line)
    before = _BEFORE_DAY.fullmatch(line, 0, start)
    after = _LATER.sub("", line[end:])
    if not day or not before or len(after) > _LONGEST_AFTER_DAY:
        return "", False
    return day, bool(before["later"])


def _copyright_year(imprint: Imprint) -> int:
    """The latest year of the copyright lines, 0 without one."""
    matches = (match for _, line in imprint.lines for match in _COPYRIGHT_YEAR.finditer(line))
    return max((int(match["year"]) for match in matches), default=0)


def _is_person(name: str) -> bool:
    """Whether a name looks like that of a person: two to five words with capitals, particles aside."""
    words = name.split()
    capitals = all(word[0].isupper() or word in _PARTICLES for word in words)
    letters = all(char.isalpha() or char in " .'’-" for char in name)
    return 2 <= len(words) <= 5 and capitals and letters and _NO_PERSON.isdisjoint(name.lower().split())
