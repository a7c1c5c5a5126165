"""A reader's own articles: in a folder of their own beside an index, and searched together with it.

The folder holds them below ``uploads/``, which their names therefore begin with, and their own index, which is kept up
to date like any other; the index beside it is never written. When somebody else builds that anew, it is taken up.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Self

from rag.assistant import Assistant, Report
from rag.backends import Embedder
from rag.corpus.formats import read_content
from rag.errors import InvalidInput, RagError
from rag.joining import joined
from rag.settings import Settings
from rag.sharing import version
from rag.states import STATES, forget
from rag.types import FloatArray
from rag.updating import reading_limits, update

PREFIX = "uploads/"
"""What the names of uploaded articles begin with."""
_INDEX = ".index"  # hidden: no article
_TURN = ".turn"  # a lock
_LONGEST_NAME = 150  # characters


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the assistant comes from that uploads are joined to: how to ``open`` it, and to ``renew`` it.

    It is renewed when ``version`` tells something else than before. That raises errors of ours, as the others do.
    """

    open: Callable[[Report], Assistant]
    renew: Callable[[Assistant], Assistant] = lambda assistant: assistant
    version: Callable[[], str] = lambda: ""

    @classmethod
    def of(cls, index_dir: Path | None, settings: Settings) -> Self:
        """The index in ``index_dir``, by default the settings'; see ``Assistant.open``."""
        return cls(
            lambda report: Assistant.open(index_dir, settings, report),
            lambda assistant: assistant.renewed(index_dir),
            lambda: version(settings, index_dir),
        )


class Uploads:
    """The files in a folder of their own, and the assistant that they are joined to. Made by ``beside``.

    That assistant has the index as its ``origin`` has it now: a build of it, by whomever, is found and taken up.

    ``max_bytes`` is the most that one of them may have.
    """

    def __init__(self, folder: Path, settings: Settings, origin: Origin, states: Path | None = None) -> None:
        self.folder = folder
        self._states = states or settings.index_dir / STATES
        self.max_bytes = reading_limits(settings).file_bytes
        self._settings = settings.model_copy(
            update={"documents_dir": folder, "documents_url": "", "index_dir": folder / _INDEX, "exclude": ()}
        )
        self._origin = origin
        self._base: Assistant | None = None
        self._version = ""

    @classmethod
    def beside(cls, index_dir: Path | None, settings: Settings) -> Self:
        """Those that belong to an index, by default the settings'; the folder is called like it, and ``-uploads``."""
        place = (index_dir or settings.index_dir).expanduser().resolve()
        folder = place.with_name(f"{place.name}-uploads")
        return cls(folder, settings, Origin.of(index_dir, settings), place / STATES)

    def open(self, report: Report) -> Assistant:
        """The assistant of the index alone; its embedder may be used while it answers. See ``Assistant.open``."""
        before = self._version_now()
        opened = self._origin.open(report)
        self._version = before or self._version_now()  # one that was not there yet has been built
        self._base = Assistant(opened.index, TakingTurns(opened.embedder), opened.generator, opened.settings)
        return self._base

    def base(self) -> Assistant:
        """The assistant of the index alone, opened if need be."""
        return self._base or self.open(lambda stage, done: None)

    def read_ahead(self) -> Iterator[None]:
        """Read the articles before anybody asks, see ``Assistant.read_ahead``; anew when the index is another one."""
        base = None
        while base is not self.base():
            base = self.base()
            for _ in base.read_ahead():
                yield
                if base is not self.base():
                    break

    def report_page(self) -> Path:
        """Where a report on the answers may lie: a hidden file, which is no article."""
        return self.folder / ".evaluation" / "report.html"

    def names(self) -> tuple[str, ...]:
        """The ``doc_id``s of the files."""
        files = (self.folder / PREFIX).glob("[!.]*")
        return tuple(sorted(f"{PREFIX}{path.name}" for path in files))

    def state(self) -> tuple[object, ...]:
        """The version of the index, and name, size and time of change of each file: whether anybody has changed any."""
        found: list[object] = [self._version_now()]
        for name in self.names():
            with suppress(FileNotFoundError):
                status = (self.folder / name).stat()
                found.append((name, status.st_size, status.st_mtime_ns))
        return tuple(found)

    def add(self, name: str, data: bytes) -> str:
        """Keep a file of this name, in place of one that there may be, and give back its ``doc_id``.

        Nothing is kept of a file that cannot be read. Raises UnreadableDocument with the reason, and InvalidInput for a
        name that cannot be used and when nothing can be written.
        """
        place = self._place(name)
        read_content(data, name, reading_limits(self._settings))
        aside = place.with_name(f".{token_hex(8)}")  # hidden: no article until it is whole
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            (self.folder / ".gitignore").write_text("*\n", encoding="ascii")
            aside.write_bytes(data)
            aside.replace(place)
        except OSError as error:
            with suppress(OSError):
                aside.unlink()
            raise InvalidInput(
                f"{name} cannot be kept in {self.folder}: {error.strerror}; put that right, and add it again."
            ) from error
        return f"{PREFIX}{name}"

    def remove(self, doc_id: str) -> None:
        """Delete the file of this name, and what the model made of it. Raises InvalidInput when there is none."""
        if doc_id not in self.names():
            raise InvalidInput(f"{doc_id!r} is no uploaded file; only those can be removed.")
        (self.folder / doc_id).unlink(missing_ok=True)
        forget(self._states)

    def joined(self, report: Report) -> Assistant:
        """An assistant that answers from the articles of the index and from these. Raises what an update raises."""
        from filelock import FileLock  # imports asyncio, which only writing needs

        base = self._base = self._renewed(self.base())
        if not self.names():
            forget(self._states)  # what was asked since the last one was removed
            return base
        with FileLock(self.folder / _TURN):  # of chats that share them one takes them in, the others find that done
            index = update(
                self._settings,
                base.embedder,
                lambda done, total: report(f"{done} of {total} sentences", done / total),
                lambda done, total: report(f"Reading file {done} of {total}", 0.0),
                states=self._states,
            )
        return Assistant(joined(base.index, index), base.embedder, base.generator, base.settings)

    def _version_now(self) -> str:
        """That of the index; the last one as long as there is none, or it cannot be told."""
        try:
            return self._origin.version()
        except RagError:
            return self._version

    def _renewed(self, base: Assistant) -> Assistant:
        found = self._version_now()
        if found == self._version:
            return base
        renewed = self._origin.renew(base)
        self._version = found
        return renewed

    def _place(self, name: str) -> Path:
        usable = name and name.isprintable() and len(name) <= _LONGEST_NAME and not set(name) & set('/\\:*?"<>|')
        if not usable or name.strip(". ") != name:
            raise InvalidInput(f"{name[:_LONGEST_NAME]!r} cannot be the name of a file here; rename it.")
        return self.folder / PREFIX / name


class TakingTurns:
    """An embedder for several threads: each waits until the one before is done."""

    def __init__(self, embedder: Embedder) -> None:
        self.name = embedder.name
        self.dimensions = embedder.dimensions
        self.max_tokens = embedder.max_tokens
        self._embedder = embedder
        self._turn = threading.Lock()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Word pieces that each text takes, special tokens included."""
        with self._turn:
            return self._embedder.count_tokens(texts)

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """``(n, dimensions)`` float32 rows of length 1, in the order of ``texts``."""
        with self._turn:
            return self._embedder.embed(texts)
