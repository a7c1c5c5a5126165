"""Arrays that lie elsewhere, in pieces: what is asked of them is fetched then, and kept in memory for a while."""

from base64 import b64decode, b64encode
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock
from typing import Any, Self, TypeAlias
from zlib import compress, decompress, error

import numpy as np
import numpy.typing as npt

from rag.errors import IndexCorrupt
from rag.ragged import Numbers, Values

MOST_BYTES = 48_000
"""Of a piece: as text of base64 it then fits the 65,535 bytes that a field may have."""
_IN_MEMORY = 256_000_000  # bytes of pieces that were used last
_POSITIVE = 2**63 - 1

Fetch: TypeAlias = Callable[[Sequence[int]], Mapping[int, str]]
"""Keys of pieces → their texts."""


def key_of(content: bytes) -> int:
    """A number below 2^63 for a content: equal ones have equal, and different ones, as good as surely, different."""
    return int.from_bytes(blake2b(content, digest_size=8).digest()) & _POSITIVE


def packed(content: bytes) -> str:
    """The content as text.

    >>> unpacked(packed(b"bus"))
    b'bus'
    """
    return b64encode(compress(content, 1)).decode("ascii")


def unpacked(text: str) -> bytes:
    """The content that was ``packed``. Raises IndexCorrupt for a text that was not."""
    try:
        return decompress(b64decode(text, validate=True))
    except (ValueError, error) as damage:
        raise IndexCorrupt(
            "A piece of the index in the store is not what was written; write the index there under another name."
        ) from damage


@dataclass(frozen=True, slots=True)
class Cut:
    """An array in pieces: piece ``i`` are its rows ``ends[i - 1]`` to ``ends[i]`` and is found by ``keys[i]``."""

    array: Values
    keys: Numbers
    ends: Numbers

    @classmethod
    def of(cls, array: Values, at: Numbers | None = None) -> Self:
        """The array, cut at these rows and wherever a piece would be too large.

        Where rows that belong together are pieces, those that did not change are the same in the next generation.
        """
        most = max(1, MOST_BYTES // max(1, array[:1].nbytes))
        ends = np.unique(np.concatenate((np.arange(most, len(array), most) if at is None else at, [len(array)])))
        starts = np.concatenate(([0], ends[:-1]))
        more = [np.arange(starts[wide] + most, ends[wide], most) for wide in np.flatnonzero(ends - starts > most)]
        ends = np.unique(np.concatenate((ends, *more)))
        cut = cls(array, np.empty(0, np.int64), ends[ends > 0])
        return cls(array, np.array([key_of(cut.piece(i)) for i in range(len(cut.ends))], np.int64), cut.ends)

    def piece(self, number: int) -> bytes:
        """The content of a piece."""
        return bytes(self.array[self.ends[number - 1] if number else 0 : self.ends[number]].tobytes())


class Pieces:
    """The pieces of a store by their keys; those that were used last are not fetched again. Threads may share it."""

    def __init__(self, fetch: Fetch, most_bytes: int = _IN_MEMORY) -> None:
        self._fetch = fetch
        self._most_bytes = most_bytes
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def __call__(self, keys: Sequence[int]) -> list[bytes]:
        """The contents, in the order of the keys."""
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        if missing:
            found |= {key: unpacked(text) for key, text in self._fetch(missing).items()}
        with self._lock:
            for key in dict.fromkeys(keys):
                self._keep(key, found[key])
        return [found[key] for key in keys]

    def _keep(self, key: int, content: bytes) -> None:
        if key not in self._kept:
            self._bytes += len(content)
        self._kept[key] = content
        self._kept.move_to_end(key)
        while self._bytes > self._most_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= len(dropped)


class RemoteArray:
    """An array in pieces of a store, read like one of numpy's by slices and by numbers of rows, and only read."""

    def __init__(self, pieces: Pieces, keys: Numbers, ends: Numbers, empty: Values) -> None:
        self._pieces = pieces
        self._keys = keys
        self._ends = ends
        self._empty = empty  # no row of it: tells dtype and width

    @property
    def dtype(self) -> np.dtype[Any]:
        """That of its values."""
        return self._empty.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows first."""
        return (len(self), *self._empty.shape[1:])

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def __getitem__(self, rows: slice | Numbers) -> Values:
        """These rows: a slice without a step, or numbers from 0 on."""
        if isinstance(rows, slice):
            start, stop, _ = rows.indices(len(self))
            return self._between(start, max(start, stop))
        rows = np.asarray(rows)
        numbers, which = np.unique(np.searchsorted(self._ends, rows, side="right"), return_inverse=True)
        starts = self._starts(numbers)
        sizes = self._ends[numbers] - starts
        before = np.cumsum(sizes) - sizes  # rows of the pieces that were read before each
        found: Values = self._read(numbers)[rows - starts[which] + before[which]]
        return found

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Values:
        """All of it, as numpy asks for it."""
        return self[:] if dtype is None else self[:].astype(dtype)

    def _between(self, start: int, stop: int) -> Values:
        if start == stop:
            return self._empty
        first = int(np.searchsorted(self._ends, start, side="right"))
        last = int(np.searchsorted(self._ends, stop, side="left"))
        skipped = int(self._starts(np.array([first]))[0])
        return self._read(np.arange(first, last + 1))[start - skipped : stop - skipped]

    def _starts(self, numbers: Numbers) -> Numbers:
        """The first row of each of these pieces."""
        starts: Numbers = np.where(numbers > 0, self._ends[numbers - 1], 0)
        return starts

    def _read(self, numbers: Numbers) -> Values:
        contents = self._pieces(self._keys[numbers].tolist())
        rows = np.frombuffer(b"".join(contents), self._empty.dtype)
        return rows.reshape(-1, *self._empty.shape[1:])
