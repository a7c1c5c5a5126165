"""Retrieval figures against hand arithmetic."""

from collections.abc import Sequence
from dataclasses import replace
from math import log2

import pytest

from rag.types import Timings
from rag_eval.gold import GoldQuestion, Span
from rag_eval.retrieval_metrics import retrieval_values
from rag_eval.runs import Record, RetrievedPassage

NAMES = [
    "R@1 of spans",
    "R@3 of spans",
    "R@5 of spans",
    "R@10 of spans",
    "nDCG@10 of spans",
    "RR@10 of spans",
    "R@5 of documents",
    "nDCG@10 of documents",
    "RR@10 of documents",
]
FIRST, SECOND, THIRD = (Span("acme.txt", start, start + 20, "x" * 20) for start in (0, 100, 200))


def asking(name: str, *spans: Span) -> GoldQuestion:
    return GoldQuestion(name, "list", "test", f"Question {name}?", True, answer="120", spans=spans)


def passage(start: int, end: int, file: str = "acme.txt") -> RetrievedPassage:
    """All passages score alike: only their order may count."""
    return RetrievedPassage(file, start, end, 0.5)


NOTHING = passage(500, 600)


def record(name: str, passages: Sequence[RetrievedPassage]) -> Record:
    return Record("full", name, f"Question {name}?", "120", False, 0.5, (), (), tuple(passages), Timings())


def values(spans: Sequence[Span], *passages: RetrievedPassage) -> dict[str, float]:
    return dict(retrieval_values([asking("a", *spans)], {"a": passages})["a"])


def test_recall_counts_the_spans_that_the_first_passages_hold() -> None:
    """The first passage holds two spans of three, the fourth again one of them, the fifth the third."""
    ranked = (passage(0, 150), NOTHING, NOTHING, passage(90, 130), passage(150, 300))
    found = values([FIRST, SECOND, THIRD], *ranked)
    assert [found[f"R@{k} of spans"] for k in (1, 3, 5, 10)] == pytest.approx([2 / 3, 2 / 3, 1, 1])


def test_recall_at_1_is_whole_when_one_passage_holds_more_spans_than_ten() -> None:
    spans = [Span("acme.txt", start, start + 5, "xxxxx") for start in range(0, 60, 5)]
    assert values(spans, passage(0, 60))["R@1 of spans"] == 1.0


def test_ndcg_and_rr_count_what_is_new_and_what_was_missed() -> None:
    """Relevant are the second passage and the missed second span; the third passage repeats the first span.

    DCG = 1 / log2(2 + 1); ideal are two relevant passages ahead: 1 + 1 / log2(3). RR = 1 / 2.
    """
    found = values([FIRST, SECOND], NOTHING, passage(0, 50), passage(0, 30))
    assert found["nDCG@10 of spans"] == pytest.approx((1 / log2(3)) / (1 + 1 / log2(3)))
    assert found["RR@10 of spans"] == 0.5


def test_one_passage_with_all_spans_is_ideal() -> None:
    found = values([FIRST, SECOND], passage(0, 150), NOTHING)
    assert (found["nDCG@10 of spans"], found["RR@10 of spans"]) == (1.0, 1.0)


@pytest.mark.parametrize("rank", range(1, 11))
def test_order_alone_decides(rank: int) -> None:
    """One relevant passage at this rank: RR = 1 / rank, nDCG = 1 / log2(rank + 1)."""
    ranked = [NOTHING] * 10
    ranked[rank - 1] = passage(0, 50)
    found = values([FIRST], *ranked)
    assert found["RR@10 of spans"] == pytest.approx(1 / rank)
    assert found["nDCG@10 of spans"] == pytest.approx(1 / log2(rank + 1))
    assert [found[f"R@{k} of spans"] for k in (1, 3, 5, 10)] == [float(rank <= k) for k in (1, 3, 5, 10)]


@pytest.mark.parametrize(
    ("found", "held"),
    [
        (passage(110, 200), True),
        (passage(111, 200), False),
        (passage(50, 110), True),
        (passage(50, 109), False),
        (passage(105, 115), True),
        (passage(105, 114), False),
        (passage(100, 120, "other.txt"), False),
        (passage(300, 400), False),
    ],
)
def test_a_passage_holds_a_span_if_half_of_it_lies_inside(found: RetrievedPassage, held: bool) -> None:
    assert values([SECOND], found)["R@1 of spans"] == float(held)


def test_documents_are_ranked_by_their_best_passage() -> None:
    """Articles in order: b, acme, c. Relevant: acme and the missed d. RR = 1 / 2, recall 1 of 2."""
    spans = [FIRST, SECOND, Span("d.txt", 0, 5, "xxxxx")]
    ranked = (passage(0, 5, "b.txt"), passage(9, 99, "b.txt"), NOTHING, passage(0, 5, "c.txt"), passage(0, 50))
    found = values(spans, *ranked)
    assert (found["RR@10 of documents"], found["R@5 of documents"]) == (0.5, 0.5)
    assert found["nDCG@10 of documents"] == pytest.approx((1 / log2(3)) / (1 + 1 / log2(3)))


def test_the_sixth_document_is_not_among_the_first_five() -> None:
    found = values([FIRST], *(passage(0, 50, f"{number}.txt") for number in range(5)), NOTHING)
    assert [found["R@5 of documents"], found["RR@10 of documents"]] == pytest.approx([0, 1 / 6])


def test_questions_without_passages_score_nothing() -> None:
    questions = [asking(name, FIRST) for name in ("found", "nothing found", "no record")]
    retrieved = {"found": [passage(0, 50)], "nothing found": []}
    found = retrieval_values(questions, retrieved)
    assert {name: set(values.values()) for name, values in found.items()} == {
        "found": {1.0},
        "nothing found": {0.0},
        "no record": {0.0},
    }
    assert [list(values) for values in found.values()] == [NAMES] * 3


def test_a_system_that_never_retrieves_has_no_figures() -> None:
    assert retrieval_values([asking("a", FIRST)], {"a": []}) == {}
    assert retrieval_values([asking("a", FIRST)], {}) == {}


def test_only_answerable_questions_with_spans_have_figures() -> None:
    unanswerable = replace(asking("x", FIRST), answerable=False)
    retrieved = {"a": [NOTHING], "x": [NOTHING]}
    assert retrieval_values([unanswerable, asking("a")], retrieved) == {}
