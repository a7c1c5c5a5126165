"""What a store promises beyond a folder: only what is new is written, what is half written is never served."""

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexCorrupt, IndexMismatch, IndexNotFound, InvalidInput, StoreUnreachable
from rag.index import Index
from rag.settings import Settings
from rag.sharing import opened, publish, published, version
from rag.stores.session import Row, Session
from tests.rag.fakes import BUS_AND_TRAM, FakeEmbedder
from tests.stores.shelves import Store, free_port, lite_server, some_name

TRAM = np.asarray([0.0, 1.0, 0.0], np.float32)


class Broken(Exception):
    """A writer was killed."""


def breaking(monkeypatch: pytest.MonkeyPatch, after: int) -> Callable[[], int]:
    """Let a writer die instead of its next operation after so many; gives how many there were."""
    done = 0

    def interrupt(operation: str) -> None:
        whole = getattr(Session, operation)

        def until_then(self: Session, *arguments: object) -> object:
            nonlocal done
            if done == after:
                raise Broken
            done += 1
            return whole(self, *arguments)

        monkeypatch.setattr(Session, operation, until_then)

    for operation in ("create", "write", "settle", "point", "drop", "delete"):
        interrupt(operation)
    return lambda: done


@pytest.fixture
def update(articles: Path, index: Index) -> Index:
    """The index after a change: one article is new, one is gone."""
    (articles / "0.txt").write_text("The first tram of all.\n", encoding="utf-8")
    (articles / "b.txt").unlink()
    return Index.build(articles, BUS_AND_TRAM, 32, before=index)


