"""Whether everything that an answer needs is there and fits together, and how to put right what is not."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rag.corpus.articles import FileChanges, Progress, digests_of, silent
from rag.corpus.readers import read_folder
from rag.corpus.sources import Place, place_of
from rag.embedder import SentenceTransformerEmbedder
from rag.errors import IndexCorrupt, IndexMismatch, RagError
from rag.generations import alone, current, latest, leftovers, read_manifest, remove
from rag.generators import generator_of, is_address
from rag.index import Index, Manifest
from rag.models import ModelRole, load_manifest, locate, verify
from rag.settings import Settings
from rag.sharing import published
from rag.updating import at, limits, update

_ENOUGH_DISK = 2_000_000_000  # bytes: the default models once more, and an index


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was examined; ``detail`` tells what was found and, when it is not sound, what to do."""

    subject: str
    sound: bool
    detail: str


def examine(settings: Settings) -> Iterator[Finding]:
    """The models, the index, its folder of articles and the disk, each checked without loading a model."""
    for name, role in _models(settings):
        yield _finding(role, partial(_located, name, role, settings))
    yield _finding("index", lambda: _index(settings))
    yield _finding("articles", lambda: _articles(settings))
    yield _finding("leftovers", lambda: _leftovers(settings.index_dir))
    yield _disk(settings.models_dir, settings.index_dir)


def repair(settings: Settings, progress: Progress = silent) -> Iterator[Finding]:
    """Put right what can be without fetching a model or touching an article: each deed, or why it cannot be done.

    Model files are read again whatever was noted of them. What interrupted builds left is removed. An index that is
    missing, damaged, behind its folder or does not fit the settings is built again from the folder that it came from.
    """
    for name, role in _models(settings):
        yield _finding(role, partial(_checked_again, name, role, settings))
    yield _finding("leftovers", lambda: _removed(settings.index_dir))
    yield _finding("index", lambda: _rebuilt(settings, progress))


def _finding(subject: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, True, check())
    except RagError as error:
        return Finding(subject, False, str(error))


def _models(settings: Settings) -> tuple[tuple[str, ModelRole], ...]:
    return (settings.embedder, "embedder"), (settings.generator, "generator")


def _located(name_or_path: str, role: ModelRole, settings: Settings) -> str:
    if role == "generator" and is_address(name_or_path):
        return f"{name_or_path}: {generator_of(settings)().name}, a server that answers"
    return f"{name_or_path}: {locate(name_or_path, role, settings.models_dir)}"


def _index(settings: Settings) -> str:
    index = published(settings.store) if settings.store else Index.load(settings.index_dir, every_byte=True)
    place, manifest = settings.store or settings.index_dir, index.manifest
    embedder = locate(settings.embedder, "embedder", settings.models_dir).name
    manifest.check(embedder, settings.passage_tokens, place)
    return f"{manifest.documents} articles, {manifest.passages} passages in {place}"


def _articles(settings: Settings) -> str:
    """Whether the folder is as it was when the index was built; an index serves without it."""
    try:
        manifest = Manifest.of(read_manifest(current(settings.index_dir))[0], settings.index_dir)
    except RagError:
        return "not known, as the index cannot be read"
    if not manifest.folder:
        return "the index was not built from a folder"
    folder = place_of(manifest.folder)
    if not isinstance(folder, Path):
        return f"{folder}, which is not looked into: `rag index {folder}` brings the index up to date"
    if not folder.is_dir():
        return f"{folder} is gone; the index serves without it"
    files, _ = read_folder(folder, *limits(at(settings, folder)))
    if changes := FileChanges.between(manifest.sources, digests_of(folder, files)):
        raise IndexMismatch(
            f"Since the index was built, in {folder}: {changes}. Run `rag index {folder} --index {settings.index_dir}`."
        )
    return f"{folder} is as it was when the index was built"


def _leftovers(index_dir: Path) -> str:
    if not index_dir.is_dir():
        return "none"
    with alone(index_dir):
        found = leftovers(index_dir)
    if found:
        raise IndexCorrupt(f"Interrupted builds left {len(found)} in {index_dir}; run `rag doctor --repair`.")
    return "none"


def _disk(*folders: Path) -> Finding:
    """The room on the fullest of the disks that the folders lie on, or will."""
    existing = [next(p for p in (folder, *folder.absolute().parents) if p.exists()) for folder in folders]
    free = min(shutil.disk_usage(folder).free for folder in existing)
    detail = f"{free / 1e9:.1f} GB free"
    sound = free >= _ENOUGH_DISK
    return Finding("disk", sound, detail if sound else f"{detail}, 2 GB are needed to fetch models and build an index.")


def _checked_again(name: str, role: ModelRole, settings: Settings) -> str:
    if spec := load_manifest(settings.models_dir).get(name):
        for fault in verify(spec, settings.models_dir):
            raise fault
        return f"{name}: every byte checked"
    return _located(name, role, settings)


def _removed(index_dir: Path) -> str:
    if not index_dir.is_dir():
        return "none"
    with alone(index_dir):
        found = leftovers(index_dir)
        remove(found)
    return f"{len(found)} removed" if found else "none"


def _rebuilt(settings: Settings, progress: Progress) -> str:
    if all(finding.sound for finding in examine(settings) if finding.subject in ("index", "articles")):
        return "nothing to repair"
    path = locate(settings.embedder, "embedder", settings.models_dir)
    settings = at(settings, _place_in(settings.index_dir))
    embedder = SentenceTransformerEmbedder.load(path, threads=settings.threads)
    manifest = update(settings, embedder, progress).manifest
    return f"built from {manifest.folder}: {manifest.documents} articles, {manifest.passages} passages"


def _place_in(index_dir: Path) -> Place:
    """Where the articles of an index lie, as the newest manifest that is whole tells. Raises IndexMismatch."""
    generation = latest(index_dir)
    folder = read_manifest(generation)[0].get("folder", "") if generation else ""
    if not folder:
        raise IndexMismatch(
            f"Nothing in {index_dir} tells from which folder an index is to be built; "
            f"run `rag index FOLDER --index {index_dir}`."
        )
    return place_of(folder)
