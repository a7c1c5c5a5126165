"""The names of a question decide whether the evidence can hold the answer at all."""

import pytest

from rag.answerability import is_empty, is_hopeless, unknown_names
from rag.types import Evidence
from tests.rag.fakes import passage

EVIDENCE = (Evidence(1, passage("Northwind hires in Paris. Contoso does not.", title="Hiring in Europe"), ()),)


@pytest.mark.parametrize(
    ("question", "hopeless"),
    [
        ("Where does Northwind hire?", False),
        ("where does northwind hire", False),
        ("who hires", False),
        ("Where does Nortwind hire?", False),  # a typing error
        ("Does Northwind hire in Kyoto?", False),  # one of two names is there
        ("What is the capital of Mongolia?", True),
    ],
)
def test_a_question_with_nothing_but_unknown_names_is_hopeless(question: str, hopeless: bool) -> None:
    assert is_hopeless(question, EVIDENCE) is hopeless


@pytest.mark.parametrize("question", ["Why?", "How many of them?", "Who is it?", "Hello!", "Thanks a lot", "ok great"])
def test_a_question_without_a_subject_is_empty(question: str) -> None:
    assert is_empty(question)


@pytest.mark.parametrize("question", ["Ulm?", "How many nights?", "who hires", "Thanks to whom was it built?", "華為?"])
def test_one_with_a_subject_is_not(question: str) -> None:
    assert not is_empty(question)


def test_without_evidence_every_question_is_hopeless() -> None:
    assert is_hopeless("who hires", ())


def test_titles_hold_names_too() -> None:
    assert unknown_names("Who hires in Europe or Asia?", EVIDENCE) == {"asia"}
