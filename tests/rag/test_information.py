"""How much the evidence tells of a question, with a model that counts missing words."""

from collections.abc import Generator as Steps

import pytest

from rag.information import information
from rag.types import Evidence
from tests.rag.fakes import FakeGenerator, passage


def evidence(*texts: str) -> tuple[Evidence, ...]:
    found = [passage(text) for text in texts]
    return tuple(Evidence(number, item, item.sentences) for number, item in enumerate(found, start=1))


def told(question: str, *texts: str) -> float:
    steps: Steps[None, None, float] = information(question, evidence(*texts), FakeGenerator())
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return float(stop.value)


def test_it_is_what_the_best_sentence_adds_to_reading_none() -> None:
    # Without a sentence the prompts lack "when", "do", "night" and "buses"; the second one holds two of the words.
    assert told("When do night buses return?", "Trams grow longer.", "Night buses are back.") == pytest.approx(2)


def test_evidence_that_tells_nothing_adds_nothing() -> None:
    assert told("When do night buses return?", "Trams grow longer.") == 0
    assert told("When do night buses return?") == 0


def test_only_the_best_sentence_of_the_first_two_passages_is_read() -> None:
    assert told("When do night buses return?", "Trams grow.", "Cars drive.", "Night buses return.") == 0
    assert told("When do night buses return?", "Trams grow. Night buses return.") == 0


def test_an_endless_question_is_read_in_part() -> None:
    assert told("bus " * 10_000, "A bus.") > 0
