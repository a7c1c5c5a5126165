"""What `rag eval` cannot use as given is told in one line."""

import json
from pathlib import Path

import pytest

from rag_eval.benchmarks import NAMES
from rag_eval.gold import GoldQuestion
from rag_eval.lines import question_line
from tests.eval.desk import Desk, assert_refused
from tests.eval.small_world import HOW_MANY, MOON


def line_of(gold: GoldQuestion, **changes: object) -> str:
    """The question's line in a gold file, with other values of some fields."""
    return json.dumps({**json.loads(question_line(gold)), **changes})


def test_bad_json_is_told_with_its_line(desk: Desk) -> None:
    lines = [line_of(MOON, id=f"other_topic-{n}", question=f"Who is {n}?") for n in range(16)]
    Path("gold.jsonl").write_text("\n".join([*lines, '{"id": ']), encoding="utf-8")
    assert_refused(desk.type("run", "--set", "gold.jsonl"), "gold.jsonl:17: ")


def test_a_place_that_does_not_hold_its_quote_is_told_with_its_line(desk: Desk) -> None:
    span = {"file": "acme.txt", "start": 0, "end": 4, "quote": "Rival"}
    Path("gold.jsonl").write_text(f"{line_of(MOON)}\n{line_of(HOW_MANY, spans=[span])}\n", encoding="utf-8")
    assert_refused(
        desk.type("run", "--set", "gold.jsonl"),
        "gold.jsonl:2: span acme.txt[0:4] is 'Acme', expected its quote 'Rival'",
    )


def test_an_unknown_kind_is_told_with_its_line(desk: Desk) -> None:
    Path("gold.jsonl").write_text(line_of(MOON, kind="riddle"), encoding="utf-8")
    assert_refused(desk.type("run", "--set", "gold.jsonl"), "gold.jsonl:1: unknown kind 'riddle'; the kinds are")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["run", "--set", "gold.jsonl", "--split", "exam"], "Unknown split 'exam'; choose one of train, test, all"),
        (["run", "--set", "gold.jsonl", "--systems", "assistant,oracle"], "Unknown system oracle; the systems are"),
        (["run", "--set", "gold.jsonl", "--systems", ","], "No system is named; the systems are assistant"),
        (["run", "--set", "gold.jsonl", "--config", "cls.toml"], "The settings in cls.toml cannot be read"),
        (["run", "--set", "gold.jsonl", "--limit", "0"], "--limit"),
        (["run", "--set", "gone.jsonl"], "cannot read gone.jsonl: No such file or directory; `rag eval new FILE`"),
        (["run", "--set", "gold.jsonl", "--index", "gone"], "There is no index in gone"),
        (["run", "--set", "gold.jsonl", "--config", "gone.toml"], "The settings in gone.toml cannot be read"),
        (["run", "--set", "gold.jsonl", "--config", "torn.toml"], "The settings in torn.toml cannot be read"),
        (["run", "--set", "gold.jsonl", "--config", "odd.toml"], "Setting 'top_q'"),
        (["run", "--set", "gold.jsonl", "--config", "high.toml"], "Setting 'top_k'"),
        *((["run", "--set", name], f"Where the benchmark {name} lies is not known") for name in NAMES),
        (["run", "--set", NAMES[0], "--data", "nowhere"], "nowhere"),
        (["retrieval", "--set", "gold.jsonl", "--split", "exam"], "Unknown split 'exam'"),
        (["retrieval", "--set", NAMES[0]], f"Where the benchmark {NAMES[0]} lies is not known"),
        (["score", "gone.jsonl"], "cannot read gone.jsonl: No such file or directory; `rag eval run` writes"),
        (["score", "gone.jsonl", "--json"], "cannot read gone.jsonl"),
        (["score", "gold.jsonl"], "gold.jsonl:1: not a line of a run"),
        (["score"], "cannot read eval.run.jsonl"),
        (["compare", "gone.jsonl", "gone.jsonl"], "cannot read gone.jsonl"),
        (["compare", "gone.jsonl"], "Missing argument 'SECOND'"),
        (["report", "gone.jsonl"], "cannot read gone.jsonl"),
        (["gate", "--fast", "--update"], "--update takes the verdicts of all questions; leave --fast out"),
        (["gate", "--baseline", "gone.json"], "gone.json: No such file or directory; `rag eval gate --update`"),
        (["add", " "], "The question is empty"),
        (["add", "Who?", "--unanswerable", "--right", "Acme"], "--unanswerable goes with neither --right nor --ask"),
        (["new", "gold.jsonl"], "gold.jsonl exists already"),
        (["new", "mine.jsonl", "--index", "gone"], "There is no index in gone"),
        (["sing"], "No such command 'sing'"),
        (["run", "--colour"], "No such option: --colour"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(desk: Desk, arguments: list[str], reason: str) -> None:
    for name, content in {"torn": "top_k = ", "odd": "top_q = 5", "high": "top_k = 5000", "cls": "cls = 1"}.items():
        Path(f"{name}.toml").write_text(content, encoding="utf-8")
    before = sorted(desk.folder.iterdir())
    assert_refused(desk.type(*arguments), reason)
    assert sorted(desk.folder.iterdir()) == before


def test_a_system_that_a_run_does_not_have_is_refused(desk: Desk) -> None:
    desk.run()
    asked = desk.type("compare", "run.jsonl", "run.jsonl", "--second-system", "closed_book")
    assert_refused(asked, "The run holds no system 'closed_book'; it has assistant")


def test_a_run_that_is_not_complete_is_refused_with_the_command_that_completes_it(desk: Desk) -> None:
    desk.run()
    content = Path("run.jsonl").read_bytes().splitlines(keepends=True)
    Path("run.jsonl").write_bytes(b"".join(content[:-1]))
    assert_refused(
        desk.type("score", "run.jsonl"), "run.jsonl lacks 1 answers; complete it: rag eval run --out run.jsonl"
    )
