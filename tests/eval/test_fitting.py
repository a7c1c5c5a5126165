"""Weights are fitted on judged answers, and their worth is told honestly."""

import random
from dataclasses import replace

import pytest

from rag.confidence import Signals
from rag.errors import InvalidInput
from rag.types import Step
from rag_eval.fitting import Bargain, Example, Fit, examples_of
from rag_eval.metrics import Scores, judge_record
from tests.eval.answers import TEXTS, asking, record, unanswerable

DRAWN = random.Random(7)
SPREAD = 0.1
"""Of the writing, in nats."""


def drawn(right: bool) -> Example:
    """A right answer has a gate around 0.8, a wrong one around 0.3; its writing tells nothing."""
    gate = min(max(DRAWN.gauss(0.8 if right else 0.3, 0.15), 0.01), 0.99)
    return Example(Signals(gate, DRAWN.gauss(-0.2, SPREAD)), right)


EXAMPLES = [drawn(number % 3 > 0) for number in range(150)]


def test_what_tells_right_from_wrong_gets_the_weight() -> None:
    weights = Fit.of(EXAMPLES, {}).calibration.weights
    assert abs(weights["writing"]) * SPREAD < 0.5 < weights["gate"]


def test_probabilities_are_shares() -> None:
    calibration = Fit.of(EXAMPLES, {}).calibration
    probabilities = [calibration.probability(example.signals) for example in EXAMPLES]
    assert sum(probabilities) / len(probabilities) == pytest.approx(100 / 150, abs=0.02)


def test_a_higher_threshold_shows_less_and_less_that_is_wrong() -> None:
    bargains = Fit.of(EXAMPLES, {}).bargains
    assert [one.shown for one in bargains] == sorted((one.shown for one in bargains), reverse=True)
    assert bargains[-1].wrong < bargains[0].wrong < 1 / 3


def test_where_the_weights_come_from_is_told() -> None:
    told = Fit.of(EXAMPLES, {"sets": {"gold, train": 150}}).calibration.fitted_on
    assert told["sets"] == {"gold, train": 150}
    assert (told["answers"], told["right"]) == (150, 100)
    assert told["cross-validated AUC"] > 0.9


@pytest.mark.parametrize("examples", [[], EXAMPLES[:10], [one for one in EXAMPLES if one.right]])
def test_too_few_answers_are_refused(examples: list[Example]) -> None:
    with pytest.raises(InvalidInput, match="too few to fit on"):
        Fit.of(examples, {})


def test_an_answer_counts_with_the_signals_of_its_first_claim_whether_it_was_shown_or_not() -> None:
    def judged(gate: float) -> Step:
        figures = {"probability": 0.5, "needed": 0.0, "gate": gate, "writing": -0.1}
        return Step("confidence", "kept", tuple(figures.items()))

    records = [
        replace(record("a", "120"), trace=(Step("gate", "…"), judged(0.9), judged(0.2))),
        replace(record("b", "12"), trace=(judged(0.6),)),
        record("c"),  # nothing was written
        replace(record("x", "Oslo"), trace=(judged(0.3),)),
    ]
    questions = [*map(asking, "abc"), unanswerable("x")]
    scores = Scores.of("assistant", questions, {one.id: one for one in records}, TEXTS, judge_record)
    assert examples_of(scores) == [
        Example(Signals(0.9, -0.1), right=True),
        Example(Signals(0.6, -0.1), right=False),
        Example(Signals(0.3, -0.1), right=False),
    ]


def test_a_threshold_is_chosen_for_a_stated_risk() -> None:
    """Of .9, .8, .6, .4, two are wrong. From .41 on one of three is wrong, from .81 on none of one."""
    fit = Fit(Fit.of(EXAMPLES, {}).calibration, ((0.9, True), (0.8, False), (0.6, True), (0.4, False)))
    assert fit.within(0.5) == Bargain(0.0, 1.0, 0.5)
    assert fit.within(0.4) == Bargain(0.41, 0.75, 1 - 2 / 3)
    assert fit.within(0.1) == Bargain(0.81, 0.25, 0.0)


def test_no_threshold_keeps_a_risk_that_the_surest_answers_break() -> None:
    assert Fit(Fit.of(EXAMPLES, {}).calibration, ((0.9, False), (0.8, True))).within(0.2) is None
