"""The option is offered only for an index that answers in time."""

import socket
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tools.cpu_torch import pip_option


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """A package index on this machine that knows torch and nothing else."""
    (tmp_path / "torch").mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_index_that_answers_is_offered(index: str) -> None:
    assert pip_option(index, seconds=60) == f"--extra-index-url {index}"


def test_an_index_without_torch_is_not_offered(index: str) -> None:
    assert pip_option(f"{index}/elsewhere", seconds=60) == ""


def test_an_index_that_keeps_silent_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert pip_option(f"http://127.0.0.1:{silent.getsockname()[1]}", seconds=0.5) == ""
