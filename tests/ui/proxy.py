"""A small proxy before several chats: a page stays with one by a cookie, and goes to another when that is gone."""

import socket
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from itertools import count

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

_COOKIE = "chat"
_METHODS = ["GET", "POST", "PUT", "DELETE", "HEAD"]
_HOP = {"connection", "transfer-encoding", "keep-alive"}


def proxy_of(addresses: Sequence[str]) -> Starlette:
    """The web app of the proxy."""
    client = httpx.AsyncClient(timeout=None, trust_env=False)
    turns = count()

    async def forward(request: Request) -> Response:
        body = await request.body()
        named = request.cookies.get(_COOKIE)
        first = int(named) if named else next(turns)
        for number in (first % len(addresses), (first + 1) % len(addresses)):
            path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            asked = client.build_request(
                request.method, addresses[number] + path, headers=request.headers.raw, content=body
            )
            try:
                reply = await client.send(asked, stream=True)
            except httpx.TransportError:
                continue
            response = StreamingResponse(_raw(reply), reply.status_code)
            response.raw_headers = [pair for pair in reply.headers.raw if pair[0].decode().lower() not in _HOP]
            if named != str(number):
                response.set_cookie(_COOKIE, str(number))
            return response
        return Response("No chat is there.", 502)

    return Starlette(routes=[Route("/{path:path}", forward, methods=_METHODS)])


async def _raw(reply: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in reply.aiter_raw():
            yield chunk
    except httpx.TransportError:
        return  # the chat is gone, and so is what it was sending
    finally:
        await reply.aclose()


@contextmanager
def proxying(addresses: Sequence[str]) -> Iterator[str]:
    """The address of the proxy for as long as the context lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(proxy_of(addresses), log_level="critical", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)
