"""Dense search in Milvus: the vectors of passages with what filters go by, and with their text for whoever looks in.

A passage's row is found by a key that is made of all that it holds. It is written once and never changed, so that
generations share the rows that they have in common; what only others have is passed over when it is found.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from rag.backends import Mask
from rag.catalogue import Catalogue
from rag.errors import IndexMismatch
from rag.ragged import Numbers
from rag.stores.pieces import key_of
from rag.stores.session import MOST_FOUND, Row, Session, readable, vectors_of
from rag.types import FloatArray, Passage
from rag.vector_store import FaissStore

FIELDS: dict[str, type] = {
    "article": int,
    "source": int,
    "day": int,
    "doc_id": str,
    "title": str,
    "publisher": str,
    "published": str,
    "start": int,
    "end": int,
    "text": str,
}
"""Of a passage's row; searches are filtered by the first three, which are numbers because names may hold anything."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What searches can be filtered by, of each passage.

    ``article`` and ``source`` are numbers made of its article's name and publisher, ``day`` is the date as 20250227, 0
    for none. An article's publisher is that of its first passage: teasers of others stand at its end.
    """

    article: Numbers
    source: Numbers
    day: Numbers

    @classmethod
    def of(cls, names: Sequence[str], counts: Numbers, catalogue: Catalogue) -> Self:
        """Those of the passages of articles with these names and numbers of passages."""
        firsts = np.repeat(np.cumsum(counts) - counts, counts)
        publishers = np.array([_number(name) for name in catalogue.names], np.int64)
        return cls(
            article=np.repeat(np.array([_number(name) for name in names], np.int64), counts),
            source=publishers[catalogue.publishers[firsts]],
            day=_days(catalogue.days),
        )

    def filters(self, allowed: Mask) -> Iterator[tuple[str, Mask]]:
        """Expressions of Milvus that may mean just the ``allowed`` passages, the shortest first, and what they find."""
        sources, days = np.unique(self.source[allowed]), self.day[allowed]
        by_source, by_day = f"source in {sources.tolist()}", f"day >= {days.min()} and day <= {days.max()}"
        of_sources = np.isin(self.source, sources)
        of_days = (self.day >= days.min()) & (self.day <= days.max())
        yield by_day, of_days
        yield by_source, of_sources
        yield f"{by_source} and {by_day}", of_sources & of_days
        articles = np.unique(self.article[allowed])
        yield f"article in {articles.tolist()}", np.isin(self.article, articles)


class MilvusStore:
    """The passages of one generation, of which row ``i`` has the key ``keys[i]``, in a collection of a store.

    Cosines are the server's. At most ``MOST_FOUND`` rows are found by a search.
    """

    def __init__(self, session: Session, collection: str, dimensions: int, keys: Numbers, traits: Traits) -> None:
        self._session = session
        self._collection = collection
        self._dimensions = dimensions
        self._keys = keys
        self._traits = traits
        self._order = np.argsort(keys)

    def search(self, query: FloatArray, k: int, allowed: Mask | None = None) -> list[tuple[int, float]]:
        """The ``k`` nearest rows to the ``(d,)`` query as ``(row, cosine)``, best first, of those ``allowed``.

        Rows of other generations are passed over; where they crowd ours out, more is asked for. Raises IndexMismatch
        for a query of other dimensions, StoreUnreachable, and IndexCorrupt when the generation is no longer there.
        """
        if len(query) != self._dimensions:
            address = self._session.address.text
            raise IndexMismatch(
                f"The vectors in {address} have {self._dimensions} dimensions, that of the question {len(query)}: set "
                f"RAG_EMBEDDER to what the index was built with, or write it again: rag index FOLDER --store {address}"
            )
        if allowed is not None and not allowed.any():
            return []
        within, limit = self._filter(allowed), min(k, MOST_FOUND)
        while True:
            hits = self._session.search(self._collection, query, limit, within)
            found = self._ours(hits)
            if len(found) >= min(k, len(self._keys)) or len(hits) < limit or limit == MOST_FOUND:
                return found[:k]
            limit = min(2 * limit, MOST_FOUND)

    def rows(self) -> FloatArray:
        """All rows as they were given, bit for bit, fetched one after the other."""
        keys: list[int] = self._keys.tolist()
        return vectors_of(self._session.fetch(self._collection, keys, "vector"), keys)

    def save(self, path: Path) -> None:
        """A copy of the rows for an index in a folder; see ``FaissStore.save``."""
        FaissStore.build(self.rows()).save(path)

    def _filter(self, allowed: Mask | None) -> str:
        if allowed is None or allowed.all():
            return ""
        for expression, found in self._traits.filters(allowed):
            if np.array_equal(found, allowed):
                return expression
        return f"key in {self._keys[allowed].tolist()}"

    def _ours(self, hits: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
        """The rows of the keys that were found, but for those of other generations."""
        keys = np.array([key for key, _ in hits], np.int64)
        places = np.searchsorted(self._keys, keys, sorter=self._order)
        rows = self._order[np.minimum(places, len(self._order) - 1)]
        known = self._keys[rows] == keys
        return [(int(row), hit[1]) for row, hit, is_known in zip(rows, hits, known, strict=True) if is_known]


def row_of(passage: Passage, vector: FloatArray, article: int, source: int, day: int) -> Row:
    """What is written of a passage; its key is made of all the rest."""
    row: Row = {
        "article": article,
        "source": source,
        "day": day,
        "doc_id": readable(passage.doc_id),
        "title": readable(passage.title),
        "publisher": readable(passage.publisher),
        "published": passage.published,
        "start": passage.start,
        "end": passage.end,
        "text": readable(passage.text),
    }
    content = "\0".join(map(str, row.values())).encode() + vector.tobytes()
    return {"key": key_of(content), "vector": vector, **row}


def rows_of(passages: Iterable[Passage], vectors: FloatArray, traits: Traits) -> Iterator[Row]:
    """What is written of these passages, one after the other."""
    for row, (passage, vector) in enumerate(zip(passages, vectors, strict=True)):
        yield row_of(passage, vector, int(traits.article[row]), int(traits.source[row]), int(traits.day[row]))


def _number(name: str) -> int:
    return key_of(name.encode(errors="surrogatepass"))


def _days(days: npt.NDArray[np.datetime64]) -> Numbers:
    """Dates as numbers such as 20250227, which grow as they do; "not a time" is 0.

    >>> _days(np.array(["2025-02-27", "NaT"], "datetime64[D]")).tolist()
    [20250227, 0]
    """
    text = np.char.replace(np.datetime_as_string(days), "-", "")
    numbers: Numbers = np.where(np.isnat(days), "0", text).astype(np.int64)
    return numbers
