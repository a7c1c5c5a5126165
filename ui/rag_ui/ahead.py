"""Reads ahead while nobody asks, so that the first questions are answered as fast as later ones."""

import threading
from collections.abc import Callable, Iterator
from typing import TypeAlias

from rag_ui.loading import Loader, log_failure

_PAUSE_SECONDS = 0.5  # between two looks whether a question is being answered

ReadAhead: TypeAlias = Callable[[], Iterator[None]]
"""Reads one passage for each item, in about a second."""


def read_ahead(loader: Loader, reading: ReadAhead) -> threading.Thread:
    """Read in a background thread once the assistant is open; while something is asked, it waits."""
    thread = threading.Thread(target=_read, args=(loader, reading), name="reading ahead", daemon=True)
    thread.start()
    return thread


def _read(loader: Loader, reading: ReadAhead) -> None:
    try:
        loader.opened()
        for _ in reading():
            while not loader.is_idle():
                threading.Event().wait(_PAUSE_SECONDS)
    except Exception as error:  # whoever asks is told the reason, if it is still there
        log_failure("Nothing more is read ahead.", error)
