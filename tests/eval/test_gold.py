"""The gold set is sound, and its judge tells right answers from wrong ones."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InvalidInput
from rag.types import REFUSAL, Turn
from rag_eval.gold import (
    ANSWERABLE_KINDS,
    UNANSWERABLE_KINDS,
    GoldQuestion,
    Span,
    compile_pattern,
    judge,
    load_gold,
)

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

ARTICLE = "Acme hires 120 people. The office is in Oslo."
TEXTS = {"acme.txt": ARTICLE}
ROW: dict[str, Any] = {
    "id": "fact_number-001",
    "kind": "fact_number",
    "split": "train",
    "question": "How many people does Acme hire?",
    "answerable": True,
    "answer": "Acme hires 120 people.",
    "required": [["{n:120}"]],
    "forbidden": ["robots"],
    "spans": [{"file": "acme.txt", "start": 0, "end": 22, "quote": "Acme hires 120 people."}],
    "wrong": ["Acme hires 12 people."],
}
REFUSE: dict[str, Any] = {
    "id": "near_miss_year-001",
    "kind": "near_miss_year",
    "split": "test",
    "question": "How many people did Acme hire in 1990?",
    "answerable": False,
}

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes each row, a dict or a raw line, as one line of a gold file."""

    def write_rows(*rows: dict[str, Any] | str, name: str = "gold.jsonl") -> Path:
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
        return tmp_path / name

    return write_rows


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


def acme(**changes: Any) -> GoldQuestion:
    fields = ROW | {"spans": (Span(**ROW["spans"][0]),), "required": (("{n:120}", "twelve dozen"), ("acme",))}
    return GoldQuestion(**(fields | {"history": (), "forbidden": ("robots",), "wrong": ()} | changes))


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


# Loading


def test_a_row_becomes_a_question_with_all_its_fields(write: Write) -> None:
    path = write(ROW | {"history": [{"question": "Who hires?", "answer": "Acme."}]})
    (question,) = load_gold(path, TEXTS)
    assert question == acme(
        history=(Turn("Who hires?", "Acme."),), required=(("{n:120}",),), wrong=("Acme hires 12 people.",)
    )


def test_a_folder_is_read_in_the_order_of_names_and_lines_without_blank_lines(write: Write) -> None:
    write(REFUSE, name="b.jsonl")
    path = write("", ROW, "", ROW | {"id": "x", "question": "Another?"}, name="a.jsonl")
    loaded = load_gold(path.parent, TEXTS)
    assert [question.id for question in loaded] == ["fact_number-001", "x", "near_miss_year-001"]


def test_the_same_question_may_stand_in_two_conversations(write: Write) -> None:
    path = write(REFUSE, REFUSE | {"id": "x", "history": [{"question": "Who?", "answer": "Acme."}]})
    assert len(load_gold(path, TEXTS)) == 2


SPAN = ROW["spans"][0]
BROKEN: dict[str, tuple[dict[str, Any] | str, str]] = {
    "cut JSON": ('{"id": "x", ', "Invalid JSON: EOF while parsing a value at column 12"),
    "no object": ("[1]", "the line: Input should be an object (found [1])"),
    "unknown key": (ROW | {"colour": "red"}, "unknown key 'colour'"),
    "unknown key of a span": (ROW | {"spans": [SPAN | {"page": 3}]}, "unknown key 'spans.0.page'"),
    "missing key": ({"id": "x"}, "missing key 'kind'"),
    "unknown kind": (ROW | {"kind": "riddle"}, "unknown kind 'riddle'; the kinds are fact_number, "),
    "unknown split": (ROW | {"split": "dev"}, "split: Input should be 'train' or 'test' (found 'dev')"),
    "text for a bool": (REFUSE | {"answerable": "no"}, "answerable: Input should be a valid boolean"),
    "empty question": (ROW | {"question": " "}, "the id or the question is empty"),
    "other sort of kind": (ROW | {"kind": "injection"}, "'injection' does not go with answerable=True"),
    "nothing required": (ROW | {"required": []}, "an answerable question needs an answer, required patterns"),
    "an empty group": (ROW | {"required": [[]]}, "an answerable question needs an answer, required"),
    "no span": (ROW | {"spans": []}, "an answerable question needs an answer, required patterns and spans"),
    "answer to nothing": (REFUSE | {"answer": "120"}, "an unanswerable question has no answer, patterns"),
    "bad regex": (ROW | {"required": [["(120"]]}, "bad pattern '(120': missing ), unterminated subpattern"),
    "bad placeholder": (ROW | {"forbidden": ["{n:1,0}"]}, "bad pattern '{n:1,0}': placeholders are {n:"),
    "bad month": (ROW | {"forbidden": ["{m:2025-13}"]}, "bad pattern '{m:2025-13}': placeholders are"),
    "span beside its quote": (
        ROW | {"spans": [SPAN | {"start": 17}]},
        "span acme.txt[17:22] is 'ople.', expected its quote 'Acme hires 120 people.'",
    ),
    "negative start": (ROW | {"spans": [SPAN | {"start": -5, "end": 45}]}, "span acme.txt[-5:45] is ''"),
    "empty span": (ROW | {"spans": [SPAN | {"end": 0, "quote": ""}]}, "span acme.txt[0:0] is ''"),
    "missing source": (REFUSE | {"sources": ["b.txt"]}, "there is no article 'b.txt'"),
    "missing article": (ROW | {"spans": [SPAN | {"file": "b.txt"}]}, "there is no article 'b.txt'"),
    "reference that does not pass": (ROW | {"answer": "A dozen."}, "the reference answer 'A dozen.' does not pass"),
    "wrong answer that passes": (ROW | {"wrong": ["It hires 120."]}, "the wrong answer 'It hires 120.' passes"),
    "same id": (REFUSE | {"question": "Another?"}, "the id of 'near_miss_year-001' stands already in PATH:1"),
    "same question": (REFUSE | {"id": "x"}, "the question of 'x' stands already in PATH:1"),
}


@pytest.mark.parametrize(("row", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_line_is_named_with_file_line_and_reason(write: Write, row: dict[str, Any] | str, reason: str) -> None:
    path = write(REFUSE, "", row)
    with pytest.raises(InvalidInput) as caught:
        load_gold(path, TEXTS)
    message = str(caught.value)
    assert message.startswith(f"{path}:3: ")
    assert reason.replace("PATH", str(path)) in message
    assert "\n" not in message


def test_a_gold_file_that_is_not_there_or_not_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"holds no \.jsonl file"):
        load_gold(tmp_path, TEXTS)
    with pytest.raises(InvalidInput, match=r"cannot read .*none\.jsonl: No such file"):
        load_gold(tmp_path / "none.jsonl", TEXTS)
    (tmp_path / "latin.jsonl").write_bytes(b"caf\xe9")
    with pytest.raises(InvalidInput, match=r"latin\.jsonl is not UTF-8 text: byte 3"):
        load_gold(tmp_path, TEXTS)
