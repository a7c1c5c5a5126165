"""Writers that are killed, that run out of disk or that meet each other, and readers in the midst of it.

Every article of a corpus tells the same number, so that an index which mixes two of them gives itself away.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from rag.errors import IndexNotFound, InvalidInput
from rag.generations import leftovers
from rag.index import Index
from rag.settings import Settings
from rag.updating import update
from tests.rag.crashes import KILLED, Fault, exit_code, exit_code_within, operations
from tests.rag.fakes import BUS_AND_TRAM
from tests.rag.places import settings_of

_ARTICLES = 3
NOTHING, OLD, NEW = "", "old", "new"


def write_articles(folder: Path, told: str) -> None:
    """Articles that all tell the same, at offsets that differ from those of others.

    They have fewer letters than it takes to look for their language, whose model takes longer to load than all else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(_ARTICLES):
        line = f"A bus {told} {'é' * (number + len(told))}."
        (folder / f"{number}.txt").write_text(f"{number}\n\n{line}\n\nA tram.\n", encoding="utf-8")


def told_by(index_dir: Path) -> str:
    """What all articles of the current index tell, NOTHING without an index; fails for a mixture or a wrong offset."""
    try:
        index = Index.load(index_dir)
    except IndexNotFound:
        return NOTHING
    texts = {doc_id: document.text for doc_id, document in index.documents.items()}
    told = {text.split("A bus ")[1].split(" ")[0] for text in texts.values()}
    assert len(texts) == _ARTICLES
    assert len(told) == 1, told
    for row, _ in index.vectors.search(BUS_AND_TRAM.embed(["bus"])[0], 2 * _ARTICLES):
        found = index.passages[row]
        assert texts[found.doc_id][found.start : found.end] == found.text
        assert len(index.sentence_vectors(found)) == len(found.sentences)
    return told.pop()


def place_of(folder: Path, *, is_update: bool) -> Path:
    """Articles that are to be indexed; for an update there is an index of what they told before."""
    if is_update:
        write_articles(folder / "articles", OLD)
        update(settings_of(folder), BUS_AND_TRAM)
    write_articles(folder / "articles", NEW)
    return folder


class Faults:
    """Lets the building of one index, or its update, go wrong again and again, each time on a copy of its own."""

    def __init__(self, folder: Path, *, is_update: bool) -> None:
        self.before = OLD if is_update else NOTHING
        self._original = place_of(folder / "original", is_update=is_update)
        self._copy = folder / "copy"
        self.last = operations(self._copied())

    def happen(self, fault: Fault, moment: int) -> str:
        """What the index tells after a fault at that operation, from 1 to ``last``; then the next update must work."""
        code = exit_code(self._copied(), fault, moment)
        assert fault != "killed" or code == KILLED
        return self._outcome()

    def run_out_of_disk(self, file_bytes: int) -> str:
        """The same when no file may grow beyond so many bytes."""
        exit_code_within(self._copied(), file_bytes)
        return self._outcome()

    def _copied(self) -> Path:
        shutil.rmtree(self._copy, ignore_errors=True)
        return shutil.copytree(self._original, self._copy)

    def _outcome(self) -> str:
        told = told_by(self._copy / "index")
        update(settings_of(self._copy), BUS_AND_TRAM)
        assert told_by(self._copy / "index") == NEW
        assert not leftovers(self._copy / "index")
        return told


def moments(last: int, times: int) -> Iterator[int]:
    """So many operations, evenly from the first to the last."""
    yield from (1 + (last - 1) * number // max(1, times - 1) for number in range(times))


@contextmanager
def reading(index_dir: Path) -> Iterator[list[str]]:
    """Somebody who reads the index all the time; gives what it told each time, of a failure its words."""
    seen: list[str] = []
    stop = Event()

    def read() -> None:
        while not stop.is_set():
            try:
                seen.append(told_by(index_dir))
            except Exception as error:
                seen.append(f"{type(error).__name__}: {error}")

    thread = Thread(target=read)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


def rival_writers(folder: Path, updates: int) -> tuple[int, int]:
    """Two writers of one index, each with articles of its own: how many updates were made, and how many refused."""
    made, refused = [], []

    def write(name: str) -> None:
        settings = Settings.load(documents_dir=folder / name, index_dir=folder / "index", passage_tokens=32)
        for number in range(updates):
            write_articles(settings.documents_dir, f"{name}{number}")
            try:
                update(settings, BUS_AND_TRAM)
                made.append(name)
            except InvalidInput:
                refused.append(name)

    writers = [Thread(target=write, args=(name,)) for name in ("a", "b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return len(made), len(refused)
