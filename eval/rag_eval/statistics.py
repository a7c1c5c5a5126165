"""How sure a figure is: bootstrap intervals, and paired tests between two systems on the same questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from rag.errors import InvalidInput

RESAMPLES = 2000
FLIPS = 9999
"""How many assignments of signs a paired test draws; up to 13 questions that differ, it goes through all of them."""
SEED = 20_251


@dataclass(frozen=True, slots=True)
class Rate:
    """A mean of ``over`` values with its 95 % interval; over nothing, ``value``, ``low`` and ``high`` are None."""

    value: float | None
    low: float | None
    high: float | None
    over: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """The mean with the percentile bootstrap's interval (Efron & Tibshirani 1993), the same on every call."""
        return cls(*_interval(values), over=len(values)) if values else cls(None, None, None, 0)


@dataclass(frozen=True, slots=True)
class PairedTest:
    """Two systems on the same questions: ``difference`` of the means, second minus first, its interval, and p.

    ``p`` is the two-sided p-value of a paired permutation test (signs flipped): how often chance alone would make the
    means differ that much.
    """

    difference: float
    low: float
    high: float
    p: float
    over: int

    @classmethod
    def of(cls, first: Sequence[float], second: Sequence[float]) -> Self:
        """Compare values of the same questions in the same order. Raises InvalidInput for nothing, or for no pairs."""
        if not first or len(first) != len(second):
            raise InvalidInput(
                f"A paired test got {len(first)} and {len(second)} values; give one of each system for every question."
            )
        differences = [after - before for before, after in zip(first, second, strict=True)]
        return cls(*_interval(differences), p=_chance(differences), over=len(differences))


def _interval(values: Sequence[float]) -> tuple[float, float, float]:
    """The mean, and the 2.5th and 97.5th percentile of the means of ``RESAMPLES`` resamples."""
    distinct, counts = np.unique(np.asarray(values, dtype=np.float64), return_counts=True)
    shares = counts / len(values)
    # Most values are 0 or 1: to draw how often each comes is the same as to draw values one by one, and far faster.
    resampled = np.random.default_rng(SEED).multinomial(len(values), shares, size=RESAMPLES) / len(values)
    low, high = np.percentile(resampled @ distinct, (2.5, 97.5))
    return float(shares @ distinct), float(low), float(high)


def _chance(differences: Sequence[float]) -> float:
    """The p-value, from the differences that are not 0: the sign of a 0 changes no mean."""
    from scipy.stats import permutation_test

    moved: npt.NDArray[np.float64] = np.array([difference for difference in differences if difference])
    if len(moved) < 2:
        return 1.0  # one difference is as large with either sign
    rng = np.random.default_rng(SEED)
    test = permutation_test((moved,), np.mean, permutation_type="samples", n_resamples=FLIPS, batch=1000, rng=rng)
    return float(test.pvalue)
