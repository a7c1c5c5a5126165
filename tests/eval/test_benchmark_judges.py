"""Answers to the questions of benchmarks are judged as each set says."""

from pathlib import Path

import pytest

from rag.types import REFUSAL
from rag_eval.benchmarks import NAMES
from rag_eval.gold import Verdict
from tests.eval.benchmark_files import COMPARED, NEAR_MISS, NULL, SPAN_QUESTION, clapnq, multihop, squad, verdict


@pytest.mark.parametrize("name", NAMES)
def test_a_refusal_is_right_where_there_is_no_answer(tmp_path: Path, name: str) -> None:
    questions = {"multihop_rag": multihop, "clapnq_dev": clapnq, "squad2_sample": squad}[name](tmp_path)
    assert (verdict(questions, 0, REFUSAL), verdict(questions, 1, REFUSAL)) == ("refused", "correct")
    assert verdict(questions, 1, "Its office is in Oslo.") == "wrong"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes", "correct"),
        ("yes: there is no doubt. [1]", "correct"),
        ("No, although Acme said yes.", "wrong"),
        ("[1] Yes, Acme did. No?", "correct"),
        ("The answer is: **yes**. [1][2]", "correct"),
        ("It said yes, then no.", "wrong"),
        ("Acme hired 120 people. [1]", "wrong"),
        ("Yesterday.", "wrong"),
        ("Insufficient information. [2]", "refused"),
        ("", "wrong"),
    ],
)
def test_the_first_word_or_the_only_yes_or_no_decides(tmp_path: Path, text: str, expected: Verdict) -> None:
    assert verdict(multihop(tmp_path), 0, text) == expected


def test_no_is_judged_like_yes(tmp_path: Path) -> None:
    questions = multihop(tmp_path, {**COMPARED, "answer": "No."})
    assert [verdict(questions, 0, text) for text in ("No. [1]", "Yes, no less", "It did not: no.")] == [
        "correct",
        "wrong",
        "correct",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was Jane Doe-Smith. [1]", "correct"),
        ("JANE DOE SMITH’S firm", "correct"),
        ("It was the Jane Doe-Smith.", "correct"),
        ("Jane Doe", "wrong"),
        ("Mary Jane Doe-Smithers", "wrong"),
        ("Smith Jane Doe", "wrong"),
    ],
)
def test_other_multihop_answers_must_hold_the_gold_answer_as_whole_words(
    tmp_path: Path, text: str, expected: Verdict
) -> None:
    questions = multihop(tmp_path, {**COMPARED, "type": "inference", "answer": "The Jane Doe-Smith."})
    assert verdict(questions, 0, text) == expected


def test_insufficient_information_is_the_refusal_of_a_null_question(tmp_path: Path) -> None:
    questions = multihop(tmp_path)
    assert verdict(questions, 1, "Insufficient information.") == "correct"
    assert verdict(questions, 1, "Insufficient information on Acme, but Rival owns it.") == "wrong"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The office stands in Oslo. [7]", "correct"),  # offic, oslo of offic, stand, oslo
        ("Acme's office: Oslo Bergen Trondheim Tromso.", "correct"),  # acm, offic, oslo of six
        ("Office in Bergen, not Oslo, not Tromso, Trondheim", "wrong"),  # offic, oslo of five
        ("Norway hires", "correct"),  # norway of norway, hire
        ("Norway norway norway", "wrong"),  # the reference has it once: one of three
        ("Bergen.", "wrong"),
        ("It is. [1]", "wrong"),
    ],
)
def test_half_of_a_clapnq_answer_must_stand_in_the_reference(tmp_path: Path, text: str, expected: Verdict) -> None:
    """Stems of both gold answers and both sentences: offic x2, acm x2, oslo x3, norway, firm."""
    assert verdict(clapnq(tmp_path), 0, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They call Oslo home. [1]", "correct"),
        ("City of an Oslo", "correct"),
        ("Osloites", "wrong"),
        ("It is 1048.", "wrong"),
        (".", "wrong"),
    ],
)
def test_any_accepted_answer_makes_a_squad_answer_right(tmp_path: Path, text: str, expected: Verdict) -> None:
    assert verdict(squad(tmp_path), 0, text) == expected


def test_citation_marks_are_no_answer(tmp_path: Path) -> None:
    questions = squad(tmp_path, {**SPAN_QUESTION, "answers": ["1048"]}, NEAR_MISS)
    assert (verdict(questions, 0, "Then. [1048]"), verdict(questions, 0, "In 1048. [1]")) == ("wrong", "correct")


def test_who_always_says_yes_is_right_where_that_is_the_answer(tmp_path: Path) -> None:
    """Of two of three comparisons; the inference is a name, the null question has no answer."""
    asked = (
        COMPARED,
        {**COMPARED, "qid": "q2", "answer": "No"},
        {**COMPARED, "qid": "q3", "answer": "yes"},
        {**COMPARED, "qid": "q4", "type": "inference", "answer": "Acme"},
        NULL,
    )
    questions = multihop(tmp_path, *asked)
    verdicts = [verdict(questions, place, "Yes") for place in range(len(asked))]
    assert verdicts == ["correct", "wrong", "correct", "wrong", "wrong"]
