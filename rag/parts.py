"""What an index keeps of its articles side by side, and what of it the next index takes over."""

from collections.abc import Iterable, Sequence
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
class Gain:
    """What articles that are new give: their ``parts``, and the vectors of those of their texts that were not known.

    ``vectors`` is ``(n, d)``, and ``keys`` are those of its texts; ``embedded`` of them were made now, the others by a
    build that was interrupted.
    """

    parts: Parts
    keys: Keys
    vectors: HalfArray
    embedded: int

    @classmethod
    def of(cls, articles: Sequence[Article], known: Keys, embedder: Embedder, progress: Progress) -> Self:
        """What these articles give, when the texts of the ``known`` keys have their vectors already.

        ``progress`` is told how many of the articles' texts have a vector, and all.
        """
        parts = Parts.of(articles)
        texts = [text for article in articles for passage in article.passages for text in embedded_texts(passage)]
        different, first = np.unique(parts.texts.values, return_index=True)
        missing = first[np.isin(different, known, invert=True)]
        done = len(texts) - len(missing)
        vectors = _embedded([texts[row] for row in missing.tolist()], embedder, progress, done)
        return cls(parts, parts.texts.values[missing], vectors, len(missing))


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

    def origins(self) -> dict[str, str]:
        """The sha256 of what each article was made of, by name."""
        return self.parts.records.hexadecimal(self.parts.records.origins)

    def gain(self, articles: Sequence[Article], names: Iterable[str], embedder: Embedder, progress: Progress) -> Gain:
        """What these articles give, which are those of the ``names`` that are new.

        ``progress`` is told the texts of all of them that are done, and all.
        """
        new = {article.document.doc_id for article in articles}
        numbers = {name: number for number, name in enumerate(self.parts.records.names)}
        kept = np.array([numbers[name] for name in names if name not in new], np.int64)
        texts = int(self.parts.texts.sizes()[members(self.parts.records.counts, kept)].sum())
        return Gain.of(articles, self.keys, embedder, lambda done, total: progress(texts + done, texts + total))

    def with_gain(self, gain: Gain, names: Sequence[str]) -> tuple[Parts, Vectors]:
        """The parts and the vectors of the articles of these names, each of which is known or was gained."""
        new = gain.parts
        counts = np.concatenate((self.parts.records.counts, new.records.counts))
        numbers = {name: number for number, name in enumerate((*self.parts.records.names, *new.records.names))}
        chosen = np.array([numbers[name] for name in names], np.int64)
        rows = members(counts, chosen)
        places = _places(new.texts.values, np.concatenate((self.keys, gain.keys)))
        vectors = Vectors.of(Ragged(_picked(self.known, gain.vectors, places), new.texts.ends))
        return self.parts.joined(new, chosen, rows), self.vectors.joined(vectors, rows)


def _places(keys: Keys, known: Keys) -> Numbers:
    """Where among the known keys each of the others, all of which are known, stands."""
    different, which = np.unique(keys, return_inverse=True)
    _, _, places = np.intersect1d(different, known, return_indices=True)
    return places[which]


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
