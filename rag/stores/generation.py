"""Generations in a store: whoever opens the index finds the old one or the new one, never a mixture.

A generation is a collection of files, which hold what is small, and the keys of what it uses of two collections that
generations share: vectors of passages, and pieces of large arrays. It is written before any of these, then they, and at
last the alias of the index is pointed to it, in one step. What the alias does not name is never served; the next writer
removes it. Two that write at the same time do no harm: the one that began last removes what the other has written
so far, whose alias then finds nothing to point to.
"""

import io
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import time_ns
from typing import Any, Self

import numpy as np

from rag.corpus.articles import Progress, silent
from rag.errors import IndexCorrupt, InvalidInput
from rag.ragged import Numbers, Values
from rag.stores.pieces import MOST_BYTES, Cut, Pieces, RemoteArray, packed, unpacked
from rag.stores.session import Row, Session

PIECES = "pieces"
_GENERATIONS, _PASSAGES = "gen_", "passages_"
_DIRECTORY = 0  # the key of the row that tells which rows make which file
_CONTENT = "content"
_AT_ONCE = 500  # passages that are written together, about two megabytes of vectors and text
_PIECES_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Generation:
    """The files of one generation, by name; ``before`` is the collection of the one that it follows, if any.

    ``passages`` is the collection that holds its vectors. Of a file there are the key of its first row, and how many
    follow each other.
    """

    session: Session
    collection: str
    before: str
    passages: str
    files: Mapping[str, tuple[int, int]]

    @classmethod
    def current(cls, session: Session) -> Self | None:
        """The one that the alias names; None: there is none yet. Raises IndexCorrupt."""
        name = session.pointed()
        return None if name is None else cls.opened(session, name)

    @classmethod
    def opened(cls, session: Session, collection: str) -> Self:
        """The one in this collection. Raises IndexCorrupt when it was not written to its end."""
        (text,) = session.fetch(collection, [_DIRECTORY], _CONTENT).values()
        return cls(session, collection, **json.loads(unpacked(text)))

    @classmethod
    def write(
        cls, session: Session, before: str, dimensions: int, files: Mapping[str, bytes], passages: Numbers
    ) -> Self:
        """Write these files, which nobody sees until ``serve``, and make room for what the generations share."""
        collection = session.named(f"{_GENERATIONS}{time_ns():016x}_{secrets.token_hex(3)}")
        shared = session.named(f"{_PASSAGES}{dimensions}")
        session.create(collection, {_CONTENT: str})
        runs: dict[str, tuple[int, int]] = {}
        free = _DIRECTORY + 1
        for name, content in {**files, "passages.keys": file_of(passages)}.items():
            parts = [content[start : start + MOST_BYTES] for start in range(0, len(content), MOST_BYTES)]
            rows = ({"key": key, _CONTENT: packed(part)} for key, part in enumerate(parts, start=free))
            _put(session, collection, rows, _PIECES_AT_ONCE)
            runs[name] = free, len(parts)
            free += len(parts)
        directory = json.dumps({"before": before, "passages": shared, "files": runs})
        session.write(collection, [{"key": _DIRECTORY, _CONTENT: packed(directory.encode())}])
        return cls(session, collection, before, shared, runs)

    def read(self, name: str) -> bytes:
        """The content of a file."""
        first, count = self.files[name]
        keys = range(first, first + count)
        texts = self.session.fetch(self.collection, keys, _CONTENT)
        return b"".join(unpacked(texts[key]) for key in keys)

    def array(self, name: str) -> Values:
        """The array in a file."""
        array: Values = np.load(io.BytesIO(self.read(name)), allow_pickle=False)
        return array

    def remote(self, name: str, pieces: Pieces) -> Values:
        """The array of which this generation keeps the keys only; it is read like one of numpy's: ``RemoteArray``."""
        keys, ends, empty = (self.array(f"{name}.{part}") for part in ("keys", "ends", "empty"))
        array: Any = RemoteArray(pieces, keys, ends, empty)
        found: Values = array
        return found

    def keys(self, shared: str) -> Numbers:
        """What it uses of a collection that generations share."""
        if shared == self.passages:
            return self.array("passages.keys")
        if shared != self.session.named(PIECES):
            return np.empty(0, np.int64)
        names = [name for name in self.files if name.endswith(".keys") and name != "passages.keys"]
        return np.unique(np.concatenate([np.empty(0, np.int64), *map(self.array, names)]))

    def serve(self) -> None:
        """Make this the current generation, in one step.

        Raises IndexCorrupt when it is not whole, and InvalidInput when another writer began later and removed it.
        """
        for shared in (self.passages, self.session.named(PIECES)):
            self.session.settle(shared)
        if self.collection not in self.session.collections(_GENERATIONS):
            raise InvalidInput(
                f"Somebody else began to write the index in {self.session.address.text} meanwhile; theirs counts. "
                "Run the same command again when they are done."
            )
        self.check()
        self.session.point(self.collection)

    def check(self) -> None:
        """Wait until all that was written can be read. Raises IndexCorrupt when something of it is not there."""
        for shared in (self.passages, self.session.named(PIECES)):
            wanted, there = len(self.keys(shared)), self.session.count(shared)
            if there < wanted:
                address = self.session.address.text
                raise IndexCorrupt(
                    f"Of {wanted} rows of the index in {address} only {there} are there: it was not written to its "
                    f"end, or is damaged; write it again: rag index FOLDER --store {address}"
                )


