"""What batches gave, on disk until the index that it goes into is saved: an interrupted build goes on from there.

Each piece is one generation in a folder of its own, so that it is there wholly or not at all, and nothing damaged is
read. It is named by its maker and what its articles are made of: the same batch makes the same piece.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Self

import numpy as np

from rag.backends import Embedder
from rag.errors import IndexCorrupt, IndexNotFound
from rag.gathering import of_one_model
from rag.generations import check_files, commit, opened, read_manifest, remove
from rag.parts import Gain, Keys, Parts
from rag.program import program
from rag.ragged import members

PIECES = ".pieces"
"""The folder beside the generations of an index that holds them."""
_PROBE = "By its vector for this sentence an embedder is known."


@dataclass(frozen=True, slots=True)
class Maker:
    """Who made a piece: the embedder, with its vector for one sentence, and the program that cut to one size."""

    embedder: str
    probe: tuple[float, ...]
    passage_tokens: int
    program: str

    @classmethod
    def of(cls, embedder: Embedder, passage_tokens: int) -> Self:
        """This program with this embedder."""
        (vector,) = embedder.embed([_PROBE])
        return cls(embedder.name, tuple(vector.tolist()), passage_tokens, program())

    def embeds_like(self, other: Self) -> bool:
        """Whether the vectors of both can be taken for each other."""
        return self.embedder == other.embedder and of_one_model(np.array(self.probe), np.array(other.probe))

    def cuts_like(self, other: Self) -> bool:
        """Whether both cut the same passages."""
        return (self.passage_tokens, self.program) == (other.passage_tokens, other.program)


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of an index that is being built, as far as ``maker`` can use them."""

    folder: Path
    maker: Maker

    @classmethod
    def of(cls, index_dir: Path, embedder: Embedder, passage_tokens: int) -> Self:
        """Those that lie with the index in ``index_dir``."""
        return cls(index_dir / PIECES, Maker.of(embedder, passage_tokens))

    def add(self, gain: Gain) -> None:
        """Keep what a batch gave. Raises InvalidInput when it cannot be written."""
        what = (repr(self.maker).encode(), gain.parts.records.origins.tobytes())
        label = sha256(b"".join(what)).hexdigest()[:32]

        def write(generation: Path) -> None:
            gain.parts.save(generation)
            np.save(generation / "keys.npy", gain.keys)
            np.save(generation / "made.npy", gain.vectors)

        commit(self.folder / label, label, asdict(self.maker), write)

    def known(self) -> tuple[dict[str, str], Keys]:
        """The origins of their articles by name, and the keys of the texts whose vectors they hold."""
        origins: dict[str, str] = {}
        keys = [self._nothing().keys]
        for gain in self._usable():
            origins |= gain.parts.records.hexadecimal(gain.parts.records.origins)
            keys.append(gain.keys)
        return origins, np.concatenate(keys)

    def gain(self, origins: Mapping[str, str]) -> Gain:
        """All of them together: the articles that are made of what ``origins`` say, by name, and every vector."""
        return _joined([self._nothing(), *(_chosen(gain, origins) for gain in self._usable())])

    def _usable(self) -> Iterator[Gain]:
        """Each piece; of those that were cut otherwise only the vectors."""
        for folder in sorted(self.folder.glob("[!.]*")):
            try:
                maker, gain = opened(folder, _read)
            except (IndexNotFound, IndexCorrupt):
                continue  # what it held is done again
            if self.maker.embeds_like(maker):
                yield gain if self.maker.cuts_like(maker) else replace(gain, parts=Parts.of(()))

    def _nothing(self) -> Gain:
        return Gain(Parts.of(()), np.empty(0, np.uint64), np.empty((0, len(self.maker.probe)), np.float16), 0)


def discard(index_dir: Path) -> None:
    """Remove the pieces of an index, once it is saved."""
    remove([index_dir / PIECES])


def _read(generation: Path) -> tuple[Maker, Gain]:
    content, files = read_manifest(generation)
    check_files(generation, files)
    keys, vectors = (np.load(generation / name, mmap_mode="r") for name in ("keys.npy", "made.npy"))
    maker = Maker(**content | {"probe": tuple(content["probe"])})
    return maker, Gain(Parts.load(generation), keys, vectors, 0)


def _chosen(gain: Gain, origins: Mapping[str, str]) -> Gain:
    """The gain without the articles that are made of anything else than the ``origins`` say."""
    records = gain.parts.records
    made = enumerate(zip(records.names, records.origins, strict=True))
    articles = np.array([number for number, (name, of) in made if origins.get(name) == of.tobytes().hex()], np.int64)
    rows = members(records.counts, articles)
    return replace(gain, parts=gain.parts.joined(Parts.of(()), articles, rows))


def _joined(gains: Sequence[Gain]) -> Gain:
    """One gain of all, its articles in the order of their names; by halves, so that little is copied often."""
    if len(gains) == 1:
        return gains[0]
    one, other = (_joined(half) for half in (gains[: len(gains) // 2], gains[len(gains) // 2 :]))
    names = (*one.parts.records.names, *other.parts.records.names)
    articles = np.array(sorted(range(len(names)), key=names.__getitem__), np.int64)
    rows = members(np.concatenate((one.parts.records.counts, other.parts.records.counts)), articles)
    return Gain(
        parts=one.parts.joined(other.parts, articles, rows),
        keys=np.concatenate((one.keys, other.keys)),
        vectors=np.concatenate((one.vectors, other.vectors)),
        embedded=one.embedded + other.embedded,
    )
