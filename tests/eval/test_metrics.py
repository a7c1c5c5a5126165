"""The figures of a system, worked out by hand."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from rag.types import Citation, Timings
from rag_eval.gold import GoldQuestion, Verdict
from rag_eval.metrics import CalibrationBin, CurvePoint, JudgedClaim, Percentiles, Scores, judge_record
from rag_eval.runs import Record, RecordedClaim, RetrievedPassage
from rag_eval.statistics import Rate
from tests.eval.answers import TEXTS, asking, citation, record, unanswerable


def citing(name: str, claims: Sequence[tuple[str, tuple[int, ...]]], *citations: Citation) -> Record:
    """A right answer with these claims, each with the numbers that it cites."""
    recorded = tuple(RecordedClaim(text, 1.0, numbers) for text, numbers in claims)
    return replace(record(name, "120"), claims=recorded, citations=citations)


def score(questions: Sequence[GoldQuestion], *records: Record) -> Scores:
    return Scores.of("full", questions, {record.id: record for record in records}, TEXTS)


def values(scores: Scores) -> dict[str, float | None]:
    return {name: rate.value for name, rate in scores.rates.items()}


# Verdicts and their rates

MIXED = [*map(asking, "abcd"), *map(unanswerable, "xyz")]
ANSWERS = [record("a", "120"), record("b", "120"), record("c"), record("d", "12"), record("x"), record("y", "Oslo")]


def test_rates_are_of_the_questions_they_speak_of() -> None:
    """Of four answerable questions two are right, one refused, one wrong; of three others one is refused rightly.

    The last has no record and is wrong. Answered are a, b, d, y and z, two of them rightly.
    Truthfulness: right are 2 + 1, wrong 1 + 2, the wrong refusal counts 0: (3 - 3) / 7.
    """
    scores = score(MIXED, *ANSWERS)
    expected: list[Verdict] = ["correct", "correct", "refused", "wrong", "correct", "wrong", "wrong"]
    assert [judged.verdict for judged in scores.questions] == expected
    assert [judged.worth for judged in scores.questions] == [1, 1, 0, -1, 1, -1, -1]
    found = values(scores)
    assert (found["answered correctly"], found["refused wrongly"], found["answered wrongly"]) == (0.5, 0.25, 0.25)
    assert found["refused rightly"] == pytest.approx(1 / 3)
    assert found["answered precision"] == pytest.approx(2 / 5)
    assert found["truthfulness"] == pytest.approx(0)
    assert [rate.over for rate in list(scores.rates.values())[:6]] == [4, 4, 4, 3, 5, 7]


def test_rates_come_in_the_order_in_which_they_are_shown() -> None:
    assert list(score(MIXED, *ANSWERS).rates) == [
        "answered correctly",
        "refused wrongly",
        "answered wrongly",
        "refused rightly",
        "answered precision",
        "truthfulness",
        "token F1",
        "quotes exact",
        "citation precision",
        "citation recall",
    ]


def test_a_question_without_a_record_is_answered_wrongly() -> None:
    scores = score([asking("a"), unanswerable("x")])
    found = values(scores)
    assert [judged.record for judged in scores.questions] == [None, None]
    assert (found["answered wrongly"], found["refused rightly"], found["answered precision"]) == (1, 0, 0)
    assert (found["truthfulness"], found["token F1"]) == (-1, 0)
    assert (scores.risk_coverage, scores.risk_area, scores.calibration, scores.calibration_error) == (
        (),
        None,
        (),
        None,
    )


def test_a_figure_over_nothing_is_none() -> None:
    scores = score([])
    assert set(scores.rates.values()) == {Rate(None, None, None, 0)}
    assert set(scores.speed.values()) == {Percentiles(None, None, 0)}
    assert (scores.risk_area, scores.calibration_error, scores.by_kind) == (None, None, {})


def test_records_of_other_questions_do_not_count() -> None:
    stray = citing("z", [("It hires 12.", (1,))], replace(citation(1), quote="Acme"))
    scores = score([asking("a")], record("a", "120"), stray)
    assert (scores.rates["quotes exact"].over, scores.speed["prompt tokens"].over) == (0, 1)


def test_another_judge_may_give_the_verdicts() -> None:
    """This one takes every answer to an answerable question for a refusal in other words."""
    records = {"a": record("a", "120", confidence=0.9)}
    scores = Scores.of("full", [asking("a")], records, TEXTS, judge=lambda question, record: "refused")
    assert values(scores)["refused wrongly"] == 1.0
    assert (scores.rates["answered precision"].over, scores.risk_coverage) == (0, ())


def test_the_gold_judge_reads_the_text_and_whether_it_is_a_refusal() -> None:
    assert judge_record(asking("a"), record("a", "It hires 120. [1]")) == "correct"
    assert judge_record(asking("a"), record("a", "It hires 12. [1]")) == "wrong"
    assert judge_record(asking("a"), record("a")) == "refused"
    assert judge_record(unanswerable("x"), record("x")) == "correct"


def test_token_f1_is_of_answerable_questions_and_nothing_for_a_refusal() -> None:
    """The reference is "120 people": F1 of "120 [1]" is 2 * 1 / (1 + 2), of a refusal 0; the mean is 1/3."""
    scores = score([asking("a"), asking("b"), unanswerable("x")], record("a", "120 [1]"), record("b"), record("x"))
    assert [judged.f1 for judged in scores.questions] == [pytest.approx(2 / 3), 0.0, None]
    assert values(scores)["token F1"] == pytest.approx(1 / 3)


def test_kinds_come_in_the_order_of_the_questions_with_all_three_verdicts() -> None:
    questions = [unanswerable("x"), asking("a", "list"), unanswerable("y"), asking("b", "list")]
    scores = score(questions, record("x"), record("a"), record("y", "Oslo"), record("b", "120"))
    assert list(scores.by_kind) == ["other_topic", "list"]
    assert scores.by_kind == {
        "other_topic": {"correct": 1, "wrong": 1, "refused": 0},
        "list": {"correct": 1, "wrong": 0, "refused": 1},
    }


# Citations


@pytest.mark.parametrize(
    "broken",
    [
        replace(citation(1), quote="Acme hires 12 people."),
        replace(citation(1), start=1),
        replace(citation(1), start=-45),
        replace(citation(1), doc_id="gone.txt"),
        citation(1, 5, 5),
        replace(citation(1), start=90, end=99, quote=""),
    ],
    ids=["other words", "other place", "from the end", "no such article", "no words", "past the end"],
)
def test_a_quote_is_exact_if_it_stands_at_its_offsets(broken: Citation) -> None:
    found = score([asking("a")], citing("a", [("It hires 120.", (1, 2))], broken, citation(2)))
    assert found.questions[0].claims[0].exact == (False, True)
    assert values(found)["quotes exact"] == 0.5


@pytest.mark.parametrize(
    ("claim", "cited", "precise"),
    [
        ("It hires 120.", citation(1, 21, 30), True),  # one character in common with the gold span
        ("It hires 120.", citation(1, 22, 45), False),  # beside the span, and it lacks the 120
        ("It hires 120.", citation(1, file="other.txt"), True),  # the facts are in the quote of another article
        ("It is in Oslo.", citation(1, 22, 45), True),
        ("It is in Bergen.", citation(1, 22, 45), False),
    ],
)
def test_a_citation_is_precise_on_the_gold_span_or_with_the_facts(claim: str, cited: Citation, precise: bool) -> None:
    scores = score([asking("a")], citing("a", [(claim, (1,))], cited))
    assert scores.questions[0].claims[0].precise == (precise,)
    assert values(scores)["citation precision"] == float(precise)


def test_citations_of_answers_to_unanswerable_questions_are_judged_by_the_facts() -> None:
    claims = [("It hires 120.", (1,)), ("It hires 130.", (1,))]
    assert values(score([unanswerable("x")], citing("x", claims, citation(1))))["citation precision"] == 0.5


def test_a_claim_is_cited_if_one_citation_is_both_exact_and_precise() -> None:
    """Exact but beside the point, on the point but inexact: neither counts. Of four claims one is cited."""
    inexact = replace(citation(2), quote="Acme hires 120.")
    claims = [("It hires 120.", (1, 2)), ("It hires 120.", (1, 3)), ("It hires 120.", ()), ("It hires 120.", (9,))]
    scores = score([asking("a")], citing("a", claims, citation(1, 23, 45), inexact, citation(3)))
    assert scores.questions[0].claims == (
        JudgedClaim(exact=(True, False), precise=(False, True)),
        JudgedClaim(exact=(True, True), precise=(False, True)),
        JudgedClaim(exact=(), precise=()),
        JudgedClaim(exact=(), precise=()),
    )
    assert [claim.cited for claim in scores.questions[0].claims] == [False, True, False, False]
    found = values(scores)
    assert (found["quotes exact"], found["citation precision"], found["citation recall"]) == (0.75, 0.5, 0.25)


# Confidence


def test_risk_rises_with_coverage_where_less_confident_answers_are_wrong() -> None:
    """Answers by confidence: 0.9 right, 0.6 wrong and right, 0.2 wrong; one question of five is refused.

    After 1, 3 and 4 answers the risk is 0/1, 1/3 and 2/4; their mean over the answers is (0 + 2 * 1/3 + 1/2) / 4.
    """
    answers = [record("a", "12", 0.2), record("b", "120", 0.6), record("c", "120", 0.9), record("d", "12", 0.6)]
    scores = score([*map(asking, "abcd"), unanswerable("x")], *answers, record("x", confidence=0.95))
    assert scores.risk_coverage == (
        CurvePoint(coverage=1 / 5, risk=0.0, confidence=0.9),
        CurvePoint(coverage=3 / 5, risk=1 / 3, confidence=0.6),
        CurvePoint(coverage=4 / 5, risk=2 / 4, confidence=0.2),
    )
    assert scores.risk_area == pytest.approx(7 / 24)


def test_confidence_is_calibrated_if_it_forecasts_which_answers_are_right() -> None:
    """Bins: 0.0 and 0.08 with 1 of 2 right, 0.3 with none, 0.9 and 1.0 with all; refusals and questions without a
    record are in none.

    The error is (2 * |0.04 - 0.5| + 1 * |0.3 - 0| + 2 * |0.95 - 1|) / 5 = (0.92 + 0.3 + 0.1) / 5.
    """
    questions = [*map(asking, "abcde"), *map(unanswerable, "xyz")]
    right = [record(name, "120", confidence=confidence) for name, confidence in {"a": 0.08, "b": 1.0, "c": 0.9}.items()]
    wrong = [record("x", "Oslo", confidence=0.0), record("d", "12", confidence=0.3)]
    refused = [record("e", confidence=0.5), record("y", confidence=0.7)]
    scores = score(questions, *right, *wrong, *refused)
    low, middle, high = scores.calibration
    assert [low.confidence, low.right] == pytest.approx([0.04, 0.5])
    assert middle == CalibrationBin(confidence=0.3, right=0.0, over=1)
    assert [high.confidence, high.right] == pytest.approx([0.95, 1.0])
    assert (low.over, high.over) == (2, 2)
    assert scores.calibration_error == pytest.approx(1.32 / 5)


# Speed


def test_percentiles_lie_between_the_values() -> None:
    """Of 0, 10, 20, the median is at 0.5 * 20 and the 95th percentile at 0.95 * 20."""
    assert Percentiles.of([20, 0, 10]) == Percentiles(10.0, 19.0, 3)


def test_speed_leaves_out_what_was_not_reached() -> None:
    timings = [Timings(0.5, 3.0, 10.0, 100, 20), Timings(0.7, 5.0, 30.0, 300, 40), Timings(0.0, 0.0, 2.0)]
    records = [record(name, "120", timings=measured) for name, measured in zip("abc", timings, strict=True)]
    speed = score([*map(asking, "abcd")], *records).speed
    assert {name: (measured.p50, measured.over) for name, measured in speed.items()} == {
        "seconds to evidence": (pytest.approx(0.6), 2),
        "seconds to first token": (4.0, 2),
        "seconds to the end": (10.0, 3),
        "prompt tokens": (100.0, 3),
        "completion tokens": (20.0, 3),
    }


# Retrieval


def test_retrieval_figures_are_means_over_the_answerable_questions() -> None:
    """The first passage of one question holds its span, nothing was retrieved for the other."""
    found = replace(record("a", "120"), passages=(RetrievedPassage("acme.txt", 0, 22, 1.0),))
    scores = score([asking("a"), asking("b"), unanswerable("x")], found, record("b"), record("x"))
    assert [len(judged.retrieval) for judged in scores.questions] == [9, 9, 0]
    retrieval = dict(list(scores.rates.items())[10:])
    assert list(retrieval) == list(scores.questions[0].retrieval)
    assert {(rate.value, rate.over) for rate in retrieval.values()} == {(0.5, 2)}
