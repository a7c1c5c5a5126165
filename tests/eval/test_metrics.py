"""The figures of a run, worked out by hand."""

from dataclasses import replace

import pytest

from eval.gold import GoldQuestion, Span
from eval.harness import Record
from eval.metrics import Scores

ARTICLE = "Acme hires 120 people. The office is in Oslo."
TEXTS = {"acme.txt": ARTICLE}


def asking(name: str, required: str = "120") -> GoldQuestion:
    """An answerable question whose answer stands in the first sentence."""
    span = Span("acme.txt", 0, 22, ARTICLE[:22])
    return GoldQuestion(
        name, "fact_number", "test", f"Question {name}?", True, answer=required, required=((required,),), spans=(span,)
    )


def unanswerable(name: str) -> GoldQuestion:
    return GoldQuestion(name, "other_topic", "test", f"Question {name}?", False)


def citation(start: int, end: int, **changes: object) -> dict[str, object]:
    return {"doc_id": "acme.txt", "start": start, "end": end, "quote": ARTICLE[start:end], **changes}


def record(name: str, text: str = "", *citations: dict[str, object], first: float = 1.0, total: float = 2.0) -> Record:
    """An answer; without a text it is a refusal."""
    return Record(name, f"Question {name}?", text, not text, 0.5, citations, 0, first, total)


def test_shares_are_of_the_questions_they_speak_of() -> None:
    """Of four answerable questions two are right, one is refused and one wrong; of two others one is refused.

    Truthfulness: right are 2 + 1, wrong 1 + 1, refused 1 counts 0: (3 - 2) / 6.
    """
    questions = [*map(asking, "abcd"), *map(unanswerable, "xy")]
    records = [record("a", "120"), record("b", "120"), record("c"), record("d", "12"), record("x"), record("y", "Oslo")]
    scores = Scores.of(questions, records, TEXTS)
    assert scores.verdicts == {
        "a": "correct",
        "b": "correct",
        "c": "refused",
        "d": "wrong",
        "x": "correct",
        "y": "wrong",
    }
    assert (scores.correct, scores.over_refused, scores.refused) == (0.5, 0.25, 0.5)
    assert scores.truthfulness == pytest.approx(1 / 6)


def test_a_question_without_a_record_is_wrong() -> None:
    scores = Scores.of([asking("a"), unanswerable("x")], [], TEXTS)
    assert scores.verdicts == {"a": "wrong", "x": "wrong"}
    assert (scores.correct, scores.refused, scores.truthfulness) == (0.0, 0.0, -1.0)
    assert (scores.seconds, scores.seconds_to_first_token) == (None, None)


def test_a_figure_over_nothing_is_none() -> None:
    scores = Scores.of([], [], TEXTS)
    assert (scores.correct, scores.over_refused, scores.refused, scores.truthfulness) == (None,) * 4
    assert (scores.quotes_exact, scores.citations_on_gold, scores.seconds) == (None,) * 3


def test_only_unanswerable_questions_have_no_share_of_right_answers() -> None:
    scores = Scores.of([unanswerable("x")], [record("x")], TEXTS)
    assert (scores.correct, scores.refused, scores.truthfulness) == (None, 1.0, 1.0)


@pytest.mark.parametrize(
    "broken",
    [
        citation(0, 22, quote="Acme hires 12 people."),
        citation(1, 22, quote=ARTICLE[0:22]),
        citation(0, 22, doc_id="gone.txt"),
        citation(5, 5),
    ],
    ids=["other words", "other place", "no such article", "no words"],
)
def test_a_quote_is_exact_if_it_stands_at_its_offsets(broken: dict[str, object]) -> None:
    scores = Scores.of([asking("a")], [record("a", "120", citation(0, 22), broken)], TEXTS)
    assert scores.quotes_exact == 0.5


def test_citations_of_right_answers_should_overlap_the_gold_span() -> None:
    """The span is 0..22. Of the four citations of a right answer two overlap it; those of a wrong one do not count."""
    cited = (citation(0, 22), citation(21, 30), citation(22, 30), citation(0, 4, doc_id="other.txt"))
    records = [record("a", "120", *cited), record("b", "12", citation(30, 40))]
    assert Scores.of([asking("a"), asking("b")], records, TEXTS).citations_on_gold == 0.5


def test_seconds_are_medians_and_the_first_token_counts_only_if_there_was_one() -> None:
    records = [
        record("a", "120", first=3.0, total=10.0),
        record("b", "120", first=5.0, total=30.0),
        record("c", first=0.0),
    ]
    scores = Scores.of([*map(asking, "abc")], records, TEXTS)
    assert scores.seconds == 10.0
    assert scores.seconds_to_first_token == 4.0


def test_claims_without_a_citation_are_counted() -> None:
    records = [replace(record("a", "120"), uncited_claims=2), replace(record("b", "120"), uncited_claims=1)]
    assert Scores.of([asking("a"), asking("b")], records, TEXTS).uncited_claims == 3


def test_records_of_other_questions_do_not_count() -> None:
    stray = record("z", "120", citation(0, 5, quote="wrong"), total=99.0)
    scores = Scores.of([asking("a")], [record("a", "120", citation(0, 22)), stray], TEXTS)
    assert (scores.quotes_exact, scores.seconds) == (1.0, 2.0)
