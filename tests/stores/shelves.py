"""Where an index can lie, each with the same two deeds: put one there, open what is there."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from uuid import uuid4

import pytest

from rag.index import Index
from rag.sharing import publish, published
from rag.stores.session import Session

SERVER = "MILVUS_STORE"
"""Environment variable with the address of a server that tests may write to, as http://127.0.0.1:19530."""
FILE, LITE, MILVUS = "milvus-lite file", "milvus-lite server", "Milvus server"
STORES = (FILE, LITE, MILVUS)


@dataclass(frozen=True)
class Folder:
    """An index in a folder."""

    place: Path

    def put(self, index: Index) -> None:
        index.save(self.place)

    def open(self) -> Index:
        return Index.load(self.place)


@dataclass(frozen=True)
class Store:
    """An index in a store."""

    place: str

    def put(self, index: Index) -> None:
        publish(index, self.place)

    def open(self) -> Index:
        return published(self.place)

    def rows(self) -> dict[str, int]:
        """How many rows each collection has, by its name without those of index and generation."""
        session = Session.connect(self.place)
        names = session.collections("")
        return {name.split("_")[1]: session.count(name) for name in names if "_gen_" not in name}

    def generations(self) -> int:
        """How many there are, whole or not."""
        return len(Session.connect(self.place).collections("gen_"))

    def remove(self) -> None:
        """Leave nothing on the server: each collection costs it something."""
        from pymilvus import MilvusClient

        session = Session.connect(self.place)
        client, address = MilvusClient(session.address.uri), session.address
        if session.pointed():
            client.drop_alias(address.name)
        for collection in session.collections(""):
            session.drop(collection)
        client.close()
        session.close()


@contextmanager
def lite_server(data: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A milvus-lite server on this machine that is ready."""
    command = Path(sys.executable).with_name("milvus-lite")
    if not command.is_file():
        pytest.skip("no milvus-lite beside this Python: pip install 'rag-desk[milvus]' milvus-lite")
    options = ["server", "--data-dir", str(data), "--host", "127.0.0.1", "--port", str(port)]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen([str(command), *options], stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        while not _answers(port):
            assert server.poll() is None, "the milvus-lite server has ended"
            sleep(0.1)
        yield server
    finally:
        server.kill()
        server.wait()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def real_server() -> str:
    """The address of a Milvus server, or the test is skipped."""
    address = os.environ.get(SERVER)
    if not address:
        pytest.skip(f"{SERVER} names no Milvus server; test_milvus_server starts one, in a network of its own")
    return address


def some_name() -> str:
    """A name that no index of the store has."""
    return f"t{uuid4().hex[:12]}"


def milvus_server() -> str:
    """The command that starts a Milvus server, or the test is skipped."""
    found = os.environ.get("MILVUS_SERVER") or shutil.which("milvus-server")
    if not found:
        pytest.skip("no milvus-server: pip install milvus==2.3.5 into an environment of its own, name it MILVUS_SERVER")
    return found


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
