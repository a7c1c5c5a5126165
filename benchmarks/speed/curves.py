"""What time depends on: tokens of the prompt, articles of the corpus, turns of the conversation, users at once.

For each it is told where it bends: from where on a point lies a quarter above the line through the first two.
"""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer

from benchmarks.opening import index_of
from benchmarks.speed.answers import gold
from benchmarks.speed.figures import bend, in_turns, seconds, short, show, table
from benchmarks.speed.prompts import prompt
from rag.assistant import Assistant
from rag.embedder import SentenceTransformerEmbedder
from rag.errors import InvalidInput
from rag.evidence import gather_evidence
from rag.generator import LlamaCppGenerator
from rag.index import Index
from rag.models import locate
from rag.ragged import Ragged
from rag.retriever import Retriever
from rag.settings import Settings
from rag_eval.benchmarks import load_benchmark
from rag_eval.gold import GoldQuestion
from rag_eval.opening import open_index
from rag_eval.sets import select

_CURVES = ("prompt", "corpus", "conversation", "users")
_TOKENS = (256, 512, 1024, 1536, 2048, 3072)
_CONTEXT = 4096
_MADE_UP = (10_000, 100_000)  # articles
_PASSAGES = 5  # of a made-up article, and a little more
_TURNS = (0, 2, 6, 20)
_USERS = (1, 2, 4, 8)
_ASKED = 20  # questions of each corpus


@dataclass(frozen=True, slots=True)
class Curve:
    """Seconds, medians and 90th percentiles, against ``what``."""

    name: str
    what: str
    points: tuple[tuple[float, float, float], ...]

    @classmethod
    def of(cls, name: str, what: str, found: dict[float, list[float]]) -> "Curve":
        """From all seconds at each value."""
        return cls(
            name, what, tuple((x, median(values), float(np.percentile(values, 90))) for x, values in found.items())
        )

    def __str__(self) -> str:
        rows = [[f"{x:,.0f}", short(middle), short(p90)] for x, middle, p90 in self.points]
        bent = bend([(x, middle) for x, middle, _ in self.points]) if len(self.points) > 2 else None
        told = f"It bends at {bent:,.0f}." if bent else "It does not bend."
        return f"{table([self.what, 'median s', 'p90 s'], rows)}\n\n{told}"


def of_prompts(settings: Settings, rounds: int) -> Curve:
    """Seconds to the first token of free writing, nothing of the prompt known."""
    model = locate(settings.generator, "generator", settings.models_dir)
    generator = LlamaCppGenerator.load(model, context_tokens=_CONTEXT, threads=settings.threads)

    def first(tokens: int) -> float:
        messages = prompt(tokens, generator)
        return seconds(lambda: list(generator.stream(messages, grammar=None, max_tokens=1)))

    found = in_turns({str(tokens): partial(first, tokens) for tokens in _TOKENS}, rounds)
    return Curve.of("prompt", "tokens of the prompt", {float(tokens): values for tokens, values in found.items()})


def corpora(settings: Settings, data: Path | None) -> Iterator[tuple[Index, list[str]]]:
    """Indexes of growing size, as they are opened, and questions to each: real ones, then headlines of made-up ones."""
    yield Index.load(settings.index_dir), [question.question for question in gold(settings, _ASKED)]
    if data:
        real = load_benchmark("multihop_rag", data)
        index, _ = open_index(real, None, settings, lambda stage, done: None)
        yield index, [question.question for question in select(real.questions, "test", _ASKED)]
    for articles in _MADE_UP:
        with TemporaryDirectory() as folder:
            named(index_of(articles * _PASSAGES)).save(Path(folder))
            index = Index.load(Path(folder))
            yield index, [passage.title for passage in islice(index.passages, 0, _ASKED * _PASSAGES, _PASSAGES)]


def named(index: Index) -> Index:
    """An index of articles that were doubled, in which each bears its own name."""
    records = index.parts.records
    lines = [json.loads(records.lines[number].tobytes()) for number in range(len(records.names))]
    for line, name in zip(lines, records.names, strict=True):
        line["document"]["doc_id"] = name
    told = Ragged.of([np.frombuffer(json.dumps(line).encode() + b"\n", np.uint8) for line in lines], np.uint8)
    return replace(index, parts=replace(index.parts, records=replace(records, lines=told)))


