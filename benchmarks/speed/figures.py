"""What the benchmarks of speed have in common: medians with their intervals, tables, and files of raw figures."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Self

import numpy as np

from rag.errors import InvalidInput
from rag.settings import HOME
from rag_eval.lines import replace_content

BUILD = HOME / "build" / "speed"
PAGE = HOME / "docs" / "speed.md"
_RESAMPLES, _SEED = 2000, 20_251
_BENT = 1.25  # times what a straight line would have


@dataclass(frozen=True, slots=True)
class Middle:
    """The median of ``over`` values with its 95 % interval, and their 90th percentile; nothing over nothing."""

    median: float
    low: float
    high: float
    p90: float
    over: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Self | None:
        """By the percentile bootstrap (Efron & Tibshirani 1993), the same on every call; None without values."""
        if not values:
            return None
        found = np.asarray(values, dtype=np.float64)
        drawn = np.random.default_rng(_SEED).choice(found, (_RESAMPLES, len(found)))
        low, high = np.percentile(np.median(drawn, axis=1), (2.5, 97.5))
        return cls(float(np.median(found)), float(low), float(high), float(np.percentile(found, 90)), len(found))

    def __str__(self) -> str:
        return f"{short(self.median)} ({short(self.low)}-{short(self.high)})"


def short(value: float | None) -> str:
    """Three figures of a number; a dash for none."""
    return "-" if value is None else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def seconds(work: Callable[[], object]) -> float:
    """What one call takes."""
    started = perf_counter()
    work()
    return perf_counter() - started


def in_turns(ways: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """What each of the ways gives, ``rounds`` times; they take turns, each round begins with another one."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    names = list(ways)
    for _ in range(rounds):
        for name in names:
            found[name].append(ways[name]())
        names.append(names.pop(0))
    return found


def ratio(values: Sequence[float], to: Sequence[float]) -> float:
    """The median of the ratios, pair by pair."""
    return median(value / other for value, other in zip(values, to, strict=True))


def bend(points: Sequence[tuple[float, float]]) -> float | None:
    """From which x on y is a quarter more than the line through the first two points has; None: nowhere.

    >>> bend([(1, 10), (2, 20), (3, 30), (4, 60)])
    4
    """
    (x0, y0), (x1, y1), *others = points
    slope = (y1 - y0) / (x1 - x0)
    return next((x for x, y in others if y > _BENT * (y0 + slope * (x - x0))), None)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, ["---"] * len(header), *rows))


def show(name: str, text: str, on_page: bool) -> None:
    """Print the figures of a benchmark, and with ``on_page`` put them in their place of ``docs/speed.md``."""
    print(text, flush=True)
    if on_page:
        replace_content(PAGE, placed(PAGE.read_text(encoding="utf-8"), name, text).encode())


def placed(page: str, name: str, text: str) -> str:
    """A page with the text between its marks of that name, in place of what was there. Raises InvalidInput.

    >>> placed("<!-- a -->old<!-- end of a -->", "a", "new")
    '<!-- a -->\\n\\nnew\\n\\n<!-- end of a -->'
    """
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, found, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise InvalidInput(f"The page has no place for {name}; put {begin} and {end} into it.")
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"


class Journal:
    """Raw figures, one JSON object a line; the first are the conditions under which all the others were measured.

    Those that an interrupted run has written are kept, unless they are of other conditions: that raises InvalidInput.
    """

    def __init__(self, path: Path, conditions: Mapping[str, Any]) -> None:
        self._path = path
        whole = path.read_bytes().rpartition(b"\n")[0] if path.is_file() else b""  # the last line may be cut off
        head, *self.rows = [json.loads(line) for line in whole.split(b"\n") if line] or [None]
        told = json.loads(json.dumps(conditions))
        if head is not None and head != told:
            differing = sorted(name for name in {*head, *told} if head.get(name) != told.get(name))
            raise InvalidInput(f"{path} was measured with other {', '.join(differing)}; delete it, or name another.")
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_content(path, b"".join(json.dumps(line).encode() + b"\n" for line in (told, *self.rows)))

    def write(self, row: Mapping[str, Any]) -> None:
        """Add a line, to disk before this returns."""
        self.rows.append(dict(row))
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def of(self, **values: object) -> Iterator[dict[str, Any]]:
        """The lines with these values."""
        return (row for row in self.rows if all(row.get(name) == value for name, value in values.items()))
