"""Intervals and tests whose values can be worked out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InvalidInput
from rag_eval.statistics import PairedTest, Rate

VALUES = st.lists(st.floats(-1, 1), min_size=1, max_size=40)


def test_the_interval_of_two_values_reaches_from_one_to_the_other() -> None:
    """Two draws of 0 and 1 have the mean 0, 1/2 or 1 with probability 1/4, 1/2, 1/4: the tails hold far over 2.5 %."""
    assert Rate.of([0, 1]) == Rate(0.5, 0.0, 1.0, 2)


def test_the_interval_of_many_is_about_two_standard_errors_wide() -> None:
    """Of 400 values half are 1: the standard error is 0.5 / 20, so the interval is 0.5 -+ 1.96 * 0.025."""
    rate = Rate.of([True, False] * 200)
    assert (rate.value, rate.over) == (0.5, 400)
    assert [rate.low, rate.high] == pytest.approx([0.451, 0.549], abs=0.005)


def test_the_interval_agrees_with_that_of_scipy() -> None:
    from scipy.stats import bootstrap

    values = [number**2 / 2500 for number in range(50)]
    theirs = bootstrap((values,), lambda sample, axis: sample.mean(axis=axis), method="percentile", rng=1)
    rate = Rate.of(values)
    assert rate.low == pytest.approx(theirs.confidence_interval.low, abs=0.01)
    assert rate.high == pytest.approx(theirs.confidence_interval.high, abs=0.01)


@given(st.floats(-1, 1), st.integers(1, 300))
def test_a_constant_has_an_interval_of_no_width(value: float, over: int) -> None:
    assert Rate.of([value] * over) == Rate(value, value, value, over)


def test_nothing_has_no_mean() -> None:
    assert Rate.of([]) == Rate(None, None, None, 0)


@given(VALUES)
def test_the_interval_lies_within_the_values_and_does_not_depend_on_their_order(values: list[float]) -> None:
    rate = Rate.of(values)
    assert rate.low is not None
    assert rate.high is not None
    assert min(values) - 1e-9 <= rate.low <= rate.high <= max(values) + 1e-9
    assert Rate.of(values[::-1]) == rate


def test_three_gains_of_three_may_well_be_chance() -> None:
    """Of the 8 assignments of signs, 2 have means as far from 0 as + + +: p = 2/8."""
    assert PairedTest.of([0, 0, 0], [1, 1, 1]) == PairedTest(1.0, 1.0, 1.0, 0.25, 3)


def test_p_of_right_and_wrong_answers_is_that_of_the_sign_test() -> None:
    """Five gains and one loss: 7 of 64 assignments have at least five gains, as many at most one: p = 14/64."""
    test = PairedTest.of([0, 0, 0, 0, 0, 1], [1, 1, 1, 1, 1, 0])
    assert test.difference == pytest.approx(4 / 6)
    assert test.p == pytest.approx(14 / 64)


def test_questions_without_a_difference_narrow_the_interval_but_leave_p() -> None:
    few = PairedTest.of([0] * 6, [1] * 6)
    many = PairedTest.of([0] * 6 + [1] * 94, [1] * 100)
    assert few.p == many.p == pytest.approx(2 / 64)
    assert many.difference == pytest.approx(0.06)
    assert 0 < many.low < 0.06 < many.high < 0.15


def test_many_gains_are_no_chance() -> None:
    """No drawn assignment of 40 signs is as far from 0; the drawn one itself counts: p = 2 * 1 / (9999 + 1)."""
    assert PairedTest.of([0] * 40, [1] * 40).p == pytest.approx(0.0002)


@pytest.mark.parametrize("values", [[0.5], [0.0, 1.0, 0.25]])
def test_equal_systems_do_not_differ(values: list[float]) -> None:
    assert PairedTest.of(values, values) == PairedTest(0.0, 0.0, 0.0, 1.0, len(values))


def test_one_difference_tells_nothing() -> None:
    assert PairedTest.of([0, 1], [1, 1]).p == 1.0


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12))
def test_the_other_way_round_only_the_signs_change(pairs: list[tuple[int, int]]) -> None:
    first, second = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    there, back = PairedTest.of(first, second), PairedTest.of(second, first)
    assert [there.difference, there.p] == pytest.approx([-back.difference, back.p])
    assert 0 < there.p <= 1


@pytest.mark.parametrize(("first", "second"), [([], []), ([1], []), ([1, 0], [1, 0, 1])])
def test_values_that_are_no_pairs_are_refused(first: list[float], second: list[float]) -> None:
    with pytest.raises(InvalidInput, match=f"got {len(first)} and {len(second)} values; give one of each system"):
        PairedTest.of(first, second)
