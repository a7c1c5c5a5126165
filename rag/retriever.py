"""Question → ranked passages: BM25 and dense scores, each scaled to [0, 1] for the question, then added.

Scores rather than ranks are fused: on news questions reciprocal rank fusion was worse than BM25 alone. Of passages that
are copies of one another the best is shown, and names the articles of the others.
"""

from collections import defaultdict
from collections.abc import Collection

from rag.embedder import embed_question
from rag.errors import InvalidInput
from rag.index import Index
from rag.types import Embedder, FloatArray, ScoredPassage

_POOL = 50  # candidates that each search brings


class Retriever:
    """Hybrid search over one index."""

    def __init__(self, index: Index, embedder: Embedder, dense_weight: float) -> None:
        self._index = index
        self._embedder = embedder
        self._dense_weight = dense_weight
        self._copies: dict[int, list[int]] = defaultdict(list)  # first row of a cluster → the others
        for row, first in enumerate(index.copies):
            if row != first:
                self._copies[first].append(row)

    def retrieve(self, question: str, k: int, sources: Collection[str] | None = None) -> tuple[ScoredPassage, ...]:
        """The ``k`` best passages, best first, with scores in [0, 1]; no two are copies of each other.

        ``sources`` restricts the search, and what is said of copies, to these ``doc_id``s; one that is not indexed
        raises InvalidInput.
        """
        allowed = self._rows(sources)
        vector = embed_question(question, self._embedder)
        passages = len(self._index.passages)
        pool = max(k, _POOL) if sources is None else passages
        best = self._best(question, vector, pool, allowed)
        while len(best) < k and pool < passages:  # copies have crowded others out
            pool *= 2
            best = self._best(question, vector, pool, allowed)
        return tuple(
            ScoredPassage(self._index.passages[row], score, self._also_in(row, allowed)) for row, score in best[:k]
        )

    def _best(self, question: str, vector: FloatArray, pool: int, allowed: Collection[int]) -> list[tuple[int, float]]:
        """The best row of each cluster that the ``pool`` best of either search bring, with its score, best first."""
        lexical = dict(self._index.lexical.search(question, pool))
        dense = dict(self._index.vectors.search(vector, pool))
        fused = _fused((lexical, 1 - self._dense_weight), (dense, self._dense_weight), allowed)
        clusters: dict[int, tuple[int, float]] = {}
        for row, score in sorted(fused.items(), key=lambda item: (-item[1], item[0])):
            clusters.setdefault(self._index.copies[row], (row, score))
        return list(clusters.values())

    def _also_in(self, row: int, allowed: Collection[int]) -> tuple[str, ...]:
        first = self._index.copies[row]
        copies = (first, *self._copies.get(first, ()))
        articles = {self._index.passages[copy].doc_id for copy in copies if copy in allowed}
        return tuple(sorted(articles - {self._index.passages[row].doc_id}))

    def _rows(self, sources: Collection[str] | None) -> Collection[int]:
        passages = self._index.passages
        if sources is None:
            return range(len(passages))
        if unknown := sorted(set(sources) - self._index.documents.keys()):
            raise InvalidInput(
                f"Not in the index: {', '.join(unknown)}; a source is a file's path below the indexed folder."
            )
        return {row for source in set(sources) for row in passages.rows_of(source)}


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
