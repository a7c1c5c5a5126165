"""The first source: the publishers' repositories on the Hugging Face Hub, over HTTP."""

import os
import re
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from threading import Thread
from typing import TYPE_CHECKING, Self, TypeVar

from rag.errors import ModelMissing
from rag.models.content import Progress, Stage, size_of
from rag.models.manifest import ModelFile, ModelSpec

if TYPE_CHECKING:
    import httpx

ANSWER_SECONDS = 8.0
"""How long the hub may take to be looked up, to connect and to answer before it counts as out of reach."""
STALL_SECONDS = 15.0
"""How long a download may stand still."""

T = TypeVar("T")


class Hub:
    """The publishers' repositories. Once a connection has failed, none is tried again.

    ``closed`` says why no connection is tried; empty: it is.
    """

    name = "hub"

    def __init__(self, endpoint: str, closed: str = "") -> None:
        self.endpoint = endpoint.rstrip("/")
        self.closed = closed

    @classmethod
    def from_environment(cls) -> Self:
        """The hub of ``HF_ENDPOINT``, closed when ``HF_HUB_OFFLINE`` is set."""
        offline = os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}
        endpoint = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
        return cls(endpoint, "switched off by HF_HUB_OFFLINE" if offline else "")

    def fetch(self, spec: ModelSpec, stage: Stage, progress: Progress) -> None:
        """See Source."""
        import httpx  # only a pull needs it

        if self.closed or spec.hub is None:
            raise ModelMissing(self.closed or "not there")
        folder = f"{self.endpoint}/{spec.hub.repo}/resolve/{spec.hub.revision}"
        try:
            with _client() as client:
                for file in stage.missing(spec):
                    _download(client, f"{folder}/{file.path}", file, stage, progress)
                    stage.finish(file)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            self.closed = f"connection failed: {_without_addresses(str(error)) or type(error).__name__}"
            raise ModelMissing(self.closed) from error


def _client() -> "httpx.Client":
    import httpx

    timeout = httpx.Timeout(STALL_SECONDS, connect=ANSWER_SECONDS)
    try:
        return httpx.Client(timeout=timeout, follow_redirects=True)
    except (ImportError, ValueError) as error:
        raise ModelMissing(f"the proxy settings cannot be used: {_without_addresses(str(error))}") from error


def _download(client: "httpx.Client", url: str, file: ModelFile, stage: Stage, progress: Progress) -> None:
    """Append what is missing of ``file`` to its part."""
    part = stage.part(file)
    start = size_of(part)
    if start >= file.bytes:
        return
    headers = {"Range": f"bytes={start}-", "Accept-Encoding": "identity"}
    request = client.build_request("GET", url, headers=headers)
    response = within(ANSWER_SECONDS, lambda: client.send(request, stream=True))
    with closing(response), part.open("ab") as out:
        _refuse_other_bytes(response, start, file)
        if response.status_code != 206:
            out.seek(0)
            out.truncate()
        beside = stage.arrived() - size_of(part)
        for chunk in response.iter_bytes():
            out.write(chunk)
            progress(beside + out.tell())
            if out.tell() > file.bytes:
                break


def _refuse_other_bytes(response: "httpx.Response", start: int, file: ModelFile) -> None:
    """Raise ModelMissing unless the response announces ``file`` from ``start`` on, or from its beginning."""
    if response.status_code == 206:
        expected = f"bytes {start}-{file.bytes - 1}/{file.bytes}"
        found = response.headers.get("Content-Range", "no range")
    elif response.status_code == 200:
        expected = str(file.bytes)
        unknown = "Content-Encoding" in response.headers  # then the length is that of the encoded bytes
        found = expected if unknown else response.headers.get("Content-Length", expected)
    else:
        raise ModelMissing(f"HTTP {response.status_code} for {file.path}")
    if found != expected:
        raise ModelMissing(f"another version of {file.path}: found length {found}, expected {expected}")


def within(seconds: float, call: Callable[[], T]) -> T:
    """The result of ``call``, or TimeoutError. In a thread, as no timeout of a client ends a name lookup."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except Exception as error:
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    try:
        return future.result(timeout=seconds)
    except TimeoutError as error:
        raise TimeoutError(str(error) or f"no answer within {seconds:g} s") from error


def _without_addresses(text: str) -> str:
    return re.sub(r"\w+://\S+", "…", text)
