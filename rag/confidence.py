"""Signals → the probability that an answer is right: a logistic regression whose weights a file holds.

A language model's own Yes or No is a strong signal, but its scale shifts from one collection of articles to another;
what it knew beforehand makes it say Yes to what no passage states. Together with how likely its own words were to it
it can be trusted more than either. ``rag eval fit`` fits
the weights on answers that were judged, so that a probability of 0.7 means: of ten such answers, seven are right.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from rag.errors import InvalidInput

_OWN = Path(__file__).with_name("calibration.json")
_SUREST = 0.999  # of a gate, whose logit must stay finite


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a claim.

    ``gate`` is P(the evidence holds the answer) by the model's own Yes or No, in [0, 1]; ``writing`` the mean
    log-probability of the claim's tokens, in nats, as ``rag.claims.Draft`` has it.
    """

    gate: float
    writing: float

    def values(self) -> dict[str, float]:
        """The inputs of the regression by name: the gate as a logit, the other as it is."""
        gate = min(max(self.gate, 1 - _SUREST), _SUREST)
        return {"gate": math.log(gate / (1 - gate)), "writing": self.writing}


@dataclass(frozen=True, slots=True)
class Calibration:
    """The weights of the signals, and what they were fitted on."""

    intercept: float
    weights: Mapping[str, float]
    fitted_on: Mapping[str, Any]

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """The calibration of a file that ``save`` wrote, the project's own without ``path``. Raises InvalidInput."""
        place = path or _OWN
        try:
            content = json.loads(place.read_text(encoding="utf-8"))
            weights = {name: float(content["weights"][name]) for name in Signals(0.5, 0).values()}
            return cls(float(content["intercept"]), weights, content["fitted_on"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InvalidInput(f"{place} is no calibration ({error!r}); rag eval fit writes one.") from error

    def save(self, path: Path) -> None:
        """Write it to a file. Raises OSError."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    def probability(self, signals: Signals) -> float:
        """P(the claim is right), in [0, 1]."""
        values = signals.values()
        logit = self.intercept + sum(weight * values[name] for name, weight in self.weights.items())
        return (1 + math.tanh(logit / 2)) / 2  # the logistic function, without its overflow

    def at_most(self, gate: float) -> float:
        """The probability of a claim of whose words the model is certain: no other one will be more probable."""
        return self.probability(Signals(gate, 0.0))
