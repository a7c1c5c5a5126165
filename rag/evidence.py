"""Ranked passages → numbered evidence, with the sentences worth reading first.

A sentence's worth is the cosine of its vector and the question's, plus the share of the question's words it holds,
each word weighted by how rare it is among the sentences at hand.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from rag.backends import Embedder
from rag.embedder import embed_question
from rag.text import stems
from rag.types import Evidence, FloatArray, Passage, ScoredPassage

_SHOWN = 3


SentenceVectors: TypeAlias = Callable[[Passage], FloatArray]
"""The ``(sentences, d)`` unit vectors of a passage's sentences."""


def gather_evidence(
    question: str, passages: Sequence[ScoredPassage], vectors: SentenceVectors, embedder: Embedder
) -> tuple[Evidence, ...]:
    """Number the passages from 1 in their order and put the best three sentences of each first."""
    sentences = [sentence for scored in passages for sentence in scored.passage.sentences]
    if not sentences:
        return ()
    texts = [sentence.text for sentence in sentences]
    cosines = np.concatenate([vectors(scored.passage) for scored in passages]) @ embed_question(question, embedder)
    worth = {
        sentence: float(cosine) + overlap
        for sentence, cosine, overlap in zip(sentences, cosines, term_overlaps(question, texts), strict=True)
    }
    return tuple(
        Evidence(
            number,
            scored.passage,
            tuple(sorted(scored.passage.sentences, key=worth.__getitem__, reverse=True)[:_SHOWN]),
            scored.also_in,
        )
        for number, scored in enumerate(passages, start=1)
    )


def term_overlaps(question: str, texts: Sequence[str]) -> list[float]:
    """For each text the share, in [0, 1], of the question's words that it holds, weighted by their rarity.

    >>> term_overlaps("night bus", ["A bus.", "A night bus.", "A tram."])  # log2(1 + 3/2) and log2(1 + 3/1)
    [0.397..., 1.0, 0.0]
    """
    stemmed = [set(stems(text)) for text in texts]
    counts = Counter(stem for found in stemmed for stem in found)
    weights = {stem: math.log2(1 + len(texts) / counts[stem]) for stem in set(stems(question)) if counts[stem]}
    total = sum(weights.values())
    return [sum(w for stem, w in weights.items() if stem in found) / total if total else 0.0 for found in stemmed]
