"""Which of two is more is worked out from verified figures."""

import pytest

from rag.comparison import adds_up, compares, outcome, total
from rag.types import Citation, Claim


def claim(text: str, number: int = 1, support: float = 0.9) -> Claim:
    return Claim(text, (Citation(number, "a.txt", "", "", "", 0, 1, "x"),), support)


ULM = claim("Ulm runs over 40 trams.", 1)
BERN = claim("Bern runs 1,200 buses.", 2, support=0.7)


@pytest.mark.parametrize(
    "question",
    [
        "Does Ulm run more vehicles than Bern?",
        "Who runs fewer vehicles, Ulm or Bern?",
        "Which is larger: Ulm's fleet or Bern's?",
        "Between Ulm or Bern, which has the most trams?",
        "Is the share of trams higher in Ulm or in Bern?",
    ],
)
def test_a_comparative_of_two_is_a_comparison(question: str) -> None:
    assert compares(question)


@pytest.mark.parametrize(
    "question",
    [
        "Did Ulm buy more than 50 trams?",
        "How many trams has Ulm?",
        "Who owns the larger depot?",
    ],
)
def test_other_questions_are_none(question: str) -> None:
    assert not compares(question)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who runs more vehicles, Ulm or Bern?", "The answer is Bern: Bern has 1,200, Ulm over 40."),
        ("Who runs fewer vehicles, Ulm or Bern?", "The answer is Ulm: Ulm has over 40, Bern 1,200."),
        ("Does Ulm run more vehicles than Bern?", "No: Bern has 1,200, Ulm over 40."),
        ("Does Bern run more vehicles than Ulm?", "Yes: Bern has 1,200, Ulm over 40."),
        ("Does Ulm run fewer vehicles than Bern?", "Yes: Ulm has over 40, Bern 1,200."),
    ],
)
def test_the_figures_decide(question: str, text: str) -> None:
    found = outcome(question, [ULM, BERN])
    assert found is not None
    assert found.text == text
    assert found.support == 0.7
    assert {citation.number for citation in found.citations} == {1, 2}


@pytest.mark.parametrize(
    "claims",
    [
        [],
        [ULM],
        [ULM, claim("Bern runs many buses.")],
        [ULM, claim("According to the mayor, 7 buses run.")],
        [ULM, claim("Bern runs 40 buses.")],
        [ULM, claim("Bern runs 12% of its buses at night.")],
        [claim("Ulm North has 3 trams."), ULM, BERN],
    ],
    ids=[
        "nothing",
        "one side",
        "no figure",
        "no name of the question",
        "the same figure",
        "another kind of figure",
        "three sides",
    ],
)
def test_without_two_comparable_figures_there_is_no_outcome(claims: list[Claim]) -> None:
    assert outcome("Who runs more vehicles, Ulm or Bern?", claims) is None


TOGETHER = "How many vehicles do Ulm and Bern run together?"


@pytest.mark.parametrize("question", [TOGETHER, "What is the number of trams of Ulm, Bern and Basel in total?"])
def test_what_several_have_together_is_a_sum(question: str) -> None:
    assert adds_up(question)


@pytest.mark.parametrize(
    "question", ["How many trams does Ulm run in total?", "Do Ulm and Bern run trams together?", "How many trams run?"]
)
def test_other_questions_ask_for_no_sum(question: str) -> None:
    assert not adds_up(question)


def test_figures_of_one_unit_are_added() -> None:
    """1,200 and 40 are 1,240; of "over 40" only the least is known."""
    sides = [claim("Ulm runs over 40 buses.", 1), claim("Bern runs 1,200 buses.", 2, support=0.7)]
    found = total(TOGETHER, sides)
    assert found is not None
    assert found.text == "Together that is more than 1,240: Ulm over 40, Bern 1,200."
    assert (found.support, [citation.number for citation in found.citations]) == (0.7, [1, 2])


@pytest.mark.parametrize(
    "claims",
    [
        [ULM],
        [ULM, BERN],  # trams and buses
        [claim("Ulm runs over 40 buses."), claim("Bern runs at most 90 buses.")],
        [claim("Ulm runs 40% of its buses."), claim("Bern runs 30% of its buses.")],
        [claim("Ulm runs 40 buses."), claim("Basel runs 30 buses.")],
    ],
)
def test_what_cannot_be_added_has_no_sum(claims: list[Claim]) -> None:
    assert total(TOGETHER, claims) is None
