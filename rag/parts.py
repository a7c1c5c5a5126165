"""What an index keeps of its articles side by side, and what of it the next index takes over."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from rag.chunking import searchable_text
from rag.corpus.articles import Progress
from rag.corpus.duplicates import shingles_of
from rag.lexical import LexicalIndex
from rag.ragged import Numbers, Ragged, joined, members
from rag.records import Article, Keys, Records
from rag.types import Embedder, FloatArray, Passage

_EMBEDDED_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that files give by themselves, but for vectors: row ``i`` of each part belongs to passage ``i``."""

    records: Records
    lexical: LexicalIndex
    shingles: Ragged

    @classmethod
    def of(cls, articles: Sequence[Article]) -> Self:
        """What these articles give."""
        passages = [passage for article in articles for passage in article.passages]
        return cls(
            records=Records.of(articles),
            lexical=LexicalIndex.build([_lexical_text(passage) for passage in passages]),
            shingles=shingles_of([passage.text for passage in passages]),
        )

    @classmethod
    def load(cls, generation: Path) -> Self:
        """What ``save`` wrote there. Raises OSError, ValueError."""
        return cls(
            records=Records.load(generation),
            lexical=LexicalIndex.load(generation / "bm25"),
            shingles=Ragged.load(generation / "shingles.npy"),
        )

    def save(self, generation: Path) -> None:
        """Write them into a directory. Raises OSError."""
        self.records.save(generation)
        self.lexical.save(generation / "bm25")
        self.shingles.save(generation / "shingles.npy")

    def joined(self, new: Self, articles: Numbers, rows: Numbers) -> Self:
        """These articles, with these rows, of both: the numbers of ``new`` go on where those of this end."""
        return type(self)(
            records=self.records.joined(new.records, articles, rows),
            lexical=self.lexical.joined(new.lexical, rows),
            shingles=self.shingles.joined(new.shingles, rows),
        )


@dataclass(frozen=True, slots=True)
class Legacy:
    """What an index leaves to the next: ``parts``, and the vectors of its passages with the keys of their texts.

    There may be vectors without parts, when passages are cut otherwise now. Else their rows are those of the parts.
    """

    parts: Parts
    keys: Keys
    vectors: FloatArray

    @classmethod
    def none(cls, dimensions: int) -> Self:
        """What the first index finds."""
        parts = Parts.of(())
        return cls(parts, parts.records.keys, np.empty((0, dimensions), np.float32))

    def with_new(
        self, articles: Sequence[Article], names: Sequence[str], embedder: Embedder, progress: Progress
    ) -> tuple[Parts, FloatArray, int]:
        """The parts and the vectors of the articles of these names, of which the new ones are given, the others known.

        Also how many texts were embedded for that. ``progress`` is told the passages that are done, and all.
        """
        new = Parts.of(articles)
        counts = np.concatenate((self.parts.records.counts, new.records.counts))
        numbers = {name: number for number, name in enumerate((*self.parts.records.names, *new.records.names))}
        chosen = np.array([numbers[name] for name in names], np.int64)
        rows = members(counts, chosen)
        texts = [searchable_text(passage) for article in articles for passage in article.passages]
        places, missing = self._places(new.records.keys)
        done = len(rows) - len(missing)
        embedded = _embedded([texts[row] for row in missing.tolist()], embedder, progress, done)
        kept = np.arange(len(self.parts.records.keys))
        vectors = joined(self.vectors, embedded, joined(kept, places, rows))
        return self.parts.joined(new, chosen, rows), vectors, len(missing)

    def _places(self, keys: Keys) -> tuple[Numbers, Numbers]:
        """Where among the vectors here, and then those still to be made, that of each text stands.

        Also the first row of each text whose vector is still to be made.
        """
        different, first, which = np.unique(keys, return_index=True, return_inverse=True)
        _, known, there = np.intersect1d(different, self.keys, return_indices=True)
        places = np.full(len(different), -1)
        places[known] = there
        missing = np.flatnonzero(places < 0)
        places[missing] = len(self.keys) + np.arange(len(missing))
        return places[which], first[missing]


def _embedded(texts: Sequence[str], embedder: Embedder, progress: Progress, done: int) -> FloatArray:
    """The vectors of the texts, which are embedded longest first: texts of one length need no padding."""
    vectors = np.empty((len(texts), embedder.dimensions), np.float32)
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
    for start in range(0, len(order), _EMBEDDED_AT_ONCE):
        progress(done + start, done + len(texts))
        batch = order[start : start + _EMBEDDED_AT_ONCE]
        vectors[batch] = embedder.embed([texts[row] for row in batch])
    progress(done + len(texts), done + len(texts))
    return vectors


def _lexical_text(passage: Passage) -> str:
    return f"{passage.title}\n{passage.publisher} {passage.published}\n{passage.text}"
