"""What the regression gate lets pass, and which questions it asks."""

import json
import random
from collections import Counter
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from rag.errors import InvalidInput
from rag.types import Timings
from rag_eval.gate import Baseline, fast_subset, other_conditions, regressions, shown, unknown
from rag_eval.gold import KINDS, GoldQuestion, Verdict
from rag_eval.metrics import JudgedQuestion, Scores
from rag_eval.runs import Record, RunInfo

INFO = RunInfo(
    format=1,
    gold="/home/anna/gold",
    data="/home/anna/articles",
    gold_sha256="1" * 64,
    split="test",
    questions=("a",),
    systems=("assistant",),
    settings={
        "top_k": 5,
        "dense_weight": 0.45,
        "threads": 2,
        "documents_dir": "/home/anna/articles",
        "generator": "/home/anna/little.gguf",
        "examples": ["Where?"],
    },
    index_dir="/home/anna/index",
    index_fingerprint="2" * 64,
    models={"generator": "/home/anna/little.gguf abc", "embedder": "tiny def"},
    version="1.0",
    machine={"cpu": "Acme 9000"},
    started="2025-01-01T00:00:00Z",
)


def judged(name: str, verdict: Verdict, text: str = "Acme hires 120.") -> JudgedQuestion:
    """An answered question; those whose name begins with x are unanswerable."""
    answerable = not name.startswith("x")
    question = GoldQuestion(name, "list" if answerable else "injection", "test", f"Question {name}?", answerable)
    record = Record("assistant", name, question.question, text, verdict == "refused", 0.5, (), (), (), Timings())
    return JudgedQuestion(question, record, verdict, None, (), {})


def scores(*questions: JudgedQuestion, system: str = "assistant") -> Scores:
    return Scores(system, questions, {}, {}, (), None, (), None, {})


def baseline(**verdicts: Verdict) -> Baseline:
    return Baseline.of(scores(*(judged(name, verdict) for name, verdict in verdicts.items())), INFO)


def printed(kept: Baseline, now: Scores, info: RunInfo = INFO) -> str:
    out = StringIO()
    Console(file=out, width=120).print(shown(kept, now, info))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "before", "after", "falls"),
    [
        ("a", "correct", "refused", True),
        ("a", "correct", "wrong", True),
        ("a", "refused", "wrong", True),
        ("a", "refused", "correct", False),
        ("a", "wrong", "refused", False),
        ("a", "wrong", "correct", False),
        ("a", "correct", "correct", False),
        ("a", "wrong", "wrong", False),
        ("x", "correct", "wrong", True),
        ("x", "wrong", "correct", False),
    ],
)
def test_a_question_fails_the_gate_if_its_answer_is_worth_less(
    name: str, before: Verdict, after: Verdict, falls: bool
) -> None:
    found = regressions(baseline(**{name: before}), scores(judged(name, after)))
    assert [(item.question.id, item.before, item.after.verdict) for item in found] == [(name, before, after)] * falls


def test_the_largest_loss_comes_first_and_equal_ones_stay_in_the_order_of_asking() -> None:
    """a loses 1 (right to refused), b 2 (right to wrong), c 1 (refused to wrong)."""
    kept = baseline(a="correct", b="correct", c="refused")
    found = regressions(kept, scores(judged("c", "wrong"), judged("a", "refused"), judged("b", "wrong")))
    assert [item.question.id for item in found] == ["b", "c", "a"]


def test_a_question_without_an_answer_has_got_worse() -> None:
    assert regressions(baseline(a="correct"), scores(replace(judged("a", "wrong"), record=None)))


def test_questions_that_were_not_asked_are_passed_over() -> None:
    assert regressions(baseline(a="correct", b="correct"), scores(judged("a", "correct"))) == ()


def test_questions_that_the_baseline_does_not_know_are_told_and_do_not_fail() -> None:
    kept, now = baseline(a="correct"), scores(judged("a", "correct"), judged("b", "wrong"))
    assert regressions(kept, now) == ()
    assert [question.id for question in unknown(kept, now)] == ["b"]
    assert "Not in the baseline, so not checked: b" in printed(kept, now)


