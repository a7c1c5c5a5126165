"""The figures of a run as tables: for the terminal, for Markdown and for the report page, all from the same rows."""

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from rich import box
from rich.table import Table
from rich.text import Text

from rag.settings import Settings
from rag_eval.fitting import Bargain
from rag_eval.metrics import Percentiles, Scores
from rag_eval.runs import RunInfo
from rag_eval.statistics import Rate
from rag_eval.text import printable

NOTHING = "–"
"""What stands where a figure is over nothing."""

_LOWER_IS_BETTER = frozenset({"refused wrongly", "answered wrongly", "risk area", "calibration error"})
_NAME_WIDTH = 32  # columns of a terminal: the names of the figures and what they were taken over
_DETAILED_WIDTH = 23  # columns of a system whose figures have their intervals beside them
_SHORT = 12  # characters of a checksum: enough to tell two apart


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as it is shown. ``detail`` is its 95 % interval or its 95th percentile, ``best`` the best of its row."""

    value: str
    detail: str = ""
    best: bool = False

    def __str__(self) -> str:
        return f"{self.value} [{self.detail}]" if self.detail else self.value


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of every system; ``over`` tells how many values it was taken over."""

    name: str
    cells: tuple[Cell, ...]
    over: str


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of plain strings under the names of the systems; ``heading`` is that of the first column."""

    heading: str
    systems: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def counted(self) -> bool:
        """Whether any row tells what it was taken over."""
        return any(row.over for row in self.rows)


def rates(scores: Sequence[Scores]) -> Grid:
    """Every rate with its 95 % interval, the area under the risk-coverage curve, and the calibration error."""
    return _rates({one.system: _all_rates(one) for one in scores})


def speed(scores: Sequence[Scores]) -> Grid:
    """Seconds and tokens: the median, beside it the 95th percentile."""
    columns = [one.speed for one in scores]
    return _grid("median, p95", _names(scores), (_speed_row(name, columns) for name in _union(columns)))


def bargains(offered: Sequence[Bargain]) -> Table:
    """For each threshold of the confidence the share of the answers that is shown, and how many of these are wrong."""
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("RAG_MIN_CONFIDENCE", "shown", "of these wrong"):
        table.add_column(heading, justify="right")
    for one in offered:
        table.add_row(f"{one.threshold:g}", f"{one.shown:.0%}", f"{one.wrong:.0%}")
    return table


def by_kind(scores: Sequence[Scores]) -> Grid:
    """Right of all, ``12/15``, for every kind of question and, in the last row, for all of them."""
    columns = [_right_and_all(one) for one in scores]
    everything = [(sum(right for right, _ in one.values()), sum(over for _, over in one.values())) for one in columns]
    rows = [_kind_row(kind, [one.get(kind, (0, 0)) for one in columns]) for kind in _union(columns)]
    return _grid("kind", _names(scores), [*rows, _kind_row("all", everything)])


def overview(scores: Sequence[Scores], width: int) -> Table:
    """One row a figure, one column a system; below them seconds and tokens.

    Intervals are left out when they would not fit into ``width`` columns.
    """
    detailed = fits_intervals(scores, width)
    table = _rich(rates(scores), detailed)
    table.add_section()
    _add(table, speed(scores), detailed)
    return table


def fits_intervals(scores: Sequence[Scores], width: int) -> bool:
    """Whether ``width`` columns of a terminal hold the figures of these systems with their intervals."""
    return width >= _NAME_WIDTH + _DETAILED_WIDTH * len(scores)


def kinds(scores: Sequence[Scores]) -> Table:
    """One row a kind of question, one column a system: how many were right."""
    return _rich(by_kind(scores))


def figures(systems: Mapping[str, Mapping[str, Rate]]) -> Table:
    """One row a figure, one column for each of ``systems``, which maps a name to its figures."""
    return _rich(_rates(systems))


def markdown(info: RunInfo, scores: Sequence[Scores]) -> str:
    """The tables in GitHub's Markdown, after a line on the conditions of the run."""
    line = "; ".join(f"{_escaped(name)}: {_escaped(value)}" for name, value in conditions(info))
    tables = (_markdown(grid) for grid in (rates(scores), speed(scores), by_kind(scores)))
    return "\n\n".join([line, *tables]) + "\n"


def conditions(info: RunInfo) -> tuple[tuple[str, str], ...]:
    """Under which conditions a run was made, as ``(name, value)``, checksums shortened."""
    models = ((role, _short(model)) for role, model in info.models.items())
    changed = ", ".join(f"{name} = {value}" for name, value in changed_settings(info).items())
    machine = ", ".join(f"{name} {value}" for name, value in info.machine.items())
    pairs = (
        ("set", PurePath(info.gold).name),
        ("split", info.split),
        ("questions", str(len(info.questions))),
        *models,
        ("index", info.index_fingerprint[:_SHORT]),
        ("settings", changed or "all as by default"),
        ("version", info.version),
        ("machine", machine),
        ("started", info.started),
    )
    return tuple((printable(name), printable(value)) for name, value in pairs if value)


def changed_settings(info: RunInfo) -> dict[str, str]:
    """The settings of a run that are not as by default, folders aside, as JSON."""
    defaults = Settings.model_construct().model_dump(mode="json")
    places = {name for name, field in Settings.model_fields.items() if isinstance(field.default, Path)}
    plain = json.loads(json.dumps(info.settings, default=str))
    return {
        name: json.dumps(value, ensure_ascii=False)
        for name, value in plain.items()
        if name not in places and (name not in defaults or defaults[name] != value)
    }


