"""The commands that look after what is there: ``rag docs · models · doctor``."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from rag.console import UNUSABLE, IndexOption, err, note, out, plain_json, stages, transfers
from rag.errors import InvalidInput
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.doctor import Finding

docs = typer.Typer(help="What was understood of the articles, and why.", no_args_is_help=True)
models = typer.Typer(help="Fetch, list and check the models.", no_args_is_help=True)


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
        note(f"{name} → {path}")


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


def _print_findings(findings: Iterable["Finding"], word: str) -> bool:
    """Print what was found; whether all of it is sound."""
    sound = True
    for finding in findings:
        state = f"[green]{word}[/]" if finding.sound else "[red]bad[/]"
        out.print(f"{state} {finding.subject:<10} {escape(finding.detail)}", soft_wrap=True)
        sound = sound and finding.sound
    return sound
