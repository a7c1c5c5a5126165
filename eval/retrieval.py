"""Retrieval by itself: BM25 alone, dense search alone, and both, on the same questions, without a language model."""

from collections.abc import Mapping, Sequence

from eval.benchmarks import multihop_rag
from eval.gold import GoldQuestion
from eval.harness import Report
from eval.retrieval_metrics import retrieval_values
from eval.runs import DEPTH, RetrievedPassage
from eval.sets import QuestionSet
from eval.statistics import Rate
from rag.index import Index
from rag.retriever import Retriever
from rag.types import Embedder, ScoredPassage


def figures_of_arms(
    questions: QuestionSet, index: Index, embedder: Embedder, dense_weight: float, report: Report
) -> Mapping[str, Mapping[str, Rate]]:
    """The figures of each arm, by arm and name. ``dense_weight`` is that of the arm that uses both searches.

    Follow-up questions are left out: without a language model they cannot be understood.
    """
    alone = [question for question in questions.questions if question.answerable and not question.history]
    weights = {"BM25": 0.0, "dense": 1.0, "both": dense_weight}
    figures = {}
    for number, (arm, weight) in enumerate(weights.items()):
        report(f"Searching: {arm}", number / len(weights))
        retriever = Retriever(index, embedder, weight)
        found = {q.id: retriever.retrieve(q.question, DEPTH, q.sources or None) for q in alone}
        figures[arm] = _means(_values(questions, alone, found))
    return figures


def _values(
    questions: QuestionSet, asked: Sequence[GoldQuestion], found: Mapping[str, Sequence[ScoredPassage]]
) -> Mapping[str, Mapping[str, float]]:
    """The benchmark's own figures where it has any, else those of the gold set."""
    if questions.judge is multihop_rag.judge:
        return multihop_rag.retrieval_values(asked, {id: [s.passage for s in ranked] for id, ranked in found.items()})
    return retrieval_values(asked, {id: list(map(RetrievedPassage.of, ranked)) for id, ranked in found.items()})


def _means(values: Mapping[str, Mapping[str, float]]) -> Mapping[str, Rate]:
    names = dict.fromkeys(name for each in values.values() for name in each)
    return {name: Rate.of([each[name] for each in values.values()]) for name in names}