def test_a_gate_that_would_check_nothing_does_not_pass() -> None:
    with pytest.raises(InvalidInput, match="knows none of the 1 questions"):
        regressions(baseline(a="correct"), scores(judged("b", "correct")))


def test_a_gate_for_another_system_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"'plain_loop'.*'assistant'"):
        regressions(baseline(a="correct"), scores(judged("a", "correct"), system="plain_loop"))


@given(st.dictionaries(st.text(min_size=1), st.sampled_from(["correct", "wrong", "refused"]), min_size=1))
def test_a_run_never_falls_behind_its_own_baseline(verdicts: dict[str, Verdict]) -> None:
    now = scores(*(judged(f"a{name}", verdict) for name, verdict in verdicts.items()))
    kept = Baseline.of(now, INFO)
    assert regressions(kept, now) == ()
    assert unknown(kept, now) == ()


def test_a_baseline_is_read_as_it_was_saved(tmp_path: Path) -> None:
    kept = baseline(a="correct", b="refused", x="wrong")
    kept.save(tmp_path / "new" / "baseline.json")
    assert Baseline.read(tmp_path / "new" / "baseline.json") == kept
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["baseline.json"]


def test_the_file_has_one_question_a_line_in_the_order_of_the_ids_whatever_the_order_of_asking(tmp_path: Path) -> None:
    asked = [judged("b", "refused"), judged("é", "wrong"), judged("a", "correct")]
    Baseline.of(scores(*asked), INFO).save(tmp_path / "one")
    Baseline.of(scores(*reversed(asked)), INFO).save(tmp_path / "two")
    content = (tmp_path / "one").read_text(encoding="utf-8")
    assert '    "a": "correct",\n    "b": "refused",\n    "é": "wrong"\n' in content
    assert (tmp_path / "two").read_bytes() == (tmp_path / "one").read_bytes()


def test_the_file_holds_no_path_and_nothing_of_the_machine(tmp_path: Path) -> None:
    baseline(a="correct").save(tmp_path / "baseline.json")
    content = (tmp_path / "baseline.json").read_text(encoding="utf-8")
    assert json.loads(content) == {
        "format": 1,
        "system": "assistant",
        "conditions": {
            "models": {"embedder": "tiny def", "generator": "little.gguf abc"},
            "settings": {"dense_weight": 0.45, "top_k": 5},
        },
        "verdicts": {"a": "correct"},
    }


def test_saving_replaces_the_baseline_before(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    baseline(a="wrong").save(path)
    baseline(b="correct").save(path)
    assert Baseline.read(path).verdicts == {"b": "correct"}


def test_a_baseline_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(InvalidInput, match="cannot be written"):
        baseline(a="correct").save(tmp_path / "taken")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_baseline_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match="cannot be written"):
        baseline(a="correct").save(tmp_path / "file" / "baseline.json")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "Invalid JSON"),
        ("[]", "is not a baseline"),
        ('{"format": 1, "system": "assistant", "conditions": {}}', "verdicts: "),
        ('{"format": 1, "system": "s", "conditions": {}, "verdicts": {"a": "fine"}}', "verdicts.a: "),
        ('{"format": 1, "system": "s", "conditions": {}, "verdicts": {}, "path": "x"}', "path: "),
        ('{"format": 2, "system": "s", "conditions": {}, "verdicts": {}}', "has format 2, this program reads 1"),
    ],
)
def test_another_file_is_refused_in_one_line(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "baseline.json").write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInput, match=reason) as caught:
        Baseline.read(tmp_path / "baseline.json")
    assert "baseline.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_baseline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="No such file"):
        Baseline.read(tmp_path / "baseline.json")


