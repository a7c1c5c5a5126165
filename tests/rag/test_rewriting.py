"""A follow-up question is rewritten by the model, unless that loses something."""

from collections.abc import Sequence

import pytest

from rag.backends import Generator
from rag.rewriting import standalone
from rag.types import Turn
from tests.rag.fakes import FakeGenerator

HISTORY = (Turn("How many graduates does Huawei hire?", "Huawei hires 10,000 graduates. [1]"),)


def rewrite(question: str, history: Sequence[Turn], model: Generator) -> str:
    """What the steps of a rewriting give in the end."""
    steps = standalone(question, history, model)
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
    model = FakeGenerator([" How many graduates did Huawei hire in 2024? "])
    assert rewrite("And in 2024?", HISTORY, model) == "How many graduates did Huawei hire in 2024?"


@pytest.mark.parametrize(
    "rewritten",
    [
        "How many graduates did Huawei hire?",  # the year is lost
        "How many graduates did it hire in 2024?",  # the name is lost
        "How many graduates did Huawei hire in 2024",  # cut off
        "",
    ],
)
def test_a_rewriting_that_loses_something_is_not_used(rewritten: str) -> None:
    question = "And Huawei in 2024?"
    assert rewrite(question, HISTORY, FakeGenerator([rewritten])) == question


def test_only_the_last_three_turns_are_shown() -> None:
    model = FakeGenerator(["What now?"])
    rewrite("What now?", [Turn(f"Question {number}?", "Yes.") for number in range(5)], model)
    shown = model.asked[0].messages[-1].content
    assert [number for number in range(5) if f"Question {number}?" in shown] == [2, 3, 4]


def test_the_model_can_write_nothing_but_one_question() -> None:
    model = FakeGenerator(["What now?"])
    rewrite("What now?", HISTORY, model)
    assert model.asked[0].grammar == r'root ::= [^?\n\[\]]+ "?"'
