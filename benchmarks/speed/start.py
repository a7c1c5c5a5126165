"""`rag ask` from the shell: a new process each time, its seconds to the evidence and to the end, and its memory.

The command writes to a terminal, as it does for a person: the evidence is there when the line "Reading 5 passages …"
is. Memory is the highest resident memory of the command and of its worker, mapped weights included.
"""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import Thread
from time import perf_counter, sleep
from typing import Annotated

import typer

from benchmarks.speed.answers import gold
from benchmarks.speed.figures import in_turns, seconds, short, show, table
from rag.settings import Settings

_READING = re.compile(rb"Reading [1-9]")
_ASK = (sys.executable, "-m", "rag", "ask")
_TARGETS = {"seconds to the evidence": 4.0, "both processes, MB": 3000.0}
_BETWEEN_LOOKS = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class Started:
    """One run of the command: seconds to the evidence and to the end, and megabytes of each process at most."""

    evidence: float
    end: float
    megabytes: tuple[int, ...]


def started(command: Sequence[str]) -> Started:
    """Run the command at a terminal of its own."""
    ours, its = pty.openpty()
    begun = perf_counter()
    process = subprocess.Popen(
        command, stdout=its, stderr=its, stdin=subprocess.DEVNULL, env=os.environ | {"TERM": "xterm"}
    )
    os.close(its)
    highest: dict[int, int] = {}
    looking = Thread(target=_look, args=(process, highest))
    looking.start()
    shown, evidence = b"", 0.0
    with suppress(OSError):  # so a terminal ends on Linux
        while piece := os.read(ours, 4096):
            shown += piece
            if not evidence and _READING.search(shown):
                evidence = perf_counter() - begun
    code = process.wait()
    end = perf_counter() - begun
    looking.join()
    os.close(ours)
    if code:
        raise RuntimeError(f"rag ask ended with exit code {code}: {shown.decode(errors='replace')[-500:]}")
    return Started(evidence or end, end, tuple(highest.values()))


def _look(process: "subprocess.Popen[bytes]", highest: dict[int, int]) -> None:
    """Note the highest resident memory of the process and its children, in megabytes, until it ends."""
    while process.poll() is None:
        for pid in (process.pid, *_children(process.pid)):
            with suppress(OSError, StopIteration):
                status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
                highest[pid] = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) // 1000
        sleep(_BETWEEN_LOOKS)


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        threads = Path(f"/proc/{pid}/task").iterdir()
        return [int(child) for thread in threads for child in (thread / "children").read_text(encoding="ascii").split()]
    return []


def imported(rounds: int) -> dict[str, float]:
    """Milliseconds of a Python that imports this and ends; the first imports nothing."""
    names = ("pass", "import rag", "import rag.cli")
    programs = {name: [sys.executable, "-c", name] for name in names}
    ways = {
        name: lambda program=program: 1000 * seconds(lambda: subprocess.run(program, check=True))
        for name, program in programs.items()
    }
    return {name: median(values) for name, values in in_turns(ways, rounds).items()}


def figures(runs: Sequence[Started], imports: dict[str, float]) -> str:
    """The table of medians. Pure."""
    found = {
        "seconds to the evidence": median(run.evidence for run in runs),
        "seconds to the end": median(run.end for run in runs),
        "the command, MB": max(run.megabytes[0] for run in runs),
        "its worker, MB": max(sum(run.megabytes[1:]) for run in runs),
        "both processes, MB": max(sum(run.megabytes) for run in runs),
    } | {f"`{name}`, ms": value for name, value in imports.items()}
    targets = {name: f"≤ {target:g}" for name, target in _TARGETS.items()}
    return table(
        ["`rag ask`, a new process", "", "target"],
        [[name, short(value), targets.get(name, "")] for name, value in found.items()],
    )


def main(
    limit: Annotated[int, typer.Option(min=1, help="Questions, each in a new process.")] = 9,
    page: Annotated[bool, typer.Option("--page", help="Put the table into docs/speed.md.")] = False,
) -> None:
    """Print the table."""
    settings = Settings.load()
    runs = []
    for question in gold(settings, limit):
        runs.append(started([*_ASK, question.question]))
        print(runs[-1], flush=True)
    show("start", figures(runs, imported(limit)), page)


if __name__ == "__main__":
    typer.run(main)
