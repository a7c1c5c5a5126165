"""What each part of the recipe is worth: added one by one, and each left out of the whole.

Differences are paired, question by question; the seconds are those of the whole recipe.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import pairwise
from statistics import fmean

import numpy as np
from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from rag.backends import Embedder
from rag.fusion import Recipe, ranks
from rag.index import Index
from rag.retriever import Ranking, Retriever
from rag.settings import Settings
from rag.types import FloatArray, Passage
from rag_eval.gold import GoldQuestion, Span
from rag_eval.harness import Report
from rag_eval.retrieval import DEPTH, Arm, is_held, measured, places_held, plain_arms
from rag_eval.sets import QuestionSet
from rag_eval.statistics import PairedTest, Rate
from rag_eval.tables import NOTHING

WHOLE = "+ spelling = the recipe"
_MAIN = ("FactRecall@10", "R@5 of spans")  # the figure whose differences are shown: the first that there is
_FAILURES = 10
_SHOWN = 60  # characters of a place


@dataclass
class Remembered:
    """An embedder that embeds each text once, for arms that ask the same questions."""

    embedder: Embedder
    vectors: dict[str, FloatArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.name = self.embedder.name
        self.dimensions = self.embedder.dimensions
        self.max_tokens = self.embedder.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """As the embedder counts."""
        return self.embedder.count_tokens(texts)

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """The rows of the texts, those that are new embedded together."""
        new = [text for text in dict.fromkeys(texts) if text not in self.vectors]
        self.vectors.update(zip(new, self.embedder.embed(new), strict=True))
        return np.array([self.vectors[text] for text in texts], np.float32).reshape(len(texts), self.dimensions)


def ablated(
    questions: QuestionSet, index: Index, embedder: Embedder, settings: Settings, report: Report
) -> tuple[Mapping[str, Arm], Group]:
    """What every arm found, by its name, and all that is printed of it.

    The recipe itself is measured first, with the embedder as it is, so that its seconds are those of a question.
    """
    whole = Recipe(settings.dense_weight)
    plain, rest = plain_arms(whole), left_out(whole)
    recipes = {"BM25": plain["BM25"], "dense": plain["dense"], **added(whole), **rest}
    remembered = Remembered(embedder)

    def slow(recipe: Recipe) -> Retriever:
        return Retriever(index, embedder, recipe, settings.today)

    def fast(recipe: Recipe) -> Retriever:
        return Retriever(index, remembered, recipe, settings.today)

    found = dict(measured(questions, {WHOLE: whole}, slow, report))
    found |= measured(questions, {name: recipe for name, recipe in recipes.items() if name != WHOLE}, fast, report)
    arms = {name: found[name] for name in recipes}
    against = {after: before for before, after in pairwise(added(whole))} | dict.fromkeys(rest, WHOLE)
    lines = failures(arms[WHOLE], fast(whole), index.passages)
    return arms, Group(table(arms, against), latency(arms[WHOLE]), *map(Text, lines))


def added(recipe: Recipe) -> Mapping[str, Recipe]:
    """From both searches to the whole recipe, one part after the other."""
    step, steps = Recipe.plain(recipe.dense_weight), {}
    for name, changes in (
        ("BM25 and dense", {}),
        ("+ sentences", {"sentences": recipe.sentences}),
        ("+ parts of the question", {"parts": recipe.parts}),
        ("+ publishers named", {"publisher": recipe.publisher}),
        ("+ times named", {"time": recipe.time}),
        ("+ article penalty", {"same_article": recipe.same_article}),
        ("+ publishers in turn", {"turns": recipe.turns}),
        (WHOLE, {"spelling": recipe.spelling}),
    ):
        step = replace(step, **changes)
        steps[name] = step
    return steps


def left_out(recipe: Recipe) -> Mapping[str, Recipe]:
    """The whole recipe without one of its parts."""
    return {
        "without parts": replace(recipe, parts=False),
        "without sentences": replace(recipe, sentences=False),
        "without passages": replace(recipe, passages=False),
        "without vectors": replace(recipe, dense_weight=0.0),
        "without publishers": replace(recipe, publisher=0.0, turns=0.0),
        "without times": replace(recipe, time=0.0),
        "without article penalty": replace(recipe, same_article=0.0),
    }


def table(arms: Mapping[str, Arm], against: Mapping[str, str]) -> Table:
    """One row an arm: all figures in percent, and what the main one differs by from the arm that ``against`` names.

    It is Markdown; the brackets are 95 % intervals, and a p is that of the paired test.
    """
    names = next(iter(arms.values())).names
    main = next(name for name in _MAIN if name in names)
    drawn = Table(box=box.MARKDOWN)
    drawn.add_column("arm")
    for heading in (*names, f"change of {main}"):
        drawn.add_column(heading, justify="right")
    for name, arm in arms.items():
        rates = arm.rates()
        cells = [_with_interval(rates[each]) if each == main else _points(rates[each].value) for each in names]
        base = arms.get(against.get(name, ""))
        change = _change(PairedTest.of(base.column(main), arm.column(main))) if base else ""
        drawn.add_row(name, *cells, change)
    return drawn


def latency(arm: Arm) -> Table:
    """Milliseconds of each stage: the median, and the 95th percentile."""
    stages: dict[str, list[float]] = {}
    for ranking in arm.found.values():
        for stage, seconds in (*ranking.seconds.items(), ("all", sum(ranking.seconds.values()))):
            stages.setdefault(stage, []).append(1000 * seconds)
    drawn = Table("stage", "median, ms", "95th percentile", box=box.MARKDOWN)
    for stage, found in stages.items():
        median, high = np.percentile(found, (50, 95))
        drawn.add_row(stage, f"{median:.1f}", f"{high:.1f}")
    return drawn


def failures(arm: Arm, retriever: Retriever, passages: Sequence[Passage]) -> Sequence[str]:
    """Ten questions of which least was found, as lines: where each place that states the answer ranked, and by what.

    ``passages`` are those of the index. The rank in a list is that among the candidates.
    """
    missing = sorted(arm.asked, key=lambda q: (_share(arm, q), sha256(q.id.encode()).digest()))
    lines = []
    for question in missing[:_FAILURES]:
        ranking = retriever.ranking(question.question, DEPTH, question.sources or None)
        candidates = [passages[row] for row in ranking.scores.rows.tolist()]
        lines.append(f"{question.id} ({question.kind}): {question.question}")
        lines += [f"    {_place(arm.questions, span, ranking, candidates)}" for span in question.spans]
    return lines


def _share(arm: Arm, question: GoldQuestion) -> float:
    passages = [scored.passage for scored in arm.found[question.id].passages[:10]]
    return fmean(rank is not None for rank in places_held(arm.questions, question, passages))


def _place(questions: QuestionSet, span: Span, ranking: Ranking, candidates: Sequence[Passage]) -> str:
    """The ranks of the best candidate that holds a place of the answer."""
    words = " ".join(span.quote.split())[:_SHOWN]
    holding = [place for place, passage in enumerate(candidates) if is_held(questions, span, passage)]
    if not holding:
        return f"no candidate: “{words}” ({span.file})"
    order = [choice.place for choice in ranking.choices]
    shown = min((order.index(place) + 1 for place in holding if place in order), default=None)
    scores = ranking.scores
    found = {
        "chosen": shown or f"after {DEPTH}",
        "BM25": ranks(scores.lexical[0])[holding].min(),
        "dense": ranks(scores.dense[0])[holding].min(),
        "best part": ranks((scores.lexical + scores.dense)[1:].max(axis=0))[holding].min(),
    }
    return f"{', '.join(f'{name} {rank}' for name, rank in found.items())}: “{words}” ({span.file})"


def _points(value: float | None) -> str:
    return NOTHING if value is None else f"{100 * value:.1f}"


def _with_interval(rate: Rate) -> str:
    return f"{_points(rate.value)} [{_points(rate.low)}, {_points(rate.high)}]"


def _change(test: PairedTest) -> str:
    p = "p < 0.001" if test.p < 0.001 else f"p {test.p:.3f}"
    return f"{100 * test.difference:+.1f} [{100 * test.low:+.1f}, {100 * test.high:+.1f}], {p}"
