"""The days that words of a text mean: dates written out, and relative ones where the article's own date is known.

In running text, months, quarters and "two years ago" are read in English, ISO dates in any language; the day of
publication also in eleven others. In doubt there is no date: a wrong day is worse than a missing one.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from typing import TypeAlias

from rag.corpus import date_forms as forms
from rag.types import DateMention

_Days: TypeAlias = tuple[date, date]
_Parts: TypeAlias = Mapping[str, str | None]

_STEPS = {"last": -1, "this": 0, "next": 1}
_MONTHS_IN = {"month": 1, "quarter": 3, "q": 3, "half": 6, "h": 6, "year": 12}
_MONTH_NUMBERS = {name[:3]: number for number, name in enumerate(forms.MONTHS, start=1)}
_COUNTS = {name: number for number, name in enumerate(forms.COUNTS, start=1)}
_AHEAD = timedelta(days=91)


def date_mentions(text: str, published: str) -> tuple[DateMention, ...]:
    """The dates that ``text`` names, in its order and without overlap, as the days they mean.

    ``published`` is the article's ISO date; when it is empty, only what is complete by itself is read. A month or a
    day without a year is the latest one that begins no more than 91 days after publication: news looks back further
    than ahead. "On Monday" is the last one up to publication; weeks begin on Monday; "two years ago" is that whole
    year, "two weeks ago" that whole week.
    """
    found = sorted(_found(text, _day(published)), key=lambda mention: (mention.start, -mention.end))
    kept: list[DateMention] = []
    for mention in found:
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return tuple(kept)


def first_day(text: str) -> tuple[str, int, int]:
    """The first complete date of a short text as ISO date, and its offsets; empty at 0 without one.

    >>> first_day("Mon, 3 Mar 2025 10:30")
    ('2025-03-03', 5, 15)
    """
    matches = (match for form in forms.COMPLETE_DAYS for match in form.finditer(text))
    for match in sorted(matches, key=lambda match: match.start()):
        with suppress(ValueError):
            return _in_year(match.groupdict(), int(match["year"]))[0].isoformat(), match.start(), match.end()
    return "", 0, 0


def day_in_year(text: str, year: int) -> str:
    """The ISO date of a day without a year ("March 3"), or an empty string when ``text`` is none."""
    with suppress(ValueError):
        parts = _parts_of(text)
        return _in_year(parts, year)[0].isoformat() if parts.get("day") and not parts.get("year") else ""
    return ""


def _found(text: str, published: date | None) -> Iterator[DateMention]:
    """All readings of all forms, those that overlap included."""
    yield from _read(text, forms.DATES, partial(_written, published))
    yield from _read(text, forms.RANGES, partial(_range, published))
    yield from _read(text, forms.PARTS_OF_A_YEAR, _part_of_a_year)
    if published:
        for form, reading in _RELATIVE:
            yield from _read(text, (form,), partial(reading, published))


def _read(text: str, wanted: Iterable[re.Pattern[str]], reading: Callable[[_Parts], _Days]) -> Iterator[DateMention]:
    for form in wanted:
        for match in form.finditer(text):
            with suppress(ValueError, OverflowError):  # no days of the calendar
                first, last = reading(match.groupdict())
                if first <= last:
                    yield DateMention(*match.span("when"), first.isoformat(), last.isoformat())


def _written(published: date | None, parts: _Parts) -> _Days:
    """What a date means, with the year that is most likely meant where it has none."""
    if year := parts.get("year"):
        return _in_year(parts, int(year))
    if not published:
        raise ValueError("a date without a year in an article without a date")
    return max(days for days in _in_years_near(parts, published) if days[0] <= published + _AHEAD)


def _in_years_near(parts: _Parts, published: date) -> Iterator[_Days]:
    for year in (published.year - 1, published.year, published.year + 1):
        with suppress(ValueError):  # February 29
            yield _in_year(parts, year)


def _in_year(parts: _Parts, year: int) -> _Days:
    month, day = parts.get("month"), parts.get("day")
    if not month:
        last = parts.get("last_year") or str(year)
        return date(year, 1, 1), date(int(str(year)[: -len(last)] + last), 12, 31)
    number = int(month) if month.isdecimal() else _month_number(month)
    if not day:
        return _block(1, 12 * year + number - 1)
    return date(year, number, int(day)), date(year, number, int(parts.get("last_day") or day))


def _month_number(name: str) -> int:
    return forms.OTHER_MONTHS.get(name.lower()) or _MONTH_NUMBERS[name[:3].title()]


def _range(published: date | None, parts: _Parts) -> _Days:
    """From the first day of the left date to the last of the right one; one lends its year to the other."""
    left, right = _parts_of(parts["left"] or ""), _parts_of(parts["right"] or "")
    left_year, right_year = left.get("year"), right.get("year")
    if left_year and not right_year:
        begin, end = _in_year(left, int(left_year)), _in_year(right, int(left_year))
        return begin[0], (end if begin <= end else _in_year(right, int(left_year) + 1))[1]
    end = _written(published, right)
    year = int(left_year or end[0].year)
    begin = _in_year(left, year)
    return (begin if begin <= end or left_year else _in_year(left, year - 1))[0], end[1]


def _parts_of(words: str) -> _Parts:
    for form in forms.DATE_PARTS:
        if match := form.fullmatch(words):
            return match.groupdict()
    raise ValueError(f"{words!r} is no date")


def _part_of_a_year(parts: _Parts) -> _Days:
    year, rank, part = int(parts["year"] or 0), (parts["rank"] or "").lower(), (parts["part"] or "").lower()
    months = _MONTHS_IN[part]
    number = int(rank) if rank.isdecimal() else 1 + forms.RANKS.index(rank)
    if number > 12 // months:
        raise ValueError(f"a year has no {part} {number}")
    return _block(months, year * 12 // months + number - 1)


def _named_day(published: date, parts: _Parts) -> _Days:
    day = published + timedelta(days=forms.NAMED_DAYS[" ".join((parts["name"] or "").lower().split())])
    return day, day


def _stepped_unit(published: date, parts: _Parts) -> _Days:
    return _unit(published, parts["unit"] or "", _STEPS[(parts["step"] or "").lower()])


def _ago(published: date, parts: _Parts) -> _Days:
    count = (parts["count"] or "").lower()
    number = int(count) if count.isdecimal() else _COUNTS.get(count, 1)
    return _unit(published, parts["unit"] or "", -number)


def _stepped_month(published: date, parts: _Parts) -> _Days:
    """The latest such month that ended before publication, that of the same year, or the next that begins after it."""
    step = (parts["step"] or "").lower()
    years = list(_in_years_near(parts, published))
    if step == "this":
        return years[1]
    if step == "last":
        return max(days for days in years if days[1] < published)
    return min(days for days in years if days[0] > published)


def _weekday(published: date, parts: _Parts) -> _Days:
    """The last such day up to publication; with "last" before it, with "next" after it, with "this" in its week."""
    step = (parts.get("step") or "on").lower()
    ahead = forms.WEEKDAYS.index(parts["weekday"] or "") - published.weekday()
    offset = {"on": -(-ahead % 7), "last": -(-ahead % 7 or 7), "next": ahead % 7 or 7, "this": ahead}[step]
    day = published + timedelta(days=offset)
    return day, day


def _unit(day: date, unit: str, offset: int) -> _Days:
    """The whole day, week, month, quarter or year that lies ``offset`` of them from the one that holds ``day``."""
    if unit == "day":
        return (day + timedelta(days=offset),) * 2
    if unit == "week":
        monday = day + timedelta(weeks=offset, days=-day.weekday())
        return monday, monday + timedelta(days=6)
    months = _MONTHS_IN[unit]
    return _block(months, (12 * day.year + day.month - 1) // months + offset)


def _block(months: int, number: int) -> _Days:
    """The days of the block with this number, when all of time since year 0 is cut into blocks of so many months."""
    first, last = number * months, number * months + months - 1
    end = monthrange(last // 12, last % 12 + 1)[1]
    return date(first // 12, first % 12 + 1, 1), date(last // 12, last % 12 + 1, end)


def _day(iso: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(iso)
    return None


_RELATIVE: tuple[tuple[re.Pattern[str], Callable[[date, _Parts], _Days]], ...] = (
    (forms.NAMED_DAY, _named_day),
    (forms.STEPPED_UNIT, _stepped_unit),
    (forms.STEPPED_MONTH, _stepped_month),
    (forms.WEEKDAY, _weekday),
    (forms.STEPPED_WEEKDAY, _weekday),
    (forms.AGO, _ago),
)
