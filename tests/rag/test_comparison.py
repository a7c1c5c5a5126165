"""Which of two is more is worked out from verified figures."""

import pytest

from rag.comparison import compares, outcome
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
        "Is Ulm or Bern older than 900?",
    ][:3],
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
