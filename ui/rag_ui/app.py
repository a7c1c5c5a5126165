"""Starts the chat page: ``create_app`` builds the web app of a ``Chat``, ``serve`` runs it."""

import errno
import socket
import threading
import webbrowser
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI

from rag.errors import InvalidInput
from rag_ui.ahead import ReadAhead, read_ahead
from rag_ui.library import Library, Uploads
from rag_ui.loading import Loader, OpenAssistant
from rag_ui.logs import QuestionLog, configure
from rag_ui.metrics import Metrics, add_metrics
from rag_ui.routes import add_library
from rag_ui.server import LOOPBACK_HOSTS, create_server
from rag_ui.serving import Serving
from rag_ui.sessions import Conversations
from rag_ui.suggestions import Suggestions
from rag_ui.telemetry import Observed, Observer
from rag_ui.trial import Examination, Trial, add_trial

_SHUTDOWN_SECONDS = 2
"""How long open pages may keep the server from ending; each holds a connection that never ends by itself."""


@dataclass(frozen=True, slots=True)
class Chat:
    """What a chat is made of.

    ``open_assistant`` is called with a function to report ``(stage, fraction)`` to, ``fraction`` in [0, 1];
    ``examples`` are the questions offered on the empty page, without any some are made from the articles; what readers
    say of the answers goes to ``review_file``.
    ``uploads`` are the reader's own articles; without them nothing can be uploaded. ``passwords``, by names, are asked
    for if there are any. With them the page is also reached under these ``names``.
    ``mcp`` offers the answers to language models, too. ``examination`` is what
    the page ``/eval`` runs. ``serving`` is how it serves many readers. ``reading`` goes on while nobody asks.
    """

    open_assistant: OpenAssistant
    examples: Sequence[str]
    review_file: Path
    uploads: Uploads | None = None
    passwords: Mapping[str, str] = field(default_factory=dict)
    mcp: bool = False
    examination: Examination | None = None
    names: Collection[str] = ()
    serving: Serving = field(default_factory=Serving)
    reading: ReadAhead | None = None


def create_app(chat: Chat) -> FastAPI:
    """The web app of the chat page. The assistant is opened in the background, from now on.

    Raises InvalidInput when answers are to be offered to language models and the package for that is missing.
    """
    if chat.mcp and find_spec("mcp") is None:
        raise InvalidInput("--mcp needs one more package: pip install 'gradio[mcp]'.")
    metrics = Metrics.create()
    observers: list[Observer] = [QuestionLog(chat.serving.log_questions)]
    if metrics is not None:
        observers.append(metrics)
    loader = Loader.start(chat.open_assistant, chat.serving.at_once, lambda assistant: Observed(assistant, observers))
    if chat.reading is not None:
        read_ahead(loader, chat.reading)
    library = Library.of(loader, chat.uploads)
    server = create_server(loader, chat.passwords, chat.names)
    add_library(server, library)
    add_metrics(server, metrics)
    if chat.examination is not None:
        add_trial(server, Trial(chat.examination, loader.turn))
    # Gradio takes seconds to import; the assistant loads meanwhile.
    from rag_ui.events import Behind
    from rag_ui.page import mount_page

    evaluated = chat.examination is not None
    suggestions = Suggestions(loader, chat.examples)
    page = Behind(
        loader, suggestions, Conversations(chat.serving.conversations_dir), chat.review_file, chat.serving.at_once
    )
    waiting = mount_page(server, page, evaluated=evaluated, mcp=chat.mcp)
    if metrics is not None:
        metrics.watch(waiting, lambda: loader.progress.ready)
    return server


def serve(
    chat: Chat,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = True,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serves the chat page until it is interrupted.

    ``announce`` is told the page's address as soon as it can be opened. Raises InvalidInput when ``host`` is
    another one than this machine and nobody has a password, or ``port`` cannot be had.
    """
    import uvicorn  # late: only a server needs it

    configure(chat.serving)
    with _listen(host, port, guarded=bool(chat.passwords)) as listener:
        app = create_app(chat)
        url = f"http://{host}:{listener.getsockname()[1]}"
        if announce is not None:
            announce(url)
        if open_browser:
            # A terminal browser would block until it is quit.
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=_SHUTDOWN_SECONDS)
        try:
            uvicorn.Server(config).run(sockets=[listener])
        except KeyboardInterrupt:
            return  # the usual end: Ctrl-C


def _listen(host: str, port: int, guarded: bool) -> socket.socket:
    if host not in LOOPBACK_HOSTS and not guarded:
        expected = " or ".join(LOOPBACK_HOSTS)
        raise InvalidInput(
            f"Everybody who reaches {host!r} could read the articles: expected {expected}, or a password (--auth)."
        )
    try:
        return socket.create_server((host, port))
    except (OSError, OverflowError) as error:
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            raise InvalidInput(
                f"Port {port} of {host} is in use, perhaps by a chat that is open already. "
                f"Another one: rag chat --port {port + 1}"
            ) from error
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidInput(f"Port {port} of {host} cannot be used ({reason}): free it or choose another.") from error
