"""List questions are known by their form and read article by article."""

import pytest

from rag.listing import by_article, form_of
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
    assert form_of(question) == "list"


@pytest.mark.parametrize(
    "question",
    [
        "Which company owns the harbour?",
        "Which company owns Northwind?",
        "Which bus crosses the bridge?",
        "What is the price?",
        "What does the mayor plan?",
        "Which units of Northwind hire?",
        "How many cities take part?",
        "What happens to the harbour?",
        "What drives up prices?",
        "Why did prices rise?",
        "",
    ],
)
def test_other_questions_ask_for_one_answer(question: str) -> None:
    assert form_of(question) == "one"


@pytest.mark.parametrize(
    "question",
    [
        "Do all articles give the same price?",
        "Do the reports agree on the number of trams?",
        "Did it cost 10 or 12 euros? What do the different reports say?",
        "What do the articles say?",
        "Do both newspapers name the mayor?",
    ],
)
def test_a_question_on_what_the_articles_say_asks_each_of_them(question: str) -> None:
    assert form_of(question) == "reports"


@pytest.mark.parametrize("question", ["Who wrote the annual reports of Ulm?", "How many papers did Ida write in all?"])
def test_articles_that_are_the_subject_do_not_make_it_one(question: str) -> None:
    assert form_of(question) == "one"


def test_a_comparison_is_one() -> None:
    assert form_of("Who runs more trams, Ulm or Bern?") == "comparison"


def test_articles_come_in_the_order_of_their_best_passage_with_a_few_passages_each() -> None:
    items = tuple(
        Evidence(number, Passage(doc, "", "", "", number, number, "", ()), ())
        for number, doc in enumerate(["b", "a", "b", "b", "c"], start=1)
    )
    groups = by_article(items, passages_each=2)
    assert [[item.number for item in group] for group in groups] == [[1, 3], [2], [5]]
