"""Pages of the documentation, read as a program: files that they show are written, what they type is run.

A block with a ``title`` is the file of that name; what it holds of tests is run. A ``python`` block is run, in one
world with those before it; a ``console`` block is typed, ``rag`` in this process and all else in a shell. What a
console shows below a command, and what a ``text`` block shows below Python, must be what is printed, ``...`` standing
for anything. Of a ``diff`` the lines that stay or go must stand in the file that it names. A block below
``<!-- not run: REASON -->`` is only shown.
"""

import doctest
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rag.cli import main

ROOT = Path(__file__).resolve().parents[2]

_BLOCK = re.compile(
    r"(?:<!-- not run: (?P<excuse>[^>]+) -->\n+)?"
    r"^```(?P<kind>\w*)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<text>.*?)^```$",
    re.M | re.S,
)
_SAME = doctest.OutputChecker()
_LOOSELY = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of a page; ``excuse`` tells why it is not run, empty for one that is."""

    kind: str
    title: str
    text: str
    excuse: str


def blocks(page: Path) -> list[Block]:
    """The blocks of a page in their order."""
    found = _BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [Block(one["kind"], one["title"] or "", one["text"], (one["excuse"] or "").strip()) for one in found]


@dataclass
class Reader:
    """Somebody who does what a page says, in the working directory. ``replaced`` are words that stand for others."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    replaced: dict[str, str] = field(default_factory=dict)
    world: dict[str, Any] = field(default_factory=dict)

    def follow(self, page: Path) -> None:
        """Do all of it, and fail where something else is printed than is shown."""
        printed = ""
        for block in blocks(page):
            if block.excuse:
                continue
            if block.kind == "diff":
                check_lines(block)
            elif block.title:
                Path(block.title).parent.mkdir(parents=True, exist_ok=True)
                Path(block.title).write_text(block.text, encoding="utf-8")
                if block.title.startswith("tests/"):
                    run_tests(block.text)
            elif block.kind == "python":
                exec(compile(self._meant(block.text), str(page), "exec"), self.world)
                printed = self.capsys.readouterr().out
            elif block.kind == "console":
                for command, shown in typed(block.text):
                    self._check(shown, self._output(self._meant(command)), command)
            else:
                assert block.kind == "text", f"a block of {block.kind} is neither a file nor run: {block.text}"
                self._check(block.text, printed, "the Python above")

    def _meant(self, text: str) -> str:
        for word, other in self.replaced.items():
            text = text.replace(word, other)
        return text

    def _check(self, shown: str, printed: str, what: str) -> None:
        assert "Error: " in shown or "Error: " not in printed, f"{what} printed:\n{printed}"
        assert not shown or _SAME.check_output(shown, printed, _LOOSELY), f"{what} printed:\n{printed}\nnot:\n{shown}"

    def _output(self, command: str) -> str:
        words = shlex.split(command)
        variables = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))
        if words[len(variables)] != "rag":
            run = subprocess.run(["bash", "-euc", command], capture_output=True, text=True, timeout=300, check=True)
            return run.stdout
        with self.monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setitem(os.environ, name, value)
            patch.setattr(sys, "argv", words[len(variables) :])
            with pytest.raises(SystemExit) as ended:
                main()
        printed = self.capsys.readouterr()
        assert ended.value.code in (None, 0, 3) or "Error: " in printed.err, printed.err
        return printed.out + printed.err


def typed(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block, and what is shown below it."""
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        command, _, shown = part.partition("\n")
        yield command.partition("  # ")[0], shown


def run_tests(text: str) -> None:
    """Call the functions of a file of tests, none of which takes an argument."""
    world: dict[str, Any] = {}
    exec(text, world)
    tests = [call for name, call in world.items() if name.startswith("test_")]
    assert tests
    for test in tests:
        test()


def check_lines(diff: Block) -> None:
    """Fail unless the file that a diff names holds the lines that are not new in it."""
    there = {line.rstrip() for line in (ROOT / diff.title).read_text(encoding="utf-8").splitlines()}
    old = [line[1:].rstrip() for line in diff.text.splitlines() if not line.startswith("+")]
    assert [line for line in old if line.strip() not in ("", "...") and line not in there] == [], diff.title