def test_the_same_index_is_not_written_twice(store: Store, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put(index)
    breaking(monkeypatch, after=0)
    store.put(index)
    assert store.generations() == 1


def test_only_passages_that_are_new_are_written(
    store: Store, index: Index, update: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    whole = Session.write

    def counted(self: Session, collection: str, rows: Sequence[Row]) -> None:
        written.extend(row["doc_id"] for row in rows if "doc_id" in row)
        whole(self, collection, rows)

    monkeypatch.setattr(Session, "write", counted)
    told: list[tuple[int, int]] = []
    publish(index, store.place, lambda done, total: told.append((done, total)))
    assert sorted(set(written)) == sorted(index.documents)
    assert told == [(len(index.passages), len(index.passages))]
    written.clear()
    store.put(update)
    assert written == ["0.txt"]


def test_what_no_generation_needs_any_more_is_removed(store: Store, index: Index, update: Index) -> None:
    """The generation before stays for those that have opened it: after two more publications none knows b.txt."""
    store.put(index)
    store.put(update)
    both = {p.passage_id for p in (*index.passages, *update.passages)}
    assert (store.generations(), store.rows()["passages"]) == (2, len(both))
    store.put(Index.of([update.documents["0.txt"]], BUS_AND_TRAM, 32))
    assert (store.generations(), store.rows()["passages"]) == (2, len(update.passages))


def test_another_embedder_may_have_other_dimensions(store: Store, index: Index) -> None:
    other = FakeEmbedder("bus", "tram", "taxi", "blue", name="other")
    store.put(index)
    store.put(Index.of(tuple(index.documents.values()), other, 32))
    found = store.open()
    assert found.manifest.embedder == "other"
    assert found.vectors.rows().shape == (len(index.passages), 5)
    with pytest.raises(IndexMismatch, match=r"have 5 dimensions, that of the question 3: set RAG_EMBEDDER"):
        found.vectors.search(TRAM, 3)


def test_a_writer_that_is_killed_anywhere_leaves_the_old_or_the_new(
    store: Store, index: Index, update: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each fourth of its operations in turn; then the next writer makes it whole and leaves nothing behind."""
    store.put(index)
    for after in range(0, 100, 4):
        with monkeypatch.context() as patched:
            count = breaking(patched, after)
            with suppress(Broken):
                store.put(update)
            is_done = count() < after
        found = store.open()
        assert found.manifest in (index.manifest, update.manifest)
        wanted = index if found.manifest == index.manifest else update
        assert found.vectors.rows().tobytes() == wanted.vectors.rows().tobytes()
        assert found.passages == wanted.passages
        if is_done:
            break
        if found.manifest == update.manifest:
            store.put(index)
    store.put(update)
    assert store.open().manifest == update.manifest
    assert store.generations() <= 2
    assert store.rows()["passages"] <= len({p.passage_id for p in (*index.passages, *update.passages)})


def test_a_first_index_that_is_half_written_is_none(
    store: Store, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        breaking(patched, after=8)
        with pytest.raises(Broken):
            store.put(index)
    with pytest.raises(IndexNotFound, match="There is no index"):
        store.open()
    store.put(index)
    assert store.generations() == 1


def test_of_two_writers_the_one_that_began_last_wins_and_the_other_is_told(
    store: Store, index: Index, update: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second does all of its work when the first has written its files and begins with the passages."""
    whole, is_first = Session.write, True

    def interrupted(self: Session, collection: str, rows: Sequence[Row]) -> None:
        nonlocal is_first
        if is_first and "passages" in collection:
            is_first = False
            store.put(update)
        whole(self, collection, rows)

    monkeypatch.setattr(Session, "write", interrupted)
    with pytest.raises(InvalidInput, match=r"Somebody else began to write the index in .* meanwhile"):
        store.put(index)
    assert store.open().manifest == update.manifest
    assert store.open().passages == update.passages
    store.put(index)
    assert store.open().passages == index.passages


def test_rows_that_got_lost_are_noticed_when_it_is_opened_and_written_again(store: Store, index: Index) -> None:
    store.put(index)
    session = Session.connect(store.place)
    (passages,) = session.collections("passages_")
    session.delete(passages, [key for key, _ in session.search(passages, TRAM, 1, "")])
    session.settle(passages)
    count = len(index.passages)
    with pytest.raises(IndexCorrupt, match=rf"Of {count} rows of the index in .* only {count - 1} are there.*--store"):
        store.open()
    store.put(index)
    assert store.open().vectors.rows().tobytes() == index.vectors.rows().tobytes()


def test_an_index_that_was_replaced_twice_since_says_so(store: Store, index: Index, update: Index) -> None:
    store.put(index)
    old = store.open()
    store.put(update)
    store.put(Index.of([update.documents["0.txt"]], BUS_AND_TRAM, 32))
    store.rows()  # counting waits until the removals are seen; other reads may come before them for some seconds
    with pytest.raises(IndexCorrupt, match=r"replaced since it was opened.*open it again"):
        _ = old.documents["b.txt"]


def test_two_indexes_in_one_store_do_not_touch_each_other(lite_address: str, index: Index, update: Index) -> None:
    name = some_name()
    publish(index, f"{lite_address}/{name}")
    publish(update, f"{lite_address}/{name}_2")
    assert published(f"{lite_address}/{name}").manifest == index.manifest
    assert published(f"{lite_address}/{name}_2").manifest == update.manifest


def test_a_server_that_is_gone_is_one_clear_error_and_one_that_is_back_answers(tmp_path: Path, index: Index) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with lite_server(tmp_path / "data", port):
        publish(index, address)
        found = published(address)
        before = found.vectors.search(TRAM, 3)
    with pytest.raises(StoreUnreachable, match=rf"The store {address} cannot be used: .*check that its server runs"):
        found.vectors.search(TRAM, 3)
    with pytest.raises(StoreUnreachable, match=f"The store {address}"):
        _ = found.documents["a.txt"]
    with lite_server(tmp_path / "data", port):
        assert found.vectors.search(TRAM, 3) == before
        assert found.documents["a.txt"] == index.documents["a.txt"]


def test_an_address_where_nobody_is_is_one_clear_error() -> None:
    pytest.importorskip("pymilvus", reason="needs pymilvus: pip install 'rag-desk[milvus]'")
    address = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(StoreUnreachable, match=f"The store {address} cannot be used"):
        published(address)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("localhost:19530", "is no address of a store: expected http://HOST:PORT/NAME"),
        ("ftp://host:1/news", "is no address of a store"),
        ("http://user:secret@host:1", "is no address of a store.*MILVUS_TOKEN"),
        ("http://host:1/no-dashes", "'no-dashes' cannot name an index"),
    ],
)
def test_what_is_no_address_is_refused_before_anything_is_asked(address: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as refused:
        published(address)
    assert "secret" not in str(refused.value)


def test_without_pymilvus_the_error_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(InvalidInput, match=r"needs pymilvus: pip install 'rag-desk\[milvus\]'"):
        published("http://127.0.0.1:1")


def test_the_settings_say_where_the_index_is(store: Store, index: Index, tmp_path: Path) -> None:
    """The store's goes before the folder's, and a folder that is named goes before both."""
    store.put(index)
    other = Index.of([index.documents["a.txt"]], BUS_AND_TRAM, 32)
    other.save(tmp_path / "index")
    in_store = Settings.load(store=store.place, index_dir=tmp_path / "index")
    in_folder = Settings.load(index_dir=tmp_path / "index")
    assert (opened(in_store).index.manifest, opened(in_store).place) == (index.manifest, store.place)
    assert (opened(in_folder).index.manifest, opened(in_folder).place) == (other.manifest, tmp_path / "index")
    assert opened(in_store, tmp_path / "index").index.manifest == other.manifest


def test_each_build_has_another_version(store: Store, index: Index, tmp_path: Path) -> None:
    other = Index.of([index.documents["a.txt"]], BUS_AND_TRAM, 32)
    in_store, in_folder = Settings.load(store=store.place), Settings.load(index_dir=tmp_path / "index")
    seen = []
    for build in (index, index, other):
        store.put(build)
        build.save(tmp_path / "index")
        seen.append((version(in_store), version(in_folder), version(in_store, tmp_path / "index")))
    assert seen[0][0] == seen[1][0]
    assert all(one != two for one, two in zip(seen[1], seen[2], strict=True))
    assert all(folder == named for _, folder, named in seen)
