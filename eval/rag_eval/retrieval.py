"""Retrieval by itself, without a language model: each search alone, both, and the assistant's recipe."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from rag.fusion import Recipe
from rag.retriever import Ranking, Retriever
from rag.types import Passage, ScoredPassage
from rag_eval import runs
from rag_eval.benchmarks import multihop_rag
from rag_eval.benchmarks.common import squeezed
from rag_eval.gold import GoldQuestion, Span
from rag_eval.harness import Report
from rag_eval.retrieval_metrics import holds, retrieval_values
from rag_eval.runs import RetrievedPassage
from rag_eval.sets import QuestionSet
from rag_eval.statistics import Rate

DEPTH = 20
"""Passages that are retrieved for a question; the figures are over the first ten."""
_COUNTED = runs.DEPTH

MakeRetriever: TypeAlias = Callable[[Recipe], Retriever]


@dataclass(frozen=True)
class Arm:
    """What one recipe found for each question, by id."""

    questions: QuestionSet
    asked: Sequence[GoldQuestion]
    found: Mapping[str, Ranking]

    @cached_property
    def values(self) -> Mapping[str, Mapping[str, float]]:
        """By question id and name of the figure: the benchmark's own figures, else those of the gold set."""
        passages = {id: ranking.passages[:_COUNTED] for id, ranking in self.found.items()}
        if _by_facts(self.questions):
            return multihop_rag.retrieval_values(self.asked, {id: _plain(found) for id, found in passages.items()})
        return retrieval_values(
            self.asked, {id: [RetrievedPassage.of(one) for one in found] for id, found in passages.items()}
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The figures that there are."""
        return tuple(dict.fromkeys(name for each in self.values.values() for name in each))

    def column(self, name: str) -> list[float]:
        """One figure, for each question in their order."""
        return [self.values[question.id][name] for question in self.asked]

    def rates(self) -> Mapping[str, Rate]:
        """The mean of each figure."""
        return {name: Rate.of(self.column(name)) for name in self.names}

    def recall(self) -> list[float]:
        """The mean share of a question's places that the first 1, 2, … ``DEPTH`` passages hold."""
        ranks = [places_held(self.questions, q, _plain(self.found[q.id].passages)) for q in self.asked]
        return [
            sum(sum(r is not None and r <= k for r in each) / len(each) for each in ranks) / max(len(ranks), 1)
            for k in range(1, DEPTH + 1)
        ]


def plain_arms(recipe: Recipe) -> Mapping[str, Recipe]:
    """BM25, dense search, their weighted mean, and all that the assistant does."""
    return {
        "BM25": Recipe.plain(0.0),
        "dense": Recipe.plain(1.0),
        "both": Recipe.plain(recipe.dense_weight),
        "assistant": recipe,
    }


def measured(
    questions: QuestionSet, recipes: Mapping[str, Recipe], retriever: MakeRetriever, report: Report
) -> Mapping[str, Arm]:
    """What each recipe finds, by its name.

    Follow-up questions are left out: without a language model they cannot be understood.
    """
    alone = [q for q in questions.questions if q.answerable and q.spans and not q.history]
    arms = {}
    for number, (name, recipe) in enumerate(recipes.items()):
        report(f"Searching: {name}", number / len(recipes))
        searching = retriever(recipe)
        found = {q.id: searching.ranking(q.question, DEPTH, q.sources or None) for q in alone}
        arms[name] = Arm(questions, alone, found)
    return arms


def places_held(questions: QuestionSet, question: GoldQuestion, passages: Sequence[Passage]) -> list[int | None]:
    """For each place that states the answer, the rank, from 1 on, of the first passage that holds it."""
    return [
        next((rank for rank, passage in enumerate(passages, start=1) if is_held(questions, span, passage)), None)
        for span in question.spans
    ]


def is_held(questions: QuestionSet, span: Span, passage: Passage) -> bool:
    """Whether a passage holds a place, as the set counts it."""
    if _by_facts(questions):
        return squeezed(span.quote) in multihop_rag.searched(passage)
    return holds(passage, span)


def _by_facts(questions: QuestionSet) -> bool:
    """Whether the words of a place count, wherever they stand; else the place itself."""
    return questions.judge is multihop_rag.judge


def _plain(passages: Sequence[ScoredPassage]) -> list[Passage]:
    return [scored.passage for scored in passages]
