"""Files against faults and hostility, at full length: figures of ``docs/safety.md``. ``make test`` runs a few of each.

Every line of the table is a number of trials, and how many of them did not end as promised: 0 is promised of all.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Annotated, TypeAlias

import typer

from benchmarks.synthetic import HashEmbedder, write_articles
from rag.errors import IndexCorrupt, ModelCorrupt
from rag.generations import current
from rag.index import Index
from rag.models import ModelRole, ModelSpec, load_manifest, locate
from rag.settings import Settings
from tests.rag.crashes import Fault
from tests.rag.places import settings_of
from tests.safety import turmoil
from tests.safety.damage import unnoticed
from tests.safety.fuzz import TARGETS, Target

Trials: TypeAlias = tuple[int, int, str]
"""How many there were, how many failed, and what else was seen."""

_READERS = 3


def crashes(fault: Fault, times: int, *, is_update: bool) -> Trials:
    """A build, or an update, in which a fault happens at each of so many moments, evenly from first to last."""
    with TemporaryDirectory() as folder:
        faults = turmoil.Faults(Path(folder), is_update=is_update)
        outcomes = Counter(_outcome(faults.happen, fault, moment) for moment in turmoil.moments(faults.last, times))
    return _sorted_out(outcomes, faults.before)


def full_disk(sizes: Sequence[int], *, is_update: bool) -> Trials:
    """The same when no file may grow beyond one of these sizes."""
    with TemporaryDirectory() as folder:
        faults = turmoil.Faults(Path(folder), is_update=is_update)
        outcomes = Counter(_outcome(faults.run_out_of_disk, size) for size in sizes)
    return _sorted_out(outcomes, faults.before)


def _outcome(happen: Callable[..., str], *fault: object) -> str:
    try:
        return happen(*fault)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _sorted_out(outcomes: Counter[str], before: str) -> Trials:
    failed = sum(count for outcome, count in outcomes.items() if outcome not in (before, turmoil.NEW))
    told = ", ".join(f"{count} {outcome or 'no index'}" for outcome, count in outcomes.most_common())
    return outcomes.total(), failed, told


def damaged_index(times: int) -> Trials:
    """Bits flipped and ends cut off in every file of a generation, large files among them."""
    with TemporaryDirectory() as folder:
        settings = settings_of(Path(folder))
        settings.documents_dir.mkdir()
        write_articles(settings.documents_dir, range(300))
        Index.build(settings.documents_dir, HashEmbedder(), 160).save(settings.index_dir)
        files = sorted(path for path in current(settings.index_dir).rglob("*") if path.is_file())

        def is_named(path: Path) -> bool:
            try:
                Index.load(settings.index_dir)
            except IndexCorrupt as error:
                return path.name in str(error)
            return False

        missed = unnoticed(files, is_named, times)
        largest = max(path.stat().st_size for path in files)
    return times, len(missed), f"{len(files)} files, the largest of {largest / 1e6:.1f} MB"


def damaged_model(name: str, role: ModelRole, times: int) -> Trials:
    """The same for the largest file of a model that is on this machine; it is copied for that."""
    models_dir = Settings.load().models_dir
    spec = load_manifest(models_dir)[name]
    if not spec.present(models_dir):
        return 0, 0, f"{name} is not on this machine"
    with TemporaryDirectory() as folder:
        path = _copied(spec, models_dir, Path(folder))

        def is_named(path: Path) -> bool:
            try:
                locate(name, role, Path(folder))
            except ModelCorrupt as error:
                return path.name in str(error)
            return False

        missed = unnoticed([path], is_named, times)
        return times, len(missed), f"{path.name}, {path.stat().st_size / 1e6:.0f} MB"


def _copied(spec: ModelSpec, models_dir: Path, folder: Path) -> Path:
    """A copy of the model with its manifest; gives its largest file."""
    shutil.copy(models_dir / "manifest.toml", folder)
    for file in spec.files:
        to = spec.home(folder) / file.path
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(spec.home(models_dir) / file.path, to)
    return spec.home(folder) / max(spec.files, key=lambda file: file.bytes).path


def readers_and_writers(updates: int) -> Trials:
    """Two writers of one index, and readers who load it and search in it all the time."""
    with TemporaryDirectory() as folder:
        place = turmoil.place_of(Path(folder), is_update=True)
        with ExitStack() as readers:
            seen = [readers.enter_context(turmoil.reading(place / "index")) for _ in range(_READERS)]
            made, refused = turmoil.rival_writers(place, updates)
    told = [told for reader in seen for told in reader]
    failed = [text for text in told if text.rstrip("0123456789") not in (turmoil.OLD, "a", "b")]
    waiting = f"{refused} times the other writer was told to wait"
    return len(told), len(failed), "; ".join([f"reads during {made} updates", waiting, *failed[:1]])


def fuzzed(target: Target, examples: int) -> Trials:
    """So many inputs of one kind."""
    try:
        target.run(examples)
    except Exception as error:
        return examples, 1, f"{type(error).__name__}: {error}"[:200]
    return examples, 0, ""


def trials(share: float) -> Iterator[tuple[str, Callable[[], Trials]]]:
    """All of them, each by its name; ``share`` of the full numbers."""

    def some(count: int) -> int:
        return max(1, round(count * share))

    sizes = [0, 10, 50, 100, 128, 150, 200, 250, 300, 350, 400, 450, 500, 600, 700, 800, 900, 1000, 1500, 2000]
    for is_update in (False, True):
        what = "an update" if is_update else "a first build"
        yield f"killed during {what}", partial(crashes, "killed", some(100), is_update=is_update)
        yield f"disk full during {what}", partial(crashes, "disk full", some(40), is_update=is_update)
        yield f"files that may not grow during {what}", partial(full_disk, sizes[: some(20)], is_update=is_update)
    yield "damaged files of an index", partial(damaged_index, some(300))
    yield "damaged embedder", partial(damaged_model, Settings.load().embedder, "embedder", some(100))
    yield "damaged language model", partial(damaged_model, Settings.load().generator, "generator", some(100))
    yield "readers and two writers", partial(readers_and_writers, some(50))
    for target in TARGETS:
        yield f"fuzz: {target.name}", partial(fuzzed, target, some(10_000))


def main(
    share: Annotated[float, typer.Option(help="Of the full numbers of trials.")] = 1.0,
    only: Annotated[str, typer.Option(help="Those whose names hold this.")] = "",
) -> None:
    """Print a table: a line for each fault, with the trials and the failures. Exit code 1: something failed."""
    print("| fault | trials | failed | seen | s |\n|---|---|---|---|---|")
    failures = 0
    for name, attempt in trials(share):
        if only in name:
            started = perf_counter()
            count, failed, seen = attempt()
            print(f"| {name} | {count:,} | {failed} | {seen} | {perf_counter() - started:.0f} |", flush=True)
            failures += failed
    raise typer.Exit(bool(failures))


if __name__ == "__main__":
    typer.run(main)
