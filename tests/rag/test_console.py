"""What the commands print: nothing of it is obeyed by a terminal."""

import json
from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from rag.console import Screen, plain_json

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


@pytest.mark.parametrize("turn", "\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
def test_nothing_turns_round_what_stands_beside_it(turn: str) -> None:
    assert printed(f"a{turn}txt.exe\u202c\u2069 (Gazette)") == "atxt.exe (Gazette)\n"


def test_of_json_a_terminal_obeys_nothing_and_a_program_loses_nothing() -> None:
    """CSI is a character of its own, too; an emoji of three is joined by characters that nobody sees."""
    told = plain_json({"é": "Züge \x1b[2J \x9b2J \x7f \u202e 你好 👩\u200d👧 \U000e0041"})
    assert told == '{\n "é": "Züge \\u001b[2J \\u009b2J \\u007f \\u202e 你好 👩\\u200d👧 \\udb40\\udc41"\n}'


@given(st.recursive(st.text() | st.integers() | st.none(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
@example("\ud800")
def test_json_is_seen_as_it_is_and_read_as_it_was(data: object) -> None:
    told = plain_json(data)
    assert json.loads(told) == data
    assert all(map(str.isprintable, told.split("\n")))


def test_the_colours_of_the_console_remain() -> None:
    assert printed("[red]bad[/]") == "\x1b[31mbad\x1b[0m\n"
