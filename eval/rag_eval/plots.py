"""The plots of the report as inline SVG, drawn from scores alone: the same scores give the same bytes.

They are drawn in marker colours that the page's own replace, so that text and lines follow its light or dark theme.
"""

import html
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from typing import TYPE_CHECKING

from rag_eval.gold import Verdict
from rag_eval.metrics import Percentiles, Scores
from rag_eval.tables import percent
from rag_eval.text import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

_WIDTH, _HEIGHT, _ROW = 6.4, 3.8, 0.3  # inches, each 72 pixels of the page
_INK, _QUIET, _PAPER, _RULE = "#010101", "#020202", "#030303", "#040404"
_SYSTEMS = tuple(f"#0a00{number:02x}" for number in range(8))
_MARKERS = "osD^vPX*"
_DASHES = ("-", "--", "-.", ":")
_VERDICTS: dict[Verdict, tuple[str, str, str]] = {
    "correct": ("#0b0001", "#0b0002", _INK),
    "refused": ("none", "#0b0003", _INK),
    "wrong": ("#0b0004", "#0b0004", _PAPER),
}
"""Fill, edge and text: light, empty and dark, so that they differ in grey as well."""
_COLOURS = {
    _INK: "currentColor",
    _QUIET: "var(--quiet)",
    _PAPER: "var(--paper)",
    _RULE: "var(--rule)",
    "#0b0001": "var(--correct-soft)",
    "#0b0002": "var(--correct)",
    "#0b0003": "var(--refused)",
    "#0b0004": "var(--wrong)",
    **{colour: f"var(--system-{number})" for number, colour in enumerate(_SYSTEMS)},
}
_STYLE = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 12,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": _QUIET,
    "xtick.labelcolor": _INK,
    "ytick.color": _QUIET,
    "ytick.labelcolor": _INK,
    "grid.color": _RULE,
    "legend.frameon": False,
}
_ON_WHITE = dict(
    zip(
        ("currentColor", "var(--quiet)", "var(--rule)", *(f"var(--system-{number})" for number in range(8))),
        "#1c1e21 #565c64 #dcddd8 #1d63b8 #b4530a #157a45 #7e22ce #be185d #57606a #0f766e #8a5a00".split(),
        strict=True,
    )
)
"""The page's colours, for a plot without a page."""
_LONGEST_NAME = 28  # characters that leave room for the plot beside them
_STAGES = {"seconds to evidence": "^", "seconds to first token": "D"}
_TO_THE_END = "seconds to the end"


def risk_coverage(scores: Sequence[Scores]) -> str:
    """Wrong answers against the share of questions answered, the surest first; empty if no system answered any."""
    shown = [(number, one) for number, one in enumerate(scores) if one.risk_coverage]
    if not shown:
        return ""
    words = "; ".join(f"{printable(one.system)}: {_end_in_words(one)}" for _, one in shown)
    height = max(_HEIGHT, 0.25 * len(shown) + 1)
    return _drawn(f"Risk against coverage. {words}.", height, lambda axes: _draw_curves(axes, shown))


def calibration(one: Scores) -> str:
    """How many answers of one system were right at each confidence; empty without an answer."""
    if not one.calibration:
        return ""
    parts = (f"{percent(part.right)} of {part.over} at {percent(part.confidence)}" for part in one.calibration)
    words = f"error {percent(one.calibration_error)}. Right by confidence: {'; '.join(parts)}."
    return _drawn(f"Calibration of {printable(one.system)}: {words}", _HEIGHT, lambda axes: _draw_bins(axes, one))


def seconds(scores: Sequence[Scores]) -> str:
    """Median and 95th percentile of the seconds to the end, and the medians of what comes before; empty without any."""
    timed = [
        (number, one) for number, one in enumerate(scores) if _TO_THE_END in one.speed and one.speed[_TO_THE_END].over
    ]
    if not timed:
        return ""
    words = "; ".join(f"{printable(one.system)}: {_seconds_in_words(one.speed[_TO_THE_END])}" for _, one in timed)
    height = _ROW * len(timed) + 1
    return _drawn(f"Seconds to the end of an answer. {words}.", height, lambda axes: _draw_seconds(axes, timed))


def verdicts(one: Scores) -> str:
    """The verdicts on one system's answers as stacked bars, one a kind of question; empty without questions."""
    if not one.by_kind:
        return ""
    counts = {verdict: [found.get(verdict, 0) for found in one.by_kind.values()] for verdict in _VERDICTS}
    kinds = [_name(kind) for kind in one.by_kind]
    words = ", ".join(f"{sum(found)} {verdict}" for verdict, found in counts.items())
    height = _ROW * len(kinds) + 1.1
    return _drawn(
        f"Verdicts on {printable(one.system)} by kind: {words}.", height, lambda axes: _draw_bars(axes, kinds, counts)
    )


