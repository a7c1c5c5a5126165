"""Retrieval on MultiHop-RAG is scored by the facts that passages hold."""

from statistics import fmean

import pytest

from rag.types import Passage
from rag_eval.benchmarks.multihop_rag import retrieval_values
from rag_eval.gold import GoldQuestion, Span


def passage(doc_id: str, text: str, title: str = "", published: str = "") -> Passage:
    return Passage(doc_id, title, "Gazette", published, 0, len(text), text, ())


def asking(name: str, *facts: tuple[str, str]) -> GoldQuestion:
    """A question whose gold facts are these, each with its article."""
    spans = tuple(Span(doc_id, 0, len(fact), fact) for doc_id, fact in facts)
    return GoldQuestion(name, "inference", "test", f"{name}?", bool(facts), spans=spans)


def means(questions: list[GoldQuestion], retrieved: dict[str, list[Passage]]) -> dict[str, float]:
    """The mean of each figure over the questions."""
    values = list(retrieval_values(questions, retrieved).values())
    return {name: fmean(each[name] for each in values) for name in values[0]}


def noise(count: int) -> list[Passage]:
    return [passage(f"n{number}", "Nothing of note.") for number in range(count)]


def test_retrieval_figures_are_what_arithmetic_says() -> None:
    """Question a has two facts, of m0 and m1: the third passage hits the first fact, the sixth the second.

    Question b has three facts, of m0, m1 and m2; only that of m2 is hit, by the fifth passage; m1 is reached without
    its fact. The null question does not count.

    Hits@4 (1 + 0) / 2, Hits@10 (1 + 1) / 2, MRR@10 (1/3 + 1/5) / 2, FactRecall@4 (1/2 + 0) / 2,
    FactRecall@10 (2/2 + 1/3) / 2, AllFacts@10 (1 + 0) / 2, document Recall@10 (2/2 + 2/3) / 2.
    """
    questions = [
        asking("a", ("m0", "Acme hired 120."), ("m1", "Rival hired nobody.")),
        asking("b", ("m0", "Oslo sleeps."), ("m1", "Bergen rains."), ("m2", "Tromso shines.")),
        asking("null"),
    ]
    hired, rested = passage("m0", "In May Acme\nhired 120. So."), passage("m1", "Rival hired nobody.")
    retrieved = {
        "a": [*noise(2), hired, *noise(2), rested, *noise(4)],
        "b": [*noise(4), passage("m2", "Tromso shines. Always."), passage("m1", "Bergen shines.")],
        "null": [hired],
    }
    assert means(questions, retrieved) == pytest.approx(
        {
            "Hits@4": 1 / 2,
            "Hits@10": 1.0,
            "MRR@10": (1 / 3 + 1 / 5) / 2,
            "FactRecall@4": 1 / 4,
            "FactRecall@10": (1 + 1 / 3) / 2,
            "AllFacts@10": 1 / 2,
            "document Recall@10": (1 + 2 / 3) / 2,
        }
    )


def test_what_comes_after_the_tenth_passage_does_not_count() -> None:
    figures = means([asking("a", ("m0", "Acme"))], {"a": [*noise(10), passage("m0", "Acme")]})
    assert set(figures.values()) == {0.0}


def test_a_question_without_an_entry_counts_as_missed() -> None:
    questions = [asking("a", ("m0", "Acme")), asking("b", ("m0", "Acme"))]
    figures = means(questions, {"a": [passage("m0", "Acme")]})
    assert set(figures.values()) == {0.5}


def test_title_publisher_and_date_belong_to_the_passage() -> None:
    found = passage("m0", "It hired.", title="Acme grows", published="2025-02-27")
    (figure, *_) = means([asking("a", ("m0", "2025-02-27 It hired."))], {"a": [found]}).values()
    assert figure == 1.0


def test_figures_over_nothing_do_not_exist() -> None:
    assert retrieval_values([asking("null")], {}) == {}
