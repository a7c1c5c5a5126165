"""The vectors of sentences, and those of passages that are made of them.

The embedder was trained on sentences: each is embedded by itself, with the passage's title as one more. A passage is as
near to a text as the nearest of its sentences (max-pooling), or as the mean of all, to which the title adds half.
"""

from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
import numpy.typing as npt

from rag.ragged import Numbers, Ragged, joined, members
from rag.types import FloatArray, Passage

_TITLE_WEIGHT = 0.5
_AT_ONCE = 4096  # passages whose vectors are made together

HalfArray: TypeAlias = npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Vectors:
    """Row ``i`` of ``passages``, ``(n, d)``, is the unit vector of passage ``i``.

    Row ``i`` of ``texts`` are the ``(texts, d)`` vectors of its ``embedded_texts`` in 16 bits; an empty title's is 0.
    """

    texts: Ragged
    passages: FloatArray

    @classmethod
    def of(cls, texts: Ragged) -> Self:
        """The vectors of these texts, and those of their passages."""
        blocks = (np.arange(start, min(start + _AT_ONCE, len(texts))) for start in range(0, len(texts), _AT_ONCE))
        made = [passage_vectors(texts, block) for block in blocks]
        return cls(texts, np.concatenate([np.empty((0, texts.values.shape[1]), np.float32), *made]))

    def joined(self, new: Self, rows: Numbers) -> Self:
        """Those of these passages of both: the numbers of ``new`` go on where those of this end."""
        return type(self)(self.texts.joined(new.texts, rows), joined(self.passages, new.passages, rows))


def embedded_texts(passage: Passage) -> tuple[str, ...]:
    """The texts of a passage whose vectors are kept: first its title, which may be empty, then its sentences."""
    return (passage.title, *(sentence.text for sentence in passage.sentences))


def passage_vectors(texts: Ragged, passages: Numbers) -> FloatArray:
    """The ``(passages, d)`` unit vectors of these passages, whose ``texts`` are as in ``Vectors``."""
    rows, starts = _rows(texts, passages)
    titles = rows[starts]
    sums = np.add.reduceat(rows, starts, axis=0) - titles
    return _unit(_unit(sums) + _TITLE_WEIGHT * titles)


def nearest_sentences(texts: Ragged, passages: Numbers, queries: FloatArray) -> FloatArray:
    """``(queries, passages)``: the cosine of each of the ``(queries, d)`` unit rows to a passage's nearest sentence."""
    rows, starts = _rows(texts, passages)
    found = cosines(queries, rows)
    found[:, starts] = -1  # a title is no sentence
    nearest: FloatArray = np.maximum.reduceat(found, starts, axis=1)
    return nearest


def cosines(queries: FloatArray, rows: FloatArray) -> FloatArray:
    """``(queries, rows)``: the inner products of both's rows.

    Without BLAS: for so little work its threads only wait for each other, on a busy machine a hundred times as long.
    """
    products: FloatArray = np.einsum("qd,rd->qr", queries, rows)
    return products


def _rows(texts: Ragged, passages: Numbers) -> tuple[FloatArray, Numbers]:
    """The vectors of all texts of these passages, and where those of each begin."""
    sizes = texts.sizes()
    rows = texts.values[members(sizes, passages)]
    return rows.astype(np.float32), np.cumsum(sizes[passages]) - sizes[passages]


def _unit(rows: FloatArray) -> FloatArray:
    """The rows with length 1; one of length 0 stays."""
    lengths: FloatArray = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=rows.copy(), where=lengths > 0)