def recall(curves: Mapping[str, Sequence[float]]) -> str:
    """The share of the places of an answer that the first 1, 2, … passages hold, one line a way to search.

    It is a file of its own: with the colours of a light page.
    """
    words = "; ".join(f"{printable(name)}: {percent(values[-1])}" for name, values in curves.items())
    height = max(_HEIGHT, 0.27 * len(curves) + 1)
    inline = _drawn(f"Recall by passages. {words}.", height, lambda axes: _draw_recall(axes, curves))
    for name, colour in _ON_WHITE.items():
        inline = inline.replace(name, colour)
    return inline.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" ', 1)


def _end_in_words(one: Scores) -> str:
    last = one.risk_coverage[-1]
    return f"{percent(last.coverage)} answered, {percent(last.risk)} of that wrong"


def _seconds_in_words(end: Percentiles) -> str:
    return f"median {end.p50 or 0:.1f}, 95th percentile {end.p95 or 0:.1f}"


def _draw_curves(axes: "Axes", shown: Sequence[tuple[int, Scores]]) -> None:
    highest = max(point.risk for _, one in shown for point in one.risk_coverage)
    axes.set(xlim=(0, 1), xlabel="questions answered, the most confident first")
    axes.set(ylim=(0, max(0.1, 1.1 * highest)), ylabel="answers that are wrong")
    _show_percents(axes)
    for number, one in shown:
        axes.plot(
            [point.coverage for point in one.risk_coverage],
            [point.risk for point in one.risk_coverage],
            color=_colour(number),
            linestyle=_DASHES[number % len(_DASHES)],
            marker=_MARKERS[number % len(_MARKERS)],
            markevery=[len(one.risk_coverage) - 1],
            clip_on=False,
        )
    ends = [one.risk_coverage[-1] for _, one in shown]
    places = [(end.coverage, end.risk) for end in ends]
    _label_ends(axes, [(number, one.system, place) for (number, one), place in zip(shown, places, strict=True)])


