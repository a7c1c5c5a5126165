"""How well a system retrieves: the field's measures over gold spans, and over the articles that hold them.

A passage holds a span if at least half of the span's characters lie in it. The values are those of ``ir_measures``
(MacAvaney et al. 2022), whose names they bear; what is ranked and what is relevant is decided here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.types import Passage
from rag_eval.gold import GoldQuestion, Span
from rag_eval.runs import RetrievedPassage

if TYPE_CHECKING:
    from ir_measures import Measure

CUTOFFS = (1, 3, 5, 10)


def retrieval_values(
    questions: Sequence[GoldQuestion], retrieved: Mapping[str, Sequence[RetrievedPassage]]
) -> Mapping[str, Mapping[str, float]]:
    """The value of every measure, in [0, 1], by question id and name.

    ``retrieved`` are the passages that one system found, by question id, best first.

    - "R@k of spans", k in ``CUTOFFS``: the share of the question's spans that the first k passages hold.
    - "nDCG@10 of spans", "RR@10 of spans": over passages. One is relevant if it holds a span that none before it
      holds; each span that no passage holds is one more relevant passage, which was missed.
    - "R@5 of documents", "nDCG@10 of documents", "RR@10 of documents": over articles in the order of their best
      passage. One is relevant if it has a gold span.

    Only answerable questions with spans have values. Without passages they are 0, but a system that finds none for any
    question does not retrieve, and has no values.
    """
    from ir_measures import RR, R, SetR, nDCG

    if not any(retrieved.values()):
        return {}
    found = {q.id: (q.spans, retrieved.get(q.id, ())) for q in questions if q.answerable and q.spans}
    passages = {id: _rank_passages(*case) for id, case in found.items()}
    documents = {id: _rank_documents(*case) for id, case in found.items()}
    # The set recall of what the first k hold: R@k itself would cut spans off when one passage holds several.
    firsts = {k: {id: _rank_spans(spans, ranked[:k]) for id, (spans, ranked) in found.items()} for k in CUTOFFS}
    columns = {f"R@{k} of spans": _values(SetR, rankings) for k, rankings in firsts.items()}
    columns |= {f"{measure} of spans": _values(measure, passages) for measure in (nDCG @ 10, RR @ 10)}
    columns |= {f"{measure} of documents": _values(measure, documents) for measure in (R @ 5, nDCG @ 10, RR @ 10)}
    return {id: {name: values[id] for name, values in columns.items()} for id in found}


def holds(passage: RetrievedPassage | Passage, span: Span) -> bool:
    """Whether at least half of the span's characters lie in the passage."""
    common = min(passage.end, span.end) - max(passage.start, span.start)
    return passage.doc_id == span.file and 2 * common >= span.end - span.start


@dataclass(frozen=True, slots=True)
class _Ranking:
    """The names of what was found, best first, and of all that is relevant."""

    ranked: Iterable[str]
    relevant: Iterable[str]


def _rank_spans(spans: Sequence[Span], passages: Sequence[RetrievedPassage]) -> _Ranking:
    held = [number for number, span in enumerate(spans) if any(holds(passage, span) for passage in passages)]
    return _Ranking(map(str, held), map(str, range(len(spans))))


def _rank_passages(spans: Sequence[Span], passages: Sequence[RetrievedPassage]) -> _Ranking:
    missed, relevant = set(range(len(spans))), []
    for rank, passage in enumerate(passages):
        new = {number for number in missed if holds(passage, spans[number])}
        missed -= new
        if new:
            relevant.append(f"passage {rank}")
    ranked = [f"passage {rank}" for rank in range(len(passages))]
    return _Ranking(ranked, [*relevant, *(f"missed {number}" for number in missed)])


def _rank_documents(spans: Sequence[Span], passages: Sequence[RetrievedPassage]) -> _Ranking:
    return _Ranking(dict.fromkeys(passage.doc_id for passage in passages), {span.file for span in spans})


def _values(measure: "Measure", rankings: Mapping[str, _Ranking]) -> dict[str, float]:
    """The measure's value for each question."""
    from ir_measures import iter_calc

    relevant = {id: dict.fromkeys(ranking.relevant, 1) for id, ranking in rankings.items()}
    # Strictly falling scores: trec_eval orders ties by name, not by rank.
    scores = {id: {name: -float(rank) for rank, name in enumerate(r.ranked)} for id, r in rankings.items()}
    return {metric.query_id: float(metric.value) for metric in iter_calc([measure], relevant, scores)}
