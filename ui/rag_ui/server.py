"""The web server around the page: health routes, and headers that keep everything on this machine."""

import re
from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import asdict
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag_ui.access import PasswordRequired, SameOrigin
from rag_ui.loading import Loader, Progress
from rag_ui.screening import DiscreetErrors, KnownHosts, UsedRoutes

LOOPBACK_HOSTS = ("127.0.0.1", "localhost")
"""The names of this machine for itself. A page without passwords may be asked for under these only.

Others are turned down, against DNS rebinding; a browser gives no password to a page of another name.
"""

NOBODY: Mapping[str, str] = MappingProxyType({})
"""The passwords of a page that asks for none."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_MAX_REQUEST = 1_000_000
"""Bytes of a request that is no upload: far more than the longest question, and the state of a page, need."""
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)


def create_server(loader: Loader, passwords: Mapping[str, str] = NOBODY, names: Collection[str] = ()) -> FastAPI:
    """A server with the health routes, to mount the page on; ``passwords`` by names are asked for if there are any.

    With passwords it is served under every address and name of this machine and under these ``names``, too.
    ``/healthz`` is 200 as soon as the server runs; ``/readyz`` is 503 while the models load, 200 when they
    are there and 500 when loading failed. Both tell the progress.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, max_body_size=_MAX_REQUEST)

    @app.get("/healthz")
    def healthz() -> dict[str, Any]:
        return asdict(loader.progress)

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        progress = loader.progress
        return JSONResponse(asdict(progress), status_code=_ready_status(progress))

    # The last one added is asked first.
    app.add_middleware(DiscreetErrors)
    app.add_middleware(UsedRoutes)
    app.add_middleware(SameOrigin)
    if passwords:
        app.add_middleware(PasswordRequired, passwords=passwords)
        app.add_middleware(KnownHosts, names=names)
    else:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(LOOPBACK_HOSTS))
    app.add_middleware(SecurityHeaders)
    return app


class SecurityHeaders:
    """ASGI middleware: security headers on every response, and on pages a policy that names their scripts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        await self._app(scope, receive, _SecuredSend(send) if scope["type"] == "http" else send)


class _SecuredSend:
    """Passes a response on with our headers; a page is held back until its scripts can be hashed."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._held: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(_HEADERS)
            if headers.get("content-type", "").startswith("text/html"):
                self._held = message
                return
        elif self._held is not None:
            self._body += message.get("body", b"")
            if message.get("more_body", False):
                return
            MutableHeaders(scope=self._held)["Content-Security-Policy"] = _content_policy(self._body)
            await self._send(self._held)
            self._held = None
            message = {"type": "http.response.body", "body": self._body}
        await self._send(message)


def _content_policy(page: bytes) -> str:
    """Everything from this server only; of inline scripts only those that ``page`` was sent with."""
    digests = {b64encode(sha256(script).digest()).decode() for script in _INLINE_SCRIPT.findall(page)}
    hashes = " ".join(f"'sha256-{digest}'" for digest in sorted(digests))
    return "; ".join(
        (
            "default-src 'self'",
            # Gradio compiles the templates of gr.HTML with new Function; none of ours holds any data.
            f"script-src 'self' 'unsafe-eval' {hashes}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _ready_status(progress: Progress) -> int:
    if progress.error:
        return 500
    return 200 if progress.ready else 503
