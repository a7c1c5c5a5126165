"""Whether everything that an answer needs is there and fits together."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.errors import RagError
from rag.index import Index
from rag.models import ModelRole, locate
from rag.settings import Settings

_ENOUGH_DISK = 2_000_000_000  # bytes: the default models once more, and an index


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was examined; ``detail`` tells what was found and, when it is not sound, what to do."""

    subject: str
    sound: bool
    detail: str


def examine(settings: Settings) -> Iterator[Finding]:
    """The models, the index and the disk, each checked without loading a model."""
    yield _finding("embedder", lambda: _model(settings.embedder, "embedder", settings))
    yield _finding("generator", lambda: _model(settings.generator, "generator", settings))
    yield _finding("index", lambda: _index(settings))
    yield _disk(settings.models_dir)


def _finding(subject: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, True, check())
    except RagError as error:
        return Finding(subject, False, str(error))


def _model(name_or_path: str, role: ModelRole, settings: Settings) -> str:
    return f"{name_or_path}: {locate(name_or_path, role, settings.models_dir)}"


def _index(settings: Settings) -> str:
    manifest = Index.load(settings.index_dir).manifest
    manifest.check(locate(settings.embedder, "embedder", settings.models_dir).name, settings.passage_tokens)
    return f"{manifest.documents} articles, {manifest.passages} passages in {settings.index_dir}"


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(next(p for p in (folder, *folder.absolute().parents) if p.exists())).free
    detail = f"{free / 1e9:.1f} GB free"
    sound = free >= _ENOUGH_DISK
    return Finding("disk", sound, detail if sound else f"{detail}, 2 GB are needed to fetch models and build an index.")
