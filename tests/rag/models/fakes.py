"""Tiny models, wheels that hold them, a pip that hands those out, and a hub on this machine."""

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from unittest.mock import patch

from rag.models.content import Progress
from rag.models.manifest import HubRepository, JoinedPieces, ModelFile, ModelSpec, Piece, WheelFolder

GGUF = b"GGUF" + bytes(range(200))
FOLDER = {"modules.json": b"[]", "1_Pooling/config.json": b"{}", "model.safetensors": bytes(range(90))}


def published(path: str, content: bytes) -> ModelFile:
    """The manifest's line for this content."""
    return ModelFile(path, len(content), hashlib.sha256(content).hexdigest())


def cut(content: bytes, size: int) -> list[bytes]:
    """Stretches of ``size`` bytes; the last may be shorter."""
    return [content[start : start + size] for start in range(0, len(content), size)]


def pieces_of(content: bytes, size: int) -> tuple[Piece, ...]:
    """How the manifest lists content that was cut: package ``part-N``, member ``part_N/data.bin``."""
    return tuple(
        Piece(f"part-{n}==1.0", f"part_{n}/data.bin", len(stretch)) for n, stretch in enumerate(cut(content, size))
    )


def generator(content: bytes = GGUF, piece_bytes: int = 100) -> ModelSpec:
    """A generator ``small``: on the hub as ``lab/small``, and in packages of ``piece_bytes`` each."""
    return ModelSpec(
        name="small",
        role="generator",
        licence="MIT",
        files=(published("small.gguf", content),),
        hub=HubRepository("lab/small", "v1"),
        package_index=JoinedPieces(pieces_of(content, piece_bytes)),
    )


def embedder(package_index: JoinedPieces | WheelFolder | None = None) -> ModelSpec:
    """An embedder ``mini`` of three files, on the hub as ``lab/mini``."""
    return ModelSpec(
        name="mini",
        role="embedder",
        licence="MIT",
        files=tuple(published(path, content) for path, content in FOLDER.items()),
        hub=HubRepository("lab/mini", "v1"),
        package_index=package_index or WheelFolder("mini-data==1.0", "mini_data/model"),
        folder="mini",
    )


def write_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Files by relative path."""
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file that is no note or lock of ours, by relative path."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    return {name: content for name, content in found.items() if not name.startswith(".checked/")}


def write_wheel(folder: Path, requirement: str, members: Mapping[str, bytes]) -> Path:
    """A wheel as pip takes it: the members, and the metadata that it must have."""
    name, version = requirement.replace("-", "_").split("==")
    info = f"{name}-{version}.dist-info"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for member, content in members.items():
            wheel.writestr(member, content)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


def wheels_of(content: bytes, size: int) -> dict[str, dict[str, bytes]]:
    """Members of the wheels, by requirement, that hold content cut as ``pieces_of`` lists it."""
    stretches = zip(pieces_of(content, size), cut(content, size), strict=True)
    return {piece.requirement: {piece.member: stretch} for piece, stretch in stretches}


@dataclass
class FakePip:
    """Hands out wheels by requirement and notes which were asked for."""

    wheels: dict[str, dict[str, bytes]]
    asked: list[str] = field(default_factory=list)

    def __call__(self, requirement: str, folder: Path, progress: Progress) -> str:
        self.asked.append(requirement)
        if requirement not in self.wheels:
            return f"ERROR: No matching distribution found for {requirement}\n"
        progress(write_wheel(folder, requirement, self.wheels[requirement]).stat().st_size)
        return ""

    @contextmanager
    def installed(self) -> Iterator["FakePip"]:
        """Stands in for pip inside the ``with`` block."""
        with patch("rag.models.package_index._run_pip", self):
            yield self


@dataclass
class FakeHub:
    """Serves contents by URL path, or says where they have ``moved``.

    ``limit``: how many bytes of a body it sends before it hangs up.
    """

    contents: dict[str, bytes] = field(default_factory=dict)
    limit: int | None = None
    knows_ranges: bool = True
    moved: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    @contextmanager
    def served(self) -> Iterator[str]:
        """The address at which it answers inside the ``with`` block."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hub.answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        return Handler

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Send the content from the first byte of the range on, up to the limit."""
        wanted = request.headers.get("Range", "")
        self.asked.append((request.path, wanted))
        if request.path in self.moved:
            request.send_response(302)
            request.send_header("Location", self.moved[request.path])
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        content = self.contents.get(request.path)
        if content is None:
            request.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if self.knows_ranges else 0
        request.send_response(206 if self.knows_ranges else 200)
        request.send_header("Content-Length", str(len(content) - start))
        if self.knows_ranges:
            request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        request.end_headers()
        request.wfile.write(content[start:][: self.limit])
