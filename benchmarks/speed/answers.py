"""Seconds of answers: the plain loop and the assistant asked in turns, in one process, on the gold test questions.

Each question is asked in these ways:

- ``loop``: the plain loop, on the same language model as the assistant, so with all that makes that model fast; it is
  asked before the others, between them and after them in turn;
- ``fresh``: the assistant, when nothing was read before;
- ``kept``: the assistant, when what it made of the passages lies on disk, because somebody has asked or it was read
  ahead;
- ``repeated``: the same once more, word for word.

Ratios are taken question by question, to the seconds until the loop's last token. An interrupted run goes on.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Annotated, Any

import typer

from benchmarks.speed.figures import BUILD, Journal, Middle, short, show, table
from rag.embedder import SentenceTransformerEmbedder
from rag.generator import LlamaCppGenerator
from rag.index import Index
from rag.models import locate
from rag.settings import Settings
from rag.states import States, forget
from rag.types import Answer, Message
from rag_eval.gold import GoldQuestion
from rag_eval.harness import conditions
from rag_eval.metrics import judge_record
from rag_eval.opening import GOLD, open_set
from rag_eval.runs import Record
from rag_eval.sets import select
from rag_eval.systems import Parts, PlainLoop

LOOP, FRESH, KEPT, REPEATED = "loop", "fresh", "kept", "repeated"
WAYS = LOOP, FRESH, KEPT
_NOTHING = (Message("system", "."), Message("user", "."))


@dataclass(frozen=True, slots=True)
class Asked:
    """How one question went in one way: seconds to the evidence, the first claim and the end, and the ``verdict``.

    ``first`` is None for a refusal; ``load`` is what the machine had to do, as processes that want a core.
    """

    id: str
    kind: str
    way: str
    evidence: float
    first: float | None
    end: float
    abstained: bool
    verdict: str
    prompt_tokens: int
    completion_tokens: int
    load: float


class Laid(States):
    """States that can be laid by, as if another process had kept them."""

    def lay_by(self) -> None:
        """Have none at hand, only those on disk."""
        self._at_hand.clear()


class Bench:
    """The ways to ask, over one model; ``folder`` is for what it reads."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._folder, self._states = folder, Laid(folder, settings.kept_mb * 1_000_000)
        self.parts = opened_parts(settings, self._states)
        self._loop = PlainLoop(self.parts)
        self._fresh, self.kept = self.parts.assistant(cached_answers=0), self.parts.assistant()
        self._ways: dict[str, Callable[[GoldQuestion], Iterator[Answer]]] = {
            LOOP: lambda q: iter([self._loop.ask(q.question, q.history, q.sources or None)]),
            FRESH: lambda q: self._fresh.stream(q.question, q.history, q.sources or None),
            KEPT: lambda q: self.kept.stream(q.question, q.history, q.sources or None),
            REPEATED: lambda q: self.kept.stream(q.question, q.history, q.sources or None),
        }

    def ask(self, question: GoldQuestion, way: str) -> Asked:
        """Ask the question in that way, as if another one had been asked just before."""
        if way == FRESH:
            forget(self._folder)
        self._states.lay_by()
        for _ in self.parts.generator.read(_NOTHING):  # in place of what was read last
            pass
        load, started = os.getloadavg()[0], perf_counter()
        evidence = first = None
        for answer in self._ways[way](question):
            now = perf_counter() - started
            evidence = now if evidence is None and answer.passages else evidence
            first = now if first is None and answer.claims else first
        if way == LOOP:
            evidence = answer.timings.retrieval
        record = Record.of(way, question.id, answer, ())
        return Asked(
            question.id,
            question.kind,
            way,
            now if evidence is None else evidence,
            first,
            now,
            answer.abstained,
            judge_record(question, record),
            answer.timings.prompt_tokens,
            answer.timings.completion_tokens,
            load,
        )


def opened_parts(settings: Settings, states: States) -> Parts:
    """The parts of an assistant whose language model runs in this process, so that its states can be switched."""
    model = locate(settings.generator, "generator", settings.models_dir)
    generator = LlamaCppGenerator.load(
        model, context_tokens=settings.context_tokens, threads=settings.threads, states=states
    )
    embedder = SentenceTransformerEmbedder.load(
        locate(settings.embedder, "embedder", settings.models_dir), threads=settings.threads
    )
    return Parts(Index.load(settings.index_dir), embedder, generator, settings)