def test_other_models_and_settings_are_named() -> None:
    kept = baseline(a="correct")
    now = replace(INFO, models={"generator": "big.gguf 999", "embedder": "tiny def"}, settings={"top_k": 8})
    assert other_conditions(kept, now) == (
        "models.generator: little.gguf abc → big.gguf 999",
        "settings.dense_weight: 0.45 → none",
        "settings.top_k: 5 → 8",
    )
    assert "settings.top_k: 5 → 8" in printed(kept, scores(judged("a", "correct")), now)


def test_another_folder_machine_or_number_of_threads_is_no_other_condition() -> None:
    moved = replace(
        INFO,
        settings={**INFO.settings, "threads": 8, "documents_dir": "D:\\articles"},
        models={**INFO.models, "generator": "D:\\models\\little.gguf abc"},
        machine={"cpu": "Acme 1"},
    )
    assert other_conditions(baseline(a="correct"), moved) == ()


def test_what_got_worse_is_listed_with_its_answer() -> None:
    output = printed(baseline(a="correct", b="correct"), scores(judged("a", "wrong", "12."), judged("b", "correct")))
    assert "1 of 2 questions got worse than in the baseline." in output
    assert "a  correct → wrong" in output
    assert "Question a?" in output
    assert "12." in output
    assert "Question b?" not in output


def test_nothing_worse_is_said() -> None:
    assert "None of 1 questions got worse" in printed(baseline(a="refused"), scores(judged("a", "correct")))


def test_answers_are_shown_as_they_are_and_do_not_steer_the_terminal() -> None:
    output = printed(baseline(a="correct"), scores(judged("a", "wrong", "[red]x[/] \x1b[2J\x07")))
    assert "[red]x[/] [2J" in output
    assert "\x1b" not in output


def gold(name: str, kind: str, split: str = "test") -> GoldQuestion:
    return GoldQuestion(name, kind, split, f"Question {name}?", answerable=False)  # type: ignore[arg-type]


SETS = st.dictionaries(
    st.text(min_size=1), st.tuples(st.sampled_from(KINDS), st.sampled_from(["train", "test"])), max_size=60
).map(lambda rows: [gold(name, kind, split) for name, (kind, split) in rows.items()])


@given(SETS, st.integers(len(KINDS), 40))
def test_the_subset_holds_every_kind_and_is_spread_as_evenly_as_the_kinds_allow(
    questions: list[GoldQuestion], size: int
) -> None:
    there = Counter(question.kind for question in questions if question.split == "test")
    subset = fast_subset(questions, size)
    taken = Counter(question.kind for question in subset)
    assert len(set(subset)) == len(subset) == min(size, there.total())
    assert set(subset) <= {question for question in questions if question.split == "test"}
    assert taken.keys() == there.keys()
    for kind, count in taken.items():
        assert count == there[kind] or count >= max(taken.values()) - 1


@given(SETS, st.randoms(use_true_random=False))
def test_the_subset_does_not_depend_on_the_order_of_the_questions(
    questions: list[GoldQuestion], shuffler: random.Random
) -> None:
    shuffled = questions.copy()
    shuffler.shuffle(shuffled)
    assert fast_subset(shuffled) == fast_subset(questions)


@given(SETS, st.sampled_from(KINDS))
def test_a_new_question_replaces_at_most_one(questions: list[GoldQuestion], kind: str) -> None:
    added = gold("new" + "".join(question.id for question in questions), kind)
    assert len(set(fast_subset(questions)) - set(fast_subset([*questions, added]))) <= 1


def test_the_subset_is_the_same_on_every_machine() -> None:
    """The sha256 of list-001, list-002 and list-003 begin with 25, 08 and 51."""
    questions = [gold(f"list-00{number}", "list") for number in (1, 2, 3)]
    assert [question.id for question in fast_subset(questions, 1)] == ["list-002"]


def test_a_subset_smaller_than_the_kinds_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"subset of 1 cannot hold all 2 kinds.*from 2 on"):
        fast_subset([gold("a", "list"), gold("b", "noisy")], 1)
