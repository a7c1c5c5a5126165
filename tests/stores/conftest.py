"""A milvus-lite server for all tests, and the index that they put into stores."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.index import Index
from tests.rag.fakes import BUS_AND_TRAM
from tests.stores.shelves import FILE, LITE, STORES, Folder, Store, free_port, lite_server, real_server, some_name


@pytest.fixture(scope="session")
def lite_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a milvus-lite server."""
    pytest.importorskip("milvus_lite", reason="needs milvus-lite: pip install milvus-lite")
    port = free_port()
    with lite_server(tmp_path_factory.mktemp("lite"), port):
        yield f"http://127.0.0.1:{port}"


def store_of(kind: str, request: pytest.FixtureRequest) -> Store:
    """An empty store of this kind."""
    pytest.importorskip("pymilvus", reason="needs pymilvus: pip install 'rag-desk[milvus]'")
    if kind == FILE:
        pytest.importorskip("milvus_lite", reason="needs milvus-lite: pip install milvus-lite")
        return Store(str(request.getfixturevalue("tmp_path") / "store.db"))
    address = request.getfixturevalue("lite_address") if kind == LITE else real_server()
    return Store(f"{address}/{some_name()}")


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store of each kind."""
    store = store_of(request.param, request)
    yield store
    store.remove()


@pytest.fixture(params=("folder", *STORES))
def shelf(request: pytest.FixtureRequest) -> Iterator[Folder | Store]:
    """An empty place of each kind."""
    if request.param == "folder":
        yield Folder(request.getfixturevalue("tmp_path") / "index")
    else:
        store = store_of(request.param, request)
        yield store
        store.remove()


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """Six articles of three publishers, one of them without a date; one has two passages, one a name with signs."""
    folder = tmp_path / "articles"
    folder.mkdir()
    texts = {
        "a.txt": ("Post", "2025-01-01", "The bus to Ulm is late."),
        "b.txt": ("Post", "2025-01-02", "The tram to Ulm is full. " * 6 + "Nobody sings."),
        "c 'ü' \"q\" \\.txt": ("Post", "2025-01-03", "A bus and a tram meet."),
        "d.txt": ("Herald", "2025-01-02", "Taxis wait for the tram."),
        "e.txt": ("Herald", "2025-01-04", "The tram, the tram and a bus."),
        "f.txt": ("Gazette", "", "The bus is red. Two buses are blue."),
    }
    declared = []
    for name, (publisher, published, text) in texts.items():
        (folder / name).write_text(f"{text}\n", encoding="utf-8")
        day = f'published = "{published}"\n' if published else ""
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        declared.append(f'["{quoted}"]\npublisher = "{publisher}"\n{day}')
    (folder / "metadata.toml").write_text("\n".join(declared), encoding="utf-8")
    return folder


@pytest.fixture
def index(articles: Path) -> Index:
    """Those articles."""
    return Index.build(articles, BUS_AND_TRAM, 32)
