"""Whose each passage is, and of when: what a question can name, and what filters go by."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from rag.ragged import Numbers, joined
from rag.types import Passage

_ARRAYS = ("publishers", "days")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """``names[publishers[i]]`` published passage ``i`` on ``days[i]``, which is "not a time" where that is unknown.

    ``names`` are sorted, and each of them has a passage; a passage without a publisher has the name "".
    """

    names: tuple[str, ...]
    publishers: Numbers
    days: npt.NDArray[np.datetime64]

    @classmethod
    def of(cls, passages: Sequence[Passage]) -> Self:
        """What is known of these passages."""
        names = sorted({passage.publisher for passage in passages})
        numbers = {name: number for number, name in enumerate(names)}
        return cls(
            names=tuple(names),
            publishers=np.array([numbers[passage.publisher] for passage in passages], np.int64),
            days=np.array([passage.published or "NaT" for passage in passages], "datetime64[D]"),
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What ``save`` wrote, mapped into memory. Raises OSError, ValueError."""
        arrays = {name: np.load(folder / f"catalogue.{name}.npy", mmap_mode="r") for name in _ARRAYS}
        return cls(tuple(json.loads((folder / "catalogue.names.json").read_bytes())), **arrays)

    def save(self, folder: Path) -> None:
        """Write the catalogue into the folder. Raises OSError."""
        (folder / "catalogue.names.json").write_text(json.dumps(self.names), encoding="ascii")
        for name in _ARRAYS:
            np.save(folder / f"catalogue.{name}.npy", getattr(self, name))

    def joined(self, new: Self, rows: Numbers) -> Self:
        """The catalogue of these passages of both: the numbers of ``new`` go on where those of this end."""
        names, places = np.unique((*self.names, *new.names), return_inverse=True)
        old, more = places[: len(self.names)], places[len(self.names) :]
        publishers = joined(old[self.publishers], more[new.publishers], rows)
        used, publishers = np.unique(publishers, return_inverse=True)
        return type(self)(tuple(str(names[place]) for place in used), publishers, joined(self.days, new.days, rows))

    @property
    def latest(self) -> str:
        """The latest day of publication as ISO date, empty when none is known."""
        known = self.days[~np.isnat(self.days)]
        return str(known.max()) if known.size else ""

    def by(self, publishers: Collection[int]) -> npt.NDArray[np.bool_]:
        """For each passage whether it is by one of the publishers of these numbers."""
        return np.isin(self.publishers, list(publishers))

    def between(self, first: str, last: str) -> npt.NDArray[np.bool_]:
        """For each passage whether it was published from one ISO date to the other, both included."""
        return (self.days >= np.datetime64(first)) & (self.days <= np.datetime64(last))
