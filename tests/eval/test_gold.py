"""The gold set is sound, and its judge tells right answers from wrong ones."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.types import REFUSAL
from rag_eval.gold import ANSWERABLE_KINDS, UNANSWERABLE_KINDS, GoldQuestion, compile_pattern, judge, load_gold
from tests.eval.gold_rows import REFUSE, acme

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "seeds"
TEXTS_OF_SEEDS = {path.name: path.read_text(encoding="utf-8") for path in SEEDS.glob("*.txt")}
# The files that are shipped; what `rag eval review` adds beside them need not be as complete.
GOLD = tuple(
    question
    for name in ("answerable", "unanswerable")
    for question in load_gold(ROOT / "eval" / "gold" / f"{name}.jsonl", TEXTS_OF_SEEDS)
)
ANSWERABLE = [question for question in GOLD if question.answerable]


# The set over the seed articles


def test_there_are_enough_questions_of_both_sorts() -> None:
    assert len(GOLD) >= 150
    assert len(GOLD) - len(ANSWERABLE) >= 55


def test_every_kind_is_shared_evenly_between_the_splits() -> None:
    count = Counter((question.kind, question.split) for question in GOLD)
    for kind in (*ANSWERABLE_KINDS, *UNANSWERABLE_KINDS):
        train, test = count[kind, "train"], count[kind, "test"]
        assert min(train, test) >= 3, kind
        assert abs(train - test) <= 1, kind


def test_every_span_slices_back() -> None:
    for question in ANSWERABLE:
        for span in question.spans:
            text = (SEEDS / span.file).read_bytes().decode("utf-8")
            assert text[span.start : span.end] == span.quote, question.id


def test_ids_begin_with_their_kind() -> None:
    assert [question.id for question in GOLD if not question.id.startswith(f"{question.kind}-")] == []


def test_all_follow_ups_have_a_history() -> None:
    assert all(question.history for question in GOLD if question.kind == "follow_up")


def test_all_articles_are_asked_about() -> None:
    asked = {span.file for question in GOLD for span in question.spans}
    assert asked == {path.name for path in SEEDS.glob("*.txt")}


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: question.id)
def test_the_reference_answer_passes_and_each_wrong_answer_fails(question: GoldQuestion) -> None:
    assert judge(question, question.answer, abstained=False) == "correct"
    assert question.wrong
    passed = [text for text in question.wrong if judge(question, text, abstained=False) != "wrong"]
    assert passed == []


@pytest.mark.parametrize("split", ["train", "test"])
def test_always_refusing_scores_the_share_of_unanswerable_questions(split: str) -> None:
    questions = [question for question in GOLD if question.split == split]
    verdicts = Counter(judge(question, REFUSAL, abstained=True) for question in questions)
    unanswerable = sum(not question.answerable for question in questions)
    assert verdicts == {"correct": unanswerable, "refused": len(questions) - unanswerable}


def test_the_oracle_is_always_right() -> None:
    verdicts = {judge(q, q.answer or REFUSAL, abstained=not q.answerable) for q in GOLD}
    assert verdicts == {"correct"}


RIGHT_IN_OTHER_WORDS = {
    "How much money will Alibaba put into AI and cloud computing infrastructure?": "RMB 380bn [1]",
    "On which date did Alibaba start its 2026 Spring Internship Recruitment?": "On the 27th of February.",
    "Who plans to hire more graduates, Huawei or ByteDance?": (
        "ByteDance offers 5,000 jobs [1]. Huawei plans to hire more than 10,000 graduates [2]."
    ),
    "What graduation windows do the different companies set?": (
        "ByteDance: Sept 2025–Aug 2026. Taobao and Tmall: Nov 2025–Oct 2026."
    ),
    "Do all articles give the same number of Alibaba internships?": (
        "No, one reports 3,000 openings [1] and another one over 3,000 [2]."
    ),
}


@pytest.mark.parametrize(("asked", "text"), RIGHT_IN_OTHER_WORDS.items(), ids=lambda value: value[:40])
def test_right_answers_in_other_words_pass(asked: str, text: str) -> None:
    (question,) = [question for question in GOLD if question.question == asked]
    assert judge(question, text, abstained=False) == "correct"


# The judge


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("ACME hires 120 people.", "correct"),
        ("Acme's plan: **120** people [3].", "correct"),
        ("Acme, twelve\ndozen", "correct"),
        ("120 people", "wrong"),  # the second group is missing
        ("Acme hires people [120].", "wrong"),  # a citation mark is no fact
        ("Acme hires 1,120 people.", "wrong"),
        ("Acme hires 120 robots.", "wrong"),
        ("", "wrong"),
    ],
)
def test_an_answer_is_right_if_every_group_and_nothing_forbidden_occurs(text: str, verdict: str) -> None:
    assert judge(acme(), text, abstained=False) == verdict


def test_typography_does_not_matter() -> None:
    question = acme(required=(("bob's 5-7 o'clock",),))
    assert judge(question, "Bob’s 5–7\u00a0o’clock", abstained=False) == "correct"


def test_an_answer_to_an_unanswerable_question_is_wrong() -> None:
    question = GoldQuestion(**REFUSE)
    assert judge(question, "120 people.", abstained=False) == "wrong"
    assert judge(question, REFUSAL, abstained=True) == "correct"


def test_a_refusal_counts_as_one_whatever_its_text_says() -> None:
    assert judge(acme(), "Acme hires 120 people.", abstained=True) == "refused"


# Placeholders of patterns


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        (
            "{n:10000}",
            ["10,000", "10000 grads", "10 000.", "10k", "ten thousand", "10-thousand"],
            ["110,000", "10,000 million", "10,000.5", "100,000", "ten"],
        ),
        (
            "{n:43200000}",
            ["43.2 million", "43,200,000", "43.2m"],
            ["143.2 million", "43.2 billion", "3.2 million"],
        ),
        ("{n:2}", ["two of them", "2."], ["twenty-two", "two hundred", "2.5", "2k"]),
        ("{n:0.5}", ["0.5"], ["5", "10.5"]),
        ("{p:80}", ["80%", "80 per cent", "eighty percent"], ["80 roles", "180%", "80.5%"]),
        ("{m:2025-11}", ["November 2025", "Nov. 2025", "11/2025", "2025-11"], ["November 2026", "Dec 2025"]),
    ],
)
def test_placeholders_match_a_value_in_its_usual_forms_only(
    pattern: str, matching: list[str], others: list[str]
) -> None:
    found = compile_pattern(pattern)
    assert [text for text in matching if not found.search(text)] == []
    assert [text for text in others if found.search(text)] == []


@given(st.integers(min_value=1, max_value=10**13), st.integers(min_value=0, max_value=9))
def test_a_number_is_found_plain_and_grouped_but_not_inside_a_longer_one(value: int, digit: int) -> None:
    found = compile_pattern(f"{{n:{value}}}")
    assert found.search(f"about {value}, or {digit}")
    assert found.search(f"about {value:,}.")
    assert not found.search(f"{value}{digit}")
    assert not found.search(f"{digit}{value}")
