"""Printed pages → running text: without running heads and page numbers, broken words and wrapped lines put together."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise

from rag.corpus.dates import first_day

_EDGE = 2  # lines at the top of a page, and at its bottom, that may be running heads
_LEAST_PAGES = 3  # that a running head stands on,
_LEAST_SHARE = 0.2  # and of all pages: each chapter may have its own
_LEAST_DATED = 2  # pages of a head that holds a date: a short article may have no more
_LONGEST_HEAD = 160  # characters
_NUMBER = re.compile(r"\d+")
_BARE_NUMBER = re.compile(r"\W{0,4}(\d{1,4})\W{0,4}")
_BROKEN = re.compile(r"(?<![^\W\d_])(?P<left>[^\W\d_]++)-\n(?P<right>[^\W\d_]+)")  # a word is looked at once
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_COLUMN = 40  # characters of a line at least, where lines are those of running text
_FULL = 0.8  # of the usual length of a line
_END = re.compile(r"[.!?:。！？][\"”’»)\]]*$")


def running_text(pages: Sequence[str]) -> list[str]:
    """The text of each page as it is read: what stands at the edge of many pages is left out but for the first time.

    A running head that holds a date is left out there too, for it is no headline; see ``head_day``.
    A word that is broken at the end of a line is put together, with its hyphen if it is written so elsewhere.
    Lines that go on to the edge of the column are joined to the next unless a sentence ends there.
    """
    kept = _without_heads([page.split("\n") for page in pages])
    known = {word.lower() for page in kept for word in _WORD.findall(page)}
    whole = [_BROKEN.sub(lambda match: _joined(match, known), page) for page in kept]
    lengths = sorted(len(line) for page in whole for line in page.split("\n") if line)
    usual = lengths[len(lengths) * 3 // 4] if lengths else 0
    return [_unwrapped(page, usual) if usual >= _COLUMN else page for page in whole]


def head_day(pages: Sequence[str]) -> str:
    """The ISO date in a running head of the first page; empty without one. ``pages`` are as they were printed."""
    lines = [page.split("\n") for page in pages]
    dated = _dated_heads(lines)
    days = (first_day(lines[0][n])[0] for n in _edge(lines[0]) if _form(lines[0][n]) in dated) if lines else iter(())
    return next(days, "")


def goes_on(page: str, following: str) -> bool:
    """Whether a sentence of one page ends on the next."""
    return following[:1].islower() and not _END.search(page)


def _without_heads(pages: Sequence[Sequence[str]]) -> list[str]:
    """The lines of each page joined again, without those at its edges that stand there on other pages too."""
    edges = [set(_edge(lines)) for lines in pages]
    forms = Counter(form for lines, edge in zip(pages, edges, strict=True) for form in {_form(lines[n]) for n in edge})
    least = max(_LEAST_PAGES, _LEAST_SHARE * len(pages))
    heads = {form for form, count in forms.items() if count >= least and any(map(str.isalpha, form))}
    counted = _counting(pages, edges)
    seen = _dated_heads(pages)
    kept = []
    for page, (lines, edge) in enumerate(zip(pages, edges, strict=True)):
        dropped = {n for n in edge if _form(lines[n]) in seen or (page, n) in counted}
        seen |= {_form(lines[n]) for n in edge} & heads
        first = {n for n in edge if _form(lines[n]) in heads}
        shown = (f"{line}\n" if n in first else line for n, line in enumerate(lines) if n not in dropped)
        kept.append("\n".join(shown).strip())
    return kept


def _dated_heads(pages: Sequence[Sequence[str]]) -> set[str]:
    """The forms of the running heads that hold a date, which may be another one on each page."""
    dated = (
        {_form(lines[n]) for n in _edge(lines) if len(lines[n]) <= _LONGEST_HEAD and first_day(lines[n])[0]}
        for lines in pages
    )
    counts = Counter(form for forms in dated for form in forms)
    least = max(_LEAST_DATED, _LEAST_SHARE * len(pages))
    return {form for form, count in counts.items() if count >= least and any(map(str.isalpha, form))}


def _edge(lines: Sequence[str]) -> list[int]:
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return [*filled[:_EDGE], *filled[-_EDGE:]]


def _form(line: str) -> str:
    """A line with its date and its numbers left open: "Gazette 3" and "Gazette 4" are the same head."""
    told = " ".join(line.split())
    _, start, end = first_day(told) if len(told) <= _LONGEST_HEAD else ("", 0, 0)
    return _NUMBER.sub("#", f"{told[:start]}#{told[end:]}" if end else told)


def _counting(pages: Sequence[Sequence[str]], edges: Sequence[set[int]]) -> set[tuple[int, int]]:
    """The lines, as page and place, that hold nothing but a number that grows by one from page to page."""
    found = [
        (int(match[1]) - page, (page, number))
        for page, (lines, edge) in enumerate(zip(pages, edges, strict=True))
        for number in edge
        if (match := _BARE_NUMBER.fullmatch(lines[number].strip()))
    ]
    steps = Counter(first for first, _ in found)
    return {place for first, place in found if steps[first] > max(1, len(pages) // 2)}


def _joined(match: re.Match[str], known: set[str]) -> str:
    left, right = match["left"], match["right"]
    if not right[0].islower() or (f"{left}-{right}".lower() in known and (left + right).lower() not in known):
        return f"{left}-{right}"
    return left + right


def _unwrapped(page: str, usual: int) -> str:
    """The lines of a page, those that a sentence runs through in one."""
    lines = page.split("\n")
    ends = (" " if _runs_on(line, following, usual) else "\n" for line, following in pairwise(lines))
    return "".join(chain.from_iterable(zip(lines, chain(ends, [""]), strict=True)))


def _runs_on(line: str, following: str, usual: int) -> bool:
    """Whether a line was cut by the edge of the column alone."""
    is_full = len(line) >= _FULL * usual and not _END.search(line)
    return is_full and bool(following) and not (_is_row(line) or _is_row(following))


def _is_row(line: str) -> bool:
    """Whether a line may be the row of a table: every third of its words is a number."""
    return 3 * sum(any(map(str.isdigit, word)) for word in line.split()) >= len(line.split())
