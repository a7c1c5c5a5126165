"""Figures of one system's answers against the gold questions. Pure: no model, no clock, no disk.

A question without a record counts as answered wrongly. A figure over nothing is None, never 0.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Self, TypeAlias, get_args

import numpy as np

from rag.types import Citation
from rag_eval import gold
from rag_eval.gold import GoldQuestion, Span, Verdict
from rag_eval.retrieval_metrics import retrieval_values
from rag_eval.runs import Record, RecordedClaim
from rag_eval.statistics import Rate
from rag_eval.text_metrics import holds_facts, token_f1

Judge: TypeAlias = Callable[[GoldQuestion, Record], Verdict]
"""The verdict on a record; for the gold set ``judge_record``."""


def judge_record(question: GoldQuestion, record: Record) -> Verdict:
    """The verdict of the gold set's own judge."""
    return gold.judge(question, record.text, record.abstained)


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A claim: whether it has a valid citation, one whose quote is exact and supports it.

    ``exact`` and ``precise`` hold one value for each of its citations, those of the record whose numbers it names: the
    quote stands in the article at its offsets; and it overlaps a gold span, or holds the claim's facts (all its numbers
    and names; of a claim without any, half of its words).
    """

    exact: tuple[bool, ...]
    precise: tuple[bool, ...]

    @property
    def cited(self) -> bool:
        """Whether at least one citation is exact and precise."""
        return any(exact and precise for exact, precise in zip(self.exact, self.precise, strict=True))


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """One question, what was answered, and the judgement. ``record`` is None when it was not answered.

    ``f1`` is the token F1 against the reference answer (None for an unanswerable question, 0.0 for a refusal);
    ``retrieval`` maps the name of a measure to its value, as ``retrieval_values`` explains: empty without gold spans.
    """

    question: GoldQuestion
    record: Record | None
    verdict: Verdict
    f1: float | None
    claims: tuple[JudgedClaim, ...]
    retrieval: Mapping[str, float]

    @property
    def answered(self) -> bool:
        """Whether it was not refused. No record counts as answered, wrongly."""
        return self.verdict == "wrong" or (self.verdict == "correct" and self.question.answerable)

    @property
    def worth(self) -> int:
        """1 for right (a right refusal too), 0 for a wrong refusal, -1 for wrong: truthfulness is its mean."""
        return {"correct": 1, "refused": 0, "wrong": -1}[self.verdict]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Answering only the ``coverage`` most confident share of all questions leaves ``risk`` of the answers wrong."""

    coverage: float
    risk: float
    confidence: float


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Answers whose confidence lies in one tenth of [0, 1]: their mean confidence, and the share that was right."""

    confidence: float
    right: float
    over: int

    @classmethod
    def of(cls, forecasts: Sequence[tuple[float, bool]]) -> Self:
        """The bin of some answers, at least one, each as its confidence and whether it was right."""
        confidence, right = np.mean(forecasts, axis=0)
        return cls(float(confidence), float(right), len(forecasts))


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Median and 95th percentile; None over nothing."""

    p50: float | None
    p95: float | None
    over: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """The percentiles, interpolated linearly between the values."""
        if not values:
            return cls(None, None, 0)
        p50, p95 = np.percentile(values, (50, 95))
        return cls(float(p50), float(p95), len(values))


@dataclass(frozen=True, slots=True)
class Scores:
    """All figures of one system.

    ``rates`` are in the order in which they are shown:

    - "answered correctly", "refused wrongly", "answered wrongly": of the answerable questions.
    - "refused rightly": of the unanswerable questions.
    - "answered precision": of all answers that are no refusals, those that are right.
    - "truthfulness": (right answers + right refusals - wrong) / all (CRAG's score, Yang et al. 2024).
    - "token F1": mean over the answerable questions (SQuAD, Rajpurkar et al. 2016).
    - "quotes exact", "citation precision": of all citations of claims. "citation recall": of all claims (after ALCE,
      Gao et al. 2023).
    - one for each measure of ``retrieval_values``; none for a system that does not retrieve.

    ``speed`` maps "seconds to evidence", "seconds to first token", "seconds to the end", "prompt tokens",
    "completion tokens" to percentiles; a question for which the model wrote nothing has no first token.
    ``risk_coverage`` begins with the most confident answers; ``risk_area`` is the mean risk over the coverage reached
    (Geifman & El-Yaniv 2017), None when nothing was answered. ``calibration_error`` is the expected one (Naeini et
    al. 2015) of the confidence of answers as a forecast that they are right; refusals forecast nothing.
    """

    system: str
    questions: tuple[JudgedQuestion, ...]
    rates: Mapping[str, Rate]
    by_kind: Mapping[str, Mapping[Verdict, int]]
    risk_coverage: tuple[CurvePoint, ...]
    risk_area: float | None
    calibration: tuple[CalibrationBin, ...]
    calibration_error: float | None
    speed: Mapping[str, Percentiles]

    @classmethod
    def of(
        cls,
        system: str,
        questions: Sequence[GoldQuestion],
        records: Mapping[str, Record],
        texts: Mapping[str, str],
        judge: Judge = judge_record,
    ) -> Self:
        """Score the records, by question id; ``texts`` are the articles by file name."""
        retrieval = retrieval_values(questions, {id: record.passages for id, record in records.items()})
        judged = tuple(_judged(q, records.get(q.id), judge, texts, retrieval.get(q.id, {})) for q in questions)
        curve, calibration = _risk_coverage(judged), _calibration(judged)
        return cls(
            system=system,
            questions=judged,
            rates=_rates(judged),
            by_kind=_by_kind(judged),
            risk_coverage=curve,
            risk_area=_risk_area(curve),
            calibration=calibration,
            calibration_error=_calibration_error(calibration),
            speed=_speed([q.record for q in judged if q.record]),
        )


