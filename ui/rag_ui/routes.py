"""The routes behind the list of articles: what there is, taking files in, and removing them."""

import sys
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from rag.errors import InvalidInput, RagError
from rag_ui.library import Library

_MEGABYTE = 1_000_000


def add_library(app: FastAPI, library: Library) -> None:
    """Put ``/articles`` and ``/uploads`` on the server; an error of ours is 422 with its line as ``error``."""

    @app.get("/articles")
    def articles() -> dict[str, Any]:
        return {"articles": library.items(), "uploads": library.uploads is not None}

    @app.get("/uploads")
    def growth() -> dict[str, Any]:
        return asdict(library.growth)

    @app.put("/uploads/{name}", max_body_size=sys.maxsize)  # the body counts itself, and says what is read at most
    async def upload(name: str, request: Request) -> dict[str, str]:
        data = await _body(request, library.uploads.max_bytes if library.uploads else 0)
        return {"doc_id": await run_in_threadpool(library.add, name, data)}

    @app.delete("/uploads/{name}")
    def remove(name: str) -> dict[str, str]:
        library.remove(f"uploads/{name}")
        return {}

    @app.exception_handler(RagError)
    def refuse(request: Request, error: RagError) -> JSONResponse:
        return JSONResponse({"error": str(error)}, status_code=422)


async def _body(request: Request, max_bytes: int) -> bytes:
    """The bytes sent, which are no longer read when there are too many of them. Raises InvalidInput."""
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > max_bytes:
            raise InvalidInput(
                f"More than {max_bytes // _MEGABYTE} MB, the most that is read (RAG_MAX_FILE_MB); split it."
            )
    return bytes(data)
