"""Whatever happens to an update, and whenever: the old index or the new one serves, and the next update works."""

import shutil
from pathlib import Path

import pytest

from rag.errors import InvalidInput
from rag.generations import alone, leftovers
from rag.index import Index
from rag.updating import update
from tests.rag.fakes import BUS_AND_TRAM
from tests.rag.places import settings_of

pytest.importorskip("resource", reason="limits and signals are those of Unix")

from tests.rag.crashes import DONE, KILLED, REFUSED, Writer, exit_code, exit_code_within, operations

PERCENT = range(0, 101, 5)


@pytest.fixture(scope="session")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two articles, of which one has changed since and another is new."""
    folder = tmp_path_factory.mktemp("before")
    (folder / "articles").mkdir()
    (folder / "articles" / "buses.txt").write_text("Buses\n\nThe bus is late.\n", encoding="utf-8")
    (folder / "articles" / "trams.txt").write_text("Trams\n\nThe tram is full.\n", encoding="utf-8")
    update(settings_of(folder), BUS_AND_TRAM)
    (folder / "articles" / "buses.txt").write_text("Buses\n\nThe bus is early.\n", encoding="utf-8")
    (folder / "articles" / "taxis.txt").write_text("Taxis\n\nThey wait.\n", encoding="utf-8")
    return folder


@pytest.fixture
def place(before: Path, tmp_path: Path) -> Path:
    """A copy of it to work on."""
    return shutil.copytree(before, tmp_path / "place")


@pytest.fixture(scope="session")
def last(before: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """The last operation of the update."""
    return operations(shutil.copytree(before, tmp_path_factory.mktemp("count") / "place"))


def serves(place: Path, *articles: str) -> bool:
    """Whether the current index is a whole one of these articles."""
    index = Index.load(place / "index")
    texts = tuple(document.text.split("\n")[2] for document in index.documents.values())
    assert [passage.text.split("\n")[2] for passage in index.passages] == [*texts]
    assert len(index.vectors.rows()) == len(index.passages)
    return texts == articles


def is_old(place: Path) -> bool:
    return serves(place, "The bus is late.", "The tram is full.")


def is_new(place: Path) -> bool:
    return serves(place, "The bus is early.", "They wait.", "The tram is full.")


def goes_on(place: Path) -> bool:
    """Whether the next update makes the new index and clears up."""
    update(settings_of(place), BUS_AND_TRAM)
    return is_new(place) and not leftovers(place / "index") and len(list((place / "index").glob("gen-*"))) <= 2


@pytest.mark.parametrize("percent", PERCENT)
def test_killed_at_any_moment_the_old_or_the_new_index_serves(place: Path, last: int, percent: int) -> None:
    assert exit_code(place, "killed", 1 + (last - 1) * percent // 100) == KILLED
    assert is_old(place) or is_new(place)
    assert goes_on(place)


def test_killed_at_its_first_operation_the_old_one_serves_and_at_its_last_the_new_one(place: Path, last: int) -> None:
    exit_code(place, "killed", 1)
    assert is_old(place)
    exit_code(place, "killed", last)
    assert is_new(place)


@pytest.mark.parametrize("percent", PERCENT)
def test_a_disk_that_is_full_at_any_moment_is_an_error_of_ours_or_does_not_matter(
    place: Path, last: int, percent: int
) -> None:
    code = exit_code(place, "disk full", 1 + (last - 1) * percent // 100)
    assert code in (DONE, REFUSED)
    assert is_new(place) or (code == REFUSED and is_old(place))
    assert goes_on(place)


@pytest.mark.parametrize("file_bytes", [0, 10, 50, 100, 200, 400, 800])
def test_files_that_break_off_are_refused_and_the_old_one_serves(place: Path, file_bytes: int) -> None:
    assert exit_code_within(place, file_bytes) == REFUSED
    assert is_old(place)
    assert goes_on(place)


def test_room_enough_is_enough(place: Path) -> None:
    assert exit_code_within(place, 1_000_000) == DONE
    assert is_new(place)


def test_while_a_process_writes_others_are_told_which_and_readers_go_on(place: Path) -> None:
    writer = Writer(place / "index")
    try:
        with pytest.raises(InvalidInput, match=rf"Another process is writing the index in .* \(process {writer.pid}\)"):
            update(settings_of(place), BUS_AND_TRAM)
        assert is_old(place)
    finally:
        writer.kill()
    with alone(place / "index"):
        pass  # the lock of a killed process stops nobody
    assert goes_on(place)
