"""Rows of different lengths in one array, and how what was kept and what is new are joined: by copying memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt

Values: TypeAlias = npt.NDArray[Any]
Numbers: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ragged:
    """Row ``i`` is ``values[ends[i - 1] : ends[i]]``, the first one begins at 0."""

    values: Values
    ends: Numbers

    @classmethod
    def of(cls, rows: Sequence[Values], dtype: npt.DTypeLike) -> Self:
        """These rows one after the other."""
        ends = np.cumsum([row.size for row in rows], dtype=np.int64)
        return cls(np.concatenate([np.empty(0, dtype), *rows]), ends)

    @classmethod
    def load(cls, path: Path) -> Self:
        """What ``save`` wrote, mapped into memory rather than read. Raises OSError, ValueError."""
        return cls(np.load(path, mmap_mode="r"), np.load(_ends_of(path)))

    def save(self, path: Path) -> None:
        """Write the values to ``path`` and the ends beside. Raises OSError."""
        np.save(path, self.values)
        np.save(_ends_of(path), self.ends)

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, row: int) -> Values:
        start = self.ends[row - 1] if row else 0
        values: Values = self.values[start : self.ends[row]]
        return values

    def sizes(self) -> Numbers:
        """The length of each row."""
        return np.diff(self.ends, prepend=0)

    def joined(self, new: Self, rows: Numbers) -> Self:
        """These rows of both: the numbers of ``new`` go on where those of this end."""
        both = (self, new)
        pieces = [both[which].values[_between(both[which].ends, run)] for which, run in _runs(rows, len(self))]
        sizes = joined(self.sizes(), new.sizes(), rows)
        return type(self)(np.concatenate([self.values[:0], *pieces]), np.cumsum(sizes, dtype=np.int64))


def joined(old: Values, new: Values, rows: Numbers) -> Values:
    """These rows of both arrays: the numbers of ``new`` go on where those of ``old`` end."""
    both = (old, new)
    return np.concatenate([new[:0], *(both[which][run] for which, run in _runs(rows, len(old)))])


def members(counts: Numbers, chosen: Numbers) -> Numbers:
    """The rows of the chosen groups, where group ``i`` is the next ``counts[i]`` rows after those before it.

    >>> members(np.array([2, 1, 3]), np.array([2, 0])).tolist()
    [3, 4, 5, 0, 1]
    """
    sizes = counts[chosen]
    skipped = (np.cumsum(counts) - counts)[chosen] - (np.cumsum(sizes) - sizes)
    rows: Numbers = np.arange(sizes.sum()) + np.repeat(skipped, sizes)
    return rows


def _runs(rows: Numbers, old: int) -> Iterator[tuple[int, slice]]:
    """The stretches of neighbouring rows: 0 with rows of the old, 1 with rows of the new."""
    if not len(rows):
        return
    breaks = np.flatnonzero((np.diff(rows) != 1) | (rows[1:] == old)) + 1
    firsts = rows[np.concatenate(([0], breaks))].tolist()
    sizes = np.diff(breaks, prepend=0, append=len(rows)).tolist()
    for first, size in zip(firsts, sizes, strict=True):
        is_new = first >= old
        start = first - old if is_new else first
        yield int(is_new), slice(start, start + size)


def _between(ends: Numbers, rows: slice) -> slice:
    return slice(int(ends[rows.start - 1]) if rows.start else 0, int(ends[rows.stop - 1]))


def _ends_of(path: Path) -> Path:
    return path.with_name(f"{path.stem}.ends.npy")
