"""Question → ranked passages: BM25 and dense scores, each scaled to [0, 1] for the question, then added.

Scores rather than ranks are fused: on news questions reciprocal rank fusion was worse than BM25 alone.
"""

from collections.abc import Collection

from rag.errors import InvalidInput
from rag.index import Index
from rag.types import Embedder, ScoredPassage

_POOL = 50  # candidates that each search brings


class Retriever:
    """Hybrid search over one index."""

    def __init__(self, index: Index, embedder: Embedder, dense_weight: float) -> None:
        self._index = index
        self._embedder = embedder
        self._dense_weight = dense_weight

    def retrieve(self, question: str, k: int, sources: Collection[str] | None = None) -> tuple[ScoredPassage, ...]:
        """The ``k`` best passages, best first, with scores in [0, 1].

        ``sources`` restricts the search to these ``doc_id``s; one that is not indexed raises InvalidInput.
        """
        allowed = self._rows(sources)
        pool = max(k, _POOL) if sources is None else len(self._index.passages)
        lexical = dict(self._index.lexical.search(question, pool))
        dense = dict(self._index.vectors.search(self._embedder.embed([_fitted(question)])[0], pool))
        fused = _sum_scaled((lexical, 1.0), (dense, self._dense_weight), allowed)
        ranked = sorted(fused.items(), key=lambda item: (-item[1], item[0]))[:k]
        return tuple(ScoredPassage(self._index.passages[row], score) for row, score in ranked)

    def _rows(self, sources: Collection[str] | None) -> Collection[int]:
        passages = self._index.passages
        if sources is None:
            return range(len(passages))
        if unknown := sorted(set(sources) - self._index.documents.keys()):
            raise InvalidInput(f"Not in the index: {', '.join(unknown)}; rag docs lists what is.")
        return {row for row, passage in enumerate(passages) if passage.doc_id in sources}


def _sum_scaled(
    first: tuple[dict[int, float], float], second: tuple[dict[int, float], float], allowed: Collection[int]
) -> dict[int, float]:
    """Weighted sum of both searches' scores, each divided by its best, divided by the sum of the weights."""
    total: dict[int, float] = {}
    weights = first[1] + second[1]
    for scores, weight in (first, second):
        within = {row: score for row, score in scores.items() if row in allowed}
        best = max(within.values(), default=0.0)
        for row, score in within.items():
            total[row] = total.get(row, 0.0) + (weight * score / best / weights if best > 0 else 0.0)
    return total


def _fitted(question: str, words: int = 120) -> str:
    """The beginning of an overlong question: what the embedder can read."""
    return " ".join(question.split()[:words])
