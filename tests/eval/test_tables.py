"""The tables show the same figures in the terminal, in Markdown and in HTML, and take no name for markup."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Table

from rag_eval.metrics import Percentiles, Scores
from rag_eval.statistics import Rate
from rag_eval.tables import Grid, by_kind, conditions, figures, kinds, markdown, overview, rates, speed
from tests.eval.made_up import answered, info, question, refused, scored

NUMBER, LIST, OTHER = question(1), question(2, "list"), question(3, "other_topic")
ASKED = (NUMBER, LIST, OTHER)


def plain(system: str = "assistant", **rates_by_name: float | None) -> Scores:
    """Scores of a system with these rates, each over 40 values with an interval of ten points to either side."""
    scores = scored(system, ASKED, [refused(system, one) for one in ASKED])
    made = {
        name.replace("_", " "): Rate(value, value - 0.1, value + 0.1, 40)
        if value is not None
        else Rate(None, None, None, 0)
        for name, value in rates_by_name.items()
    }
    return replace(scores, rates=made)


def printed(table: Table) -> str:
    console = Console(width=250, record=True, force_terminal=True, file=None, quiet=False)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def shown(grid: Grid, name: str) -> list[str]:
    """The cells of a row, the best ones in stars."""
    row = next(row for row in grid.rows if row.name == name)
    return [f"*{cell}*" if cell.best else str(cell) for cell in row.cells]


def test_a_rate_stands_with_its_interval() -> None:
    scores = replace(plain(), rates={"truthfulness": Rate(0.674, 0.581, 0.76, 40)})
    assert shown(rates([scores]), "truthfulness") == ["67.4 % [58.1, 76.0]"]


def test_a_figure_over_nothing_is_a_dash() -> None:
    assert shown(rates([plain(truthfulness=None)]), "truthfulness") == ["–"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(-0.05, "−5.0 % [−15.0, 5.0]"), (-0.0001, "0.0 % [−10.0, 10.0]"), (1.0, "100.0 % [90.0, 110.0]")],
)
def test_a_negative_rate_has_a_minus_and_a_zero_has_none(value: float, text: str) -> None:
    assert shown(rates([plain(truthfulness=value)]), "truthfulness") == [text]


@pytest.mark.parametrize(
    ("name", "values", "best"),
    [
        ("truthfulness", [0.5, 0.7, 0.6], [False, True, False]),
        ("refused_wrongly", [0.5, 0.7, 0.6], [True, False, False]),
        ("answered_wrongly", [0.5, 0.5, 0.6], [True, True, False]),
        ("truthfulness", [0.67401, 0.67404, 0.1], [True, True, False]),
        ("truthfulness", [0.5, 0.5, 0.5], [False, False, False]),
        ("truthfulness", [0.5], [False]),
        ("truthfulness", [None, -0.5, -0.6], [False, True, False]),
    ],
)
def test_the_best_of_a_row_is_marked(name: str, values: list[float | None], best: list[bool]) -> None:
    grid = rates([plain(f"system {number}", **{name: value}) for number, value in enumerate(values)])
    assert [cell.best for cell in grid.rows[0].cells] == best


def test_a_system_without_a_figure_has_a_dash_in_its_row() -> None:
    grid = rates([plain("first", truthfulness=0.5), plain("second", citation_recall=0.25)])
    assert shown(grid, "truthfulness") == ["50.0 % [40.0, 60.0]", "–"]
    assert shown(grid, "citation recall") == ["–", "25.0 % [15.0, 35.0]"]


def test_a_row_tells_over_how_many_values_each_system_was_measured() -> None:
    first = replace(plain("first"), rates={"quotes exact": Rate(0.5, 0.4, 0.6, 31), "token F1": Rate(0.5, 0.4, 0.6, 9)})
    second = replace(
        plain("second"), rates={"quotes exact": Rate(0.5, 0.4, 0.6, 28), "token F1": Rate(0.5, 0.4, 0.6, 9)}
    )
    assert [row.over for row in rates([first, second]).rows][:2] == ["28–31", "9"]


def test_risk_area_and_calibration_error_are_better_when_lower() -> None:
    first = replace(plain("first"), risk_area=0.2, calibration_error=0.05)
    second = replace(plain("second"), risk_area=0.1, calibration_error=0.06)
    grid = rates([first, second])
    assert shown(grid, "risk area") == ["20.0 %", "*10.0 %*"]
    assert shown(grid, "calibration error") == ["*5.0 %*", "6.0 %"]


def test_seconds_and_tokens_show_median_and_95th_percentile() -> None:
    """0.123 s has two decimals, 4.56 s has one, tokens have none."""
    measured = {
        "seconds to evidence": Percentiles(0.123, 4.56, 40),
        "seconds to first token": Percentiles(None, None, 0),
        "prompt tokens": Percentiles(1234.5, 2000.0, 40),
    }
    grid = speed([replace(plain(), speed=measured)])
    assert [str(row.cells[0]) for row in grid.rows] == ["0.12 [p95 4.6]", "–", "1,234 [p95 2,000]"]


def test_kinds_show_right_of_all_and_end_with_their_sum() -> None:
    """The assistant is right on the number and the other topic, not on the list: 1/1 + 0/1 + 1/1 = 2/3."""
    records = [answered("assistant", NUMBER), refused("assistant", LIST), refused("assistant", OTHER)]
    grid = by_kind([scored("assistant", ASKED, records)])
    assert [(row.name, str(row.cells[0])) for row in grid.rows] == [
        ("fact_number", "1/1"),
        ("list", "0/1"),
        ("other_topic", "1/1"),
        ("all", "2/3"),
    ]


def test_terminal_and_markdown_show_the_same_strings() -> None:
    scores = [plain("first", truthfulness=0.5), plain("second", truthfulness=0.25)]
    terminal = re.sub(r"\x1b\[[0-9;]*m", "", printed(overview(scores, 500)) + printed(kinds(scores)))
    text = markdown(info(ASKED, ("first", "second")), scores).replace("**", "")
    for grid in (rates(scores), speed(scores), by_kind(scores)):
        for row in grid.rows:
            assert row.name in terminal
            assert all(str(cell) in terminal for cell in row.cells)
            assert f"| {row.name} | {' | '.join(map(str, row.cells))} |" in text


@pytest.mark.parametrize(("width", "shown"), [(32 + 2 * 23, True), (32 + 2 * 23 - 1, False)])
def test_intervals_are_left_out_where_they_do_not_fit(width: int, shown: bool) -> None:
    scores = [plain("first", truthfulness=0.5), plain("second", truthfulness=0.25)]
    table = printed(overview(scores, width))
    assert "50.0 %" in table
    assert ("[" in re.sub(r"\x1b\[[0-9;]*m", "", table)) is shown


def test_figures_of_any_systems_make_a_table() -> None:
    table = printed(figures({"bm25": {"R@5 of spans": Rate(0.5, 0.4, 0.6, 40)}, "dense": {}}))
    assert "50.0 % [40.0, 60.0]" in table


@given(st.text(st.characters(codec="utf-8")))
def test_no_name_breaks_a_markdown_table(name: str) -> None:
    scores = [replace(plain(truthfulness=0.5), system=name), plain("second")]
    lines = [line for line in markdown(info(ASKED, ("a", "b")), scores).split("\n") if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in lines} == {4, 5}


def test_markdown_holds_neither_html_nor_links_of_a_name() -> None:
    hostile = replace(plain(), system="<script>[x](https://acme.example)")
    text = markdown(info(ASKED, (hostile.system,)), [hostile])
    assert r"&lt;script&gt;\[x\](https://acme.example)" in text
    assert "<script>" not in text


def test_the_terminal_obeys_neither_markup_nor_control_characters_of_a_name() -> None:
    name = "[red]Acme[/] \x1b]0;title\x07\x1b[2J"
    table = printed(overview([replace(plain(truthfulness=0.5), system=name)], 80))
    assert "[red]Acme[/] ]0;title [2J" in table
    assert re.sub(r"\x1b\[[0-9;]*m", "", table).isascii() is False
    assert "\x1b]" not in table
    assert "\x1b[2J" not in table


def test_conditions_name_models_and_changed_settings_in_short() -> None:
    run = replace(info(ASKED, ("assistant",), top_k=8, documents_dir="elsewhere", unknown=True), gold="some/where/gold")
    found = dict(conditions(run))
    assert found["set"] == "gold"
    assert found["questions"] == "3"
    assert found["generator"] == "small-model 0123456789ab"
    assert found["index"] == "0123456789ab"
    assert found["settings"] == "top_k = 8, unknown = true"


def test_default_settings_are_called_so() -> None:
    assert dict(conditions(info(ASKED, ("assistant",))))["settings"] == "all as by default"
