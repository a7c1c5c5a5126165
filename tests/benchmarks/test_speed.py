"""What the benchmarks of speed tell of their raw seconds."""

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from benchmarks.speed.answers import FRESH, KEPT, LOOP, REPEATED, Asked, figures
from benchmarks.speed.figures import Journal, Middle, bend, in_turns, placed, ratio
from benchmarks.speed.limits import figures as shares
from rag.errors import InvalidInput


def row(id: str, way: str, end: float, **changes: Any) -> dict[str, Any]:
    asked = Asked(id, "fact_date", way, 0.1, end / 2, end, False, "correct", 900, 30, 0.0)
    return asdict(asked) | changes


def test_the_middle_of_nothing_is_nothing() -> None:
    assert Middle.of([]) is None


def test_a_middle_lies_in_its_interval_and_below_the_90th_percentile() -> None:
    found = Middle.of([1.0, 2.0, 3.0, 4.0, 10.0])
    assert found is not None
    assert found.median == 3
    assert found.low <= 3 <= found.high <= 10
    assert found.p90 == pytest.approx(7.6)  # 4 + 0.6 * (10 - 4): place 0.9 * 4 = 3.6
    assert found.over == 5


def test_ratios_are_taken_pair_by_pair() -> None:
    """1/2, 9/3 and 4/4 have the median 1; the ratio of the medians would be 4/3."""
    assert ratio([1, 9, 4], [2, 3, 4]) == 1


def test_each_round_begins_with_another_way() -> None:
    told: list[str] = []

    def way(name: str) -> float:
        told.append(name)
        return 0.0

    ways = {name: partial(way, name) for name in "abc"}
    assert in_turns(ways, 3) == {"a": [0, 0, 0], "b": [0, 0, 0], "c": [0, 0, 0]}
    assert "".join(told) == "abcbcacab"


def test_a_straight_line_does_not_bend_and_a_parabola_does() -> None:
    """The line through (1, 1) and (2, 4) has 7 at 3, where 9 is more than 1.25 * 7 = 8.75."""
    assert bend([(x, 3 * x + 1) for x in (1, 2, 8, 20)]) is None
    assert bend([(x, x * x) for x in (1, 2, 3, 4)]) == 3


def test_figures_take_the_place_of_older_ones_and_nothing_else() -> None:
    page = "A\n<!-- x -->\n<!-- end of x -->\nB"
    once = placed(page, "x", "1")
    assert once == "A\n<!-- x -->\n\n1\n\n<!-- end of x -->\nB"
    assert placed(placed(once, "x", "2"), "x", "1") == once
    with pytest.raises(InvalidInput, match="no place for y"):
        placed(page, "y", "1")


def test_an_interrupted_journal_goes_on_and_drops_a_line_that_was_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "raw.jsonl"
    Journal(path, {"model": "a"}).write({"id": 1, "end": 0.5})
    with path.open("a", encoding="utf-8") as file:
        file.write('{"id": 2, "en')
    again = Journal(path, {"model": "a"})
    assert again.rows == [{"id": 1, "end": 0.5}]
    again.write({"id": 2, "end": 0.25})
    assert [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] == [{"model": "a"}, *again.rows]
    assert list(again.of(id=2)) == [{"id": 2, "end": 0.25}]


def test_a_journal_of_other_conditions_is_not_gone_on_with(tmp_path: Path) -> None:
    Journal(tmp_path / "raw.jsonl", {"model": "a", "threads": 2})
    with pytest.raises(InvalidInput, match="with other model; delete"):
        Journal(tmp_path / "raw.jsonl", {"model": "b", "threads": 2})


def test_answers_are_compared_with_the_loop_question_by_question() -> None:
    rows = [
        row("one", LOOP, 10, first=None, verdict="wrong"),
        row("one", FRESH, 8),
        row("one", KEPT, 2),
        row("one", REPEATED, 0.01),
        row("two", LOOP, 4, kind="follow_up"),
        row("two", FRESH, 4, kind="follow_up"),
        row("two", KEPT, 2, kind="follow_up"),
        row("two", REPEATED, 0.02, kind="follow_up"),
        row("no", LOOP, 5),
        row("no", FRESH, 3, first=None, abstained=True),
        row("no", KEPT, 1, first=None, abstained=True),
        row("no", REPEATED, 0.03, abstained=True),
    ]
    told = {line.split(" | ")[0].strip("| "): line.split(" | ")[1:] for line in figures(rows).splitlines()}
    assert told["whole answer"][0] == "2"
    assert told["whole answer"][3].startswith("0.35 (")  # 2/10 and 2/4
    assert told["whole answer"][5] == "yes |"
    assert told["follow-up"][3].startswith("0.5 (")
    assert told["follow-up"][5] == "no |"
    assert told["refusal"][:2] == ["1", "1"]
    assert told["refusal"][3].startswith("0.2 (")
    assert told["first verified sentence"][0] == "2"
    assert told["repeated question"][1] == "0.02"
    assert "loop: 2 of 3; fresh: 3 of 3; kept: 3 of 3." in figures(rows)


def test_shares_are_of_the_best_that_the_machine_did() -> None:
    """20 tokens/s of 1 GB are half of 40 GB/s; 500 tokens/s of 1e9 weights, twice each, are a tenth of 10^13."""
    found = {
        "read": [30.0, 40.0],
        "copied": [50.0, 20.0],
        "int8 a": [5.0, 10.0],
        "llama.cpp, prefill 512": [500.0, 400.0, 900.0],
        "ours, decode": [20.0, 10.0, 25.0],
    }
    told = shares(found, decoded_bytes=10**9, parameters=10**9)
    assert "| llama.cpp, prefill 512 | 500 | 10% |" in told
    assert "| ours, decode | 20 | 50% | ≥ 80% |" in told
