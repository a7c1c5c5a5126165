"""What a file holds against what was published, and the folder in which a model grows until both agree."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from rag.errors import ModelCorrupt
from rag.models.manifest import ModelFile, ModelSpec

Progress: TypeAlias = Callable[[int], None]
"""Told how many bytes of the model have arrived; the number falls when a source must start again."""


def size_of(path: Path) -> int:
    """Bytes of a file, 0 when there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def mismatch(file: ModelFile, path: Path) -> str:
    """What is wrong with the content at ``path``, in short; empty when it is the published one."""
    size = size_of(path)
    if size != file.bytes:
        return f"{file.path} has {size} bytes, expected {file.bytes}"
    with path.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    if sha256 != file.sha256:
        return f"{file.path} has sha256 {sha256[:16]}…, expected {file.sha256[:16]}…"
    return ""


@dataclass(frozen=True, slots=True)
class Stage:
    """The folder in which a model grows. What bears its final name below ``files`` has been checked."""

    root: Path

    @property
    def files(self) -> Path:
        """Checked files, and beside them the ``.part`` files that are still growing."""
        return self.root / "files"

    @property
    def work(self) -> Path:
        """Whatever a source needs on its way."""
        return self.root / "work"

    def missing(self, spec: ModelSpec) -> list[ModelFile]:
        """The files that are not yet complete and checked."""
        return [file for file in spec.files if not (self.files / file.path).is_file()]

    def part(self, file: ModelFile) -> Path:
        """Where the bytes of ``file`` are appended; its folder exists."""
        path = self.files / f"{file.path}.part"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def arrived(self) -> int:
        """Bytes of the model's files that are here."""
        return sum(path.stat().st_size for path in self.files.rglob("*") if path.is_file())

    def finish(self, file: ModelFile) -> None:
        """Check the bytes and give them their final name, or remove them and raise ModelCorrupt."""
        part = self.part(file)
        if problem := mismatch(file, part):
            part.unlink(missing_ok=True)
            raise ModelCorrupt(problem)
        with part.open("rb+") as content:
            os.fsync(content.fileno())
        part.replace(self.files / file.path)


class Source(Protocol):
    """A way to get the bytes of models.

    Sources append the same bytes in the same order to the same ``.part`` files, so that each of them goes on
    where any of them stopped.
    """

    name: str

    def fetch(self, spec: ModelSpec, stage: Stage, progress: Progress) -> None:
        """Complete all files in ``stage``. Raises ModelMissing or ModelCorrupt with a short reason."""
        ...
