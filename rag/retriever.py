"""Question → ranked passages: BM25 and dense scores, each scaled to [0, 1] for the question, then added.

Scores rather than ranks are fused: on news questions reciprocal rank fusion was worse than BM25 alone.
"""

from collections.abc import Collection

from rag.embedder import embed_question
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
        dense = dict(self._index.vectors.search(embed_question(question, self._embedder), pool))
        fused = _fused((lexical, 1 - self._dense_weight), (dense, self._dense_weight), allowed)
        ranked = sorted(fused.items(), key=lambda item: (-item[1], item[0]))[:k]
        return tuple(ScoredPassage(self._index.passages[row], score) for row, score in ranked)

    def _rows(self, sources: Collection[str] | None) -> Collection[int]:
        passages = self._index.passages
        if sources is None:
            return range(len(passages))
        if unknown := sorted(set(sources) - self._index.documents.keys()):
            raise InvalidInput(
                f"Not in the index: {', '.join(unknown)}; a source is a file's path below the indexed folder."
            )
        return {row for row, passage in enumerate(passages) if passage.doc_id in sources}


def _fused(
    first: tuple[dict[int, float], float], second: tuple[dict[int, float], float], allowed: Collection[int]
) -> dict[int, float]:
    """Weighted mean of both searches' scores, each divided by its best; a score below 0 counts as 0.

    A search of weight 0 brings no candidates.
    """
    fused: dict[int, float] = {}
    for scores, weight in (search for search in (first, second) if search[1] > 0):
        within = {row: max(score, 0.0) for row, score in scores.items() if row in allowed}
        best = max(within.values(), default=0.0) or 1.0
        for row, score in within.items():
            fused[row] = fused.get(row, 0.0) + weight * score / best
    return fused
