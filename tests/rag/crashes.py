"""Updates in a process of their own that go wrong at a chosen operation on the files of the index.

Python tells its audit hooks of every file that is opened, renamed or removed. Counting those below the index directory
names every moment of an update without a clock.
"""

import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal, TypeAlias

from rag.errors import RagError
from rag.generations import alone
from rag.updating import update
from tests.rag.fakes import BUS_AND_TRAM
from tests.rag.places import settings_of

Fault: TypeAlias = Literal["none", "killed", "disk full"]
DONE, REFUSED, KILLED = 0, 3, -signal.SIGKILL

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.rag.crashes", "faiss", "filelock", "pathspec"])


def exit_code(folder: Path, fault: Fault, moment: int) -> int:
    """How an update ended in which ``fault`` happened at its operation ``moment``: DONE, REFUSED or KILLED."""
    return _ended(_update, str(folder), fault, moment)


def exit_code_within(folder: Path, file_bytes: int) -> int:
    """How an update ended while no file could grow beyond ``file_bytes``."""
    return _ended(_update_within, str(folder), file_bytes)


def operations(folder: Path) -> int:
    """The number of operations on the files of the index that a whole update takes."""
    receiver, sender = _processes.Pipe(duplex=False)
    assert _ended(_count, str(folder), sender) == DONE
    return int(receiver.recv())


class Writer:
    """Another process that has begun to write an index, until it is killed."""

    def __init__(self, index_dir: Path) -> None:
        started, sender = _processes.Pipe(duplex=False)
        self._process = _processes.Process(target=_write_for_ever, args=(str(index_dir), sender))
        self._process.start()
        self.pid = int(started.recv())

    def kill(self) -> None:
        """End it as ``kill -9`` does."""
        self._process.kill()
        self._process.join()


class _Operations:
    """Counts the operations on files below a directory, and lets one of them go wrong."""

    def __init__(self, index_dir: Path, fault: Fault, moment: int) -> None:
        self.seen = 0
        self._index_dir, self._fault, self._moment = str(index_dir), fault, moment
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        on_a_file = event == "open" or event.startswith("os.")
        if on_a_file and arguments and str(arguments[0]).startswith(self._index_dir):
            self.seen += 1
            if self.seen == self._moment:
                self._fail()

    def _fail(self) -> None:
        if self._fault == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if self._fault == "disk full":
            raise OSError(28, "No space left on device")


def _ended(target: Callable[..., None], *arguments: object) -> int:
    process = _processes.Process(target=_alone_in_the_process, args=(target, *arguments))
    process.start()
    process.join()
    return process.exitcode or 0


def _alone_in_the_process(target: Callable[..., None], *arguments: object) -> None:
    multiprocessing.set_start_method("fork", force=True)  # else a killed process leaves the locks of its libraries
    target(*arguments)


def _update(folder: str, fault: Fault, moment: int) -> None:
    settings = settings_of(Path(folder))
    _Operations(settings.index_dir, fault, moment)
    try:
        update(settings, BUS_AND_TRAM)
    except RagError:
        sys.exit(REFUSED)


def _update_within(folder: str, file_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, resource.RLIM_INFINITY))
    _update(folder, "none", 0)


def _count(folder: str, sender: Connection) -> None:
    settings = settings_of(Path(folder))
    counted = _Operations(settings.index_dir, "none", 0)
    update(settings, BUS_AND_TRAM)
    sender.send(counted.seen)


def _write_for_ever(index_dir: str, sender: Connection) -> None:
    with alone(Path(index_dir)):
        sender.send(os.getpid())
        signal.pause()
