"""A small HTTP server in a thread that speaks as an OpenAI-compatible server does, and misbehaves as it is told to."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

Json: TypeAlias = Any
Tokens: TypeAlias = Sequence[tuple[str, float]]
"""Tokens with their log-probabilities."""

MODEL = "tiny"


@dataclass(frozen=True)
class Reply:
    """What is sent back: JSON, or events one by one; ``cut`` drops the connection after them."""

    status: int = 200
    body: Json = None
    events: Sequence[Json | str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    hold: threading.Event | None = None
    """Waited for before anything is sent."""


Answering: TypeAlias = Callable[[str, Json], Reply]
"""Called with the path and the body of a request."""


@dataclass
class FakeServer:
    """``answers`` replies to all requests, which are kept in ``asked``."""

    answers: Answering
    asked: list[tuple[str, Json, str]] = field(default_factory=list)
    address: str = ""

    def bodies(self, path: str) -> list[Json]:
        """The bodies that were sent to a path."""
        return [body for where, body, _ in self.asked if where == path]


def logprobs_of(tokens: Tokens, top: Mapping[str, float] | None = None) -> Json:
    """The log-probabilities as a server writes them; ``top`` are those of the likeliest at each place."""
    others = [{"token": token, "logprob": value} for token, value in (top or {}).items()]
    return {"content": [{"token": token, "logprob": value, "top_logprobs": others} for token, value in tokens]}


def completion(text: str, tokens: Tokens | None = None, top: Mapping[str, float] | None = None) -> Reply:
    """A whole chat completion."""
    logprobs = None if tokens is None else logprobs_of(tokens, top)
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "logprobs": logprobs}
    return Reply(body={"choices": [choice | {"finish_reason": "stop"}]})


def events_of(tokens: Tokens, logprobs: bool = True) -> list[Json | str]:
    """The events of a chat completion of these tokens."""
    told = [
        {"choices": [{"delta": {"content": token}, "logprobs": logprobs_of([(token, value)]) if logprobs else None}]}
        for token, value in tokens
    ]
    return [
        {"choices": [{"delta": {"role": "assistant"}}]},
        *told,
        {"choices": [{"delta": {}, "finish_reason": "stop"}]},
        "[DONE]",
    ]


def _handler_of(fake: FakeServer) -> type[BaseHTTPRequestHandler]:
    """Sends what ``fake`` replies."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._reply(None)

        def do_POST(self) -> None:
            self._reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def log_message(self, format: str, *args: Any) -> None: ...

        def _reply(self, body: Json) -> None:
            fake.asked.append((self.path, body, self.headers.get("Authorization", "")))
            reply = fake.answers(self.path, body)
            if reply.hold is not None:
                reply.hold.wait()
            with suppress(OSError):
                self._send(reply)

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.events is None:
                content = reply.body.encode() if isinstance(reply.body, str) else json.dumps(reply.body).encode()
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            else:
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                for event in reply.events:
                    line = event if isinstance(event, str) else json.dumps(event)
                    self.wfile.write(f": ping\ndata: {line}\n\n".encode())
            self.close_connection = reply.cut or reply.events is not None

    return Handler


@contextmanager
def serving(answers: Answering) -> Iterator[FakeServer]:
    """A server on loopback for as long as the context lasts."""
    fake = FakeServer(answers)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(fake))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    fake.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
