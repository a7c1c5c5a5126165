"""Numbers as a text gives them: how many, of what, and how exactly."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.text import numbers, stems

_ABOVE = r"more than|over|above|at least|exceeding|upwards of|no fewer than|no less than"
_BELOW = r"fewer than|less than|under|below|at most|up to|no more than"
_NEAR = r"nearly|almost|about|around|roughly|approximately|some|close to"
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "m": 1e6, "bn": 1e9}
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_QUANTITY = re.compile(
    rf"(?:\b(?P<above>{_ABOVE})\s+|\b(?P<below>{_BELOW})\s+|\b(?P<near>{_NEAR})\s+)?(?:the\s+)?(?:[$€£¥]|US\$)?"
    rf"(?P<number>{_NUMBER})(?!,*\d)(?:\s*(?P<scale>thousand|million|billion|trillion|m|bn)\b)?"
    r"(?P<plus>\+|\s+or\s+more\b)?(?=\s*(?P<unit>%|per\s?cent|percentage points|[a-z-]+)?)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_MONTHS = "january february march april may june july august september october november december".split()
_DAY = re.compile(rf"(?:{'|'.join(_MONTHS)})\s+\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quantity:
    """``value`` of a ``unit``: "%", or the stem of the word after the number. ``bound`` is "", ">", "<" or "~".

    ``words`` are those of the text, without the unit, but with its "%".
    """

    value: float
    bound: str
    unit: str
    words: str


def quantities(text: str) -> tuple[Quantity, ...]:
    """The quantities of a text in their order; years and days of a month are none.

    >>> found = quantities("In May 2025 over 1.5 million jobs, 23 per cent of all.")
    >>> [(each.words, each.bound, each.value, each.unit) for each in found]
    [('over 1.5 million', '>', 1500000.0, 'job'), ('23%', '', 23.0, '%')]
    """
    return tuple(_quantities(text))


def _quantities(text: str) -> Iterator[Quantity]:
    for match in _QUANTITY.finditer(text):
        digits, unit = numbers(match["number"])[0], (match["unit"] or "").lower()
        if (_YEAR.fullmatch(digits) and not match["scale"]) or _DAY.search(text[: match.start("number")]):
            continue
        bound = ">" if match["above"] or match["plus"] else "<" if match["below"] else "~" if match["near"] else ""
        percentage = unit.startswith(("%", "per"))
        kind = "%" if percentage else "".join(stems(unit)[:1])
        words = " ".join(match.group().split()) + ("%" if percentage else "")
        yield Quantity(float(digits) * _SCALES.get((match["scale"] or "").lower(), 1), bound, kind, words)
