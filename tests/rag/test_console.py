"""What the commands print: nothing of it is obeyed by a terminal."""

from io import StringIO

from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from rag.console import Screen

HOSTILE = "A \x1b[2J\x1b]52;c;eA==\x07bridge\x9b31m\x7f\x00 [red]opens[/]\tnow"
SHOWN = "A [2J]52;c;eA==bridge31m"


def printed(*things: object, markup: bool = True) -> str:
    """What a terminal gets, which the console believes to have in front of it."""
    file = StringIO()
    screen = Screen(file=file, force_terminal=True, color_system="standard", width=100, highlight=False)
    screen.print(*things, markup=markup)
    return file.getvalue()


def test_no_text_of_an_article_is_obeyed_by_a_terminal() -> None:
    """Escape sequences clear the screen, rename the window, fill the clipboard; tabs and lines are as they were."""
    assert printed(HOSTILE, markup=False) == f"{SHOWN} [red]opens[/]\tnow\n".expandtabs()
    assert printed(escape(HOSTILE)) == printed(HOSTILE, markup=False)


def test_nor_where_it_stands_in_something_else() -> None:
    table = Table("x")
    table.add_row(escape(HOSTILE))
    for thing in (table, Panel(escape(HOSTILE))):
        assert SHOWN in printed(thing)
        assert not set("\x07\x9b\x7f\x00") & set(printed(thing))


def test_the_colours_of_the_console_remain() -> None:
    assert printed("[red]bad[/]") == "\x1b[31mbad\x1b[0m\n"
