"""One Milvus server, or a file of milvus-lite, spoken to through pymilvus. The only file that imports it.

Every name of ours begins with the name of the index, so that several can share a server. Consistency: reads are
``Bounded``, which costs nothing, because what is written under a key never changes: whoever reads too early can only
miss something, never find something else. What was missed is asked for again with ``Strong``, and so is the count
when an index is opened, so that after it nothing of the generation can be missing.
"""

import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self, TypeAlias
from urllib.parse import urlsplit

import numpy as np

from rag.errors import IndexCorrupt, InvalidInput, StoreUnreachable
from rag.types import FloatArray

MOST_FOUND = 16_384
"""Rows that a search can bring: Milvus's own limit."""
_PATIENCE, _WRITING = 20.0, 300.0  # seconds of a read, of a write
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_TEXT = 65_535  # bytes of a field at most
_FETCHED_AT_ONCE = 64  # pieces of at most that many bytes: four megabytes
_DELETED_AT_ONCE = 10_000
_NO_VECTOR = [0.0, 0.0]  # a collection cannot do without
_MISSING = 100  # Milvus's code for a collection that is not there
_LINKS = {"M": 16, "efConstruction": 200}  # of HNSW (Malkov & Yashunin 2018): the defaults of its authors' library
_LEAST_SEEN = 128  # candidates that HNSW keeps while it walks: recall 1.00 on clustered vectors, where 64 gave .99

Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store is, ``uri`` as pymilvus takes it, and the ``name`` of the index in it."""

    text: str
    uri: str
    name: str

    @classmethod
    def of(cls, text: str) -> Self:
        """``http://HOST:PORT/NAME``, with ``https`` or ``milvus`` if you like, or ``FILE.db``. Raises InvalidInput.

        >>> Address.of("milvus://db:19530/news")
        Address(text='milvus://db:19530/news', uri='http://db:19530', name='news')
        """
        if text.endswith(".db") and "://" not in text:
            return cls(text, os.path.expanduser(text), "rag")
        parts = urlsplit(text)
        name = parts.path.strip("/") or "rag"
        if parts.scheme not in ("http", "https", "milvus") or not parts.hostname or "@" in parts.netloc:
            shown = re.sub(r"[^/]*@", "…@", text)
            raise InvalidInput(
                f"{shown!r} is no address of a store: expected http://HOST:PORT/NAME, or FILE.db for one without a "
                "server; who needs a password puts it into the environment as MILVUS_TOKEN=NAME:PASSWORD."
            )
        if not _NAME.fullmatch(name):
            raise InvalidInput(f"{name!r} cannot name an index in a store: a letter, then letters, digits and _.")
        return cls(text, f"{parts.scheme.replace('milvus', 'http')}://{parts.netloc}", name)


class Session:
    """What is done to a store; every error of its server is told as one of ours, naming the address.

    Everything is done a second time, on a new connection, before it is given up: a server may have been started anew,
    and nothing that is done here does harm when it is done twice.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self._client: Any = None

    @classmethod
    def connect(cls, text: str) -> Self:
        """A session at this address. Raises InvalidInput, also without pymilvus, and StoreUnreachable."""
        session = cls(Address.of(text))
        try:
            import pymilvus  # noqa: F401
        except ModuleNotFoundError as error:
            raise InvalidInput(f"The store {text} needs pymilvus: pip install 'rag-desk[milvus]'.") from error
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it logs what it raises, with a trace
        session.collections("")
        return session

    def close(self) -> None:
        """End the connection; whatever is done next opens another."""
        client, self._client = self._client, None
        if client:
            with suppress(StoreUnreachable), _errors_of(self.address):
                client.close()

    def collections(self, prefix: str) -> list[str]:
        """The collections of this index whose own names begin so, sorted."""
        return sorted(name for name in self._call("list_collections") if name.startswith(self.named(prefix)))

    def named(self, name: str) -> str:
        """A collection's name in the store."""
        return f"{self.address.name}_{name}"

    def create(self, collection: str, fields: Mapping[str, type], dimensions: int = 0) -> None:
        """A collection of rows with a ``key`` and these fields, and with vectors that can be searched, if any."""
        from pymilvus import DataType, MilvusClient

        kind = {int: {"datatype": DataType.INT64}, str: {"datatype": DataType.VARCHAR, "max_length": _TEXT}}
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("key", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimensions or len(_NO_VECTOR))
        for name, type_ in fields.items():
            schema.add_field(name, **kind[type_])
        index = MilvusClient.prepare_index_params()
        index.add_index(
            "vector",
            index_type="HNSW" if dimensions else "FLAT",
            metric_type="IP",
            params=_LINKS if dimensions else {},
        )
        told = {"schema": schema, "index_params": index, "consistency_level": "Bounded"}
        self._call("create_collection", collection, timeout=_WRITING, **told)

    def write(self, collection: str, rows: Sequence[Row]) -> None:
        """Put rows there; one whose key is there already takes its place, so that writing twice does no harm."""
        self._call("upsert", collection, [{"vector": _NO_VECTOR, **row} for row in rows], timeout=_WRITING)

    def settle(self, collection: str) -> None:
        """Let the server make what was written lasting and build its index."""
        self._call("flush", collection, timeout=_WRITING)

    def fetch(self, collection: str, keys: Sequence[int], field: str) -> dict[int, Any]:
        """That field of the rows with these keys. Raises IndexCorrupt when one is not there."""
        found: dict[int, Any] = {}
        for start in range(0, len(keys), _FETCHED_AT_ONCE):
            wanted = list(keys[start : start + _FETCHED_AT_ONCE])
            found |= self._fetched(collection, wanted, field, "Bounded")
            if missing := [key for key in wanted if key not in found]:
                found |= self._fetched(collection, missing, field, "Strong")
        if missing := [key for key in keys if key not in found]:
            raise IndexCorrupt(
                f"{len(missing)} of {len(keys)} pieces are not in the store {self.address.text}: the index has been "
                "replaced since it was opened, or is damaged; open it again, or write it again: "
                f"rag index FOLDER --store {self.address.text}"
            )
        return found

    def search(self, collection: str, query: FloatArray, k: int, within: str) -> list[tuple[int, float]]:
        """The keys nearest to the ``(d,)`` query by inner product, at most ``k``, best first; ``within``: a filter."""
        (hits,) = self._call(
            "search",
            collection,
            data=[query.tolist()],
            limit=k,
            filter=within,
            output_fields=["key"],
            search_params={"params": {"ef": max(_LEAST_SEEN, 2 * k)}},
            consistency_level="Bounded",
        )
        return [(hit.id, float(hit.distance)) for hit in hits]

    def delete(self, collection: str, keys: Sequence[int]) -> None:
        """Remove the rows with these keys, as far as they are there."""
        for start in range(0, len(keys), _DELETED_AT_ONCE):
            self._call("delete", collection, ids=list(keys[start : start + _DELETED_AT_ONCE]), timeout=_WRITING)

    def count(self, collection: str) -> int:
        """The rows of a collection, all that was written before included."""
        counted = self._call("query", collection, filter="", output_fields=["count(*)"], consistency_level="Strong")
        return int(counted[0]["count(*)"])

    def drop(self, collection: str) -> None:
        """Remove a collection with all its rows."""
        self._call("drop_collection", collection, timeout=_WRITING)

    def pointed(self) -> str | None:
        """The collection that the alias of this index names; None: there is no such alias."""
        if self.address.name not in self._call("list_aliases")["aliases"]:
            return None
        return str(self._call("describe_alias", self.address.name)["collection_name"])

    def point(self, collection: str) -> None:
        """Let the alias name this collection, in one step."""
        self._call("create_alias" if self.pointed() is None else "alter_alias", collection, self.address.name)

    def _fetched(self, collection: str, keys: Sequence[int], field: str, level: str) -> dict[int, Any]:
        wanted: Row = {"filter": f"key in {keys}", "output_fields": ["key", field], "consistency_level": level}
        return {int(row["key"]): row[field] for row in self._call("query", collection, **wanted)}

    def _call(self, operation: str, *arguments: Any, timeout: float = _PATIENCE, **options: Any) -> Any:
        """What an operation of the client gives."""
        with suppress(StoreUnreachable):
            return self._try(operation, *arguments, timeout=timeout, **options)
        self.close()
        return self._try(operation, *arguments, timeout=timeout, **options)

    def _try(self, operation: str, *arguments: Any, **options: Any) -> Any:
        with _errors_of(self.address):
            self._client = self._client or self._opened()
            return getattr(self._client, operation)(*arguments, **options)

    def _opened(self) -> Any:
        from pymilvus import MilvusClient

        token = os.environ.get("MILVUS_TOKEN", "")
        client = MilvusClient(uri=self.address.uri, token=token, timeout=_PATIENCE, dedicated=True)
        for collection in client.list_collections(timeout=_PATIENCE):
            if collection.startswith(self.named("")):
                client.load_collection(collection, timeout=_WRITING)  # those of a file are not, when it is opened
        return client


def readable(text: str) -> str:
    """As much of a text as a field can hold.

    >>> len(readable("ü" * 60_000))
    32767
    """
    return text.encode("utf-8", "replace")[:_TEXT].decode("utf-8", "ignore")


def vectors_of(rows: Mapping[int, Any], keys: Sequence[int]) -> FloatArray:
    """``(n, d)`` rows as fetched, in the order of the keys."""
    return np.array([rows[key] for key in keys], np.float32)


@contextmanager
def _errors_of(address: Address) -> Iterator[None]:
    from grpc import RpcError
    from pymilvus.exceptions import MilvusException

    try:
        yield
    except MilvusException as error:
        message = " ".join(str(error.message).split())
        if error.code == _MISSING:
            raise IndexCorrupt(
                f"The store {address.text} no longer holds the index as it was when it was opened; open it again."
            ) from error
        raise StoreUnreachable(_told(address, message)) from error
    except (RpcError, OSError, ValueError) as error:
        raise StoreUnreachable(_told(address, " ".join(str(error).split()))) from error


def _told(address: Address, message: str) -> str:
    return f"The store {address.text} cannot be used: {message[:200]}; check that its server runs, then ask again."
