"""Dense search by inner product."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.synthetic import clustered
from rag.types import FloatArray
from rag.vector_store import FaissStore

ROWS = np.asarray([[1.0, 0.0], [0.6, 0.8], [0.0, -1.0]], dtype=np.float32)
QUERY = np.asarray([0.8, 0.6], dtype=np.float32)


@pytest.fixture(scope="module")
def clusters() -> tuple[FloatArray, FloatArray]:
    """3,000 rows and 50 queries of the same kind."""
    return clustered(3000, 50)


@pytest.fixture(scope="module")
def large(clusters: tuple[FloatArray, FloatArray]) -> FaissStore:
    """Those rows in a store that takes more than 1,000 for many."""
    return FaissStore.build(clusters[0], exact_up_to=1000)


def files_of(store: FaissStore, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    store.save(folder / "vectors.faiss")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_rows_come_best_first_with_their_cosines() -> None:
    """(0.8, 0.6) · (0.6, 0.8) = 0.96, · (1, 0) = 0.8, · (0, -1) = -0.6."""
    rows, cosines = zip(*FaissStore.build(ROWS).search(QUERY, 3), strict=True)
    assert rows == (1, 0, 2)
    assert cosines == pytest.approx([0.96, 0.8, -0.6])


@pytest.mark.parametrize(("k", "rows"), [(1, [1]), (2, [1, 0]), (50, [1, 0, 2])])
def test_as_many_rows_as_wanted_or_as_there_are(k: int, rows: list[int]) -> None:
    assert [row for row, _ in FaissStore.build(ROWS).search(QUERY, k)] == rows


def test_saved_and_loaded_it_finds_the_same(tmp_path: Path) -> None:
    store = FaissStore.build(ROWS)
    store.save(tmp_path / "vectors.faiss")
    assert FaissStore.load(tmp_path / "vectors.faiss").search(QUERY, 3) == store.search(QUERY, 3)


def test_rows_come_back_bit_for_bit(tmp_path: Path) -> None:
    rows = np.random.default_rng(4).random((7, 3), dtype=np.float32)
    store = FaissStore.build(rows)
    store.save(tmp_path / "vectors.faiss")
    assert store.rows().tobytes() == FaissStore.load(tmp_path / "vectors.faiss").rows().tobytes() == rows.tobytes()


def test_a_place_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"could not open .*vectors\.faiss for writing: No such file or directory"):
        FaissStore.build(ROWS).save(tmp_path / "gone" / "vectors.faiss")
    with pytest.raises(OSError, match=r"could not open .*vectors\.faiss for reading: No such file or directory"):
        FaissStore.load(tmp_path / "vectors.faiss")


def test_columns_in_another_order_of_memory_are_the_same_vectors() -> None:
    assert FaissStore.build(np.asfortranarray(ROWS)).search(QUERY, 1) == FaissStore.build(ROWS).search(QUERY, 1)


@pytest.mark.parametrize("k", [10, 50])
def test_a_large_store_finds_nearly_all_of_the_nearest(
    large: FaissStore, clusters: tuple[FloatArray, FloatArray], k: int
) -> None:
    rows, queries = clusters
    exact = FaissStore.build(rows)
    recalls = [len(set(dict(large.search(q, k))) & set(dict(exact.search(q, k)))) / k for q in queries]
    assert np.mean(recalls) >= 0.95


@pytest.mark.parametrize("k", [1, 10, 1000])
def test_a_large_store_gives_exact_cosines_best_first(
    large: FaissStore, clusters: tuple[FloatArray, FloatArray], k: int
) -> None:
    rows, queries = clusters
    found, cosines = zip(*large.search(queries[0], k), strict=True)
    assert len(set(found)) == k
    assert list(cosines) == sorted(cosines, reverse=True)
    assert cosines == pytest.approx(rows[list(found)] @ queries[0], abs=1e-6)


@pytest.mark.parametrize("k", [201, 3000, 5000])
def test_who_wants_many_rows_is_served_by_all(
    large: FaissStore, clusters: tuple[FloatArray, FloatArray], k: int
) -> None:
    """A search within some articles asks for everything and picks theirs."""
    rows, queries = clusters
    found = [row for row, _ in large.search(queries[0], k)]
    assert found == np.argsort(-(rows @ queries[0]), kind="stable")[:k].tolist()


def test_lists_that_hold_too_few_are_not_the_last_word(
    monkeypatch: pytest.MonkeyPatch, clusters: tuple[FloatArray, FloatArray]
) -> None:
    """Of 54 lists one is searched, which holds some 55 rows."""
    monkeypatch.setattr("rag.vector_store._PROBED", 1)
    rows, queries = clusters
    store = FaissStore.build(rows, exact_up_to=1000)
    assert [row for row, _ in store.search(queries[0], 200)] == np.argsort(-(rows @ queries[0]))[:200].tolist()


def test_a_large_store_saved_and_loaded_finds_the_same(
    large: FaissStore, clusters: tuple[FloatArray, FloatArray], tmp_path: Path
) -> None:
    rows, queries = clusters
    large.save(tmp_path / "vectors.faiss")
    loaded = FaissStore.load(tmp_path / "vectors.faiss")
    assert [loaded.search(query, 10) for query in queries] == [large.search(query, 10) for query in queries]
    assert loaded.rows().tobytes() == large.rows().tobytes() == rows.tobytes()


def test_a_large_store_whose_rows_are_gone_cannot_be_loaded(large: FaissStore, tmp_path: Path) -> None:
    assert sorted(files_of(large, tmp_path / "store")) == ["vectors.faiss", "vectors.faiss.rows.npy"]
    (tmp_path / "store" / "vectors.faiss.rows.npy").unlink()
    with pytest.raises(OSError, match=r"vectors\.faiss\.rows\.npy"):
        FaissStore.load(tmp_path / "store" / "vectors.faiss")


def test_the_same_rows_make_the_same_files(
    large: FaissStore, clusters: tuple[FloatArray, FloatArray], tmp_path: Path
) -> None:
    again = FaissStore.build(clusters[0], exact_up_to=1000)
    assert files_of(again, tmp_path / "again") == files_of(large, tmp_path / "first")


def test_a_small_store_is_one_file(tmp_path: Path) -> None:
    assert list(files_of(FaissStore.build(ROWS, exact_up_to=3), tmp_path / "store")) == ["vectors.faiss"]
