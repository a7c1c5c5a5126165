"""Dense search by inner product."""

from pathlib import Path

import numpy as np
import pytest

from rag.vector_store import FaissStore

ROWS = np.asarray([[1.0, 0.0], [0.6, 0.8], [0.0, -1.0]], dtype=np.float32)
QUERY = np.asarray([0.8, 0.6], dtype=np.float32)


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
