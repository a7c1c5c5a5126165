"""A flame graph of one question: py-spy looks at this process 25 times a second while it answers.

The language model runs in this process rather than in a worker, so that its functions are in the picture. Needs the
right to trace a process: in a container, ``--cap-add SYS_PTRACE``.
"""

import os
import signal
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from benchmarks.speed.answers import FRESH, KEPT, Bench, gold
from benchmarks.speed.environment import program
from benchmarks.speed.figures import BUILD
from rag.settings import Settings

_A_SECOND = 25  # looks
_STARTING = 2.0  # seconds that py-spy takes to look for the first time


def main(
    number: Annotated[int, typer.Option(min=1, help="Which of the gold test questions.")] = 1,
    kept: Annotated[bool, typer.Option("--kept", help="With the passages read ahead.")] = False,
    out: Annotated[Path, typer.Option(help="The graph.")] = BUILD / "flame.svg",
) -> None:
    """Answer one question, and draw where its time went."""
    settings = Settings.load()
    question = gold(settings, None)[number - 1]
    out.parent.mkdir(parents=True, exist_ok=True)
    command = [str(program("py-spy")), "record", "--native", "--rate", str(_A_SECOND)]
    with TemporaryDirectory() as folder:
        bench = Bench(settings, Path(folder))
        bench.ask(question, FRESH)  # so that all is loaded
        spy = subprocess.Popen([*command, "--output", str(out), "--pid", str(os.getpid())])
        time.sleep(_STARTING)
        found = bench.ask(question, KEPT if kept else FRESH)
        spy.send_signal(signal.SIGINT)
        code = spy.wait()
    if code:
        raise typer.Exit(code)
    print(f"{question.question} {found.end:.2f} s, {found.verdict}. → {out}")


if __name__ == "__main__":
    typer.run(main)
