"""What an index keeps of its articles side by side, and what of it the next index takes over."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Self, TypeAlias

import numpy as np
import numpy.typing as npt

from rag.backends import Embedder
from rag.catalogue import Catalogue
from rag.corpus.articles import Progress
from rag.corpus.duplicates import shingles_of
from rag.lexical import LexicalIndex
from rag.ragged import Numbers, Ragged, members
from rag.records import Article, Records
from rag.sentences import HalfArray, Vectors, embedded_texts
from rag.types import Passage

_EMBEDDED_AT_ONCE = 64

Keys: TypeAlias = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that files give by themselves, but for vectors: row ``i`` of each part belongs to passage ``i``.

    ``texts`` are the keys of what is embedded of each passage.
    """

    records: Records
    catalogue: Catalogue
    lexical: LexicalIndex
    shingles: Ragged
    texts: Ragged

    @classmethod
    def of(cls, articles: Sequence[Article]) -> Self:
        """What these articles give."""
        passages = [passage for article in articles for passage in article.passages]
        return cls(
            records=Records.of(articles),
            catalogue=Catalogue.of(passages),
            lexical=LexicalIndex.build([_lexical_text(passage) for passage in passages]),
            shingles=shingles_of([passage.text for passage in passages]),
            texts=Ragged.of([_keys(embedded_texts(passage)) for passage in passages], np.uint64),
        )

    @classmethod
    def load(cls, generation: Path) -> Self:
        """What ``save`` wrote there. Raises OSError, ValueError."""
        return cls(
            records=Records.load(generation),
            catalogue=Catalogue.load(generation),
            lexical=LexicalIndex.load(generation / "bm25"),
            shingles=Ragged.load(generation / "shingles.npy"),
            texts=Ragged.load(generation / "texts.npy"),
        )

    def save(self, generation: Path) -> None:
        """Write them into a directory. Raises OSError."""
        self.records.save(generation)
        self.catalogue.save(generation)
        self.lexical.save(generation / "bm25")
        self.shingles.save(generation / "shingles.npy")
        self.texts.save(generation / "texts.npy")

    def joined(self, new: Self, articles: Numbers, rows: Numbers) -> Self:
        """These articles, with these rows, of both: the numbers of ``new`` go on where those of this end."""
        return type(self)(
            records=self.records.joined(new.records, articles),
            catalogue=self.catalogue.joined(new.catalogue, rows),
            lexical=self.lexical.joined(new.lexical, rows),
            shingles=self.shingles.joined(new.shingles, rows),
            texts=self.texts.joined(new.texts, rows),
        )


@dataclass(frozen=True, slots=True)
class Legacy:
    """What an index leaves to the next: ``parts`` with their ``vectors``, and the texts whose vectors are ``known``.

    These are ``(n, d)``, and ``keys`` are those of their texts. They may be all that is left, when passages are cut
    otherwise now.
    """

    parts: Parts
    vectors: Vectors
    keys: Keys
    known: HalfArray

    @classmethod
    def none(cls, dimensions: int) -> Self:
        """What the first index finds."""
        parts = Parts.of(())
        nothing = np.empty((0, dimensions), np.float16)
        return cls(parts, Vectors.of(Ragged(nothing, parts.texts.ends)), parts.texts.values, nothing)

    def with_new(
        self, articles: Sequence[Article], names: Sequence[str], embedder: Embedder, progress: Progress
    ) -> tuple[Parts, Vectors, int]:
        """The parts and the vectors of the articles of these names, of which the new ones are given, the others known.

        Also how many texts were embedded for that. ``progress`` is told the texts that are done, and all.
        """
        new = Parts.of(articles)
        counts = np.concatenate((self.parts.records.counts, new.records.counts))
        numbers = {name: number for number, name in enumerate((*self.parts.records.names, *new.records.names))}
        chosen = np.array([numbers[name] for name in names], np.int64)
        rows = members(counts, chosen)
        parts = self.parts.joined(new, chosen, rows)
        texts = [text for article in articles for passage in article.passages for text in embedded_texts(passage)]
        places, missing = self._places(new.texts.values)
        done = len(parts.texts.values) - len(missing)
        embedded = _embedded([texts[row] for row in missing.tolist()], embedder, progress, done)
        vectors = Vectors.of(Ragged(_picked(self.known, embedded, places), new.texts.ends))
        return parts, self.vectors.joined(vectors, rows), len(missing)

    def _places(self, keys: Keys) -> tuple[Numbers, Numbers]:
        """Where among the known vectors, and then those still to be made, that of each text stands.

        Also the first row of each text whose vector is still to be made.
        """
        different, first, which = np.unique(keys, return_index=True, return_inverse=True)
        _, known, there = np.intersect1d(different, self.keys, return_indices=True)
        places = np.full(len(different), -1)
        places[known] = there
        missing = np.flatnonzero(places < 0)
        places[missing] = len(self.keys) + np.arange(len(missing))
        return places[which], first[missing]


def _picked(known: HalfArray, embedded: HalfArray, places: Numbers) -> HalfArray:
    """The vectors in these places of both, read from disk one by one: they are few of those that are known."""
    vectors = np.empty((len(places), known.shape[1]), np.float16)
    is_known = places < len(known)
    vectors[is_known] = known[places[is_known]]
    vectors[~is_known] = embedded[places[~is_known] - len(known)]
    return vectors


def _embedded(texts: Sequence[str], embedder: Embedder, progress: Progress, done: int) -> HalfArray:
    """The vectors of the texts, which are embedded longest first: texts of one length need no padding.

    That of an empty text, which is last then, is 0: it is about nothing.
    """
    vectors = np.zeros((len(texts), embedder.dimensions), np.float16)
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
    for start in range(0, len(order), _EMBEDDED_AT_ONCE):
        progress(done + start, done + len(texts))
        batch = [row for row in order[start : start + _EMBEDDED_AT_ONCE] if texts[row]]
        vectors[batch] = embedder.embed([texts[row] for row in batch])
    progress(done + len(texts), done + len(texts))
    return vectors


def _lexical_text(passage: Passage) -> str:
    return f"{passage.title}\n{passage.publisher} {passage.published}\n{passage.text}"


def _keys(texts: Sequence[str]) -> Keys:
    """A number for each text: equal texts have equal ones, and different texts, as good as surely, different ones."""
    digests = (blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(digests), np.uint64)
