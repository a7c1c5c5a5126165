"""The commands that keep articles, index and models in order: ``rag index · docs · models · doctor``."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from rag.console import INCOMPLETE, UNUSABLE, IndexOption, StoreOption, err, out, plain_json, stages, tell, transfers
from rag.errors import InvalidInput
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.backends import Embedder
    from rag.doctor import Finding
    from rag.gathering import Gather
    from rag.index import Index
    from rag.ingestion.gathering import GatherByWorkers

docs = typer.Typer(help="What was understood of the articles, and why.", no_args_is_help=True)
models = typer.Typer(help="Fetch, list and check the models.", no_args_is_help=True)


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


@docs.command("list")
def list_docs(
    index: IndexOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="A list of JSON objects, for programs.")] = False,
) -> None:
    """The articles of the index: title, publisher, date, language, passages. Into a pipe go lines with tabs."""
    from rag.docs import rows, tabbed, table
    from rag.sharing import opened

    found = opened(Settings.load(), index).index
    listed = rows(found.documents.values(), found.passages)
    if as_json:
        print(plain_json([asdict(row) for row in listed]))
    elif out.is_terminal:
        out.print(table(listed, out.width), soft_wrap=True)
    else:
        print(*tabbed(listed), sep="\n")


@docs.command("show")
def show_doc(
    doc: Annotated[str, typer.Argument(metavar="ARTICLE", help="An article's name in the list, or a part of it.")],
    index: IndexOption = None,
) -> None:
    """One article: its values with where they were found, its sections, the times that it names."""
    from rag.docs import described, named, page
    from rag.sharing import opened

    found = opened(Settings.load(), index).index
    out.print(page(described(named(found.documents, doc), found.passages)))


def doctor(
    index: IndexOption = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Put right what needs neither network nor your say.")
    ] = False,
    privacy: Annotated[
        bool, typer.Option("--privacy", help="Tell instead what is kept on this machine, where.")
    ] = False,
    delete: Annotated[
        list[str] | None,
        typer.Option(metavar="WHAT", help="Delete one of the things that --privacy lists; repeatable."),
    ] = None,
) -> None:
    """Check models, index, articles and disk, and say what to do."""
    from rag.doctor import examine
    from rag.doctor import repair as repaired

    settings = Settings.load(index_dir=index)
    if privacy or delete:
        _tell_what_is_kept(settings, delete or [])
        return
    if repair:
        with stages() as report:
            deeds = tuple(repaired(settings, lambda done, total: report(f"{done} of {total} sentences", done / total)))
        _print_findings(deeds, "done")
        out.print()
    if not _print_findings(tuple(examine(settings)), "ok"):
        raise typer.Exit(UNUSABLE)


@models.command("pull")
def pull_models(
    names: Annotated[list[str] | None, typer.Argument(help="(default: the models of the settings)")] = None,
) -> None:
    """Fetch models with one progress bar; what is there and right is not fetched again."""
    from rag.models import load_manifest, pull_all

    settings = Settings.load()
    known = load_manifest(settings.models_dir)
    wanted = names or [name for name in (settings.embedder, settings.generator) if name in known]
    with transfers() as transferred:
        found = pull_all(wanted, settings.models_dir, transferred)
    for name, path in found.items():
        err.print(f"{name} → {path}", markup=False, soft_wrap=True)


@models.command("list")
def list_models() -> None:
    """The models of the manifest, and which of them are on this machine."""
    from rag.models import load_manifest

    settings = Settings.load()
    for spec in load_manifest(settings.models_dir).values():
        state = "here" if spec.present(settings.models_dir) else "not fetched"
        used = " (in use)" if spec.name in (settings.embedder, settings.generator) else ""
        out.print(
            f"{spec.name:<30} {spec.role:<10} {spec.total_bytes / 1e6:>7.0f} MB  {spec.licence:<11} {state}{used}",
            soft_wrap=True,
        )


@models.command("verify")
def verify_models() -> None:
    """Read every byte of the models on this machine again and compare their sha256."""
    from rag.models import load_manifest, verify

    settings = Settings.load()
    present = [spec for spec in load_manifest(settings.models_dir).values() if spec.present(settings.models_dir)]
    if not present:
        err.print(f"No model is in {settings.models_dir} yet; `rag models pull` fetches those that are needed.")
    faults = []
    for spec in present:
        faults += (found := verify(spec, settings.models_dir))
        out.print(f"{spec.name}: {'damaged' if found else 'checked'}")
    if faults:
        raise faults[0]


def _tell_what_is_kept(settings: Settings, unwanted: list[str]) -> None:
    """Print what is kept where, then delete the ``unwanted`` once that is confirmed. Raises InvalidInput."""
    from rag.privacy import delete, elsewhere, kept

    things = {thing.name: thing for thing in kept(settings)}
    if unknown := sorted(set(unwanted) - things.keys()):
        raise InvalidInput(f"Nothing called {', '.join(unknown)} is kept: expected one of {', '.join(things)}.")
    for line in (*map(str, things.values()), *elsewhere(settings)):
        out.print(line, markup=False, soft_wrap=True)
    doomed = [thing for name, thing in things.items() if name in unwanted and thing.paths]
    if not doomed:
        return
    out.print("\nTo be deleted:", *(str(path) for thing in doomed for path in thing.paths), sep="\n  ", markup=False)
    if not typer.confirm("Delete all of this for good?", err=True):
        raise InvalidInput("Nothing was deleted: that needs a yes.")
    delete(doomed)
    out.print("Deleted.")


def _by_ray(address: str, settings: Settings, embedder: Path) -> "GatherByWorkers":
    """Workers in a Ray cluster, each of as many threads as the settings say, or of one."""
    from functools import partial

    from rag.embedder import SentenceTransformerEmbedder
    from rag.ingestion.cluster import RayWorkers
    from rag.ingestion.gathering import GatherByWorkers

    threads = settings.threads or 1
    load = partial(SentenceTransformerEmbedder.load, embedder.resolve(), threads=threads)

    def tell_of(event: str) -> None:
        err.print(event, markup=False, soft_wrap=True)

    return GatherByWorkers(settings.index_dir, load, RayWorkers(address, threads, tell_of))


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

    notes: tuple[str, ...] | None = None

    def renew() -> None:
        nonlocal notes
        notes = _tell_outcome(_updated(settings, embedder), settings, notes)

    err.print(f"Watching {updating.place_of_articles(settings)}  (Ctrl-C ends it)", markup=False, soft_wrap=True)
    updating.watch(settings, renew, tell)


def _tell_outcome(built: "Index", settings: Settings, before: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Tell what came of an update, and give back what was noted; nothing when all is as ``before``."""
    notes = tuple(_notes(built, settings))
    if before is None or built.report.files or notes != before:
        summary = f"articles: {built.manifest.documents}, passages: {built.manifest.passages}"
        changes = f"files: {built.report.files}; sentences embedded: {built.report.embedded}"
        err.print(f"{summary} ({changes}) → {settings.index_dir}", markup=False, soft_wrap=True)
    for note in notes:
        if note not in (before or ()):
            err.print(note, soft_wrap=True)
    return notes


def _notes(built: "Index", settings: Settings) -> Iterator[str]:
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


def _print_findings(findings: Iterable["Finding"], word: str) -> bool:
    """Print what was found; whether all of it is sound."""
    sound = True
    for finding in findings:
        state = f"[green]{word}[/]" if finding.sound else "[red]bad[/]"
        out.print(f"{state} {finding.subject:<10} {escape(finding.detail)}", soft_wrap=True)
        sound = sound and finding.sound
    return sound
