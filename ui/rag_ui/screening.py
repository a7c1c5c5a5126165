"""Which requests reach the page at all: under which name, to which part of Gradio; and what is told when one fails."""

import logging
import re
import traceback
from collections.abc import Collection
from ipaddress import ip_address
from pathlib import Path
from socket import gethostname
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)

_API = "/gradio_api/"
_USED = re.compile(
    r"(?:info|app_id|startup-events|openapi\.json|cancel|queue/join|queue/data|run/predict|component_server"
    r"|heartbeat/[^/]*|call/.*|mcp(?:/.*)?)/?"
)


class KnownHosts:
    """ASGI middleware: requests are taken under an address of this machine or one of its names, against DNS rebinding.

    A machine called ``desk`` is also known as ``desk.local`` and ``desk.example.org``; ``names`` are further ones, such
    as that of a server in front.
    """

    def __init__(self, app: ASGIApp, names: Collection[str] = ()) -> None:
        self._app = app
        self._names = {"localhost", *(name.lower() for name in names)}
        self._machine = gethostname().partition(".")[0].lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] == "http" and not self._is_ours(Headers(scope=scope).get("host", "")):
            await PlainTextResponse("This page has another name.", 400)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_ours(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        return name in self._names or name.partition(".")[0] == self._machine or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


class UsedRoutes:
    """ASGI middleware: of Gradio's API only what the page and programs need.

    The rest would keep any file that is sent, give files out, or fetch from elsewhere; it is not found here.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        path = scope.get("path", "")
        if path.startswith(_API) and not _USED.fullmatch(path, len(_API)):
            await PlainTextResponse("Not found.", 404)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class DiscreetErrors:
    """ASGI middleware: of a failure the log gets its type and place only.

    Its message may hold what was sent: a question, or the words of an article.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except HTTPException:
            raise  # an answer, which a layer further out gives
        except Exception as error:
            _log.error("A request failed: %s", told_discreetly(error))
            if not begun:
                await JSONResponse({"error": "The request could not be understood."}, 500)(scope, receive, send)


def told_discreetly(error: BaseException) -> str:
    """An error's type, and the line of code that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
