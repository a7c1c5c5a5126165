"""A question that describes somebody by several facts is answered with a name among those that the passages hold."""

import pytest

from rag.naming import facts_of, name_grammar, names_in
from rag.types import Evidence
from tests.rag.fakes import passage

DESCRIBED = "Who leads the port of Ulm, sailed a small boat to Bern, and writes novels about trains?"


def evidence(*texts: str) -> tuple[Evidence, ...]:
    return tuple(Evidence(number, passage(text), ()) for number, text in enumerate(texts, start=1))


@pytest.mark.parametrize(
    "question",
    [
        DESCRIBED,
        "Which company runs the ferries, bought a yard in Ulm, and was fined for its noise in May?",
        "What is the name of the firm that runs ferries, bought a yard in Ulm, and was fined heavily in May?",
        "What company runs the ferries of Ulm, bought a small yard in May, and was fined for noise at night?",
    ],
)
def test_one_who_is_described_by_three_facts_has_them(question: str) -> None:
    assert len(facts_of(question)) == 3


@pytest.mark.parametrize(
    "question",
    [
        "Who leads the port of Ulm and writes novels about trains?",
        "Which ferries run to Ulm in May, which stop in Bern at night, and which carry trains?",
        "Did the mayor lead the port of Ulm, sail a small boat to Bern, and write novels about trains?",
        "What was said about the port of Ulm, the small boat to Bern, and the novels about trains?",
        "How many leave the port of Ulm, sail a small boat to Bern, and write novels about trains?",
    ],
)
def test_other_questions_have_none(question: str) -> None:
    assert facts_of(question) == ()


def test_names_are_those_of_the_passages_without_those_of_the_question() -> None:
    told = evidence("The port's head is Ida van Berg. Ida van Berg’s boat sailed to Bern.", "Per of Ulm writes.")
    assert names_in(DESCRIBED, told) == ("Ida van Berg", "Per of Ulm")


def test_no_passage_has_no_names() -> None:
    assert names_in(DESCRIBED, ()) == ()


def test_a_name_with_quotes_is_a_word_of_the_grammar() -> None:
    assert name_grammar(['Ida "Sea" Berg']) == 'root ::= "Ida \\"Sea\\" Berg"'
