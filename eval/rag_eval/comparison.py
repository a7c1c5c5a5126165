"""Two systems on the same questions: which answers got better, which worse, and how sure the difference is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rag.errors import InvalidInput
from rag_eval.gold import GoldQuestion, Verdict
from rag_eval.metrics import JudgedQuestion, Scores
from rag_eval.statistics import PairedTest
from rag_eval.text import printable

Figure: TypeAlias = Callable[[JudgedQuestion], float | None]


@dataclass(frozen=True, slots=True)
class Change:
    """One question, as the first system answered it (``before``) and as the second did (``after``)."""

    question: GoldQuestion
    before: JudgedQuestion
    after: JudgedQuestion

    @property
    def gain(self) -> int:
        """How much more the second answer is worth, from -2 to 2."""
        return self.after.worth - self.before.worth


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from the first system to the second on the questions that both have.

    ``better`` and ``worse`` begin with the largest change; ``other`` are answers of the same worth in other words,
    ``unchanged`` counts those in the same words; ``left_out`` counts the questions that only one of the two has.
    ``tests`` are paired, second minus first, by the name of the figure: "truthfulness" of all questions, "answered
    correctly" and "token F1" of the answerable ones, "refused rightly" of the others; one over nothing is left out.
    ``seconds_ratio`` is the median, over the questions, of the second's seconds divided by the first's; None over
    nothing.
    """

    systems: tuple[str, str]
    better: tuple[Change, ...]
    worse: tuple[Change, ...]
    other: tuple[Change, ...]
    unchanged: int
    left_out: int
    tests: Mapping[str, PairedTest]
    seconds_ratio: float | None


def compare(first: Scores, second: Scores, shared_only: bool = False) -> Comparison:
    """Compare two systems, or two runs of one, question by question.

    Raises InvalidInput unless both have the same questions; with ``shared_only``, unless they share one.
    """
    pairs, left_out = _paired(first, second, shared_only)
    same = [pair for pair in pairs if not pair.gain]
    other = tuple(pair for pair in same if answer_of(pair.before) != answer_of(pair.after))
    return Comparison(
        systems=(first.system, second.system),
        better=tuple(sorted((pair for pair in pairs if pair.gain > 0), key=lambda pair: -pair.gain)),
        worse=tuple(sorted((pair for pair in pairs if pair.gain < 0), key=lambda pair: pair.gain)),
        other=other,
        unchanged=len(same) - len(other),
        left_out=left_out,
        tests=dict(_tests(pairs)),
        seconds_ratio=_seconds_ratio(pairs),
    )


def shown(comparison: Comparison) -> Group:
    """The comparison for a terminal: the tests, then every question that got worse or better, with both answers."""
    blocks: list[RenderableType] = [_table(comparison), Text(_summary(comparison)), Text()]
    for heading, style, changes in (
        ("Got worse", "bold red", comparison.worse),
        ("Got better", "bold green", comparison.better),
    ):
        blocks.append(Text(f"{heading}: {len(changes) or 'nothing'}", style))
        blocks += [
            described(
                change.question,
                change.before.verdict,
                change.after.verdict,
                {"before": answer_of(change.before), "after": answer_of(change.after)},
            )
            for change in changes
        ]
    return Group(*blocks)


def described(question: GoldQuestion, before: Verdict, after: Verdict, answers: Mapping[str, str]) -> RenderableType:
    """One question whose verdict changed, for a terminal: id, verdicts, question, and the answers by their labels."""
    heading = Text.assemble((printable(question.id), "bold"), f"  {before} → {after}")
    lines = Table.grid(padding=(0, 2))
    for label, text in {"question": question.question, **answers}.items():
        lines.add_row(Text(label, "dim"), Text(printable(text) or "(no answer)"))
    return Padding(Group(heading, Padding(lines, (0, 0, 0, 2))), (0, 0, 1, 0))


def answer_of(judged: JudgedQuestion) -> str:
    """The text of the answer; empty when there is none."""
    return judged.record.text if judged.record else ""


def _paired(first: Scores, second: Scores, shared_only: bool) -> tuple[tuple[Change, ...], int]:
    """The questions of both, in the order of the first, and how many only one of the two has."""
    before = {judged.question.id: judged for judged in first.questions}
    after = {judged.question.id: judged for judged in second.questions}
    only_first, only_second = len(before.keys() - after.keys()), len(after.keys() - before.keys())
    left_out = only_first + only_second
    if left_out and not shared_only:
        raise InvalidInput(
            f"The two differ in {left_out} questions ({only_first} only in the first, {only_second} only in the "
            f"second); ask both the same questions, or compare the shared ones only."
        )
    pairs = tuple(Change(after[name].question, before[name], after[name]) for name in before if name in after)
    if not pairs:
        raise InvalidInput(
            f"The two share no question (the first has {len(before)}, the second {len(after)}), expected at least one; "
            f"ask both the same questions."
        )
    return pairs, left_out


_FIGURES: Mapping[str, Figure] = {
    "truthfulness": lambda judged: float(judged.worth),
    "answered correctly": lambda judged: float(judged.verdict == "correct") if judged.question.answerable else None,
    "refused rightly": lambda judged: None if judged.question.answerable else float(judged.verdict == "correct"),
    "token F1": lambda judged: judged.f1,
}


def _tests(pairs: Sequence[Change]) -> Iterator[tuple[str, PairedTest]]:
    for name, figure in _FIGURES.items():
        values = [(figure(pair.before), figure(pair.after)) for pair in pairs]
        known = [(before, after) for before, after in values if before is not None and after is not None]
        if known:
            yield name, PairedTest.of([before for before, _ in known], [after for _, after in known])


def _seconds_ratio(pairs: Sequence[Change]) -> float | None:
    totals = [
        (pair.before.record.timings.total, pair.after.record.timings.total)
        for pair in pairs
        if pair.before.record and pair.after.record
    ]
    ratios = [after / before for before, after in totals if before > 0 and after > 0]
    return median(ratios) if ratios else None


def _table(comparison: Comparison) -> Table:
    title = " → ".join(map(printable, comparison.systems))
    grid = Table(title=Text(title), title_justify="left")
    for heading in ("figure", "change", "reading", "over"):
        grid.add_column(heading, justify="right" if heading == "over" else "left")
    for name, test in comparison.tests.items():
        grid.add_row(name, Text(_change(test)), _reading(test), str(test.over))
    return grid


def _change(test: PairedTest) -> str:
    """Difference, 95 % interval and p, on the scale from 0 to 100."""
    difference, low, high = (100 * value for value in (test.difference, test.low, test.high))
    chance = f"= {test.p:.2g}" if test.p >= 0.001 else "< 0.001"
    return f"{difference:+z.1f} points [{low:z.1f}, {high:z.1f}], p {chance}"


def _reading(test: PairedTest) -> str:
    if test.low <= 0 <= test.high:
        return "no clear difference"
    return "better" if test.difference > 0 else "worse"


def _summary(comparison: Comparison) -> str:
    parts = [f"{len(comparison.other)} of the same worth in other words, {comparison.unchanged} unchanged."]
    if comparison.left_out:
        parts.append(f"{comparison.left_out} questions that only one of the two has were left out.")
    if comparison.seconds_ratio is not None:
        parts.append(f"Seconds to the end: {comparison.seconds_ratio:.2f} times those before (median).")
    return " ".join(parts)
