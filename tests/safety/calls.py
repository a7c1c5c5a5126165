"""Calls of a chat server that nobody should make: made up at random, by a number, so that each can be made again."""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlsplit

SECRET = "Wolfram Quimby resigned"
"""Stands in many of the calls: it must never stand in a log."""

_PATHS = (
    "/", "/config", "/theme.css", "/healthz", "/readyz", "/articles", "/uploads", "/uploads/a.txt", "/eval/progress",
    "/gradio_api/info", "/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/run/predict",
    "/gradio_api/call/ask", "/gradio_api/call/ask/none", "/gradio_api/component_server", "/gradio_api/cancel",
    "/gradio_api/heartbeat/x", "/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/gradio_api/proxy=http://a.test/",
    "/gradio_api/../../etc/passwd", "/%00", "/%ff%fe", "/uploads/..%2f..%2fx", "//", "/\u00e4", "/static/../../x",
)  # fmt: skip
_METHODS = ("GET", "POST", "POST", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW")
_TYPES = ("application/json",) * 6 + ("text/plain", "multipart/form-data", "application/x-www-form-urlencoded", "", "x")
_JUNK: tuple[Any, ...] = (
    None, True, -1, 0, 10**30, 1e308, "", SECRET, "\0", "\u202e", "x" * 5000, [], [[]], {}, {"a": SECRET},
    [SECRET] * 50, {"__type__": "update"}, {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}, "http://a.test/x",
)  # fmt: skip
_VALID: tuple[dict[str, Any], ...] = (
    {"data": [SECRET, None]},
    {"data": [SECRET, None, None], "fn_index": 0, "session_hash": "s"},
    {"data": [SECRET], "fn_index": 0, "session_hash": "s"},
    {"data": [None], "fn_index": 5, "session_hash": "s", "trigger_id": 9},
    {"data": [None], "fn_index": 12, "session_hash": "s", "event_data": {"number": 0, "verdict": "right"}},
    {"data": {"doc_id": SECRET, "cited": []}, "component_id": 12, "fn_name": "open_article", "session_hash": "s"},
    {"data": "0-1-a", "component_id": 12, "fn_name": "preview", "session_hash": "s"},
    {"session_hash": "s", "fn_index": 0, "event_id": "e"},
)


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as the bytes that are sent."""

    sent: bytes

    @classmethod
    def made_up(cls, number: int, host: str) -> "Call":
        """The call of this number: mostly JSON that is nearly right; some of it is no HTTP at all."""
        random = Random(number)
        if random.random() < 0.05:
            return cls(random.randbytes(random.randrange(1, 200)) + b"\r\n\r\n")
        path, method, kind = random.choice(_PATHS), random.choice(_METHODS), random.choice(_TYPES)
        body = _body(random)
        length = len(body) if random.random() < 0.9 else random.choice((0, 5 * len(body) + 1, -1))
        head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {kind}\r\n"
        return cls(f"{head}Content-Length: {length}\r\n\r\n".encode() + body)

    def status(self, host: str, seconds: float = 1.0) -> int:
        """The status of the answer; 0 when there is none, as for a request whose end never comes."""
        place = urlsplit(f"//{host}")
        with socket.create_connection((place.hostname or "", place.port or 0), timeout=seconds) as connection:
            try:
                connection.sendall(self.sent)
                first = connection.recv(64).split()
            except (TimeoutError, ConnectionError):
                return 0
        return int(first[1]) if len(first) > 1 and first[1].isdigit() else 0


def _body(random: Random) -> bytes:
    """JSON with some of its values replaced, left out or nested; at times cut off, or no JSON."""
    content = dict(random.choice(_VALID))
    for name in list(content):
        if random.random() < 0.3:
            content[name] = random.choice(_JUNK)
        elif random.random() < 0.1:
            del content[name]
    text = json.dumps(content)
    if random.random() < 0.05:
        text = "[" * 2000 + text
    if random.random() < 0.05:
        text = text.replace('"', '"\\ud800', 1)
    data = text.encode()
    if random.random() < 0.1:
        data = data[: random.randrange(len(data))]
    return random.randbytes(50) if random.random() < 0.05 else data


def statuses(host: str, numbers: range) -> Iterator[int]:
    """What the server answers to the calls of these numbers."""
    yield from (Call.made_up(number, host).status(host) for number in numbers)
