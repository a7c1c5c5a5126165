"""``rag index``: the index is brought up to date with the articles, once or whenever they change."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from rag.console import INCOMPLETE, IndexOption, StoreOption, err, note, stages, tell
from rag.errors import InvalidInput
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.backends import Embedder
    from rag.gathering import Gather
    from rag.index import Index
    from rag.ingestion.gathering import GatherByWorkers


def build_index(
    folder: Annotated[
        str | None, typer.Argument(help="The articles: a folder, or a URL such as s3://bucket/news. (default: seeds/)")
    ] = None,
    index: IndexOption = None,
    exclude: Annotated[
        list[str] | None, typer.Option(help="A pattern, as in .gitignore, of files to leave out; may be repeated.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on, and update the index when the folder changes.")
    ] = False,
    ray: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Do the work in a Ray cluster; local: in workers on this machine."),
    ] = None,
    store: StoreOption = None,
) -> None:
    """Bring the index in DIR up to date with the articles below FOLDER; until that is done the old one serves.

    Only what is new or changed is embedded. Exit code 3: some files were left out.
    """
    from rag.corpus.sources import place_of
    from rag.embedder import SentenceTransformerEmbedder
    from rag.models import locate
    from rag.updating import named

    place = named(place_of(folder)) if folder else {}
    settings = Settings.load(**place, index_dir=index, store=store, exclude=tuple(exclude) if exclude else None)
    if watch and ray:
        raise InvalidInput("--watch and --ray do not go together; run rag index --ray from time to time instead.")
    _check(settings)
    with stages() as report:
        report("Loading the embedder", 0.0)
        path = locate(settings.embedder, "embedder", settings.models_dir)
        embedder = SentenceTransformerEmbedder.load(path, threads=settings.threads)
    if watch:
        _watch(settings, embedder)
        return
    gather = _by_ray(ray, settings, path) if ray else None
    built = _updated(settings, embedder, gather)
    _tell_outcome(built, settings)
    if built.skipped:
        raise typer.Exit(INCOMPLETE)


def _by_ray(address: str, settings: Settings, embedder: Path) -> "GatherByWorkers":
    """Workers in a Ray cluster, each of as many threads as the settings say, or of one."""
    from functools import partial

    from rag.embedder import SentenceTransformerEmbedder
    from rag.ingestion.cluster import RayWorkers
    from rag.ingestion.gathering import GatherByWorkers

    threads = settings.threads or 1
    load = partial(SentenceTransformerEmbedder.load, embedder.resolve(), threads=threads)
    return GatherByWorkers(settings.index_dir, load, RayWorkers(address, threads, note))


def _check(settings: Settings) -> None:
    """Raise what need not wait for the embedder: no folder, no file in it, a broken list, an index being written."""
    from rag.corpus.readers import check_folder
    from rag.corpus.sidecar import Sidecar
    from rag.generations import alone
    from rag.updating import limits, place_of_articles

    exclude, _ = limits(settings)
    check_folder(place_of_articles(settings), exclude)
    Sidecar.read(place_of_articles(settings))
    with alone(settings.index_dir):
        pass


def _updated(settings: Settings, embedder: "Embedder", by: "Gather | None" = None) -> "Index":
    """The index, brought up to date; what interrupted workers had done for it is then of no use."""
    from rag.gathering import gather
    from rag.ingestion.pieces import discard
    from rag.sharing import publish
    from rag.updating import update

    with stages() as report:
        index = update(
            settings,
            embedder,
            lambda done, total: report(f"{done} of {total} sentences", done / total),
            lambda done, total: report(f"{done} of {total} articles", done / total),
            by or gather,
        )
        if settings.store:
            publish(index, settings.store, lambda done, total: report(f"{done} of {total} passages", done / total))
    discard(settings.index_dir)
    return index


def _watch(settings: Settings, embedder: "Embedder") -> None:
    """Update the index whenever the folder changes, and tell what came of it, of what was told before only the new."""
    from rag import updating

    told: tuple[str, ...] | None = None

    def renew() -> None:
        nonlocal told
        told = _tell_outcome(_updated(settings, embedder), settings, told)

    note(f"Watching {updating.place_of_articles(settings)}  (Ctrl-C ends it)")
    updating.watch(settings, renew, tell)


def _tell_outcome(built: "Index", settings: Settings, before: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Tell what came of an update, and give back what was noted; nothing when all is as ``before``."""
    notices = tuple(_notices(built, settings))
    if before is None or built.report.files or notices != before:
        summary = f"articles: {built.manifest.documents}, passages: {built.manifest.passages}"
        changes = f"files: {built.report.files}; sentences embedded: {built.report.embedded}"
        note(f"{summary} ({changes}) → {settings.index_dir}")
    for notice in notices:
        if notice not in (before or ()):
            err.print(notice, soft_wrap=True)
    return notices


def _notices(built: "Index", settings: Settings) -> Iterator[str]:
    """A line for each file that was left out, and for each entry of the sidecar that does not count."""
    from rag.corpus.readers import SIDECAR
    from rag.corpus.sidecar import Sidecar
    from rag.updating import place_of_articles

    for file in built.skipped:
        yield f"[yellow]left out[/] {escape(file.doc_id)}: {escape(file.reason)}"
    sidecar = Sidecar.read(place_of_articles(settings))
    for name in sorted(sidecar.declared.keys() - built.documents.keys()):
        yield f"[yellow]unused[/] {SIDECAR}, {escape(repr(name))}: no article of that name"
    for fault in sidecar.faults:
        yield f"[yellow]ignored[/] {escape(fault)}"
