"""The names of a question decide how sure the model must be."""

import pytest

from rag.answerability import needed_probability, unknown_names
from rag.types import Evidence
from tests.rag.fakes import passage

EVIDENCE = (Evidence(1, passage("Northwind hires in Paris. Contoso does not.", title="Hiring in Europe"), ()),)


@pytest.mark.parametrize(
    ("question", "needed"),
    [
        ("Where does Northwind hire?", 0.5),
        ("Where does northwind hire?", 0.5),
        ("who hires", 0.5),
        ("Where does Nortwind hire?", 0.5),  # a typing error
        ("Does Northwind hire in Kyoto?", 0.8),
        ("What is the capital of Mongolia?", None),
    ],
)
def test_unknown_names_ask_for_more_and_nothing_but_unknown_names_is_hopeless(
    question: str, needed: float | None
) -> None:
    assert needed_probability(question, EVIDENCE, 0.5) == needed


def test_a_higher_usual_probability_is_kept() -> None:
    assert needed_probability("Does Northwind hire in Kyoto?", EVIDENCE, 0.9) == 0.9


def test_without_evidence_every_question_is_hopeless() -> None:
    assert needed_probability("who hires", (), 0.5) is None


def test_titles_hold_names_too() -> None:
    assert unknown_names("Who hires in Europe or Asia?", EVIDENCE) == {"asia"}
