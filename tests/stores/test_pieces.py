"""Arrays in pieces are read like arrays, and fetched only where they are asked for."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import IndexCorrupt
from rag.ragged import Numbers, Ragged, Values
from rag.stores.pieces import MOST_BYTES, Cut, Pieces, RemoteArray, key_of, packed, unpacked


class Shelf:
    """Pieces by their keys; remembers which were fetched."""

    def __init__(self, *cuts: Cut) -> None:
        self.texts = {int(key): packed(cut.piece(i)) for cut in cuts for i, key in enumerate(cut.keys)}
        self.fetched: list[int] = []

    def __call__(self, keys: Sequence[int]) -> dict[int, str]:
        self.fetched += keys
        return {key: self.texts[key] for key in keys}


def remote(array: Values, at: Numbers | None = None) -> tuple[RemoteArray, Shelf]:
    cut = Cut.of(array, at)
    shelf = Shelf(cut)
    return RemoteArray(Pieces(shelf), cut.keys, cut.ends, array[:0]), shelf


@st.composite
def arrays(draw: st.DrawFn) -> tuple[Values, Numbers]:
    """Half-precision rows and where some of them end."""
    rows, width = draw(st.integers(0, 40)), draw(st.sampled_from([1, 3, MOST_BYTES // 4]))
    ends = draw(st.lists(st.integers(0, rows), max_size=8))
    return np.arange(rows * width, dtype=np.float16).reshape(rows, width), np.array(sorted(ends), np.int64)


@given(arrays(), st.data())
def test_slices_and_rows_are_those_of_the_array(given_: tuple[Values, Numbers], data: st.DataObject) -> None:
    array, at = given_
    found, _ = remote(array, at)
    assert (found.shape, found.dtype, len(found)) == (array.shape, array.dtype, len(array))
    assert np.array_equal(np.asarray(found), array, equal_nan=True)
    start, stop = data.draw(st.integers(0, 45)), data.draw(st.integers(0, 45))
    assert np.array_equal(found[start:stop], array[start:stop], equal_nan=True)
    rows = np.array(data.draw(st.lists(st.integers(0, max(0, len(array) - 1)), max_size=9)) if len(array) else [], int)
    assert np.array_equal(found[rows], array[rows], equal_nan=True)


def test_a_piece_ends_where_rows_that_belong_together_do() -> None:
    cut = Cut.of(np.arange(10), np.array([3, 4, 10]))
    assert cut.ends.tolist() == [3, 4, 10]
    assert [np.frombuffer(cut.piece(i), np.int64).tolist() for i in range(3)] == [[0, 1, 2], [3], [4, 5, 6, 7, 8, 9]]


def test_no_piece_is_larger_than_a_field_can_hold() -> None:
    """Random bytes cannot be compressed: 48,000 of them are 64,020 characters."""
    content = np.random.default_rng(4).integers(0, 256, 3 * MOST_BYTES - 1, np.uint8)
    cut = Cut.of(content, np.array([10]))
    assert cut.ends.tolist() == [10, 10 + MOST_BYTES, 10 + 2 * MOST_BYTES, 3 * MOST_BYTES - 1]
    assert max(len(packed(cut.piece(i))) for i in range(len(cut.keys))) < 65_535


def test_what_did_not_change_has_the_same_keys() -> None:
    """A line comes in at the front: that of the other two lines stay what they are."""
    before = Ragged.of([np.frombuffer(line, np.uint8) for line in (b"bus", b"tram")], np.uint8)
    after = Ragged.of([np.frombuffer(line, np.uint8) for line in (b"a taxi", b"bus", b"tram")], np.uint8)
    keys = [Cut.of(ragged.values, ragged.ends).keys.tolist() for ragged in (before, after)]
    assert keys[1][1:] == keys[0]


def test_only_the_pieces_of_the_rows_are_fetched_and_only_once() -> None:
    found, shelf = remote(np.arange(100), np.arange(10, 101, 10))
    keys = Cut.of(np.arange(100), np.arange(10, 101, 10)).keys.tolist()
    assert found[25:31].tolist() == [25, 26, 27, 28, 29, 30]
    assert shelf.fetched == [keys[2], keys[3]]
    assert found[np.array([39, 20, 99])].tolist() == [39, 20, 99]
    assert shelf.fetched == [keys[2], keys[3], keys[9]]


def test_what_was_used_last_is_kept_within_the_limit() -> None:
    """Each piece has 4 bytes and there is room for 8: the third drops the first."""
    cut = Cut.of(np.arange(4, dtype=np.int32), np.arange(1, 5))
    shelf = Shelf(cut)
    pieces, keys = Pieces(shelf, most_bytes=8), cut.keys.tolist()
    for key in (keys[0], keys[1], keys[2], keys[1], keys[0]):
        pieces([key])
    assert shelf.fetched == [keys[0], keys[1], keys[2], keys[0]]


def test_more_may_be_asked_for_at_once_than_is_kept() -> None:
    cut = Cut.of(np.arange(4, dtype=np.int32), np.arange(1, 5))
    pieces = Pieces(Shelf(cut), most_bytes=4)
    assert [np.frombuffer(content, np.int32)[0] for content in pieces(cut.keys.tolist())] == [0, 1, 2, 3]


def test_keys_fit_a_signed_number_and_tell_contents_apart() -> None:
    keys = [key_of(str(number).encode()) for number in range(1000)]
    assert len(set(keys)) == 1000
    assert 0 <= min(keys) <= max(keys) < 2**63


@pytest.mark.parametrize("text", ["", "no base64!", "YnVz"])
def test_a_text_that_was_not_packed_is_refused(text: str) -> None:
    with pytest.raises(IndexCorrupt, match="is not what was written"):
        unpacked(text)