def _draw_recall(axes: "Axes", curves: Mapping[str, Sequence[float]]) -> None:
    longest = max(map(len, curves.values()))
    top = min(1, 1.1 * max(map(max, curves.values())))
    axes.set(xlim=(0, longest), xlabel="passages", ylim=(0, top), ylabel="places of the answer that they hold")
    _show_percents(axes, axes.yaxis)
    for number, values in enumerate(curves.values()):
        style = _DASHES[number // len(_SYSTEMS) % len(_DASHES)]
        axes.plot(range(1, len(values) + 1), values, color=_colour(number), linestyle=style, clip_on=False)
    ends = [(number, name, (len(found), found[-1])) for number, (name, found) in enumerate(curves.items())]
    _label_ends(axes, ends)


def _label_ends(axes: "Axes", lines: Sequence[tuple[int, str, tuple[float, float]]]) -> None:
    """Write each line's name right of the plot, as high as it ends, with a thin line to that end.

    ``lines`` are number, name and end of each, from the bottom 0 of the plot on.
    """
    low, top = axes.get_ylim()
    heights = _spread([end[1] / (top - low) for _, _, end in lines], gap=1 / max(13, len(lines)))
    for (number, name, end), height in zip(lines, heights, strict=True):
        axes.annotate(
            _name(name),
            end,
            (1.06, height),
            textcoords="axes fraction",
            verticalalignment="center",
            arrowprops={
                "arrowstyle": "-",
                "color": _colour(number),
                "linewidth": 0.7,
                "shrinkB": 5,
                "relpos": (0, 0.5),
            },
        )


def _spread(heights: Sequence[float], gap: float) -> list[float]:
    """Heights in [0, 1] moved apart by at least ``gap`` where that fits, in the same order from low to high."""
    placed = list(heights)
    order = sorted(range(len(heights)), key=heights.__getitem__)
    floor, ceiling = 0.0, 1.0
    for number in order:
        placed[number] = max(placed[number], floor)
        floor = placed[number] + gap
    for number in reversed(order):
        placed[number] = min(placed[number], ceiling)
        ceiling = placed[number] - gap
    return placed


def _draw_bins(axes: "Axes", one: Scores) -> None:
    axes.set(xlim=(0, 1), xlabel="confidence", ylim=(0, 1), ylabel="answers that are right")
    _show_percents(axes)
    axes.plot([0, 1], [0, 1], color=_QUIET, linestyle=":", zorder=1)
    most = max(part.over for part in one.calibration)
    for part in one.calibration:
        place = (part.confidence, part.right)
        axes.scatter(*place, s=30 + 200 * part.over / most, color=_colour(0), clip_on=False, zorder=2)
        axes.annotate(str(part.over), place, (0, 9), textcoords="offset points", horizontalalignment="center")


def _draw_seconds(axes: "Axes", timed: Sequence[tuple[int, Scores]]) -> None:
    for row, (number, one) in enumerate(timed):
        stages = {"o": one.speed[_TO_THE_END].p50, "|": one.speed[_TO_THE_END].p95}
        stages |= {marker: one.speed[name].p50 for name, marker in _STAGES.items() if name in one.speed}
        axes.hlines(row, stages["o"] or 0, stages["|"] or 0, color=_colour(number), linewidth=2)
        for marker, value in stages.items():
            if value is not None:
                face = _colour(number) if marker == "o" else "none"
                axes.plot(value, row, color=_colour(number), marker=marker, markersize=9, mfc=face, clip_on=False)
    axes.set(xlabel="seconds", xlim=(0, None))
    _name_rows(axes, [_name(one.system) for _, one in timed])


def _draw_bars(axes: "Axes", kinds: Sequence[str], counts: dict[Verdict, list[int]]) -> None:
    from matplotlib.patches import Patch

    left = [0] * len(kinds)
    for verdict, found in counts.items():
        fill, edge, ink = _VERDICTS[verdict]
        widths = [min(count, 1) for count in found]  # no edge around nothing
        bars = axes.barh(range(len(kinds)), found, 0.72, left, color=fill, edgecolor=edge, linewidth=widths)
        axes.bar_label(bars, [str(count or "") for count in found], label_type="center", color=ink, fontsize=11)
        left = [start + count for start, count in zip(left, found, strict=True)]
    axes.set(xlabel="questions", xlim=(0, max(1, *left)))
    axes.locator_params(axis="x", integer=True)
    boxes = [Patch(facecolor=fill, edgecolor=edge, label=verdict) for verdict, (fill, edge, _) in _VERDICTS.items()]
    axes.legend(handles=boxes, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(boxes), borderaxespad=0.2)
    _name_rows(axes, kinds)


def _name(text: str) -> str:
    plain = printable(text)
    return plain if len(plain) <= _LONGEST_NAME else f"{plain[: _LONGEST_NAME - 1]}…"


def _colour(number: int) -> str:
    return _SYSTEMS[number % len(_SYSTEMS)]


def _show_percents(axes: "Axes", *those: "Axis") -> None:
    """Show shares as percents, on both axes unless only ``those`` have any."""
    from matplotlib.ticker import PercentFormatter

    axes.grid(True)
    for axis in those or (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1, decimals=0))


def _name_rows(axes: "Axes", names: Sequence[str]) -> None:
    """Name the rows, the first on top, without the axis line that would repeat their left edge."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0, pad=9)
    axes.spines["left"].set_visible(False)


def _drawn(label: str, height: float, draw: Callable[["Axes"], None]) -> str:
    """What ``draw`` puts on empty axes, ``height`` inches high, as an ``<svg>`` that is read aloud as ``label``."""
    from matplotlib import style
    from matplotlib.figure import Figure

    with style.context(["default", _STYLE, {"svg.hashsalt": label}]), warnings.catch_warnings():
        # Only widths are measured with matplotlib's font; the browser's own has the letters that this one lacks.
        warnings.filterwarnings("ignore", message="Glyph")
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        draw(figure.add_subplot())
        svg = StringIO()
        no_metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(svg, format="svg", transparent=True, metadata=no_metadata)
    _, _, body = svg.getvalue().partition("</style>\n </defs>\n")
    opening = f'<svg viewBox="0 0 {72 * _WIDTH:g} {72 * height:g}" role="img" aria-label="{html.escape(label)}">\n'
    return opening + re.sub(r"<[^>]+>", _page_tag, body)


def _page_tag(found: re.Match[str]) -> str:
    """A tag in the page's colours and font, without an id that other plots have too."""
    tag = found[0].replace("xlink:href", "href")
    tag = re.sub(r'(?<=<g) id="[^"]*"|font-family: [^;"]*;? ?', "", tag)
    return re.sub("#[0-9a-f]{6}", lambda colour: _COLOURS.get(colour[0], colour[0]), tag)
