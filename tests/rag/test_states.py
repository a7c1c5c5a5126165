"""States are a cache: what was put is found bit by bit or not at all, and no fault of the disk is an error."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.states import States, forget

LIMIT = 10_000
_OVERHEAD = 32  # bytes of the digest before a state


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index" / "states"


def on_disk(folder: Path) -> States:
    """As another process sees them: nothing is in memory."""
    return States(folder, LIMIT)


def the_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def last_used(folder: Path, order: str) -> None:
    """Let the states of these keys have been used in this order, long ago and seconds apart."""
    for second, key in enumerate(order):
        (file,) = folder.glob(f"{key}*")
        os.utime(file, (second, second))


@given(st.dictionaries(st.text("abcdef0123456789", min_size=1, max_size=8), st.binary(min_size=1), max_size=12))
def test_what_was_put_is_found_by_whoever_shares_the_folder(
    tmp_path_factory: pytest.TempPathFactory, states: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("states")
    one, other = on_disk(folder), on_disk(folder)
    for key, state in states.items():
        one.put(key, state)
    assert {key: other.get(key) for key in states} == states
    assert all(key in other for key in states)
    assert other.get("unknown") is None
    assert "unknown" not in other


def test_a_state_that_is_put_again_replaces_the_first_one(folder: Path) -> None:
    states = on_disk(folder)
    states.put("a", b"one")
    states.put("a", b"two")
    assert states.get("a") == on_disk(folder).get("a") == b"two"
    assert the_file(folder).stat().st_size == _OVERHEAD + 3


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:20],
        lambda content: content[:-1],
        lambda content: content + b"\0",
        lambda content: content[:40] + bytes([content[40] ^ 1]) + content[41:],
        lambda content: bytes(len(content)),
    ],
    ids=["empty", "half a digest", "cut off", "longer", "a bit flipped", "zeros"],
)
def test_a_damaged_file_is_none_is_removed_and_can_be_put_again(folder: Path, damage: object) -> None:
    assert callable(damage)
    on_disk(folder).put("a", b"what the model made of it")
    the_file(folder).write_bytes(damage(the_file(folder).read_bytes()))
    other = on_disk(folder)
    assert other.get("a") is None
    assert list(folder.iterdir()) == []
    other.put("a", b"what the model made of it")
    assert on_disk(folder).get("a") == b"what the model made of it"


def test_a_file_under_another_states_name_that_is_whole_is_still_what_was_put(folder: Path) -> None:
    """Names are hashes of what the state is of; only who may write to the folder can exchange them."""
    on_disk(folder).put("a", b"one")
    the_file(folder).rename(folder / "b.state")
    assert (on_disk(folder).get("a"), on_disk(folder).get("b")) == (None, b"one")


def test_the_least_recently_used_make_room(folder: Path) -> None:
    """Three of 3,032 bytes fit into 10,000; for a fourth the one goes that was used longest ago."""
    for key in "abc":
        on_disk(folder).put(key, bytes(3000))
    last_used(folder, "abc")
    assert on_disk(folder).get("a") is not None
    on_disk(folder).put("d", bytes(3000))
    assert {key for key in "abcd" if key in on_disk(folder)} == {"a", "c", "d"}


def test_as_many_go_as_the_new_one_needs(folder: Path) -> None:
    for key in "abc":
        on_disk(folder).put(key, bytes(3000))
    last_used(folder, "cab")
    on_disk(folder).put("d", bytes(6000))
    assert {key for key in "abcd" if key in on_disk(folder)} == {"b", "d"}
    assert sum(file.stat().st_size for file in folder.iterdir()) <= LIMIT


def test_a_state_larger_than_all_the_room_throws_nothing_out(folder: Path) -> None:
    on_disk(folder).put("a", bytes(3000))
    states = on_disk(folder)
    states.put("b", bytes(LIMIT + 1))
    assert states.get("b") == bytes(LIMIT + 1)  # at hand
    assert ("a" in on_disk(folder), "b" in on_disk(folder)) == (True, False)


def test_a_lower_limit_is_kept_from_the_next_state_on(folder: Path) -> None:
    for key in "abc":
        on_disk(folder).put(key, bytes(3000))
    last_used(folder, "abc")
    States(folder, 3100).put("d", bytes(3000))
    assert [file.stem for file in folder.iterdir()] == ["d"]


@pytest.mark.parametrize("room", [0, LIMIT])
def test_without_a_folder_or_without_room_the_last_few_are_kept_in_memory(tmp_path: Path, room: int) -> None:
    states = States(None if room else tmp_path / "states", room)
    for number in range(9):
        states.put(str(number), b"state %d" % number)
    assert [number for number in range(9) if states.get(str(number)) is None] == [0]
    states.put("9", b"state 9")
    assert "1" not in states
    assert list(tmp_path.iterdir()) == []


def test_what_is_used_stays_in_memory_the_longest() -> None:
    states = States()
    for number in range(8):
        states.put(str(number), b"state")
    states.get("0")
    states.put("8", b"state")
    assert ("0" in states, "1" in states) == (True, False)


def test_a_file_in_the_place_of_the_folder_costs_nothing(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("in the way")
    states = on_disk(folder)
    states.put("a", b"state")
    assert (states.get("a"), "a" in on_disk(folder), on_disk(folder).get("a")) == (b"state", False, None)
    assert folder.read_text() == "in the way"


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A disk on which no file can get its last name."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuse)
        yield


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_costs_nothing_and_leaves_nothing(folder: Path) -> None:
    states = on_disk(folder)
    states.put("a", b"state")
    assert states.get("a") == b"state"
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_cannot_be_written_to_is_read_and_costs_nothing(folder: Path) -> None:
    on_disk(folder).put("a", b"state")
    folder.chmod(0o500)
    try:
        states = on_disk(folder)
        states.put("b", b"other")
        assert (states.get("a"), states.get("b"), "b" in on_disk(folder)) == (b"state", b"other", False)
    finally:
        folder.chmod(0o700)


@pytest.mark.skipif(os.name != "posix", reason="the permissions are those of Unix")
def test_nobody_else_may_read_them(folder: Path) -> None:
    on_disk(folder).put("a", b"state")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(the_file(folder).stat().st_mode) == 0o600


def test_a_state_that_somebody_else_removes_is_not_there(folder: Path) -> None:
    one, other = on_disk(folder), on_disk(folder)
    one.put("a", b"state")
    forget(folder)
    assert (other.get("a"), "a" in other) == (None, False)
    one.put("b", b"state")
    assert other.get("b") == b"state"


def test_forgetting_leaves_no_file_and_needs_no_folder(folder: Path) -> None:
    forget(folder)
    for key in "ab":
        on_disk(folder).put(key, b"state")
    (folder / "tmpabc").write_bytes(b"left by a process that was killed")
    forget(folder)
    assert list(folder.iterdir()) == []
