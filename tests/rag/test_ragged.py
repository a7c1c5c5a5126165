"""Rows of different lengths, joined from old and new ones in any order."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rag.ragged import Ragged, joined, members

ROWS = st.lists(st.lists(st.integers(0, 255), max_size=4), max_size=6)


def ragged(rows: list[list[int]]) -> Ragged:
    return Ragged.of([np.array(row, np.uint8) for row in rows], np.uint8)


def listed(rows: Ragged) -> list[list[int]]:
    return [rows[row].tolist() for row in range(len(rows))]


def test_a_row_lies_between_two_ends() -> None:
    rows = ragged([[1, 2], [], [3]])
    assert rows.ends.tolist() == [2, 2, 3]
    assert rows.sizes().tolist() == [2, 0, 1]
    assert listed(rows) == [[1, 2], [], [3]]


@given(ROWS, ROWS, st.data())
def test_joined_rows_are_those_of_both_in_the_order_asked_for(
    old: list[list[int]], new: list[list[int]], data: st.DataObject
) -> None:
    both = old + new
    chosen = data.draw(st.lists(st.integers(0, len(both) - 1), max_size=9) if both else st.just([]))
    found = ragged(old).joined(ragged(new), np.array(chosen, np.int64))
    assert listed(found) == [both[row] for row in chosen]
    assert found.values.dtype == np.uint8


@given(st.lists(st.integers(0, 9), max_size=5), st.lists(st.integers(0, 9), max_size=5), st.data())
def test_joined_arrays_are_those_of_both_in_the_order_asked_for(
    old: list[int], new: list[int], data: st.DataObject
) -> None:
    both = old + new
    chosen = data.draw(st.lists(st.integers(0, len(both) - 1), max_size=9) if both else st.just([]))
    found = joined(np.array(old, np.int64), np.array(new, np.int64), np.array(chosen, np.int64))
    assert found.tolist() == [both[row] for row in chosen]


def test_arrays_of_vectors_are_joined_row_by_row() -> None:
    old, new = np.array([[1, 2], [3, 4]]), np.array([[5, 6]])
    assert joined(old, new, np.array([2, 0, 1])).tolist() == [[5, 6], [1, 2], [3, 4]]


@given(st.lists(st.integers(0, 3), max_size=6), st.data())
def test_members_are_the_rows_of_the_chosen_groups(counts: list[int], data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.integers(0, len(counts) - 1), max_size=6) if counts else st.just([]))
    groups = [list(range(sum(counts[:group]), sum(counts[: group + 1]))) for group in range(len(counts))]
    found = members(np.array(counts, np.int64), np.array(chosen, np.int64))
    assert found.tolist() == [row for group in chosen for row in groups[group]]


@given(ROWS)
def test_saved_and_loaded_they_are_the_same(rows: list[list[int]]) -> None:
    with TemporaryDirectory() as folder:
        ragged(rows).save(Path(folder) / "rows.npy")
        assert listed(Ragged.load(Path(folder) / "rows.npy")) == rows
