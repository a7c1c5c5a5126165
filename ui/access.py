"""Who may use the server: pages of this server only, and on request only people with a password."""

import binascii
import hmac
import time
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_OPEN_PATHS = ("/healthz", "/readyz")
_FREE_FAILURES = 5
_LONGEST_WAIT = 300.0  # seconds


class SameOrigin:
    """ASGI middleware: requests that change something are taken from pages of this server only.

    Programs, which name no origin, are not concerned: a browser always names it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] == "http" and scope["method"] not in _SAFE_METHODS:
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if origin is not None and urlsplit(origin).netloc != headers.get("host"):
                await PlainTextResponse("From another page.", 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)


@dataclass(slots=True)
class Throttle:
    """How long somebody who gave wrong passwords has to wait: twice as long with every one after the first five.

    >>> throttle = Throttle()
    >>> for _ in range(7):
    ...     throttle.failed("10.0.0.7", now=100.0)
    >>> throttle.wait("10.0.0.7", now=101.0), throttle.wait("10.0.0.8", now=101.0)
    (3.0, 0.0)
    """

    _failures: dict[str, int] = field(default_factory=dict)
    _until: dict[str, float] = field(default_factory=dict)

    def wait(self, who: str, now: float) -> float:
        """The seconds from ``now`` until they may try again."""
        return max(0.0, self._until.get(who, 0.0) - now)

    def failed(self, who: str, now: float) -> None:
        """They gave a wrong password."""
        count = self._failures[who] = self._failures.get(who, 0) + 1
        if count > _FREE_FAILURES:
            self._until[who] = now + min(2.0 ** (count - _FREE_FAILURES), _LONGEST_WAIT)

    def succeeded(self, who: str) -> None:
        """They gave the right one: what was before is forgotten."""
        self._failures.pop(who, None)
        self._until.pop(who, None)


class PasswordRequired:
    """ASGI middleware: HTTP Basic authentication, throttled for each address; health routes stay open."""

    def __init__(self, app: ASGIApp, passwords: Mapping[str, str]) -> None:
        self._app = app
        self._passwords = passwords
        self._throttle = Throttle()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] == "websocket":
            return  # none is used here, and none is let in
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        """What to answer in place of the app; None for those who may come in."""
        who, now = (scope.get("client") or ("",))[0], time.monotonic()
        given = Headers(scope=scope).get("authorization", "")
        if scope["path"] in _OPEN_PATHS:
            return None
        if seconds := self._throttle.wait(who, now):
            headers = {"Retry-After": str(int(seconds) + 1)}
            return PlainTextResponse("Too many wrong passwords; wait a little.", 429, headers)
        if self._is_right(given):
            self._throttle.succeeded(who)
            return None
        if given:
            self._throttle.failed(who, now)
        headers = {"WWW-Authenticate": 'Basic realm="Ask the articles", charset="UTF-8"'}
        return PlainTextResponse("Name and password, please.", 401, headers)

    def _is_right(self, given: str) -> bool:
        scheme, _, encoded = given.partition(" ")
        try:
            name, _, password = b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        # Compared whether or not there is such a name, so that the time tells nothing.
        wanted = self._passwords.get(name)
        same = hmac.compare_digest(password.encode(), (wanted or "").encode())
        return scheme.lower() == "basic" and wanted is not None and same
