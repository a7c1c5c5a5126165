"""What all commands share: the two streams, their common options, how errors look, the bar that shows what is done."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.segment import Segment

if TYPE_CHECKING:
    from rag.assistant import Report

UNUSABLE = 2
"""The exit code when something cannot be used as given."""
INCOMPLETE = 3
"""The exit code when all was done but for some files, which were named."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def plain_json(data: object) -> str:
    """``data`` as JSON for programs, which lose nothing: what is not seen, or what a terminal obeys, is escaped.

    >>> print(plain_json("Züge\\u009b2J"))
    "Züge\\u009b2J"
    """
    text = json.dumps(data, ensure_ascii=False, indent=1)
    return "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text)


class Screen(Console):
    """A console on which no text is a sequence that a terminal obeys: articles may hold such.

    They clear the screen, rename the window, fill the clipboard, or turn round what stands beside them. Colours and
    moves of the console itself remain.
    """

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """The parts of what is shown, their text without control characters but for tabs and line breaks."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else _CONTROL.sub("", text), style, control)


out = Screen(highlight=False)
err = Screen(stderr=True, highlight=False)

IndexOption = Annotated[Path | None, typer.Option("--index", metavar="DIR", help="The index. (default: index/)")]
StoreOption = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Put the index into a Milvus store, too, for other machines.")
]


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
