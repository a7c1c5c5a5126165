"""What all commands share: the two streams, the option that names the index, the bar that shows what is being done."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from rag.assistant import Report

UNUSABLE = 2
"""The exit code when something cannot be used as given."""
INCOMPLETE = 3
"""The exit code when all was done but for some files, which were named."""

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

IndexOption = Annotated[Path | None, typer.Option("--index", metavar="DIR", help="The index. (default: index/)")]


@contextmanager
def stages() -> Iterator[Report]:
    """One line on stderr with the stage and a bar, gone when done; nothing when stderr is no terminal."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("Starting", total=1.0)
        yield lambda stage, done: progress.update(task, description=stage, completed=done)
