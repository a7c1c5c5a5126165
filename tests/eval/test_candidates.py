"""Candidates come back from the review file as they were put in, whoever else writes to it."""

import json
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InvalidInput
from rag.types import Answer, Citation, Claim, Turn
from rag_eval.candidates import Candidate, append, read, remove

CITATION = Citation(1, "acme.txt", "Acme grows", "The Post", "2025-01-02", 0, 22, "Acme hires 120 people.")
CANDIDATE = Candidate(
    question="How many people does it hire?",
    history=(Turn("Where is Acme?", "Acme is in Oslo. [1]"),),
    sources=("acme.txt",),
    answer="Acme hires 120 people. [1]",
    abstained=False,
    citations=(CITATION,),
    verdict="wrong",
    right_answer="130 people",
    created="2025-01-02T03:04:05+00:00",
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def row(**changes: Any) -> str:
    return json.dumps(asdict(CANDIDATE) | changes)


def test_what_is_appended_is_read_in_its_order(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "candidates.jsonl"
    first, second = CANDIDATE, replace(CANDIDATE, verdict="right")
    append(path, first)
    append(path, second)
    assert read(path) == (first, second)


@given(question=TEXT, right_answer=TEXT)
def test_any_text_comes_back(question: str, right_answer: str) -> None:
    candidate = replace(CANDIDATE, question=question, right_answer=right_answer)
    with TemporaryDirectory() as folder:
        append(Path(folder) / "candidates.jsonl", candidate)
        assert read(Path(folder) / "candidates.jsonl") == (candidate,)


def test_half_a_character_becomes_a_question_mark(tmp_path: Path) -> None:
    append(tmp_path / "c.jsonl", replace(CANDIDATE, question="Why \ud83d"))
    assert read(tmp_path / "c.jsonl")[0].question == "Why ?"


def test_no_file_holds_no_candidates(tmp_path: Path) -> None:
    assert read(tmp_path / "none.jsonl") == ()


def test_a_candidate_is_made_of_an_answer() -> None:
    answer = Answer("Who?", claims=(Claim("Acme hires 120 people.", (CITATION,), 0.9),), done=True)
    before = datetime.now(UTC)
    made = Candidate.of("It hires how many?", answer, CANDIDATE.history, ["acme.txt"], "wrong", "130 people")
    assert replace(made, created="") == replace(CANDIDATE, question="It hires how many?", created="")
    assert before <= datetime.fromisoformat(made.created) <= datetime.now(UTC)


def test_a_candidate_needs_no_answer() -> None:
    made = Candidate.of("Where is Acme?")
    assert (made.answer, made.abstained, made.citations, made.verdict) == ("", False, (), "")


def test_removing_leaves_the_others_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    candidates = [replace(CANDIDATE, question=f"Question {number}?") for number in range(3)]
    for candidate in candidates:
        append(path, candidate)
    remove(path, candidates[1])
    assert read(path) == (candidates[0], candidates[2])
    remove(path, candidates[1])
    assert read(path) == (candidates[0], candidates[2])


def test_removing_from_no_file_is_no_error(tmp_path: Path) -> None:
    remove(tmp_path / "c.jsonl", CANDIDATE)
    assert read(tmp_path / "c.jsonl") == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (row(verdict="maybe"), "verdict: Input should be 'right', 'wrong' or ''"),
        (row(mood="good"), "mood"),
        (row(abstained="no"), "abstained: Input should be a valid boolean"),
        (row(history=[{"question": "Where?", "answer": 1}]), "history.0.answer: Input should be a valid string"),
        (row()[:-1], "Invalid JSON"),
        ("[]", "the line: "),
    ],
)
def test_a_broken_line_is_named_with_file_line_and_reason(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text(f"{row()}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        read(path)
    told = str(caught.value)
    assert told.startswith(f"{path}:3: ")
    assert reason in told
    assert "\n" not in told


def test_bytes_that_are_no_text_are_named_too(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes(b'{"question": "\xff"}\n')
    with pytest.raises(InvalidInput, match=r"c\.jsonl:1: "):
        read(path)


def test_a_file_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match="cannot be written") as caught:
        append(tmp_path / "file" / "c.jsonl", CANDIDATE)
    assert "\n" not in str(caught.value)


def append_many(path: Path, writer: int) -> None:
    for number in range(20):
        append(path, replace(CANDIDATE, question=f"{writer}-{number}", right_answer="x" * 5000))


def test_processes_and_threads_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    doomed = [replace(CANDIDATE, question=f"doomed {number}") for number in range(20)]
    for candidate in doomed:
        append(path, candidate)
    with ProcessPoolExecutor(1, get_context("spawn")) as processes, ThreadPoolExecutor(2) as threads:
        work = [processes.submit(append_many, path, 0), *(threads.submit(append_many, path, n) for n in (1, 2))]
        for candidate in doomed:
            remove(path, candidate)
    assert [done.result() for done in work] == [None] * 3
    expected = {f"{writer}-{number}" for writer in range(3) for number in range(20)}
    assert sorted(candidate.question for candidate in read(path)) == sorted(expected)
