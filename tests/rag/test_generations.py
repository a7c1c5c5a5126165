"""Generations of any content: one is current, whole, and stays so whatever goes wrong with the next."""

import os
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

import rag.generations
from rag.errors import IndexCorrupt, IndexNotFound, InvalidInput
from rag.generations import alone, check_files, commit, current, leftovers, opened, read_manifest, remove


def save(index_dir: Path, words: str) -> None:
    commit(index_dir, "words", {"length": len(words)}, lambda path: write(path, words))


def write(generation: Path, words: str) -> None:
    (generation / "inner").mkdir()
    (generation / "inner" / "words.txt").write_text(words, encoding="utf-8")


def read(generation: Path) -> str:
    check_files(generation, read_manifest(generation)[1])
    return (generation / "inner" / "words.txt").read_text(encoding="utf-8")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A place whose current generation holds "old"."""
    save(tmp_path / "index", "old")
    return tmp_path / "index"


def generations(index_dir: Path) -> list[str]:
    return sorted(path.name for path in index_dir.glob("gen-*"))


def test_what_is_committed_is_opened(old: Path) -> None:
    assert opened(old, read) == "old"
    content, files = read_manifest(current(old))
    assert content == {"length": 3}
    assert list(files) == ["inner/words.txt"]


def test_the_generation_before_stays_for_those_that_are_opening_it(old: Path) -> None:
    first = current(old)
    save(old, "new")
    assert read(first) == "old"
    assert opened(old, read) == "new"
    second = current(old)
    save(old, "newest")
    assert generations(old) == sorted([second.name, current(old).name])


def test_nothing_else_is_left_and_nothing_else_is_touched(old: Path) -> None:
    (old / "README.md").write_text("kept", encoding="utf-8")
    save(old, "new")
    assert {path.name for path in old.iterdir()} == {"README.md", "CURRENT", ".lock", ".writer", *generations(old)}


def test_a_reader_that_two_commits_overtake_reads_the_newest(old: Path) -> None:
    calls = []

    def overtaken(generation: Path) -> str:
        calls.append(generation)
        if len(calls) == 1:
            save(old, "new")
            save(old, "newest")
        return read(generation)

    assert opened(old, overtaken) == "newest"
    assert len(calls) == 2


def test_a_place_without_generations_says_how_to_build_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for place in (tmp_path, tmp_path / "missing", tmp_path / "file"):
        with pytest.raises(IndexNotFound, match=r"There is no index in .*; build one: rag index FOLDER --index"):
            opened(place, read)


@pytest.fixture
def read_files(old: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files of "old" that are read to the end, as if each were large and nobody had touched it for long."""
    read_files: list[str] = []
    digest = rag.generations._digest

    def counted(path: Path) -> str:
        read_files.append(path.name)
        return digest(path)

    monkeypatch.setattr(rag.generations, "_digest", counted)
    monkeypatch.setattr(rag.generations, "_LARGE", 0)
    monkeypatch.setattr(rag.generations, "_SETTLED", 0)
    return read_files


def test_a_large_file_that_nobody_touched_is_read_to_the_end_once(old: Path, read_files: list[str]) -> None:
    assert opened(old, read) == "old"
    noted = (current(old) / "checked.json").stat()
    assert [opened(old, read) for _ in range(2)] == ["old"] * 2
    assert read_files == ["words.txt"]
    assert (current(old) / "checked.json").stat().st_mtime_ns == noted.st_mtime_ns


def test_a_large_file_is_read_to_the_end_when_it_is_committed_and_not_again(old: Path, read_files: list[str]) -> None:
    save(old, "new")
    assert read_files == ["words.txt"]
    assert opened(old, read) == "new"
    assert read_files == ["words.txt"]


