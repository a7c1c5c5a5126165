"""Opens the assistant in the background, so that the page is there at once and can say how far it is."""

import logging
import threading
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

from rag.errors import RagError
from rag.types import Answer, Document, Passage, ScoredPassage, Turn
from rag_ui.screening import told_discreetly

_log = logging.getLogger(__name__)

Report: TypeAlias = Callable[[str, float], None]
"""Told the stage in words and the fraction done, in [0, 1]."""


class Articles(Protocol):
    """What the page needs of an index; ``rag.index.Index`` is one."""

    @property
    def documents(self) -> Mapping[str, Document]:
        """The indexed articles by ``doc_id``."""
        ...

    @property
    def passages(self) -> Sequence[Passage]:
        """The passages of all articles."""
        ...


class Assistant(Protocol):
    """What the page needs of an assistant; ``rag.Assistant`` is one."""

    @property
    def index(self) -> Articles:
        """What it answers from."""
        ...

    def retrieve(self, question: str, k: int = 10) -> tuple[ScoredPassage, ...]:
        """The ``k`` best passages, best first."""
        ...

    def stream(
        self, question: str, history: Sequence[Turn] = (), sources: Collection[str] | None = None
    ) -> Generator[Answer, None, None]:
        """Growing answers, at least one a second, from these ``doc_id``s only if any are given.

        Closing the generator stops the model.
        """
        ...


OpenAssistant: TypeAlias = Callable[[Report], Assistant]
Turns: TypeAlias = AbstractContextManager[Any]
"""Held while something is asked; whoever comes too late waits."""
Watched: TypeAlias = Callable[[Assistant], Assistant]
"""Makes of an assistant one of which somebody hears what it is asked, and how that ends."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far loading is: ``fraction`` in [0, 1]; ``error`` is one line, and empty unless loading failed.

    ``changes`` counts how often the articles have changed since.
    """

    stage: str
    fraction: float
    ready: bool = False
    error: str = ""
    changes: int = 0


class Loader:
    """An assistant that is being opened in a thread of its own. Made by ``start``.

    What it gives out is ``watched``. Whoever asks holds a ``turn``; there are as many as questions may be answered at
    the same time.
    """

    def __init__(
        self, outcome: Future[Assistant], turns: int = 1, watched: Watched = lambda assistant: assistant
    ) -> None:
        self._replacement: Assistant | None = None
        self._changes = 0
        self.turn = threading.BoundedSemaphore(turns)
        self._turns = turns
        self._watched = watched
        self._outcome = outcome
        self._progress = Progress("Starting", 0.0)

    @classmethod
    def start(
        cls, open_assistant: OpenAssistant, turns: int = 1, watched: Watched = lambda assistant: assistant
    ) -> "Loader":
        """Calls ``open_assistant`` in a background thread, which does not keep the process alive."""
        loader = cls(Future(), turns, watched)
        threading.Thread(target=loader._run, args=(open_assistant,), name="loader", daemon=True).start()
        return loader

    @property
    def progress(self) -> Progress:
        """Where loading stands now."""
        return replace(self._progress, changes=self._changes)

    def opened(self) -> Assistant:
        """The assistant as it was opened; waits for it. Raises what loading raised."""
        return self._outcome.result()

    def assistant(self, timeout: float) -> Assistant | None:
        """The assistant, or None if it still loads after ``timeout`` seconds. Raises what loading raised."""
        finished, _ = wait([self._outcome], timeout)
        return self._watched(self._replacement or self._outcome.result()) if finished else None

    def replace(self, assistant: Assistant) -> None:
        """From now on give out this one, which has other articles, in place of what was opened."""
        self._replacement = assistant
        self._changes += 1

    def is_idle(self) -> bool:
        """Whether nobody asks anything now."""
        free = 0
        while self.turn.acquire(blocking=False):
            free += 1
        for _ in range(free):
            self.turn.release()
        return free == self._turns

    def ready(self) -> Assistant | None:
        """The assistant, or None while it still loads and when that has failed."""
        return self.assistant(timeout=0) if self._progress.ready else None

    def _report(self, stage: str, fraction: float) -> None:
        self._progress = Progress(stage, min(max(fraction, 0.0), 1.0))

    def _run(self, open_assistant: OpenAssistant) -> None:
        try:
            assistant = open_assistant(self._report)
        except Exception as error:
            self._progress = replace(self._progress, error=log_failure("The assistant did not open.", error))
            self._outcome.set_exception(error)
        else:
            self._outcome.set_result(assistant)
            self._progress = Progress("Ready", 1.0, ready=True)


def log_failure(what: str, error: Exception) -> str:
    """Logs the error and returns the line that a reader is told: our own by their words, others with type."""
    text = " ".join(str(error).split())
    if isinstance(error, RagError):
        _log.debug(what, exc_info=error)
        return text
    _log.error("%s %s", what, told_discreetly(error))
    _log.debug(what, exc_info=error)
    return f"Unexpected {type(error).__name__}: {text}"