def percent(value: float | None) -> str:
    """``67.4 %``."""
    return NOTHING if value is None else f"{_points(value)} %"


def _rates(systems: Mapping[str, Mapping[str, Rate]]) -> Grid:
    columns = tuple(systems.values())
    return _grid("figure", systems, (_rate_row(name, columns) for name in _union(columns)))


def _all_rates(one: Scores) -> Mapping[str, Rate]:
    answers = [item.record for item in one.questions if item.record and not item.record.abstained]
    forecasts = sum(part.over for part in one.calibration)
    return {
        **one.rates,
        "risk area": Rate(one.risk_area, None, None, len(answers)),
        "calibration error": Rate(one.calibration_error, None, None, forecasts),
    }


def _right_and_all(one: Scores) -> Mapping[str, tuple[int, int]]:
    return {kind: (verdicts.get("correct", 0), sum(verdicts.values())) for kind, verdicts in one.by_kind.items()}


def _rate_row(name: str, columns: Sequence[Mapping[str, Rate]]) -> Row:
    found = [one.get(name, Rate(None, None, None, 0)) for one in columns]
    sign = -1 if name in _LOWER_IS_BETTER else 1
    best = _best([None if rate.value is None else sign * rate.value for rate in found])
    cells = tuple(Cell(percent(rate.value), _interval(rate), mark) for rate, mark in zip(found, best, strict=True))
    return Row(name, cells, _over(rate.over for rate in found))


def _speed_row(name: str, columns: Sequence[Mapping[str, Percentiles]]) -> Row:
    found = [one.get(name) for one in columns]
    shown = _whole if "tokens" in name else _seconds
    return Row(name, tuple(_percentiles(item, shown) for item in found), _over(item.over for item in found if item))


def _kind_row(name: str, counts: Sequence[tuple[int, int]]) -> Row:
    best = _best([right / over if over else None for right, over in counts])
    cells = (
        Cell(f"{right}/{over}" if over else NOTHING, best=mark)
        for (right, over), mark in zip(counts, best, strict=True)
    )
    return Row(name, tuple(cells), "")


def _percentiles(found: Percentiles | None, shown: Callable[[float], str]) -> Cell:
    if found is None or found.p50 is None or found.p95 is None:
        return Cell(NOTHING)
    return Cell(shown(found.p50), f"p95 {shown(found.p95)}")


def _best(values: Sequence[float | None]) -> list[bool]:
    """Which values are the highest as shown; none when all are alike, for then there is nothing to choose."""
    shown = [None if value is None else round(value, 3) for value in values]
    found = {value for value in shown if value is not None}
    return [len(found) > 1 and value == max(found) for value in shown]


def _interval(rate: Rate) -> str:
    return "" if rate.low is None or rate.high is None else f"{_points(rate.low)}, {_points(rate.high)}"


def _points(value: float) -> str:
    """Percentage points with a true minus sign; adding 0 makes a zero of a negative one."""
    return f"{round(100 * value, 1) + 0:.1f}".replace("-", "−")


def _seconds(value: float) -> str:
    return f"{value:.2f}" if value < 1 else f"{value:.1f}"


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _over(counts: Iterable[int]) -> str:
    found = sorted(set(counts) - {0})
    return f"{found[0]}–{found[-1]}" if len(found) > 1 else "".join(map(str, found))


def _union(columns: Iterable[Mapping[str, object]]) -> list[str]:
    """The names of all columns, in the order of their first occurrence."""
    return list(dict.fromkeys(name for column in columns for name in column))


def _grid(heading: str, systems: Iterable[str], rows: Iterable[Row]) -> Grid:
    plain = (Row(printable(row.name), row.cells, row.over) for row in rows)
    return Grid(heading, tuple(map(printable, systems)), tuple(plain))


def _names(scores: Sequence[Scores]) -> Iterator[str]:
    return (one.system for one in scores)


def _short(model: str) -> str:
    """``name sha256`` with a short sha256."""
    name, gap, digest = model.rpartition(" ")
    return f"{name}{gap}{digest[:_SHORT]}" if gap else model


def _rich(grid: Grid, detailed: bool = True) -> Table:
    table = Table()
    table.add_column(grid.heading)
    for system in grid.systems:
        table.add_column(Text(system), justify="right")
    if grid.counted:
        table.add_column("over", justify="right", style="dim")
    _add(table, grid, detailed)
    return table


def _add(table: Table, grid: Grid, detailed: bool) -> None:
    for row in grid.rows:
        cells = (Text(str(cell) if detailed else cell.value, style="bold" if cell.best else "") for cell in row.cells)
        table.add_row(Text(row.name), *cells, *_counts(grid, row.over))


def _markdown(grid: Grid) -> str:
    lines = [
        [grid.heading, *map(_escaped, grid.systems), *_counts(grid, "over")],
        ["---", *["---:"] * len(grid.systems), *_counts(grid, "---:")],
        *([_escaped(row.name), *map(_marked, row.cells), *_counts(grid, row.over)] for row in grid.rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _counts(grid: Grid, text: str) -> list[str]:
    """The last cell of a line, in a table that has such a column."""
    return [text] if grid.counted else []


def _marked(cell: Cell) -> str:
    return str(Cell(f"**{cell.value}**", cell.detail)) if cell.best else str(cell)


def _escaped(text: str) -> str:
    """Data that Markdown takes as words: no cell border, markup, link or HTML."""
    return re.sub(r"([\\|*`\[\]~])", r"\\\1", html.escape(text, quote=False))
