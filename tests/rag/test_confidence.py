"""The probability that a claim is right: worked examples, bounds, and files that are none."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.confidence import Calibration, Signals
from rag.errors import InvalidInput

HALF_YES = Calibration(intercept=1.0, weights={"gate": 1.0, "writing": 2.0}, fitted_on={})
finite = st.floats(-50, 50)


def test_the_logit_is_the_weighted_sum_of_the_signals() -> None:
    # 1 + 1 · ln(0.8/0.2) + 2 · (-0.5) = 1.386; 1 / (1 + e^-1.386) = 0.8
    assert HALF_YES.probability(Signals(gate=0.8, writing=-0.5)) == pytest.approx(0.8)


def test_no_claim_is_more_probable_than_one_whose_words_are_certain() -> None:
    assert HALF_YES.at_most(0.8) == HALF_YES.probability(Signals(0.8, 0.0))


@given(st.floats(0, 1), finite)
def test_any_signals_give_a_probability(gate: float, writing: float) -> None:
    assert 0 <= HALF_YES.probability(Signals(gate, writing)) <= 1


def test_even_an_absurd_signal_gives_a_probability() -> None:
    assert HALF_YES.probability(Signals(0.5, -1e6)) == pytest.approx(0)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    HALF_YES.save(tmp_path / "own.json")
    assert Calibration.load(tmp_path / "own.json") == HALF_YES


@pytest.mark.parametrize("content", ["", "{}", '{"intercept": 0, "weights": {"gate": 1}, "fitted_on": {}}', "[1]"])
def test_a_file_that_is_no_calibration_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "bad.json").write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"bad\.json is no calibration .*; rag eval fit writes one"):
        Calibration.load(tmp_path / "bad.json")


def test_our_own_calibration_trusts_each_signal_the_more_the_stronger_it_is() -> None:
    own = Calibration.load()
    assert all(weight > 0 for weight in own.weights.values())
    assert own.fitted_on["answers"] > 0
    assert math.isfinite(own.intercept)
