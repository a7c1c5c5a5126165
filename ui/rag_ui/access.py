"""Who may use the server: pages of this server only, and on request only people with a password."""

import binascii
import hmac
import time
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

_OPEN_PATHS = ("/healthz", "/readyz")
_FREE_FAILURES = 5
_LONGEST_WAIT = 300.0  # seconds
_REMEMBERED = 10_000  # addresses, or names; those that failed longest ago are forgotten
_TELLING = 100  # characters of a name by which it is remembered
_NETWORK_OF_ONE = 64  # bits of an IPv6 address that one household shares


class SameOrigin:
    """ASGI middleware: requests that name the page they come from are taken from pages of this server only.

    A browser names it whenever a page wants to change something here, or to read from another server; programs do not.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        headers = Headers(scope=scope) if scope["type"] == "http" else {}
        origin = headers.get("origin")
        if origin is not None and _place(origin) != headers.get("host"):
            await PlainTextResponse("From another page.", 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _place(origin: str) -> str:
    """Host and port of an origin; empty when it is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


@dataclass(slots=True)
class Throttle:
    """How long after wrong passwords one has to wait: twice as long with every one after the first ``free`` ones.

    >>> throttle = Throttle()
    >>> for _ in range(7):
    ...     throttle.failed("10.0.0.7", now=100.0)
    >>> throttle.wait("10.0.0.7", now=101.0), throttle.wait("10.0.0.8", now=101.0)
    (3.0, 0.0)
    """

    free: int = _FREE_FAILURES
    _failures: OrderedDict[str, tuple[int, float]] = field(default_factory=OrderedDict)

    def wait(self, who: str, now: float) -> float:
        """The seconds from ``now`` until they may try again."""
        _, until = self._failures.get(who[:_TELLING], (0, 0.0))
        return max(0.0, until - now)

    def failed(self, who: str, now: float) -> None:
        """They gave a wrong password."""
        who = who[:_TELLING]
        count = self._failures.get(who, (0, 0.0))[0] + 1
        seconds = 2.0 ** min(count - self.free, 10) if count > self.free else 0.0
        self._failures[who] = count, now + min(seconds, _LONGEST_WAIT)
        self._failures.move_to_end(who)
        while len(self._failures) > _REMEMBERED:
            self._failures.popitem(last=False)

    def succeeded(self, who: str) -> None:
        """They gave the right one: what was before is forgotten."""
        self._failures.pop(who[:_TELLING], None)


class PasswordRequired:
    """ASGI middleware: HTTP Basic authentication, throttled by address and by name; health routes stay open.

    The throttle of a name does not concern an address from which that name was let in before: guessing at a name from
    many addresses is slow, and does not lock its owner out.
    """

    def __init__(self, app: ASGIApp, passwords: Mapping[str, str]) -> None:
        self._app = app
        self._passwords = passwords
        self._addresses = Throttle()
        self._names = Throttle(free=2 * _FREE_FAILURES)
        self._at_home: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] == "websocket":
            return  # none is used here, and none is let in
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        """What to answer in place of the app; None for those who may come in."""
        if scope["path"] in _OPEN_PATHS:
            return None
        now, address = time.monotonic(), _address(scope)
        given = Headers(scope=scope).get("authorization", "")
        name, password = _credentials(given)
        strange = name != "" and (name, address) not in self._at_home
        seconds = max(self._addresses.wait(address, now), self._names.wait(name, now) if strange else 0.0)
        if seconds:
            headers = {"Retry-After": str(int(seconds) + 1)}
            return PlainTextResponse("Too many wrong passwords; wait a little.", 429, headers)
        if self._is_right(name, password):
            self._let_in(name, address)
            return None
        if given:
            self._addresses.failed(address, now)
            if strange:
                self._names.failed(name, now)
        headers = {"WWW-Authenticate": 'Basic realm="Ask the articles", charset="UTF-8"'}
        return PlainTextResponse("Name and password, please.", 401, headers)

    def _let_in(self, name: str, address: str) -> None:
        """Guesses at the name from elsewhere still count: only those of this address are forgotten."""
        self._addresses.succeeded(address)
        self._at_home[name, address] = None
        self._at_home.move_to_end((name, address))
        while len(self._at_home) > _REMEMBERED:
            self._at_home.popitem(last=False)

    def _is_right(self, name: str, password: str) -> bool:
        # Compared whether or not there is such a name, so that the time tells nothing.
        wanted = self._passwords.get(name)
        same = hmac.compare_digest(password.encode(), (wanted or "").encode())
        return wanted is not None and same


def _credentials(given: str) -> tuple[str, str]:
    """Name and password of an Authorization header; both are empty when it holds none."""
    scheme, _, encoded = given.partition(" ")
    try:
        name, _, password = b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return (name, password) if scheme.lower() == "basic" else ("", "")


def _address(scope: Scope) -> str:
    """Where a request comes from; of IPv6 the network, in which one has addresses without number."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    return address.ipv4_mapped.compressed if address.ipv4_mapped else str(ip_network((address, _NETWORK_OF_ONE), False))
