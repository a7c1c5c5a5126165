"""The commands that keep articles, index and models in order: ``rag index · docs · models · doctor``."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from rag.console import INCOMPLETE, UNUSABLE, IndexOption, err, out, stages, tell
from rag.errors import InvalidInput
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.backends import Embedder
    from rag.doctor import Finding
    from rag.index import Index

docs = typer.Typer(help="What was understood of the articles, and why.", no_args_is_help=True)
models = typer.Typer(help="Fetch, list and check the models.", no_args_is_help=True)


def build_index(
    folder: Annotated[Path | None, typer.Argument(help="The articles. (default: seeds/)")] = None,
    index: IndexOption = None,
    exclude: Annotated[
        list[str] | None, typer.Option(help="A pattern, as in .gitignore, of files to leave out; may be repeated.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on, and update the index when the folder changes.")
    ] = False,
) -> None:
    """Bring the index in DIR up to date with the articles below FOLDER; until that is done the old one serves.

    Only what is new or changed is embedded. Exit code 3: some files were left out.
    """
    from rag.embedder import SentenceTransformerEmbedder
    from rag.models import locate

    settings = Settings.load(documents_dir=folder, index_dir=index, exclude=tuple(exclude) if exclude else None)
    _check(settings)
    with stages() as report:
        report("Loading the embedder", 0.0)
        path = locate(settings.embedder, "embedder", settings.models_dir)
        embedder = SentenceTransformerEmbedder.load(path, threads=settings.threads)
    if watch:
        _watch(settings, embedder)
        return
    built = _updated(settings, embedder)
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
    from rag.index import Index

    opened = Index.load(index or Settings.load().index_dir)
    listed = rows(opened.documents.values(), opened.passages)
    if as_json:
        print(json.dumps([asdict(row) for row in listed], ensure_ascii=False, indent=1))
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
    from rag.index import Index

    opened = Index.load(index or Settings.load().index_dir)
    out.print(page(described(named(opened.documents, doc), opened.passages)))


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
    from rag.models import load_manifest, pull_with_bar

    settings = Settings.load()
    known = load_manifest(settings.models_dir)
    wanted = names or [name for name in (settings.embedder, settings.generator) if name in known]
    for name, path in pull_with_bar(wanted, settings.models_dir).items():
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
            f"{spec.name:<30} {spec.role:<10} {spec.total_bytes / 1e6:>7.0f} MB  {spec.licence:<11} {state}{used}"
        )


@models.command("verify")
def verify_models() -> None:
    """Read every byte of the models on this machine again and compare their sha256."""
    from rag.models import load_manifest, verify

    settings = Settings.load()
    present = [spec for spec in load_manifest(settings.models_dir).values() if spec.present(settings.models_dir)]
    faults = [fault for spec in present for fault in verify(spec, settings.models_dir)]
    for spec in present:
        out.print(f"{spec.name}: checked")
    if faults:
        raise faults[0]


def _tell_what_is_kept(settings: Settings, unwanted: list[str]) -> None:
    """Print what is kept where, then delete the ``unwanted`` once that is confirmed. Raises InvalidInput."""
    from rag.privacy import delete, kept

    things = {thing.name: thing for thing in kept(settings)}
    if unknown := sorted(set(unwanted) - things.keys()):
        raise InvalidInput(f"Nothing called {', '.join(unknown)} is kept: expected one of {', '.join(things)}.")
    for thing in things.values():
        size = f"{thing.bytes / 1e6:.1f} MB" if thing.paths else "–"
        out.print(f"{thing.name:<9} {size:>11}  {thing.place}  ({thing.holds})", markup=False, soft_wrap=True)
    doomed = [thing for name, thing in things.items() if name in unwanted and thing.paths]
    if not doomed:
        return
    out.print("\nTo be deleted:", *(str(path) for thing in doomed for path in thing.paths), sep="\n  ", markup=False)
    if not typer.confirm("Delete all of this for good?", err=True):
        raise InvalidInput("Nothing was deleted: that needs a yes.")
    delete(doomed)
    out.print("Deleted.")


def _check(settings: Settings) -> None:
    """Raise what need not wait for the embedder: no folder, no file in it, a broken list, an index being written."""
    from rag.corpus.readers import check_folder
    from rag.corpus.sidecar import Sidecar
    from rag.generations import alone
    from rag.updating import limits

    exclude, _ = limits(settings)
    check_folder(settings.documents_dir, exclude)
    Sidecar.read(settings.documents_dir)
    with alone(settings.index_dir):
        pass


def _updated(settings: Settings, embedder: "Embedder") -> "Index":
    """The index, brought up to date."""
    from rag.updating import update

    with stages() as report:
        return update(
            settings,
            embedder,
            lambda done, total: report(f"{done} of {total} sentences", done / total),
            lambda done, total: report(f"{done} of {total} articles", done / total),
        )


def _watch(settings: Settings, embedder: "Embedder") -> None:
    """Update the index whenever the folder changes, and tell what came of it, of what was told before only the new."""
    from rag import updating

    notes: tuple[str, ...] | None = None

    def renew() -> None:
        nonlocal notes
        notes = _tell_outcome(_updated(settings, embedder), settings, notes)

    err.print(f"Watching {settings.documents_dir}  (Ctrl-C ends it)", markup=False, soft_wrap=True)
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

    for file in built.skipped:
        yield f"[yellow]left out[/] {escape(file.doc_id)}: {escape(file.reason)}"
    sidecar = Sidecar.read(settings.documents_dir)
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
