"""Benchmarks are read as they are published; a broken row is named with its line."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InvalidInput
from rag.types import REFUSAL
from rag_eval.benchmarks import NAMES, load_benchmark
from rag_eval.benchmarks.common import article, located, squeezed
from rag_eval.gold import GoldQuestion, Span
from rag_eval.sets import QuestionSet
from tests.eval.benchmark_files import (
    ACME,
    COMPARED,
    NULL,
    READ,
    SPAN_QUESTION,
    check_places,
    clapnq,
    multihop,
    squad,
    verdict,
    written,
)

REAL = Path(__file__).resolve().parents[3] / "shared" / "benchmarks"


def test_multihop_questions_carry_their_facts_as_spans(tmp_path: Path) -> None:
    """The first fact goes over a line break of the article, which the row writes as a space."""
    compared, null = multihop(tmp_path).questions
    assert compared == GoldQuestion(
        "q0",
        "comparison",
        "test",
        "Did Acme hire more people than Rival?",
        True,
        answer="Yes",
        spans=(Span("m0", 0, 37, "Acme hired 120 people in May.\nIt pays"), Span("m1", 0, 19, "Rival hired nobody.")),
    )
    assert null == GoldQuestion("q1", "null", "test", "Who owns Acme?", False)


def test_multihop_articles_are_dated_in_their_own_time_zone_and_all_body(tmp_path: Path) -> None:
    document = multihop(tmp_path).documents[0]
    assert (document.doc_id, document.title, document.publisher) == ("m0", "Acme grows", "Gazette")
    assert (document.text, document.published) == (ACME, "2025-02-27")
    (section,) = document.sections
    assert (section.kind, section.start, section.end) == ("body", 0, len(ACME))
    assert (section.title, section.publisher) == ("Acme grows", "Gazette")


def test_a_fact_is_looked_for_in_the_gold_articles_before_all_others(tmp_path: Path) -> None:
    rows = [{**COMPARED, "qid": doc_id, "gold_doc_ids": [doc_id], "gold_facts": [" hired "]} for doc_id in ("m0", "m1")]
    elsewhere = {**COMPARED, "gold_doc_ids": ["m0"], "gold_facts": ["Rival sits in Bergen."]}
    files = [question.spans[0].file for question in multihop(tmp_path, *rows, elsewhere).questions]
    assert files == ["m0", "m1", "m1"]


def test_clapnq_questions_are_asked_about_their_own_passage(tmp_path: Path) -> None:
    """Sentences that several annotators selected are one place each, in the order of selecting."""
    questions = clapnq(tmp_path)
    read, not_read = questions.questions
    assert (read.id, read.kind, read.answerable, read.sources) == ("7", "answerable", True, ("clapnq/7",))
    assert read.answer == "The office of Acme is in Oslo, in Norway."
    assert [span.quote for span in read.spans] == ["Its office is in Oslo .", "Acme is a firm ."]
    assert not_read == GoldQuestion("8", "unanswerable", "test", READ["question"], False, sources=("clapnq/8",))
    assert [(document.doc_id, document.title) for document in questions.documents] == [
        ("clapnq/7", "Acme"),
        ("clapnq/8", "Acme"),
    ]
    check_places(questions)


def test_squad_questions_are_asked_about_their_paragraph_near_misses_too(tmp_path: Path) -> None:
    """A full stop is no answer; "the city of Oslo" does not occur; "Oslo" is not found within "Osloites"."""
    questions = squad(tmp_path)
    answerable, near_miss = questions.questions
    assert (answerable.kind, answerable.sources, answerable.answer) == ("answerable", ("s0",), "the city of Oslo")
    assert answerable.spans == (Span("s0", 14, 18, "Oslo"),)
    assert near_miss == GoldQuestion("b", "near_miss", "test", " Which city? ", False, sources=("s1",))
    assert [document.title for document in questions.documents] == ["", ""]
    check_places(questions)


def test_a_squad_row_without_a_paragraph_is_asked_about_all(tmp_path: Path) -> None:
    (question,) = squad(tmp_path, {**SPAN_QUESTION, "gold_doc_ids": []}).questions
    assert (question.sources, question.spans) == ((), ())


@given(st.text(), st.text(alphabet="ab \n\t\u2003", min_size=1), st.text())
def test_a_quote_is_found_whatever_its_white_space(before: str, quote: str, after: str) -> None:
    document = article("a", before + quote + after)
    for wanted in (quote, " ".join(quote), squeezed(quote)):
        span = located(wanted, document)
        if not squeezed(quote):
            assert span is None
            continue
        assert span is not None
        span.check(document.text)
        assert squeezed(span.quote) == squeezed(quote)


def test_what_a_text_lacks_is_not_located() -> None:
    assert located("Acme hired 12 people", article("a", ACME)) is None


def test_an_unknown_benchmark_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="Unknown benchmark 'acme'; choose one of multihop_rag, clapnq_dev, squad2_"):
        load_benchmark("acme", tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^cannot read .*{name}.*\.jsonl: No such file.*; give the folder that"):
        load_benchmark(name, tmp_path)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{", "Invalid JSON"),
        ("[]", "the line"),
        ({**COMPARED, "answerable": "true"}, "answerable"),
        ({key: value for key, value in COMPARED.items() if key != "qid"}, "missing key 'qid'"),
        ({**NULL, "qid": "q9"}, r"the id 'q9' stands already in .*questions_dev\.jsonl:1"),
        ({**COMPARED, "gold_facts": ["Acme sank."]}, "the gold fact 'Acme sank.' stands in no article"),
        ({**COMPARED, "gold_facts": []}, "an answerable question needs an answer and gold facts"),
        ({**COMPARED, "answer": " "}, "an answerable question needs an answer and gold facts"),
        ({**COMPARED, "gold_doc_ids": ["m0", "m7"]}, "there is no article 'm7'"),
    ],
)
def test_a_broken_multihop_row_is_named_with_its_line(tmp_path: Path, row: dict[str, Any] | str, reason: str) -> None:
    """Two good lines come before it, one of them blank."""
    with pytest.raises(InvalidInput, match=rf"questions_dev\.jsonl:3: .*{reason}") as caught:
        multihop(tmp_path, {**NULL, "qid": "q9"}, " ", row)
    assert "\n" not in str(caught.value)


def test_a_row_that_is_no_utf_8_is_named_with_its_line(tmp_path: Path) -> None:
    written(tmp_path / "squad2_sample", questions=())
    (tmp_path / "squad2_sample" / "corpus.jsonl").write_bytes(b'\n{"doc_id": "s0", "text": "\xff"}')
    with pytest.raises(InvalidInput, match=r"corpus\.jsonl:2: "):
        load_benchmark("squad2_sample", tmp_path)


@pytest.mark.parametrize("answers", [[], ["."]])
def test_an_answerable_row_without_an_answer_is_refused(tmp_path: Path, answers: list[str]) -> None:
    with pytest.raises(InvalidInput, match=r"questions\.jsonl:1: an answerable question needs an answer"):
        clapnq(tmp_path, {**READ, "answers": answers})
    with pytest.raises(InvalidInput, match=r"questions\.jsonl:1: an answerable question needs an answer"):
        squad(tmp_path, {**SPAN_QUESTION, "answers": answers})


def test_places_that_the_passage_lacks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"the selected sentence 'Acme sank\.' does not stand in the passage"):
        clapnq(tmp_path, {**READ, "selected_sentences": [["Acme sank."]]})
    with pytest.raises(InvalidInput, match="none of the answers 'Bergen' stands in the paragraph"):
        squad(tmp_path, {**SPAN_QUESTION, "answers": ["Bergen"]})


@pytest.fixture(scope="module")
def real() -> dict[str, QuestionSet]:
    if not REAL.is_dir():
        pytest.skip(f"no benchmarks in {REAL}")
    return {name: load_benchmark(name, REAL) for name in NAMES}


def kinds(questions: QuestionSet) -> dict[str, int]:
    return dict(Counter(question.kind for question in questions.questions))


def test_the_published_sets_are_read_whole(real: dict[str, QuestionSet]) -> None:
    assert kinds(real["multihop_rag"]) == {"inference": 744, "comparison": 784, "temporal": 535, "null": 253}
    assert kinds(real["clapnq_dev"]) == {"answerable": 300, "unanswerable": 300}
    assert kinds(real["squad2_sample"]) == {"answerable": 242, "near_miss": 258}
    assert [len(real[name].documents) for name in NAMES] == [609, 600, 411]


def test_every_place_of_the_published_sets_stands_in_its_article(real: dict[str, QuestionSet]) -> None:
    for questions in real.values():
        check_places(questions)


def test_the_facts_of_a_published_question_cover_its_gold_articles(real: dict[str, QuestionSet]) -> None:
    """So that the articles of the spans may stand for the list of gold articles."""
    lines = (REAL / "multihop_rag" / "questions_dev.jsonl").read_text(encoding="utf-8").split("\n")
    rows = {row["qid"]: row for row in map(json.loads, filter(None, lines))}
    for question in real["multihop_rag"].questions:
        assert {span.file for span in question.spans} == set(rows[question.id]["gold_doc_ids"])
        assert [squeezed(span.quote) for span in question.spans] == [
            squeezed(fact) for fact in rows[question.id]["gold_facts"]
        ]


@pytest.mark.parametrize("name", NAMES)
def test_published_answers_are_right_and_refusals_are_told_apart(real: dict[str, QuestionSet], name: str) -> None:
    questions = real[name]
    for place, question in enumerate(questions.questions):
        right = "correct" if question.answerable else "wrong"
        assert verdict(questions, place, f"{question.answer or 'Oslo'} [1]") == right
        assert verdict(questions, place, REFUSAL) == ("refused" if question.answerable else "correct")


def test_who_always_says_yes_is_right_half_the_time_on_the_published_comparisons(real: dict[str, QuestionSet]) -> None:
    """476 of 784 comparisons and 246 of 535 temporal questions."""
    asked = real["multihop_rag"]
    right = Counter(q.kind for n, q in enumerate(asked.questions) if verdict(asked, n, "Yes") == "correct")
    assert right == {"comparison": 476, "temporal": 246}
    kinds = Counter(question.kind for question in asked.questions)
    assert (kinds["comparison"], kinds["temporal"]) == (784, 535)