def gold(settings: Settings, limit: int | None) -> tuple[GoldQuestion, ...]:
    """The gold test questions, or so many drawn evenly from the kinds."""
    return select(open_set(str(GOLD), None, None, settings).questions, "test", limit)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: the figure ``stage`` of the questions asked in one way, of some kind.

    ``target`` is a ratio to the loop, or seconds.
    """

    name: str
    way: str
    stage: str
    target: float | None = None
    in_seconds: bool = False
    kind: str = ""
    refused: bool | None = None

    def takes(self, row: dict[str, Any]) -> bool:
        """Whether a question that was asked counts here."""
        return (
            row["way"] == self.way
            and row[self.stage] is not None
            and self.kind in ("", row["kind"])
            and self.refused in (None, row["abstained"])
        )


LINES = (
    Line("plain loop: whole answer", LOOP, "end"),
    Line("evidence, nothing kept", FRESH, "evidence", 0.3, in_seconds=True),
    Line("evidence", KEPT, "evidence", 0.3, in_seconds=True),
    Line("first verified sentence, nothing kept", FRESH, "first", 0.35),
    Line("first verified sentence", KEPT, "first", 0.35),
    Line("whole answer, nothing kept", FRESH, "end", 0.5, refused=False),
    Line("whole answer", KEPT, "end", 0.5, refused=False),
    Line("follow-up", KEPT, "end", 0.25, kind="follow_up"),
    Line("refusal, nothing kept", FRESH, "end", 0.35, refused=True),
    Line("refusal", KEPT, "end", 0.35, refused=True),
    Line("repeated question", REPEATED, "end", 0.05, in_seconds=True),
)


def figures(rows: Sequence[dict[str, Any]]) -> str:
    """The table of all lines, and how many answers were right in each way. Pure."""
    loop = {row["id"]: row["end"] for row in rows if row["way"] == LOOP}
    cells = []
    for line in LINES:
        taken = [row for row in rows if line.takes(row) and row["id"] in loop]
        times = Middle.of([row[line.stage] for row in taken])
        ratios = Middle.of([row[line.stage] / loop[row["id"]] for row in taken])
        if times is None or ratios is None:
            continue
        target = "" if line.target is None else f"≤ {line.target:g}{' s' if line.in_seconds else ' ×'}"
        found = times.median if line.in_seconds else ratios.median
        reached = "" if line.target is None else "yes" if found <= line.target else "no"
        cells.append([line.name, str(times.over), short(times.median), short(times.p90), f"{ratios}", target, reached])
    header = ["", "questions", "median s", "p90 s", "times the loop's last token (95 %)", "target", "reached"]
    right = (
        f"{way}: {sum(row['verdict'] == 'correct' for row in rows if row['way'] == way)} of {len(loop)}" for way in WAYS
    )
    return f"{table(header, cells)}\n\nRight answers and right refusals, {'; '.join(right)}."


def plot(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """The share of questions below each ratio to the loop, with the targets, as SVG or PNG. Pure but for the file."""
    from matplotlib.figure import Figure

    loop = {row["id"]: row["end"] for row in rows if row["way"] == LOOP}
    axes = (figure := Figure(figsize=(7, 4), layout="constrained")).subplots()
    for line in LINES:
        if line.target is None or line.in_seconds:
            continue
        ratios = sorted(row[line.stage] / loop[row["id"]] for row in rows if line.takes(row) and row["id"] in loop)
        if ratios:
            shares = [place / len(ratios) for place in range(1, len(ratios) + 1)]
            style = ":" if line.way == FRESH else "-"
            (drawn,) = axes.step(ratios, shares, style, where="post", label=line.name)
            axes.plot(line.target, 0.5, "v", color=drawn.get_color())
    axes.axhline(0.5, color="grey", linewidth=0.5)
    axes.set(xscale="log", xlabel="times the plain loop's last token (triangles: targets)", ylabel="questions")
    axes.legend(frameon=False, fontsize=8)
    figure.savefig(path)


def main(
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many, drawn evenly from the kinds.")] = None,
    out: Annotated[Path, typer.Option(help="The raw seconds.")] = BUILD / "answers.jsonl",
    plot_to: Annotated[Path | None, typer.Option("--plot", help="Draw the ratios into this .svg or .png.")] = None,
    page: Annotated[bool, typer.Option("--page", help="Put the table into docs/speed.md.")] = False,
) -> None:
    """Print the table of all that was asked, in this run or in an interrupted one before."""
    settings = Settings.load()
    questions = gold(settings, limit)
    with TemporaryDirectory() as folder:
        bench = Bench(settings, Path(folder))
        whole = replace(open_set(str(GOLD), None, None, settings), questions=questions)
        journal = Journal(out, conditions(whole, "test", None, WAYS, bench.parts, settings.index_dir).conditions)
        for number, question in enumerate(questions):
            if any(journal.of(id=question.id, way=REPEATED)):
                continue
            order = [FRESH, KEPT]
            order.insert(number % len(WAYS), LOOP)
            found = {way: bench.ask(question, way) for way in (*order, REPEATED)}
            told = ", ".join(f"{way} {one.end:.2f} s" for way, one in found.items())
            print(f"{number + 1} of {len(questions)}, {question.kind}: {told}", flush=True)
            for one in found.values():
                journal.write(asdict(one))
    done = {row["id"] for row in journal.of(way=REPEATED)}
    rows = list({(row["id"], row["way"]): row for row in journal.rows if row["id"] in done}.values())
    show("answers", figures(rows), page)
    if plot_to:
        plot(rows, plot_to)


if __name__ == "__main__":
    typer.run(main)