def _judged(
    question: GoldQuestion,
    record: Record | None,
    judge: Judge,
    texts: Mapping[str, str],
    retrieval: Mapping[str, float],
) -> JudgedQuestion:
    verdict = judge(question, record) if record else "wrong"
    answer = record.text if record and not record.abstained else ""
    f1 = token_f1(answer, question.answer) if question.answerable else None
    claims = tuple(_judged_claim(claim, record, question, texts) for claim in record.claims) if record else ()
    return JudgedQuestion(question, record, verdict, f1, claims, retrieval)


def _judged_claim(
    claim: RecordedClaim, record: Record, question: GoldQuestion, texts: Mapping[str, str]
) -> JudgedClaim:
    cited = [citation for citation in record.citations if citation.number in claim.citations]
    return JudgedClaim(
        exact=tuple(_is_exact(citation, texts.get(citation.doc_id, "")) for citation in cited),
        precise=tuple(
            any(_overlap(citation, span) for span in question.spans) or holds_facts(citation.quote, claim.text)
            for citation in cited
        ),
    )


def _is_exact(citation: Citation, text: str) -> bool:
    return 0 <= citation.start < citation.end and text[citation.start : citation.end] == citation.quote != ""


def _overlap(citation: Citation, span: Span) -> bool:
    return citation.doc_id == span.file and citation.start < span.end and span.start < citation.end


def _rates(questions: Sequence[JudgedQuestion]) -> dict[str, Rate]:
    answerable = [q.verdict for q in questions if q.question.answerable]
    unanswerable = [q.verdict for q in questions if not q.question.answerable]
    claims = [claim for q in questions for claim in q.claims]
    values: dict[str, Sequence[float]] = {
        "answered correctly": [verdict == "correct" for verdict in answerable],
        "refused wrongly": [verdict == "refused" for verdict in answerable],
        "answered wrongly": [verdict == "wrong" for verdict in answerable],
        "refused rightly": [verdict == "correct" for verdict in unanswerable],
        "answered precision": [q.verdict == "correct" for q in questions if q.answered],
        "truthfulness": [q.worth for q in questions],
        "token F1": [q.f1 for q in questions if q.f1 is not None],
        "quotes exact": [exact for claim in claims for exact in claim.exact],
        "citation precision": [precise for claim in claims for precise in claim.precise],
        "citation recall": [claim.cited for claim in claims],
    }
    for name in dict.fromkeys(name for q in questions for name in q.retrieval):
        values[name] = [q.retrieval[name] for q in questions if name in q.retrieval]
    return {name: Rate.of(outcomes) for name, outcomes in values.items()}


def _by_kind(questions: Sequence[JudgedQuestion]) -> dict[str, dict[Verdict, int]]:
    verdicts: tuple[Verdict, ...] = get_args(Verdict)
    count = Counter((q.question.kind, q.verdict) for q in questions)
    kinds = dict.fromkeys(q.question.kind for q in questions)
    return {kind: {verdict: count[kind, verdict] for verdict in verdicts} for kind in kinds}


def _risk_coverage(questions: Sequence[JudgedQuestion]) -> tuple[CurvePoint, ...]:
    """One point for each confidence of an answer that is no refusal, the most confident first."""
    answers = [(q.record.confidence, q.verdict == "wrong") for q in questions if q.record and q.answered]
    points, answered, wrong = [], 0, 0
    for confidence, group in groupby(sorted(answers, reverse=True), key=itemgetter(0)):
        outcomes = [is_wrong for _, is_wrong in group]
        answered, wrong = answered + len(outcomes), wrong + sum(outcomes)
        points.append(CurvePoint(answered / len(questions), wrong / answered, confidence))
    return tuple(points)


def _risk_area(curve: Sequence[CurvePoint]) -> float | None:
    """The mean over the answers of the risk at their point, which the rise of the coverage weighs."""
    rises = np.diff([0.0, *(point.coverage for point in curve)])
    return float(np.average([point.risk for point in curve], weights=rises)) if curve else None


def _calibration(questions: Sequence[JudgedQuestion]) -> tuple[CalibrationBin, ...]:
    bins: dict[int, list[tuple[float, bool]]] = {}
    for q in questions:
        if q.record and q.answered:
            tenth = min(int(q.record.confidence * 10), 9)
            bins.setdefault(tenth, []).append((q.record.confidence, q.verdict == "correct"))
    return tuple(CalibrationBin.of(bins[tenth]) for tenth in sorted(bins))


def _calibration_error(bins: Sequence[CalibrationBin]) -> float | None:
    gaps = [one.over * abs(one.confidence - one.right) for one in bins]
    return sum(gaps) / sum(one.over for one in bins) if bins else None


def _speed(records: Sequence[Record]) -> dict[str, Percentiles]:
    timings = [record.timings for record in records]
    values: dict[str, Sequence[float]] = {
        "seconds to evidence": [t.retrieval for t in timings if t.retrieval > 0],
        "seconds to first token": [t.first_token for t in timings if t.first_token > 0],
        "seconds to the end": [t.total for t in timings],
        "prompt tokens": [t.prompt_tokens for t in timings],
        "completion tokens": [t.completion_tokens for t in timings],
    }
    return {name: Percentiles.of(measured) for name, measured in values.items()}