@pytest.mark.parametrize("times_restored", [False, True])
def test_a_large_file_that_changed_since_is_noticed(old: Path, read_files: list[str], times_restored: bool) -> None:
    opened(old, read)
    words = current(old) / "inner" / "words.txt"
    before = words.stat()
    words.write_text("odd", encoding="utf-8")
    if times_restored:
        os.utime(words, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(IndexCorrupt, match=r"Damaged or missing in .*inner/words\.txt"):
        opened(old, read)
    assert read_files == ["words.txt"] * 2


def test_a_large_file_that_took_the_place_of_another_is_read(old: Path, read_files: list[str], tmp_path: Path) -> None:
    opened(old, read)
    words = current(old) / "inner" / "words.txt"
    shutil.copy2(words, tmp_path / "copy")
    (tmp_path / "copy").replace(words)
    assert opened(old, read) == "old"
    assert read_files == ["words.txt"] * 2


def test_every_byte_is_read_when_that_is_wanted(old: Path, read_files: list[str]) -> None:
    opened(old, read)
    check_files(current(old), read_manifest(current(old))[1], every_byte=True)
    assert read_files == ["words.txt"] * 2


def test_a_file_that_has_just_changed_could_change_again_unnoticed_and_is_not_noted(
    old: Path, read_files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rag.generations, "_SETTLED", 60_000_000_000)
    assert [opened(old, read) for _ in range(2)] == ["old"] * 2
    assert read_files == ["words.txt"] * 2


def test_small_files_are_read_each_time_and_nothing_is_noted(
    old: Path, read_files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rag.generations, "_LARGE", 4)
    assert [opened(old, read) for _ in range(2)] == ["old"] * 2
    assert read_files == ["words.txt"] * 2
    assert not (current(old) / "checked.json").exists()


@pytest.mark.parametrize("note", [b"", b"[]", b"{", b'{"inner/words.txt": null}'])
def test_a_note_that_cannot_be_used_is_none(old: Path, read_files: list[str], note: bytes) -> None:
    (current(old) / "checked.json").write_bytes(note)
    assert opened(old, read) == "old"
    assert read_files == ["words.txt"]


def test_what_cannot_be_read_is_corrupt(old: Path) -> None:
    def unreadable(_: Path) -> str:
        raise PermissionError(13, "Permission denied")

    with pytest.raises(IndexCorrupt, match=r"gen-words-\w+ cannot be read: Permission denied; build it again"):
        opened(old, unreadable)
    (old / "CURRENT").unlink()
    (old / "CURRENT").mkdir()
    with pytest.raises(IndexCorrupt, match=r"CURRENT cannot be read: Is a directory; build it again"):
        opened(old, read)


def test_a_place_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(
        InvalidInput, match=r"The index cannot be written to .*file: File exists; put that right, or give another"
    ):
        save(tmp_path / "file", "new")


@pytest.mark.parametrize("place", ["index", "deep/er/index"])
def test_a_place_in_which_nothing_was_written_is_not_left_behind(tmp_path: Path, place: str) -> None:
    with suppress(ZeroDivisionError), alone(tmp_path / place), alone(tmp_path / place):
        assert (tmp_path / place).is_dir()
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_was_there_before_stays(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    with alone(tmp_path / "index"):
        pass
    assert (tmp_path / "index").is_dir()


def raising(error: BaseException) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


MOMENTS: dict[str, Callable[[pytest.MonkeyPatch, Callable[..., None]], None]] = {
    "while it is written": lambda patch, fail: patch.setattr("tests.rag.test_generations.write", fail),
    "while its manifest is written": lambda patch, fail: patch.setattr(rag.generations, "_sign", fail),
    "while it is flushed": lambda patch, fail: patch.setattr(os, "fsync", fail),
    "before it has its name": lambda patch, fail: patch.setattr(Path, "rename", fail),
    "before CURRENT is replaced": lambda patch, fail: patch.setattr(os, "replace", fail),
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(
    ("error", "told"),
    [(KeyboardInterrupt(), KeyboardInterrupt), (OSError(28, "No space left on device"), InvalidInput)],
    ids=["interrupted", "disk full"],
)
def test_what_goes_wrong_leaves_the_old_one_and_no_trace(
    old: Path, moment: str, error: BaseException, told: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name for path in old.iterdir()}
    with monkeypatch.context() as patch:
        MOMENTS[moment](patch, raising(error))
        with pytest.raises(told, match="No space left" if told is InvalidInput else None):
            save(old, "new")
    assert opened(old, read) == "old"
    assert {path.name for path in old.iterdir()} == before
    save(old, "new")
    assert opened(old, read) == "new"


def test_a_failure_after_the_new_one_is_current_keeps_both(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last flush is that of the folder with ``CURRENT``, after it was replaced."""
    flushed = rag.generations._flush

    def last_fails(path: Path) -> None:
        if path == old:
            raise OSError(5, "Input/output error")
        flushed(path)

    monkeypatch.setattr(rag.generations, "_flush", last_fails)
    with pytest.raises(InvalidInput, match="Input/output error"):
        save(old, "new")
    assert opened(old, read) == "new"
    assert len(generations(old)) == 2


def test_leftovers_are_found_and_removed(old: Path) -> None:
    (old / ".gen-x-1" / "bm25").mkdir(parents=True)
    (old / ".CURRENT-1").write_text("gen-x-1", encoding="utf-8")
    assert {path.name for path in leftovers(old)} == {".gen-x-1", ".CURRENT-1"}
    remove(leftovers(old))
    assert leftovers(old) == ()
    assert opened(old, read) == "old"


def test_the_next_commit_removes_leftovers_first(old: Path) -> None:
    (old / ".gen-x-1").mkdir()
    seen: list[tuple[Path, ...]] = []
    commit(old, "words", {}, lambda path: seen.append(leftovers(old)))
    assert [path.name for path in seen[0]] == [f".{current(old).name}"]


def test_a_writer_keeps_other_threads_out_but_not_itself(old: Path) -> None:
    errors: list[str] = []

    def other() -> None:
        try:
            save(old, "other")
        except InvalidInput as error:
            errors.append(str(error))

    with alone(old):
        save(old, "mine")
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert errors == [f"Another process is writing the index in {old} (process {os.getpid()}); wait for it or stop it."]
    assert opened(old, read) == "mine"
    save(old, "later")
    assert opened(old, read) == "later"
