"""Starts the chat page: ``create_app`` builds the web app, ``serve`` runs it on this machine."""

import socket
import threading
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path

from fastapi import FastAPI

from rag.errors import InvalidInput
from ui.loading import Loader, OpenAssistant
from ui.server import LOOPBACK_HOSTS, create_server

_SHUTDOWN_SECONDS = 2
"""How long open pages may keep the server from ending; each holds a connection that never ends by itself."""


def create_app(open_assistant: OpenAssistant, examples: Sequence[str], review_file: Path) -> FastAPI:
    """The web app of the chat page. The assistant is opened in the background, from now on.

    ``open_assistant`` is called with a function to report ``(stage, fraction)`` to, ``fraction`` in [0, 1];
    ``examples`` are the questions offered on the empty page; what readers say of the answers goes to ``review_file``.
    """
    loader = Loader.start(open_assistant)
    # Gradio takes seconds to import; the assistant loads meanwhile.
    from ui.page import mount_page

    return mount_page(create_server(loader), loader, examples, review_file)


def serve(
    open_assistant: OpenAssistant,
    examples: Sequence[str],
    review_file: Path,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = True,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serves the chat page until it is interrupted; see ``create_app``.

    ``announce`` is told the page's address as soon as it can be opened. Raises InvalidInput when ``host`` is
    not this machine or ``port`` cannot be had.
    """
    import uvicorn  # late: only a server needs it

    with _listen(host, port) as listener:
        app = create_app(open_assistant, examples, review_file)
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


def _listen(host: str, port: int) -> socket.socket:
    if host not in LOOPBACK_HOSTS:
        expected = " or ".join(LOOPBACK_HOSTS)
        raise InvalidInput(f"The chat is for this machine only: found host {host!r}, expected {expected}.")
    try:
        return socket.create_server((host, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidInput(f"Port {port} cannot be used ({reason}): free it or choose another.") from error
