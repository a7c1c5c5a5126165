"""Asking and scoring are two steps with a file between them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from eval.gold import GoldQuestion
from eval.harness import Record, read, run, select
from rag.errors import InvalidInput
from rag.types import Answer, Citation, Claim, Timings, Turn

CITATION = Citation(1, "acme.txt", "Jobs", "Gazette", "2025-02-27", 0, 22, "Acme hires\u2028“120” people.\x85")


@dataclass
class ScriptedAssistant:
    """Answers every question in the same words, or is interrupted at the question ``fails_at``."""

    fails_at: str = ""
    asked: list[tuple[str, tuple[Turn, ...]]] = field(default_factory=list)

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        self.asked.append((question, tuple(history)))
        if question == self.fails_at:
            raise KeyboardInterrupt
        claims = (Claim("Acme hires 120.", (CITATION,), 1.0), Claim("It grows.", (), 0.5))
        return Answer(question, claims=claims, done=True, confidence=0.75, timings=Timings(first_token=1.5, total=2.5))


def questions(*names: str, split: str = "test") -> list[GoldQuestion]:
    return [GoldQuestion(name, "other_topic", split, f"{name}?", False) for name in names]  # type: ignore[arg-type]


def silent(stage: str, done: float) -> None:
    """A report that nobody reads."""


def test_a_record_holds_what_scoring_needs(tmp_path: Path) -> None:
    (record,) = run(ScriptedAssistant(), questions("a"), tmp_path / "run.jsonl", silent)
    assert (record.id, record.question, record.text) == ("a", "a?", "Acme hires 120. [1] It grows. ")
    assert (record.abstained, record.confidence, record.uncited_claims) == (False, 0.75, 1)
    assert (record.first_token, record.total) == (1.5, 2.5)
    assert record.citations[0]["quote"] == CITATION.quote


def test_records_are_read_as_they_were_written(tmp_path: Path) -> None:
    """A quote may hold characters that some take for line ends."""
    records = run(ScriptedAssistant(), questions("a", "b"), tmp_path / "new" / "run.jsonl", silent)
    assert read(tmp_path / "new" / "run.jsonl") == records
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["run.jsonl"]


def test_every_question_is_asked_once_in_order_with_its_history(tmp_path: Path) -> None:
    history = (Turn("Who?", "Acme."),)
    follow_up = GoldQuestion("b", "other_topic", "test", "b?", False, history=history)
    assistant = ScriptedAssistant()
    run(assistant, [*questions("a"), follow_up], tmp_path / "run.jsonl", silent)
    assert assistant.asked == [("a?", ()), ("b?", history)]


def test_progress_is_told_before_each_question(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    run(ScriptedAssistant(), questions("a", "b"), tmp_path / "run.jsonl", lambda *stage: told.append(stage))
    assert told == [("Question 1 of 2", 0.0), ("Question 2 of 2", 0.5)]


def test_an_interrupted_run_leaves_the_one_before_and_what_it_has(tmp_path: Path) -> None:
    out = tmp_path / "run.jsonl"
    before = run(ScriptedAssistant(), questions("z"), out, silent)
    with pytest.raises(KeyboardInterrupt):
        run(ScriptedAssistant(fails_at="b?"), questions("a", "b"), out, silent)
    assert read(out) == before
    assert [record.id for record in read(tmp_path / "run.jsonl.part")] == ["a"]


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assistant = ScriptedAssistant()
    with pytest.raises(InvalidInput, match="The run cannot be written to"):
        run(assistant, questions("a"), tmp_path / "file" / "run.jsonl", silent)
    assert assistant.asked == []


@pytest.mark.parametrize("content", [b"{", b"[]", b"1", b'{"id": "a"}', b"\xff"])
def test_a_file_that_is_no_run_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.jsonl").write_bytes(content)
    with pytest.raises(InvalidInput, match=r"run\.jsonl is not a run of rag eval"):
        read(tmp_path / "run.jsonl")


def test_a_missing_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"gone\.jsonl is not a run of rag eval"):
        read(tmp_path / "gone.jsonl")


@pytest.mark.parametrize(
    ("split", "limit", "expected"),
    [
        ("all", None, "abcdefghijkl"),
        ("test", None, "abcdefghij"),
        ("train", None, "kl"),
        ("test", 5, "acegi"),
        ("test", 3, "adg"),  # 0, 10 / 3, 20 / 3
        ("test", 1, "a"),
        ("test", 99, "abcdefghij"),
    ],
)
def test_a_limit_is_spread_evenly_over_the_split(split: str, limit: int | None, expected: str) -> None:
    gold = [*questions(*"abcdefghij"), *questions("k", "l", split="train")]
    assert "".join(question.id for question in select(gold, split, limit)) == expected


def test_nothing_can_be_selected_from_nothing() -> None:
    assert select([], "all") == ()


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_asks_nothing_is_refused(limit: int) -> None:
    with pytest.raises(InvalidInput, match=f"Limit {limit} asks nothing"):
        select(questions("a"), "all", limit)


def test_an_unknown_split_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Unknown split 'dev'; choose one of train, test, all"):
        select(questions("a"), "dev")


def test_records_are_values() -> None:
    answer = ScriptedAssistant().ask("a?")
    assert Record.of("a", answer) == Record.of("a", answer)