def of_corpora(settings: Settings, data: Path | None) -> Curve:
    """Seconds to the evidence, without a language model."""
    embedder = SentenceTransformerEmbedder.load(
        locate(settings.embedder, "embedder", settings.models_dir), threads=settings.threads
    )
    found = {}
    for index, questions in corpora(settings, data):
        search = Retriever.of(index, embedder, settings)

        def evidence(question: str, index: Index = index, search: Retriever = search) -> object:
            passages = search.retrieve(question, settings.top_k)
            return gather_evidence(question, passages, index.sentence_vectors, embedder)

        evidence(questions[0])  # the first search touches what all need
        found[float(len(index.documents))] = [seconds(partial(evidence, question)) for question in questions]
        print(f"{len(index.documents):,} articles", flush=True)
    return Curve.of("corpus", "articles", found)


def of_conversations(assistant: Assistant, asked: Sequence[GoldQuestion], rounds: int) -> Curve:
    """Seconds to the end of an answer to a follow-up, behind so many turns; behind none, it is asked as it is."""
    told = [turn for question in asked for turn in question.history]
    found: dict[float, list[float]] = {float(turns): [] for turns in _TURNS}
    for question in islice(cycle(asked), rounds):
        for turns in _TURNS:
            before = (*islice(cycle(told), turns), *question.history)
            history = before[len(before) - turns :]
            found[turns].append(seconds(partial(assistant.ask, question.question, history)))
    return Curve.of("conversation", "turns before", found)


def of_users(assistant: Assistant, asked: Sequence[GoldQuestion], rounds: int) -> Curve:
    """Seconds to the end of an answer when so many ask at once, each one question after the other."""
    found = {}
    for users in _USERS:
        with ThreadPoolExecutor(users) as pool:
            questions = [asked[place % len(asked)].question for place in range(users * rounds)]
            found[float(users)] = list(pool.map(lambda question: seconds(lambda: assistant.ask(question)), questions))
    return Curve.of("users", "users at once", found)


def plot(curves: Sequence[Curve], path: Path) -> None:
    """Medians and 90th percentiles of all curves, one beside the other, as SVG or PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.5 * len(curves), 3.4), layout="constrained")
    for axes, curve in zip(figure.subplots(1, len(curves), squeeze=False)[0], curves, strict=True):
        across, middles, p90s = zip(*curve.points, strict=True)
        axes.plot(across, middles, "o-", label="median")
        axes.plot(across, p90s, ":", label="90th percentile")
        axes.set(
            xlabel=curve.what, ylabel="seconds", ylim=(0, None), xscale="log" if curve.name == "corpus" else "linear"
        )
        axes.legend(frameon=False)
    figure.savefig(path)


def drawn(name: str, settings: Settings, data: Path | None, rounds: int) -> Curve:
    """The curve of that name. Raises InvalidInput."""
    if name == "prompt":
        return of_prompts(settings, rounds)
    if name == "corpus":
        return of_corpora(settings, data)
    if name not in _CURVES:
        raise InvalidInput(f"There is no curve {name!r}; the curves are {', '.join(_CURVES)}.")
    assistant = Assistant.open(settings=settings.model_copy(update={"cached_answers": 0}))
    asked = gold(settings, None)
    if name == "conversation":
        return of_conversations(assistant, [question for question in asked if question.history], rounds)
    return of_users(assistant, [question for question in asked if not question.history], rounds)


def main(
    only: Annotated[str, typer.Option(help="Which, with commas between them.")] = ",".join(_CURVES),
    data: Annotated[Path | None, typer.Option(help="Where the folder multihop_rag lies.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rounds: of prompts, of follow-ups, of questions of a user.")] = 5,
    plot_to: Annotated[Path | None, typer.Option("--plot", help="Draw the curves into this .svg or .png.")] = None,
    page: Annotated[bool, typer.Option("--page", help="Put the tables into docs/speed.md.")] = False,
) -> None:
    """Print a table for each curve."""
    settings, curves = Settings.load(), []
    for name in only.split(","):
        curves.append(drawn(name, settings, data, limit))
        show(f"curve: {name}", str(curves[-1]), page)
    if plot_to:
        plot(curves, plot_to)


if __name__ == "__main__":
    typer.run(main)
