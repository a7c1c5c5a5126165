"""List questions are known by their form and read article by article."""

import pytest

from rag.listing import asks_every_article, by_article
from rag.types import Evidence, Passage


@pytest.mark.parametrize(
    "question",
    [
        "Which companies hire graduates?",
        "what models were released",
        "In which cities will interns work?",
        "Which three banks cut rates?",
        "Which of the museum's departments moved?",
        "List the ministers who resigned.",
        "Name all rivers that the article mentions.",
        "Who are the founders?",
    ],
)
def test_a_plural_after_which_or_list_asks_for_a_list(question: str) -> None:
    assert asks_every_article(question)


@pytest.mark.parametrize(
    "question",
    [
        "Which company owns the harbour?",
        "Which bus crosses the bridge?",
        "What is the price?",
        "What does the mayor plan?",
        "Which units of Northwind hire?",
        "How many cities take part?",
        "Why did prices rise?",
        "",
    ],
)
def test_other_questions_ask_for_one_answer(question: str) -> None:
    assert not asks_every_article(question)


def test_articles_come_in_the_order_of_their_best_passage_with_a_few_passages_each() -> None:
    items = tuple(
        Evidence(number, Passage(doc, "", "", "", number, number, "", ()), ())
        for number, doc in enumerate(["b", "a", "b", "b", "c"], start=1)
    )
    groups = by_article(items, passages_each=2)
    assert [[item.number for item in group] for group in groups] == [[1, 3], [2], [5]]
