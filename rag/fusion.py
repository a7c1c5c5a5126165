"""What speaks for each candidate → one score; scores → the passages that are chosen, one after the other.

Scores rather than ranks are added: on news questions reciprocal rank fusion was worse than BM25 alone. What each part
of the recipe is worth is measured by ``rag eval retrieval --ablation``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from rag.backends import Mask
from rag.ragged import Numbers
from rag.types import FloatArray


@dataclass(frozen=True, slots=True)
class Recipe:
    """How passages are scored and chosen; a part that is False or 0 is left out.

    - ``dense_weight``: share of the cosine in a score, the rest is BM25's. 0: BM25 alone, 1: dense search alone.
    - ``parts``: each part of the question is searched for itself as well.
    - ``passages``: the question is compared with whole passages; else with their sentences.
    - ``sentences``: the parts are compared with sentences; else with whole passages.
    - ``spelling``: words that no article has are taken for the nearest that some have.
    - ``publisher``, ``time``: bonus for passages of a publisher, or of a time, that the question names.
    - ``same_article``: penalty for each passage that was chosen from the same article before.
    - ``turns``: penalty for each passage that its publisher is ahead of another one that the question names.
    """

    dense_weight: float = 0.5
    parts: bool = True
    passages: bool = True
    sentences: bool = True
    spelling: bool = True
    publisher: float = 0.2
    time: float = 0.1
    same_article: float = 0.02
    turns: float = 0.1

    @classmethod
    def plain(cls, dense_weight: float) -> Self:
        """BM25 and dense search of passages for the whole question, and nothing else."""
        return cls(dense_weight, False, True, False, False, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Scores:
    """What speaks for each of ``c`` passages, in the order of ``rows``, which are those of the index.

    ``lexical`` and ``dense`` are ``(1 + parts, c)`` in [0, 1]: the first row is that of the whole question.
    ``publishers`` is ``(groups, c)``: whether the passage is of that group of publishers that the question names;
    ``in_time`` is ``(c,)``: whether it was published in a time that the question names.
    """

    rows: Numbers
    lexical: FloatArray
    dense: FloatArray
    publishers: Mask
    in_time: Mask

    def at(self, places: Numbers) -> Self:
        """Those of the passages in these places."""
        return type(self)(
            self.rows[places],
            self.lexical[:, places],
            self.dense[:, places],
            self.publishers[:, places],
            self.in_time[places],
        )

    def fused(self, recipe: Recipe) -> FloatArray:
        """One score for each passage: the mean of the question's and of its best part's, and the bonuses."""
        each = (1 - recipe.dense_weight) * self.lexical + recipe.dense_weight * self.dense
        named = recipe.publisher * self.publishers.any(axis=0) + recipe.time * self.in_time
        total: FloatArray = (each[0] + each[1:].max(axis=0)) / 2 + named
        return total


@dataclass(frozen=True, slots=True)
class Choice:
    """A passage by its place among all, its score, and what was taken off that when its turn came."""

    place: int
    score: float
    penalty: float = 0.0


def choices(scores: FloatArray, articles: Numbers, publishers: Mask, recipe: Recipe) -> Iterator[Choice]:
    """All passages, each time the one whose score less its penalties is best; of equals the first.

    For each there are its score, the number of its article, and, as a column of ``publishers``, the groups of named
    publishers that it is of. Where several are named, they take turns: one falls back by each passage that it is ahead
    of the last of those that still have any.
    """
    numbers = np.unique(articles, return_inverse=True)[1]
    times = np.zeros(len(scores))  # by article, then by group: how many were chosen
    given = np.zeros(len(publishers))
    left = np.ones(len(scores), np.bool_)
    for _ in range(len(scores)):
        penalties = recipe.same_article * times[numbers]
        if len(publishers) > 1:
            waiting = given[(publishers & left).any(axis=1)]
            ahead = given - waiting.min(initial=given.max())
            penalties = penalties + recipe.turns * np.max(publishers * ahead[:, np.newaxis], axis=0)
        place = int(np.argmax(np.where(left, scores - penalties, -np.inf)))
        yield Choice(place, float(scores[place]), float(penalties[place]))
        left[place] = False
        times[numbers[place]] += 1
        given += publishers[:, place]


def scaled(scores: FloatArray) -> FloatArray:
    """Each row divided by its best, so that it is in [0, 1]; what is below 0 counts as 0.

    >>> scaled(np.array([[1.0, 4.0, -2.0], [0.0, 0.0, 0.0]])).tolist()
    [[0.25, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    positive = np.maximum(scores, 0)
    best = positive.max(axis=-1, keepdims=True, initial=0)
    shares: FloatArray = np.divide(positive, best, out=np.zeros_like(positive), where=best > 0)
    return shares


def best(scores: FloatArray, count: int) -> Numbers:
    """The places of at most ``count`` scores above 0, the best first; of equals the first.

    >>> best(np.array([0.0, 2.0, 1.0, 2.0]), 2).tolist()
    [1, 3]
    """
    found = np.flatnonzero(scores > 0)
    if len(found) > count:
        least = np.partition(scores[found], -count)[-count]
        found = found[scores[found] >= least]
    order: Numbers = found[np.argsort(-scores[found], kind="stable")[:count]]
    return order


def ranks(scores: FloatArray) -> Numbers:
    """The rank of each score, from 1 on, the best first; of equals the first.

    >>> ranks(np.array([0.0, 2.0, 1.0, 2.0])).tolist()
    [4, 1, 3, 2]
    """
    found = np.empty(len(scores), np.int64)
    found[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return found
