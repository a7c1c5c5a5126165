"""Lexical search: BM25 over stemmed words."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from rag.ragged import Numbers, joined
from rag.text import stems
from rag.types import FloatArray

_K1, _B = 0.9, 0.4  # as in Anserini (Yang et al. 2017)
_ARRAYS = ("starts", "rows", "counts", "lengths")


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """BM25 (Robertson & Zaragoza 2009, with Lucene's idf) over texts; text ``i`` is found as row ``i``.

    The stem of column ``c`` stands ``counts[starts[c] : starts[c + 1]]`` times in the texts of the same places of
    ``rows``, which ascend. ``lengths`` are the stems of each text. How rare a stem is, and how long its texts, is
    weighed when a question is asked, so that two of these can be joined.
    """

    columns: Mapping[str, int]
    starts: Numbers
    rows: npt.NDArray[np.int32]
    counts: npt.NDArray[np.int32]
    lengths: npt.NDArray[np.int32]

    @classmethod
    def build(cls, texts: Sequence[str]) -> Self:
        """An index of the texts in their order."""
        counted = [Counter(stems(text)) for text in texts]
        columns = _numbered({stem for found in counted for stem in found})
        ends = np.cumsum([0, *map(len, counted)])
        column = np.fromiter((columns[stem] for found in counted for stem in found), np.int64, ends[-1])
        counts = np.fromiter((times for found in counted for times in found.values()), np.int32, ends[-1])
        row = np.repeat(np.arange(len(texts), dtype=np.int32), np.diff(ends))
        order = np.argsort(column, kind="stable")
        return cls(
            columns=columns,
            starts=np.searchsorted(column[order], np.arange(len(columns) + 1)),
            rows=row[order],
            counts=counts[order],
            lengths=np.array([found.total() for found in counted], np.int32),
        )

    @classmethod
    def load(cls, path: Path) -> Self:
        """The index saved in the folder ``path``, mapped into memory. Raises OSError, ValueError."""
        arrays = {name: np.load(path / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
        return cls(_numbered(json.loads((path / "stems.json").read_bytes())), **arrays)

    def save(self, path: Path) -> None:
        """Write the index into the folder ``path``, which must not be there yet. Raises OSError."""
        path.mkdir()
        (path / "stems.json").write_text(json.dumps(list(self.columns)), encoding="ascii")
        for name in _ARRAYS:
            np.save(path / f"{name}.npy", getattr(self, name))

    def joined(self, new: Self, rows: Numbers) -> Self:
        """The index of these texts of both, the numbers of ``new`` go on where those of this end.

        The texts of each must be in the order that they have in it.
        """
        places = np.full(len(self.lengths) + len(new.lengths), -1)
        places[rows] = np.arange(len(rows))
        columns = _numbered({**self.columns, **new.columns})
        old, old_counts = self._postings(columns, places[: len(self.lengths)])
        more, more_counts = new._postings(columns, places[len(self.lengths) :])
        at = np.searchsorted(old, more)
        postings, counts = np.insert(old, at, more), np.insert(old_counts, at, more_counts)
        starts = np.searchsorted(postings, np.arange(len(columns) + 1) << 32)
        used = np.diff(starts) > 0
        return type(self)(
            columns=_numbered(stem for stem, is_used in zip(columns, used.tolist(), strict=True) if is_used),
            starts=starts[np.append(used, True)],
            rows=postings.astype(np.int32),  # the lower half
            counts=counts,
            lengths=joined(self.lengths, new.lengths, rows),
        )

    def scores(self, words: Iterable[str]) -> FloatArray:
        """``(texts,)``: the score of each text for these stems, 0 without any of them. A stem counts once."""
        scores = np.zeros(len(self.lengths), np.float32)
        for column in (self.columns[stem] for stem in dict.fromkeys(words) if stem in self.columns):
            found = slice(self.starts[column], self.starts[column + 1])
            scores[self.rows[found]] += self._weights(found)
        return scores

    def frequencies(self) -> dict[str, int]:
        """In how many texts each stem stands."""
        return dict(zip(self.columns, np.diff(self.starts).tolist(), strict=True))

    def _weights(self, found: slice) -> FloatArray:
        """What one stem adds to the score of each row that it stands in."""
        texts, rows, counts = len(self.lengths), self.rows[found], self.counts[found]
        rarity = log(1 + (texts - len(rows) + 0.5) / (len(rows) + 0.5))
        relative = self.lengths[rows] / self.lengths.mean()
        weights: FloatArray = (rarity * counts / (counts + _K1 * (1 - _B + _B * relative))).astype(np.float32)
        return weights

    def _postings(self, columns: Mapping[str, int], places: Numbers) -> tuple[Numbers, npt.NDArray[np.int32]]:
        """Column and row of each posting as one ascending number, and its count, where texts have these new places.

        Those of texts without a place, -1, are left out. ``columns`` holds all the stems of this index.
        """
        column = np.array([columns[stem] for stem in self.columns], np.int64)
        postings = np.repeat(column << 32, np.diff(self.starts)) + places[self.rows]
        if (places >= 0).all():
            return postings, self.counts
        kept = places[self.rows] >= 0
        return postings[kept], self.counts[kept]


def _numbered(stems: Iterable[str]) -> dict[str, int]:
    return {stem: number for number, stem in enumerate(sorted(stems))}
