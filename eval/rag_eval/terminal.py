"""Questions to the person at a terminal."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console


class Terminal(Protocol):
    """Shows texts and asks a person. Each question raises KeyboardInterrupt or EOFError when the person leaves."""

    def show(self, text: str) -> None:
        """Show a text of one line or more, literally."""
        ...

    def ask(self, label: str, default: str = "") -> str:
        """One line without the blanks around it; ``default`` can be taken as it is or edited."""
        ...

    def choose(self, label: str, options: Sequence[str], default: str) -> str:
        """One of ``options``."""
        ...

    def confirm(self, label: str, default: bool) -> bool:
        """Yes or no."""
        ...


class RichTerminal:
    """A real terminal. Where lines can be edited, the default stands in the line; elsewhere an empty line means it."""

    def __init__(self, console: "Console") -> None:
        self._console = console

    def show(self, text: str) -> None:
        """Print the text."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def ask(self, label: str, default: str = "") -> str:
        """Read one line."""
        from rich.prompt import Prompt
        from rich.text import Text

        with _in_the_line(default) as editable:
            if editable:
                self._console.print(Text(label, style="bold"), soft_wrap=True)
                return input("> ").strip()
            shown = Text(label, style="bold")
            return Prompt.ask(shown, console=self._console, default=default, show_default=bool(default)).strip()

    def choose(self, label: str, options: Sequence[str], default: str) -> str:
        """Ask until one of the options is typed."""
        from rich.prompt import Prompt
        from rich.text import Text

        return Prompt.ask(Text(label, style="bold"), console=self._console, choices=list(options), default=default)

    def confirm(self, label: str, default: bool) -> bool:
        """Ask until y or n is typed."""
        from rich.prompt import Confirm
        from rich.text import Text

        return Confirm.ask(Text(label, style="bold"), console=self._console, default=default)


@contextmanager
def _in_the_line(default: str) -> Iterator[bool]:
    """Put a text into the line that is read next, to be edited there. Gives whether that works here."""
    if not (sys.stdin.isatty() and sys.stdout.isatty() and find_spec("readline")):
        yield False
        return
    import readline

    def insert() -> None:
        readline.insert_text(default)
        readline.redisplay()

    readline.set_pre_input_hook(insert)
    try:
        yield True
    finally:
        readline.set_pre_input_hook(None)
