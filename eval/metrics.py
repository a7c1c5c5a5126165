"""Figures of a run against its gold questions. Pure: no model, no clock, no disk.

A gold question without a record counts as wrong. A figure over nothing is None, never 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from eval.gold import GoldQuestion, Span, Verdict, judge
from eval.harness import Record


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares are in [0, 1]; ``verdicts`` holds one of each question's id.

    - ``correct``, ``over_refused``: of the answerable questions, those answered rightly, and those refused.
    - ``refused``: of the unanswerable questions, those refused.
    - ``truthfulness``: (right answers + right refusals - wrong answers) / all.
    - ``quotes_exact``: of the citations, those whose quote stands in the article at their offsets.
    - ``citations_on_gold``: of the citations of right answers, those that overlap a gold span.
    - ``uncited_claims``: how many claims have no citation.
    - ``seconds``, ``seconds_to_first_token``: medians, the latter over the questions for which the model wrote.
    """

    verdicts: Mapping[str, Verdict]
    correct: float | None
    over_refused: float | None
    refused: float | None
    truthfulness: float | None
    quotes_exact: float | None
    citations_on_gold: float | None
    uncited_claims: int
    seconds: float | None
    seconds_to_first_token: float | None

    @classmethod
    def of(cls, questions: Sequence[GoldQuestion], records: Sequence[Record], texts: Mapping[str, str]) -> "Scores":
        """Score the records; ``texts`` are the articles by file name."""
        found = {record.id: record for record in records}
        verdicts = {q.id: _verdict(q, found.get(q.id)) for q in questions}
        answerable = [verdicts[q.id] for q in questions if q.answerable]
        unanswerable = [verdicts[q.id] for q in questions if not q.answerable]
        asked = [found[q.id] for q in questions if q.id in found]
        citations = [citation for record in asked for citation in record.citations]
        supported = [
            any(_overlap(citation, span) for span in q.spans)
            for q in questions
            if q.answerable and verdicts[q.id] == "correct"
            for citation in found[q.id].citations
        ]
        signs = {"correct": 1, "refused": 0, "wrong": -1}
        return cls(
            verdicts=verdicts,
            correct=_share([verdict == "correct" for verdict in answerable]),
            over_refused=_share([verdict == "refused" for verdict in answerable]),
            refused=_share([verdict == "correct" for verdict in unanswerable]),
            truthfulness=sum(signs[v] for v in verdicts.values()) / len(verdicts) if verdicts else None,
            quotes_exact=_share([_is_exact(citation, texts) for citation in citations]),
            citations_on_gold=_share(supported),
            uncited_claims=sum(record.uncited_claims for record in asked),
            seconds=_median([record.total for record in asked]),
            seconds_to_first_token=_median([record.first_token for record in asked if record.first_token]),
        )


def _verdict(question: GoldQuestion, record: Record | None) -> Verdict:
    return judge(question, record.text, record.abstained) if record else "wrong"


def _is_exact(citation: Mapping[str, Any], texts: Mapping[str, str]) -> bool:
    text = texts.get(citation["doc_id"], "")
    return bool(citation["quote"]) and text[citation["start"] : citation["end"]] == citation["quote"]


def _overlap(citation: Mapping[str, Any], span: Span) -> bool:
    return bool(citation["doc_id"] == span.file and citation["start"] < span.end and span.start < citation["end"])


def _share(outcomes: Sequence[bool]) -> float | None:
    return sum(outcomes) / len(outcomes) if outcomes else None


def _median(values: Sequence[float]) -> float | None:
    return median(values) if values else None
