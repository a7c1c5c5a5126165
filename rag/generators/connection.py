"""Requests to an OpenAI-compatible server, over HTTP: repeated while it is busy, and given up with a reason.

What is asked and answered stands in no error and in no log: only the address, the status and what to do.
"""

import asyncio
import json
import random
import ssl
import threading
import weakref
from collections.abc import Awaitable, Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from rag.errors import InvalidInput, PromptTooLong, ServerFailed

Json: TypeAlias = Any
"""What a server replies, as JSON has it."""

_PAUSE = 0.5  # seconds without a word, after which a consumer regains control
_CONNECTING = 5.0  # seconds
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0  # seconds between two tries; the wait doubles
_BUSY = frozenset({429, 500, 502, 503, 504})
_TOO_LONG = ("context_length", "context length", "context size", "context window", "maximum model length")
_QUOTED = 200  # characters of what a server says of an address or a model that it does not have
_END = object()

_Put: TypeAlias = Callable[[Json], None]
_Receive: TypeAlias = Callable[[httpx.Response, _Put], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Access:
    """How a server is reached: its address as in ``http://host:8000/v1``, a key if it wants one, and our patience.

    ``silence`` are the seconds that it may say nothing, ``tries`` how often it is asked at most when it is not there or
    busy.
    """

    address: str
    key: SecretStr
    silence: float
    tries: int

    @classmethod
    def checked(cls, address: str, key: SecretStr, silence: float, tries: int) -> "Access":
        """An access whose address can be shown to anybody. Raises InvalidInput."""
        try:
            parts = urlsplit(address)
            parts.port  # noqa: B018 - raises for one that is no number
        except ValueError:
            parts = urlsplit("")
        if not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
            raise InvalidInput(
                "The address of a server (RAG_GENERATOR) is as in http://host:8000/v1, without name and password: "
                "a key belongs into RAG_SERVER_KEY."
            )
        return cls(address.rstrip("/"), key, silence, tries)


class Connection:
    """Requests to one server, from any number of threads. Closing an iterator ends its request at once."""

    def __init__(self, access: Access) -> None:
        key = access.key.get_secret_value()
        self.access = access
        self._root = access.address.removesuffix("/v1")
        self._loop = asyncio.new_event_loop()
        self._client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(access.silence, connect=_CONNECTING, pool=None),
            limits=httpx.Limits(max_connections=None),
            verify=ssl.create_default_context(),
            trust_env=False,  # a proxy that somebody set up for the web is not to read articles and keys
        )
        threading.Thread(target=self._loop.run_forever, name="generation server", daemon=True).start()
        weakref.finalize(self, _close, self._loop, self._client).atexit = False

    def get(self, path: str) -> Json:
        """The JSON at an address below the server's. Raises ServerFailed."""
        return self._last(lambda put: self._reply("GET", path, None, put))

    def post(self, path: str, body: Json) -> Json:
        """The JSON that is replied to ``body``. Raises ServerFailed and PromptTooLong."""
        return self._last(lambda put: self._reply("POST", path, body, put))

    def waiting(self, path: str, body: Json) -> Generator[Json, None, None]:
        """None at least once a second, at last the JSON that is replied to ``body``."""
        return self._items(lambda put: self._reply("POST", path, body, put))

    def stream(self, path: str, body: Json) -> Generator[Json, None, None]:
        """The events that are replied to ``body`` as they come, and None when none came for a while."""
        return self._items(lambda put: self._events(path, body, put))

    def _last(self, work: Callable[[_Put], Awaitable[None]]) -> Json:
        *_, reply = self._items(work)
        return reply

    def _items(self, work: Callable[[_Put], Awaitable[None]]) -> Generator[Json, None, None]:
        """What ``work`` puts while it runs in the thread of all requests, and None whenever that takes long."""
        queue: SimpleQueue[Json] = SimpleQueue()

        async def working() -> None:
            await work(queue.put)

        task = asyncio.run_coroutine_threadsafe(working(), self._loop)
        task.add_done_callback(lambda _: queue.put(_END))
        try:
            while True:
                try:
                    item = queue.get(timeout=_PAUSE)
                except Empty:
                    item = None
                if item is _END:
                    break
                yield item
            task.result()
        finally:
            task.cancel()

    async def _reply(self, method: str, path: str, body: Json, put: _Put) -> None:
        async def receive(response: httpx.Response, put: _Put) -> None:
            try:
                put(json.loads(await response.aread()))
            except ValueError as error:
                raise self._garbled() from error

        await self._patiently(method, path, body, receive, put)

    async def _events(self, path: str, body: Json, put: _Put) -> None:
        async def receive(response: httpx.Response, put: _Put) -> None:
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                raise self._garbled()
            finished = False
            async for line in response.aiter_lines():
                data = line.removeprefix("data:").strip() if line.startswith("data:") else ""
                if data == "[DONE]":
                    finished = True
                elif data:
                    event = self._event(data)
                    finished = finished or any(choice.get("finish_reason") for choice in event["choices"])
                    put(event)
            if not finished:
                raise httpx.RemoteProtocolError("it ended too early")

        await self._patiently("POST", path, body, receive, put)

    def _event(self, data: str) -> Json:
        """One event of a chat completion. Raises ServerFailed."""
        try:
            event = json.loads(data)
            failed, known = "error" in event, all(isinstance(choice, dict) for choice in event.get("choices", (0,)))
        except (ValueError, TypeError, AttributeError) as error:
            raise self._garbled() from error
        if failed:
            raise self._gone()
        if not known:
            raise self._garbled()
        return event

    async def _patiently(self, method: str, path: str, body: Json, receive: _Receive, put: _Put) -> None:
        """One exchange. As long as the server has said nothing of its answer, it is tried again after longer waits."""
        heard = False

        def hear(item: Json) -> None:
            nonlocal heard
            heard = True
            put(item)

        for attempt in range(1, self.access.tries + 1):
            wait = 0.0
            try:
                async with self._client.stream(method, self._url(path), json=body) as response:
                    if response.status_code not in _BUSY or attempt == self.access.tries:
                        await self._check(response, body)
                        return await receive(response, hear)
                    wait = _retry_after(response)
            except httpx.TransportError as error:
                if heard:
                    raise self._gone() from error
                if isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout):
                    raise self._silent() from error
                if attempt == self.access.tries:
                    raise self._unreachable(error) from error
            # Not to the second, so that those who were turned down together do not come back together.
            longer = _FIRST_WAIT * 2 ** (attempt - 1) * random.uniform(0.5, 1.0)
            await asyncio.sleep(min(max(wait, longer), _LONGEST_WAIT))

    async def _check(self, response: httpx.Response, body: Json) -> None:
        """Raises what a status says; its body is read for what it says of a model or of a prompt's length."""
        status = response.status_code
        if status == httpx.codes.OK:
            return
        said = " ".join((await response.aread()).decode(errors="replace").split())
        if status in (401, 403):
            found = "is not the one it wants" if self.access.key else "is missing"
            raise self._failed(f"lets nobody in without a key, and ours {found} ({status}): set RAG_SERVER_KEY")
        if status == 404:
            wanted = f" {body['model']!r}" if isinstance(body, dict) and "model" in body else ""
            raise self._failed(
                f"has no model{wanted} or nothing at {response.url.path} (404: {said[:_QUOTED]}): correct "
                "RAG_GENERATOR or RAG_SERVER_MODEL"
            )
        if any(words in said.lower() for words in _TOO_LONG):
            raise PromptTooLong(
                f"The server of the language model at {self.access.address} has no room for so long a prompt: "
                "lower RAG_CONTEXT_TOKENS to what it was started with."
            )
        if status == 429:
            raise self._failed(f"is busy (429, asked {self.access.tries} times); ask again later")
        if status in _BUSY:
            raise self._failed(f"fails (status {status}, asked {self.access.tries} times); its own log tells why")
        raise self._failed(f"does not take our request (status {status}); its own log tells why")

    def _unreachable(self, error: httpx.TransportError) -> ServerFailed:
        reason = str(error) or type(error).__name__
        return self._failed(f"does not answer ({reason}): start it, or correct RAG_GENERATOR")

    def _silent(self) -> ServerFailed:
        seconds = f"{self.access.silence:g} seconds (RAG_SERVER_SECONDS)"
        return self._failed(f"has been silent for {seconds}; ask again, or let it answer fewer at a time")

    def _garbled(self) -> ServerFailed:
        return self._failed("replies something else than an OpenAI-compatible server does; correct RAG_GENERATOR")

    def _gone(self) -> ServerFailed:
        return self._failed("ended in the middle of an answer; ask again")

    def _failed(self, what: str) -> ServerFailed:
        return ServerFailed(f"The server of the language model at {self.access.address} {what}.")

    def _url(self, path: str) -> str:
        """Below the address of the API; a path that begins with a slash is below the server itself."""
        return f"{self._root}{path}" if path.startswith("/") else f"{self.access.address}/{path}"


def _retry_after(response: httpx.Response) -> float:
    """The seconds that a busy server asks to wait, 0 when it names none."""
    with suppress(ValueError):
        return float(response.headers.get("retry-after", 0))
    return 0.0


def _close(loop: asyncio.AbstractEventLoop, client: httpx.AsyncClient) -> None:
    asyncio.run_coroutine_threadsafe(client.aclose(), loop).add_done_callback(
        lambda _: loop.call_soon_threadsafe(loop.stop)
    )
