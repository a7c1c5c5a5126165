"""A follow-up question is rewritten by the model, unless that loses something."""

from collections.abc import Sequence

import pytest

from rag.backends import Generator
from rag.rewriting import standalone
from rag.types import Turn
from tests.rag.fakes import FakeGenerator

HISTORY = (Turn("How many graduates does Northwind hire?", "Northwind hires 10,000 graduates. [1]"),)


def rewrite(question: str, history: Sequence[Turn], model: Generator, language: str = "en") -> str:
    """What the steps of a rewriting give in the end."""
    steps = standalone(question, history, model, language)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return str(stop.value)


def test_a_consumer_regains_control_while_the_model_writes() -> None:
    model = FakeGenerator(["Why?"])
    steps = standalone("And why?", HISTORY, model)
    next(steps)
    steps.close()
    assert model.closed_early == 1


def test_without_history_the_model_is_not_asked() -> None:
    model = FakeGenerator()
    assert rewrite("And in 2024?", (), model) == "And in 2024?"
    assert model.asked == []


def test_the_rewritten_question_is_used() -> None:
    model = FakeGenerator([" How many graduates did Northwind hire in 2024? "])
    assert rewrite("And in 2024?", HISTORY, model) == "How many graduates did Northwind hire in 2024?"


@pytest.mark.parametrize(
    "rewritten",
    [
        "How many graduates did Northwind hire?",  # the year is lost
        "How many graduates did it hire in 2024?",  # the name is lost
        "How many graduates did Northwind hire in 2024",  # cut off
        "",
    ],
)
def test_a_rewriting_that_loses_something_is_not_used(rewritten: str) -> None:
    question = "And Northwind in 2024?"
    assert rewrite(question, HISTORY, FakeGenerator([rewritten])) == question


@pytest.mark.parametrize(
    "question",
    [
        "How many interns does Northwind train?",
        "Who is the mayor of Norhaven?",
        "When does the programme of Northwind and its suppliers begin?",
        "How many models are there on ModelScope this year?",
        "Which articles say that Contoso hires graduates?",
    ],
)
def test_a_question_that_names_all_it_is_about_is_not_rewritten(question: str) -> None:
    model = FakeGenerator()
    assert rewrite(question, HISTORY, model) == question
    assert model.asked == []


@pytest.mark.parametrize(
    "question",
    [
        "Why?",
        "And outside Norway?",
        "What about Contoso?",
        "When do they have to apply at Northwind?",
        "Did Northwind cut jobs before that?",
        "Does Northwind offer the same to interns?",
        "Who are their suppliers in Germany?",
        "How many graduates start there?",
        "When does the programme begin?",
    ],
)
def test_a_question_that_leans_on_what_was_said_is_rewritten(question: str) -> None:
    model = FakeGenerator(["?"])
    rewrite(question, HISTORY, model)
    assert len(model.asked) == 1


@pytest.mark.parametrize(
    ("question", "rewritten"),
    [
        ("When does the library reopen?", "Why does the bakery close shops?"),
        ("How many?", "How many graduates does Northwind hire?"),  # that was asked before
        ("Cheers, that clears it up!", "How many graduates does Northwind hire?"),
        ("Where do they have to apply?", "How many of them does Northwind hire?"),
        ("Do the articles agree with each other on Northwind's graduates?", "When do Northwind's graduates agree?"),
        ("Where do they start?", "Northwind hires graduates. Where do they start?"),
        ("Which companies hire them?", "How many do companies like Northwind hire?"),
    ],
)
def test_another_question_is_no_rewriting(question: str, rewritten: str) -> None:
    assert rewrite(question, HISTORY, FakeGenerator([rewritten])) == question


@pytest.mark.parametrize(
    ("question", "rewritten"),
    [
        ("What does the company offer them?", "What does Northwind offer graduates?"),
        ("And when does the first one start?", "When does the first graduate of Northwind start?"),
        ("When do they get home by train?", "When do graduates take the train home?"),
        ("Where in America do they start?", "Where in America (U.S. and Canada) do graduates of Northwind start?"),
        ("Which tools is the company short of?", "Which tools does Northwind lack?"),
        ("For how many weeks?", "How long does Northwind hire graduates?"),
    ],
)
def test_what_stands_for_something_may_be_replaced(question: str, rewritten: str) -> None:
    assert rewrite(question, HISTORY, FakeGenerator([rewritten])) == rewritten


def test_the_mark_of_a_question_that_the_model_copies_is_taken_away() -> None:
    model = FakeGenerator(["Q: When do graduates of Northwind start?"])
    assert rewrite("When do they start?", HISTORY, model) == "When do graduates of Northwind start?"


def test_in_another_language_names_and_numbers_are_looked_for() -> None:
    model = FakeGenerator(["Wie viele stellt Northwind 2024 ein?"])
    assert rewrite("Und bei Northwind 2024?", HISTORY, model, "de") == "Wie viele stellt Northwind 2024 ein?"
    model = FakeGenerator(["Wie viele stellt Northwind ein?"])
    assert rewrite("Und bei Northwind 2024?", HISTORY, model, "de") == "Und bei Northwind 2024?"


def test_only_the_last_three_turns_are_shown() -> None:
    model = FakeGenerator(["What now?"])
    rewrite("What now?", [Turn(f"Question {number}?", "Yes.") for number in range(5)], model)
    shown = model.asked[0].messages[-1].content
    assert [number for number in range(5) if f"Question {number}?" in shown] == [2, 3, 4]


def test_the_model_can_write_nothing_but_one_question() -> None:
    model = FakeGenerator(["What now?"])
    rewrite("What now?", HISTORY, model)
    assert model.asked[0].grammar == r'root ::= [^?\n\[\]]+ "?"'
