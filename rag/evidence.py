"""Ranked passages → numbered evidence, with the sentences worth reading first.

A sentence's worth is the cosine of its vector and the question's, plus the share of the question's words it holds,
each word weighted by how rare it is among the sentences at hand.
"""

import math
from collections import Counter
from collections.abc import Sequence

from rag.text import stems
from rag.types import Embedder, Evidence, ScoredPassage

_SHOWN = 3


def gather_evidence(question: str, passages: Sequence[ScoredPassage], embedder: Embedder) -> tuple[Evidence, ...]:
    """Number the passages from 1 in their order and put the best three sentences of each first."""
    sentences = [sentence for scored in passages for sentence in scored.passage.sentences]
    if not sentences:
        return ()
    vectors = embedder.embed([_short(question), *(_short(sentence.text) for sentence in sentences)])
    overlaps = term_overlaps(question, [sentence.text for sentence in sentences])
    worth = {
        (scored.passage.doc_id, sentence.start): float(vectors[0] @ vector) + overlap
        for (scored, sentence), vector, overlap in zip(
            ((scored, sentence) for scored in passages for sentence in scored.passage.sentences),
            vectors[1:],
            overlaps,
            strict=True,
        )
    }
    return tuple(
        Evidence(
            number,
            scored.passage,
            tuple(sorted(scored.passage.sentences, key=lambda s: -worth[scored.passage.doc_id, s.start])[:_SHOWN]),
        )
        for number, scored in enumerate(passages, start=1)
    )


def term_overlaps(question: str, texts: Sequence[str]) -> list[float]:
    """For each text the share, in [0, 1], of the question's words that it holds, weighted by their rarity.

    >>> term_overlaps("night bus", ["A bus.", "A night bus.", "A tram."])  # log2(1 + 3/2) and log2(1 + 3/1)
    [0.398..., 1.0, 0.0]
    """
    stemmed = [set(stems(text)) for text in texts]
    counts = Counter(stem for found in stemmed for stem in found)
    weights = {stem: math.log2(1 + len(texts) / counts[stem]) for stem in set(stems(question)) if counts[stem]}
    total = sum(weights.values())
    return [sum(w for stem, w in weights.items() if stem in found) / total if total else 0.0 for found in stemmed]


def _short(text: str, words: int = 120) -> str:
    return " ".join(text.split()[:words])
