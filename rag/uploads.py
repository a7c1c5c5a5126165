"""A reader's own articles: in a folder of their own beside an index, and searched together with it.

The folder holds them below ``uploads/``, which their names therefore begin with, and their own index, which is kept up
to date like any other; the index beside it is never written.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Self

from rag.assistant import Assistant, Report
from rag.backends import Embedder
from rag.corpus.formats import read_content
from rag.errors import InvalidInput
from rag.joining import joined
from rag.settings import Settings
from rag.states import STATES, forget
from rag.types import FloatArray
from rag.updating import reading_limits, update

PREFIX = "uploads/"
"""What the names of uploaded articles begin with."""
_INDEX = ".index"  # hidden: no article
_TURN = ".turn"  # a lock
_LONGEST_NAME = 150  # characters


class Uploads:
    """The files in a folder of their own, and the assistant that they are joined to. Made by ``beside``.

    ``max_bytes`` is the most that one of them may have.
    """

    def __init__(
        self, folder: Path, settings: Settings, open_base: Callable[[Report], Assistant], states: Path | None = None
    ) -> None:
        self.folder = folder
        self._states = states or settings.index_dir / STATES
        self.max_bytes = reading_limits(settings).file_bytes
        self._settings = settings.model_copy(
            update={"documents_dir": folder, "documents_url": "", "index_dir": folder / _INDEX, "exclude": ()}
        )
        self._open_base = open_base
        self._base: Assistant | None = None

    @classmethod
    def beside(cls, index_dir: Path | None, settings: Settings) -> Self:
        """Those that belong to an index, by default the settings'; the folder is called like it, and ``-uploads``."""
        place = (index_dir or settings.index_dir).expanduser().resolve()
        folder = place.with_name(f"{place.name}-uploads")
        return cls(folder, settings, lambda report: Assistant.open(index_dir, settings, report), place / STATES)

    def open(self, report: Report) -> Assistant:
        """The assistant of the index alone; its embedder may be used while it answers. See ``Assistant.open``."""
        opened = self._open_base(report)
        self._base = Assistant(opened.index, TakingTurns(opened.embedder), opened.generator, opened.settings)
        return self._base

    def base(self) -> Assistant:
        """The assistant of the index alone, opened if need be."""
        return self._base or self.open(lambda stage, done: None)

    def report_page(self) -> Path:
        """Where a report on the answers may lie: a hidden file, which is no article."""
        return self.folder / ".evaluation" / "report.html"

    def names(self) -> tuple[str, ...]:
        """The ``doc_id``s of the files."""
        files = (self.folder / PREFIX).glob("[!.]*")
        return tuple(sorted(f"{PREFIX}{path.name}" for path in files))

    def state(self) -> tuple[tuple[str, int, int], ...]:
        """Name, size and time of change of each file: whether another chat, which shares them, has changed any."""
        found = []
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

        base = self.base()
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
