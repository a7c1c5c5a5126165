"""What all commands share: the two streams, their common options, how errors look, the bar that shows what is done."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import markup
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from rag.assistant import Report

UNUSABLE = 2
"""The exit code when something cannot be used as given."""
INCOMPLETE = 3
"""The exit code when all was done but for some files, which were named."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

IndexOption = Annotated[Path | None, typer.Option("--index", metavar="DIR", help="The index. (default: index/)")]


def escape(text: str) -> str:
    """A text in which nothing is markup of ours, nor a sequence that a terminal obeys: articles may hold both."""
    return markup.escape(_CONTROL.sub("", text))


def _print_version(wanted: bool) -> None:
    if wanted:
        out.print(f"rag {metadata.version('rag-desk')}")
        raise typer.Exit


def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Ask a folder of articles: every sentence of an answer cites the words behind it. Nothing leaves the machine."""


def tell(problem: str) -> None:
    """An error, as one line on stderr."""
    err.print(f"[red]Error:[/] {escape(' '.join(problem.split()))}", soft_wrap=True)


@contextmanager
def stages() -> "Iterator[Report]":
    """One line on stderr with the stage and a bar, gone when done; nothing when stderr is no terminal."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("Starting", total=1.0)
        yield lambda stage, done: progress.update(task, description=stage, completed=done)
