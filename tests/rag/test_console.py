"""What the commands print: nothing of it is obeyed by a terminal."""

import json
from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from rag.console import Screen, now_and_then, plain_json, stages, transfers

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


def test_who_sees_no_bar_is_told_every_ten_seconds_that_it_goes_on() -> None:
    """Began at 0: due at 10; then said at 12, so due at 22."""
    lines: list[str] = []
    times = iter([0, 3, 12, 12, 21, 22, 22])
    say = now_and_then(lines.append, seconds=10, clock=lambda: next(times))
    for line in ("at 3", "at 12", "at 21", "at 22"):
        say(line)
    assert lines == ["at 12", "at 22"]


def test_what_is_soon_done_is_not_told_where_there_is_no_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with stages() as report, transfers() as transferred:
        report("Loading the embedder", 0.5)
        transferred("mini", 94, 298)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_bar_in_a_terminal_a_line_elsewhere(is_terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    file = StringIO()
    screen = Screen(file=file, force_terminal=is_terminal, width=120, highlight=False)
    monkeypatch.setattr("rag.console.err", screen)
    monkeypatch.setattr("rag.console.now_and_then", lambda say: say)
    with stages() as report:
        report("38 of 40 sentences", 0.95)
    with transfers() as transferred:
        transferred("mini", 94_000_000, 298_000_000)
    told = file.getvalue()
    assert ("━" in told) == is_terminal
    if is_terminal:
        assert "38 of 40 sentences" in told
        assert "94.0/298.0 MB" in told
    else:
        assert told == "38 of 40 sentences\nmini: 94 of 298 MB\n"
