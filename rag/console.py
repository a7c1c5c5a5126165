"""What all commands share: the two streams, their common options, how errors look, the bar that shows what is done."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.segment import Segment

if TYPE_CHECKING:
    from rag.assistant import Report
    from rag.models.fetch import Transferred

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


def note(line: str) -> None:
    """What was done or found, as one line on stderr."""
    err.print(line, markup=False, soft_wrap=True)


@contextmanager
def stages() -> "Iterator[Report]":
    """The stage and a bar on stderr, gone when done; where stderr is no terminal, a line now and then."""
    say = _without_a_terminal()
    with _bar(TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), transient=True) as (progress, task):

        def report(stage: str, done: float) -> None:
            progress.update(task, description=stage, total=1.0, completed=done, visible=True)
            say(stage)

        yield report


@contextmanager
def transfers() -> "Iterator[Transferred]":
    """A model, and a bar of the bytes that have arrived, on stderr; where that is no terminal, a line now and then."""
    say = _without_a_terminal()
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    with _bar(*columns, TimeRemainingColumn()) as (progress, task):

        def transferred(name: str, arrived: int, total: int) -> None:
            progress.update(task, description=name, total=total, completed=arrived, visible=True)
            say(f"{name}: {arrived / 1e6:,.0f} of {total / 1e6:,.0f} MB")

        yield transferred


def now_and_then(
    say: Callable[[str], None], seconds: float = 10, clock: Callable[[], float] = monotonic
) -> Callable[[str], None]:
    """``say``, but not before so many seconds have gone by since now, and since it was called last.

    What is soon done is passed over; who waits longer, and sees no bar, learns that it goes on.
    """
    last = clock()

    def say_if_due(line: str) -> None:
        nonlocal last
        if clock() - last >= seconds:
            last = clock()
            say(line)

    return say_if_due


def _without_a_terminal() -> Callable[[str], None]:
    return (lambda line: None) if err.is_terminal else now_and_then(note)


@contextmanager
def _bar(*columns: ProgressColumn, transient: bool = False) -> Iterator[tuple[Progress, TaskID]]:
    """A bar that is seen from its first update on; nothing when stderr is no terminal."""
    with Progress(*columns, console=err, transient=transient, disable=not err.is_terminal) as progress:
        yield progress, progress.add_task("", visible=False)
