"""Always right, always refusing, silent: what their figures must be, on made-up questions and on the gold set."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rag.types import Citation
from rag_eval.gold import GoldQuestion, load_gold
from rag_eval.metrics import CurvePoint, Scores
from rag_eval.runs import Record, RecordedClaim, RetrievedPassage
from tests.eval.answers import TEXTS, asking, record, unanswerable

ROOT = Path(__file__).resolve().parents[2]
SEEDS = {path.name: path.read_bytes().decode("utf-8") for path in (ROOT / "seeds").glob("*.txt")}
GOLD = load_gold(ROOT / "eval" / "gold", SEEDS)
MIXED = [*map(asking, "abcd"), *map(unanswerable, "xyz")]


def values(scores: Scores) -> dict[str, float | None]:
    return {name: rate.value for name, rate in scores.rates.items()}


SETS = pytest.mark.parametrize(
    ("questions", "texts"), [(MIXED, TEXTS), (GOLD, SEEDS)], ids=["made-up questions", "gold set"]
)
Questions = Sequence[GoldQuestion]
Texts = dict[str, str]


def oracle(question: GoldQuestion) -> Record:
    """Says the reference answer and cites every place that states it, or refuses; sure of itself and right in it."""
    if not question.answerable:
        return record(question.id, confidence=0.0)
    cited = tuple(
        Citation(number, span.file, "", "", "", span.start, span.end, span.quote)
        for number, span in enumerate(question.spans, start=1)
    )
    claim = RecordedClaim(question.answer, 1.0, tuple(citation.number for citation in cited))
    passages = tuple(RetrievedPassage(span.file, span.start, span.end, 1.0) for span in question.spans)
    return replace(
        record(question.id, question.answer, confidence=1.0), claims=(claim,), citations=cited, passages=passages
    )


@SETS
def test_the_oracle_is_right_in_everything(questions: Questions, texts: Texts) -> None:
    scores = Scores.of("oracle", questions, {q.id: oracle(q) for q in questions}, texts)
    certain = {name: (rate.low, rate.high) for name, rate in scores.rates.items() if not name.startswith("R@")}
    zero = {"refused wrongly", "answered wrongly"}
    assert certain == {name: (0.0, 0.0) if name in zero else (1.0, 1.0) for name in certain}
    assert len(certain) == 14
    share = sum(q.answerable for q in questions) / len(questions)
    assert scores.risk_coverage == (CurvePoint(coverage=share, risk=0.0, confidence=1.0),)
    assert (scores.risk_area, scores.calibration_error) == (0.0, 0.0)


@SETS
def test_always_refusing_is_as_truthful_as_questions_are_unanswerable(questions: Questions, texts: Texts) -> None:
    refused = {q.id: record(q.id) for q in questions}
    scores = Scores.of("refusing", questions, refused, texts)
    share = sum(not q.answerable for q in questions) / len(questions)
    found = values(scores)
    assert (found["answered correctly"], found["refused wrongly"], found["answered wrongly"]) == (0, 1, 0)
    assert (found["refused rightly"], found["token F1"]) == (1, 0)
    assert found["truthfulness"] == pytest.approx(share)
    assert {found[name] for name in ("answered precision", "quotes exact", "citation recall")} == {None}
    assert (scores.risk_coverage, scores.risk_area) == ((), None)
    assert (scores.calibration, scores.calibration_error) == ((), None)


@SETS
def test_never_answering_at_all_is_wrong_in_everything(questions: Questions, texts: Texts) -> None:
    found = values(Scores.of("silent", questions, {}, texts))
    assert (found["answered wrongly"], found["refused rightly"], found["truthfulness"]) == (1, 0, -1)
