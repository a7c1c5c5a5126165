"""The terminal shows texts literally and takes lines, choices and yes or no."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from rag_eval.terminal import RichTerminal


class Typed:
    """A terminal into which these lines are typed, without a keyboard."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        self.output = io.StringIO()
        self.terminal = RichTerminal(Console(file=self.output, width=40))


def test_texts_are_shown_literally_and_unbroken(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = Typed(monkeypatch)
    typed.terminal.show("[1] [red]{n:120}[/] " + "word " * 20)
    assert typed.output.getvalue() == "[1] [red]{n:120}[/] " + "word " * 20 + "\n"


def test_an_empty_line_takes_the_default_and_another_replaces_it(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = Typed(monkeypatch, "", "  Oslo ", "")
    assert [typed.terminal.ask("Where [is] it?", "Bergen"), typed.terminal.ask("Where?", "Bergen")] == [
        "Bergen",
        "Oslo",
    ]
    assert typed.terminal.ask("Where?") == ""
    assert "Where [is] it? (Bergen)" in typed.output.getvalue()


def test_only_an_option_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = Typed(monkeypatch, "burn", "keep", "")
    assert typed.terminal.choose("What?", ["keep", "drop"], "drop") == "keep"
    assert typed.terminal.choose("What?", ["keep", "drop"], "drop") == "drop"


def test_yes_and_no(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = Typed(monkeypatch, "y", "n", "")
    assert [typed.terminal.confirm("So?", True) for _ in range(3)] == [True, False, True]


def test_the_end_of_the_input_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EOFError):
        Typed(monkeypatch).terminal.ask("Where?", "Oslo")


SCRIPT = """
from rich.console import Console
from rag_eval.terminal import RichTerminal
terminal = RichTerminal(Console())
print("got", [terminal.ask("Where?", "Oslo") for _ in range(3)])
"""
CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no readline")
def test_on_a_keyboard_the_default_stands_in_the_line_to_be_edited() -> None:
    keyboard, screen = os.openpty()
    environment = os.environ | {"TERM": "xterm", "INPUTRC": os.devnull}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], cwd=CHECKOUT, env=environment, stdin=screen, stdout=screen, stderr=screen
    )
    os.close(screen)  # held open, it would hide that the process has ended
    seen = b""
    for keys in (b"\r", b", Norway\r", b"\x15\r"):  # Ctrl-U empties the line
        while not seen.endswith(b"Oslo"):
            seen += os.read(keyboard, 1)
        seen = b""
        os.write(keyboard, keys)
    while b"]" not in seen:
        seen += os.read(keyboard, 1)
    assert b"got ['Oslo', 'Oslo, Norway', '']" in seen
    assert process.wait() == 0
    os.close(keyboard)
