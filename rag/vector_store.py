"""Dense search in this process, through FAISS. The only file that imports it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np

from rag.types import FloatArray


class FaissStore:
    """Exact search by inner product; on unit rows that is the cosine."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: FloatArray) -> Self:
        """A store of ``(n, d)`` unit rows; row ``i`` is found as ``i``."""
        import faiss

        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors))
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The store saved at ``path``. Check the file's hash first: FAISS trusts what it reads. Raises OSError."""
        import faiss

        with _os_errors():
            return cls(faiss.read_index(str(path)))

    def save(self, path: Path) -> None:
        """Write the store to one file. Raises OSError."""
        import faiss

        with _os_errors():
            faiss.write_index(self._index, str(path))

    def rows(self) -> FloatArray:
        """All rows as they were given, bit for bit: a flat index keeps them as they are, so they are kept only once."""
        rows: FloatArray = self._index.reconstruct_n(0, self._index.ntotal)
        return rows

    def search(self, query: FloatArray, k: int) -> list[tuple[int, float]]:
        """The ``k`` nearest rows to the ``(d,)`` query as ``(row, cosine)``, best first."""
        import faiss

        faiss.omp_set_num_threads(1)  # for a single query two threads only wait for each other
        scores, rows = self._index.search(query[np.newaxis], min(k, self._index.ntotal))
        return [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True)]


@contextmanager
def _os_errors() -> Iterator[None]:
    """FAISS tells a full disk or a missing file by a RuntimeError of several lines."""
    try:
        yield
    except RuntimeError as error:
        raise OSError(str(error).rsplit("Error: ", 1)[-1]) from error
