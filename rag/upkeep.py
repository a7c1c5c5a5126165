"""The commands that keep articles, index and models in order: ``rag index · docs · models · doctor``."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from rag.console import INCOMPLETE, UNUSABLE, IndexOption, err, out, stages, tell
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.doctor import Finding
    from rag.index import Index
    from rag.types import Embedder

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
    from rag import updating
    from rag.embedder import SentenceTransformerEmbedder
    from rag.models import locate

    settings = Settings.load(documents_dir=folder, index_dir=index, exclude=tuple(exclude) if exclude else None)
    _check(settings)
    with stages() as report:
        report("Loading the embedder", 0.0)
        path = locate(settings.embedder, "embedder", settings.models_dir)
        embedder = SentenceTransformerEmbedder.load(path, threads=settings.threads)
    if watch:
        err.print(f"Watching {settings.documents_dir}  (Ctrl-C ends it)", markup=False, soft_wrap=True)
        updating.watch(settings, lambda: _updated(settings, embedder), tell)
    elif _updated(settings, embedder).skipped:
        raise typer.Exit(INCOMPLETE)


@docs.command("list")
def list_docs(index: IndexOption = None) -> None:
    """The articles of the index: title, publisher, date, language, passages."""
    from rag.docs import rows, table
    from rag.index import Index

    opened = Index.load(index or Settings.load().index_dir)
    out.print(table(rows(opened.documents.values(), opened.passages), out.width))


@docs.command("show")
def show_doc(
    doc: Annotated[str, typer.Argument(help="An article's name in the list, or a part of it.")],
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
) -> None:
    """Check models, index, articles and disk, and say what to do."""
    from rag.doctor import examine
    from rag.doctor import repair as repaired

    settings = Settings.load(index_dir=index)
    if repair:
        with stages() as report:
            deeds = tuple(repaired(settings, lambda done, total: report(f"{done} of {total} passages", done / total)))
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


def _check(settings: Settings) -> None:
    """Raise what need not wait for the embedder: no folder, no file in it, a broken list, an index being written."""
    from rag.corpus.readers import check_folder
    from rag.corpus.sidecar import read_sidecar
    from rag.generations import alone
    from rag.updating import limits

    exclude, _ = limits(settings)
    check_folder(settings.documents_dir, exclude)
    read_sidecar(settings.documents_dir)
    with alone(settings.index_dir):
        pass


def _updated(settings: Settings, embedder: "Embedder") -> "Index":
    """The index, brought up to date; what came of it is told."""
    from rag.corpus.readers import SIDECAR
    from rag.corpus.sidecar import read_sidecar
    from rag.updating import update

    with stages() as report:
        built = update(
            settings,
            embedder,
            lambda done, total: report(f"{done} of {total} passages", done / total),
            lambda done, total: report(f"{done} of {total} articles", done / total),
        )
    summary = f"articles: {built.manifest.documents}, passages: {built.manifest.passages}"
    changes = f"files: {built.report.files}; passages embedded: {built.report.embedded}"
    err.print(f"{summary} ({changes}) → {settings.index_dir}", markup=False, soft_wrap=True)
    for file in built.skipped:
        err.print(f"[yellow]left out[/] {escape(file.doc_id)}: {escape(file.reason)}", soft_wrap=True)
    for name in sorted(read_sidecar(settings.documents_dir).keys() - built.documents.keys()):
        err.print(f"[yellow]unused[/] {SIDECAR}, {escape(repr(name))}: no article of that name", soft_wrap=True)
    return built


def _print_findings(findings: Iterable["Finding"], word: str) -> bool:
    """Print what was found; whether all of it is sound."""
    sound = True
    for finding in findings:
        state = f"[green]{word}[/]" if finding.sound else "[red]bad[/]"
        out.print(f"{state} {finding.subject:<10} {escape(finding.detail)}", soft_wrap=True)
        sound = sound and finding.sound
    return sound
