"""Dense search in this process, through FAISS. The only file that imports it."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import isqrt
from pathlib import Path
from typing import Any, Self

import numpy as np

from rag.backends import Mask
from rag.ragged import Numbers
from rag.types import FloatArray

EXACT_UP_TO = 100_000
"""Vectors that are compared one by one: 100,000 took 6 ms, a million 55 (see benchmarks/README.md)."""
_PROBED = 32  # lists of the sqrt(n) that there are
_SPARE = 2  # candidates for each row wanted: codes of 8 bits now and then swap neighbours
_FEW = 200  # rows wanted at most from the lists; who wants more is served by all rows
_SEED = 4


class FaissStore:
    """Search by inner product; on unit rows that is the cosine. ``build`` and ``load`` make one.

    Up to ``EXACT_UP_TO`` rows every search is exact. Beyond, k-means puts the rows into lists, as codes of 8 bits a
    value (Jégou et al. 2011; FAISS's IVF,SQ8): the lists nearest to a query propose candidates, and the rows
    themselves, kept beside, give these their exact cosines. The same rows make the same lists.
    """

    def __init__(self, index: Any, kept: FloatArray | None = None) -> None:
        self._index = index
        self._kept = kept

    @classmethod
    def build(cls, vectors: FloatArray, exact_up_to: int = EXACT_UP_TO) -> Self:
        """A store of ``(n, d)`` unit rows; row ``i`` is found as ``i``."""
        import faiss

        vectors = np.ascontiguousarray(vectors)
        if len(vectors) > exact_up_to:
            return cls(_lists(vectors), vectors)
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The store saved at ``path``, mapped into memory rather than read: its files must stay as they are.

        Check their hashes first: FAISS trusts what it reads. Raises OSError.
        """
        import faiss

        with _os_errors():
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        is_exact = isinstance(index, faiss.IndexFlat)
        return cls(index, None if is_exact else np.load(_beside(path), mmap_mode="r"))

    def save(self, path: Path) -> None:
        """Write the store to ``path``; rows that it keeps beside go to ``path`` with ``.rows.npy``. Raises OSError."""
        import faiss

        with _os_errors():
            faiss.write_index(self._index, str(path))
        if self._kept is not None:
            np.save(_beside(path), self._kept)

    def rows(self) -> FloatArray:
        """All rows as they were given, bit for bit; a store that searches them exactly holds no second copy."""
        if self._kept is not None:
            return self._kept
        rows: FloatArray = self._index.reconstruct_n(0, self._index.ntotal)
        return rows

    def search(self, query: FloatArray, k: int, allowed: Mask | None = None) -> list[tuple[int, float]]:
        """The ``k`` nearest rows to the ``(d,)`` query as ``(row, cosine)``, best first, of those ``allowed``."""
        among = None if allowed is None or allowed.all() else np.flatnonzero(allowed)
        if among is not None and not len(among):
            return []
        if self._kept is None:
            rows, cosines = self._found(query, min(k, self._index.ntotal if among is None else len(among)), among)
        else:
            rows, cosines = _compared(query, k, self._kept, self._candidates(query, k) if among is None else among)
        return list(zip(rows.tolist(), cosines.tolist(), strict=True))

    def _candidates(self, query: FloatArray, k: int) -> Numbers | None:
        """The rows worth comparing with the query; None, for all, if many are wanted, or the lists hold too few."""
        if k > _FEW:
            return None
        rows, _ = self._found(query, _SPARE * k)
        found = np.sort(rows[rows >= 0])  # -1 stands where the lists have run out
        return found if len(found) >= k else None

    def _found(self, query: FloatArray, k: int, among: Numbers | None = None) -> tuple[Numbers, FloatArray]:
        """The nearest rows that FAISS finds, ``among`` these if they are given, and their inner products."""
        import faiss

        faiss.omp_set_num_threads(1)  # for a single query two threads only wait for each other
        parameters: Any = faiss.SearchParameters
        within = None if among is None else parameters(sel=faiss.IDSelectorBatch(among))
        products, rows = self._index.search(query[np.newaxis], k, params=within)
        return rows[0], products[0]


def _compared(query: FloatArray, k: int, vectors: FloatArray, rows: Numbers | None) -> tuple[Numbers, FloatArray]:
    """The ``k`` nearest of these rows of the ``(n, d)`` vectors, None for all of them, and their exact cosines."""
    cosines = (vectors if rows is None else vectors[rows]) @ query
    best = np.argsort(-cosines, kind="stable")[:k]
    return best if rows is None else rows[best], cosines[best]


def _lists(vectors: FloatArray) -> Any:
    """The lists of codes; sqrt(n) of them, because the time that making them takes is ``n`` times their number."""
    import faiss

    index: Any = faiss.index_factory(vectors.shape[1], f"IVF{isqrt(len(vectors))},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.nprobe = _PROBED
    index.cp.seed = _SEED
    index.cp.max_points_per_centroid = 64
    index.cp.min_points_per_centroid = 1  # no warning on stderr
    index.train(vectors)
    index.add(vectors)
    return index


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.rows.npy")


@contextmanager
def _os_errors() -> Iterator[None]:
    """FAISS tells a full disk or a missing file by a RuntimeError of several lines."""
    try:
        yield
    except RuntimeError as error:
        raise OSError(str(error).rsplit("Error: ", 1)[-1]) from error
