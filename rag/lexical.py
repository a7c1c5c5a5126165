"""Lexical search: BM25 over stemmed words, through bm25s. The only file that imports it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from rag.text import stems


class LexicalIndex:
    """BM25 (Robertson & Zaragoza 2009, with Lucene's idf) over texts; text ``i`` is found as row ``i``."""

    def __init__(self, scorer: Any) -> None:
        self._scorer = scorer

    @classmethod
    def build(cls, texts: Sequence[str]) -> Self:
        """An index of the texts in their order."""
        import bm25s

        scorer = bm25s.BM25(method="lucene")
        scorer.index([stems(text) or [""] for text in texts], show_progress=False)
        return cls(scorer)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The index saved in the folder ``path``."""
        import bm25s

        return cls(bm25s.BM25.load(str(path)))

    def save(self, path: Path) -> None:
        """Write the index into the folder ``path``."""
        self._scorer.save(str(path), show_progress=False)

    def search(self, question: str, k: int) -> list[tuple[int, float]]:
        """The ``k`` best rows as ``(row, score)``, best first; rows without any word of the question are left out."""
        known = [stem for stem in stems(question) if stem in self._scorer.vocab_dict]
        if not known:
            return []
        scores = self._scorer.get_scores(known)
        best = np.argsort(-scores, kind="stable")[:k]
        return [(int(row), float(scores[row])) for row in best if scores[row] > 0]