def file_of(array: Values) -> bytes:
    """An array as a file, see ``Generation.array``."""
    content = io.BytesIO()
    np.save(content, array, allow_pickle=False)
    return content.getvalue()


def files_of(name: str, cut: Cut) -> dict[str, bytes]:
    """The files by which ``Generation.remote`` finds the array again."""
    arrays = {"keys": cut.keys, "ends": cut.ends, "empty": cut.array[:0]}
    return {f"{name}.{part}": file_of(array) for part, array in arrays.items()}


def share(generation: Generation, dimensions: int, fields: Mapping[str, type]) -> None:
    """Make the collections that this generation shares with others, unless they are there."""
    session = generation.session
    there = session.collections("")
    if generation.passages not in there:
        session.create(generation.passages, fields, dimensions)
    if session.named(PIECES) not in there:
        session.create(session.named(PIECES), {_CONTENT: str})


def put_passages(
    generation: Generation, rows: Iterable[Row], known: Sequence[Numbers], progress: Progress = silent
) -> None:
    """Write the rows of passages, but for those with keys that are ``known`` to be there."""
    own = generation.keys(generation.passages)
    wanted = set(np.setdiff1d(own, np.concatenate([own[:0], *known])).tolist())
    fresh = (row for row in rows if row["key"] in wanted)
    _put(generation.session, generation.passages, fresh, _AT_ONCE, progress, len(wanted))


def put_pieces(generation: Generation, cuts: Iterable[Cut], known: Sequence[Numbers]) -> None:
    """Write the pieces of these arrays, but for those with keys that are ``known`` to be there."""
    session = generation.session
    written = {key for keys in known for key in keys.tolist()}
    for cut in cuts:
        fresh = [number for number, key in enumerate(cut.keys.tolist()) if key not in written]
        rows = ({"key": int(cut.keys[number]), _CONTENT: packed(cut.piece(number))} for number in fresh)
        _put(session, session.named(PIECES), rows, _PIECES_AT_ONCE)
        written.update(cut.keys.tolist())


def clean(session: Session, kept: Sequence[Generation]) -> int:
    """Remove what interrupted writers left, and generations that are not ``kept``; how many were removed."""
    names = {session.pointed(), *(generation.collection for generation in kept)}
    doomed = [name for name in session.collections(_GENERATIONS) if name not in names]
    unused: list[tuple[str, Numbers]] = []
    for name in doomed:
        with suppress(IndexCorrupt):  # its files were not all written, and nothing else of it was
            old = Generation.opened(session, name)
            unused += [(shared, old.keys(shared)) for shared in (old.passages, session.named(PIECES))]
        session.drop(name)
    there = session.collections("")
    for shared, keys in unused:
        if shared in there:
            used = [generation.keys(shared) for generation in kept]
            session.delete(shared, np.setdiff1d(keys, np.concatenate([keys[:0], *used])).tolist())
    for shared in session.collections(_PASSAGES):
        if kept and shared not in {generation.passages for generation in kept}:
            session.drop(shared)
    return len(doomed)


def _put(
    session: Session, collection: str, rows: Iterable[Row], at_once: int, progress: Progress = silent, total: int = 0
) -> None:
    done = 0
    for batch in _batches(rows, at_once):
        session.write(collection, batch)
        done += len(batch)
        progress(done, total)


def _batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
