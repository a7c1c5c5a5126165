"""Figures of a run against its gold questions. Pure: no model, no clock, no disk.

A gold question without a record counts as wrong. A figure over nothing is None, never 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from eval.gold import GoldQuestion, Verdict, judge
from eval.harness import Record


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares are in [0, 1]; ``verdicts`` holds one of each question's id.

    - ``correct``, ``over_refused``: of the answerable questions, those answered rightly, and those refused.
    - ``refused``: of the unanswerable questions, those refused.
    - ``truthfulness``: (right answers + right refusals - wrong answers) / all.
    - ``quotes_exact``: of the citations, those whose quote stands in the article at their offsets.
    - ``citations_on_gold``: of the citations of right answers, those that overlap a gold span.
    - ``claims_cited``: of the claims, those with a citation.
    - ``seconds``, ``seconds_to_first_token``: medians.
    """

    verdicts: Mapping[str, Verdict]
    correct: float | None
    over_refused: float | None
    refused: float | None
    truthfulness: float | None
    quotes_exact: float | None
    citations_on_gold: float | None
    seconds: float | None
    seconds_to_first_token: float | None

    @classmethod
    def of(cls, questions: Sequence[GoldQuestion], records: Sequence[Record], texts: Mapping[str, str]) -> "Scores":
        """Score the records; ``texts`` are the articles by file name."""
        found = {record.id: record for record in records}
        verdicts = {q.id: _verdict(q, found.get(q.id)) for q in questions}
        answerable = [verdicts[q.id] for q in questions if q.answerable]
        unanswerable = [verdicts[q.id] for q in questions if not q.answerable]
        citations = [citation for record in records for citation in record.citations]
        supported = [
            any(_overlap(citation, span.file, span.start, span.end) for span in q.spans)
            for q in questions
            if q.answerable and verdicts[q.id] == "correct"
            for citation in found[q.id].citations
        ]
        asked = [found[q.id] for q in questions if q.id in found]
        signs = {"correct": 1, "refused": 0, "wrong": -1}
        return cls(
            verdicts=verdicts,
            correct=_share([verdict == "correct" for verdict in answerable]),
            over_refused=_share([verdict == "refused" for verdict in answerable]),
            refused=_share([verdict == "correct" for verdict in unanswerable]),
            truthfulness=sum(signs[v] for v in verdicts.values()) / len(verdicts) if verdicts else None,
            quotes_exact=_share([texts[c["doc_id"]][c["start"] : c["end"]] == c["quote"] for c in citations]),
            citations_on_gold=_share(supported),
            seconds=median(record.total for record in asked) if asked else None,
            seconds_to_first_token=median([r.first_token for r in asked if r.first_token] or [0.0]) if asked else None,
        )


def _verdict(question: GoldQuestion, record: Record | None) -> Verdict:
    return judge(question, record.text, record.abstained) if record else "wrong"


def _overlap(citation: Mapping[str, object], file: str, start: int, end: int) -> bool:
    first, last = citation["start"], citation["end"]
    return (
        citation["doc_id"] == file and isinstance(first, int) and isinstance(last, int) and first < end and start < last
    )


def _share(outcomes: Sequence[bool]) -> float | None:
    return sum(outcomes) / len(outcomes) if outcomes else None
