"""Judged answers → the calibration of the assistant: which weights its signals deserve, and what a threshold costs.

An answer counts once, with the signals of its first claim. The weights are fitted by logistic regression with a small
ridge penalty (scikit-learn, which sentence-transformers needs anyway); how well they tell right from wrong is measured
on answers that they were not fitted on, by cross-validation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import numpy as np

from rag.confidence import Calibration, Signals
from rag.errors import InvalidInput
from rag_eval.metrics import Scores
from rag_eval.runs import Record

_FOLDS = 5
_LEAST = 20  # answers, and of either verdict one for each fold
_THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


@dataclass(frozen=True, slots=True)
class Example:
    """An answer: its signals, and whether it was right."""

    signals: Signals
    right: bool


@dataclass(frozen=True, slots=True)
class Bargain:
    """What a threshold costs: the share of these answers that it shows, and the share of the shown that is wrong."""

    threshold: float
    shown: float
    wrong: float


@dataclass(frozen=True, slots=True)
class Fit:
    """A calibration, and what it is worth on answers that it was not fitted on.

    ``held_out`` holds the probability of each of these answers, and whether it was right.
    """

    calibration: Calibration
    held_out: tuple[tuple[float, bool], ...]

    @classmethod
    def of(cls, examples: Sequence[Example], provenance: dict[str, object]) -> Self:
        """The calibration of these answers. Raises InvalidInput when they are too few, or nearly all right or wrong."""
        from sklearn.metrics import log_loss, roc_auc_score
        from sklearn.model_selection import StratifiedKFold, cross_val_predict

        right = np.array([example.right for example in examples], np.bool_)
        if len(examples) < _LEAST or min(right.sum(), (~right).sum()) < _FOLDS:
            raise InvalidInput(
                f"{len(examples)} answers, {right.sum()} of them right, are too few to fit on; at least {_LEAST} are "
                f"needed, {_FOLDS} right and {_FOLDS} wrong ones among them. Run the assistant with "
                "RAG_MIN_ANSWERABLE=0 and RAG_MIN_CONFIDENCE=0, so that it shows what it would else leave out."
            )
        inputs = np.array([list(example.signals.values().values()) for example in examples])
        folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
        held_out = cross_val_predict(_regression(), inputs, right, cv=folds, method="predict_proba")[:, 1]
        model = _regression().fit(inputs, right)
        scaler, regression = model[0], model[-1]
        weights = regression.coef_[0] / scaler.scale_
        calibration = Calibration(
            intercept=round(float(regression.intercept_[0] - weights @ scaler.mean_), 4),
            weights={
                name: round(float(weight), 4)
                for name, weight in zip(examples[0].signals.values(), weights, strict=True)
            },
            fitted_on=provenance
            | {
                "answers": len(examples),
                "right": int(right.sum()),
                "cross-validated AUC": round(float(roc_auc_score(right, held_out)), 3),
                "cross-validated log loss": round(float(log_loss(right, held_out)), 3),
                "date": date.today().isoformat(),
            },
        )
        return cls(calibration, tuple(zip(held_out.tolist(), right.tolist(), strict=True)))

    @property
    def bargains(self) -> tuple[Bargain, ...]:
        """What some thresholds cost."""
        return tuple(map(self._bargain, _THRESHOLDS))

    def within(self, risk: float) -> Bargain | None:
        """The lowest threshold, in hundredths, at which at most this share of the shown answers is wrong.

        None if there is no such one that shows an answer.
        """
        found = (self._bargain(hundredths / 100) for hundredths in range(101))
        return next((bargain for bargain in found if bargain.shown and bargain.wrong <= risk), None)

    def _bargain(self, threshold: float) -> Bargain:
        shown = [right for probability, right in self.held_out if probability >= threshold]
        wrong = 1 - sum(shown) / len(shown) if shown else 0.0
        return Bargain(threshold, len(shown) / len(self.held_out), wrong)


def examples_of(scores: Scores) -> list[Example]:
    """The answers of one system that had a claim to judge, shown or not, with what became of them."""
    judged = ((_signals(question.record), question) for question in scores.questions if question.record)
    return [
        Example(signals, question.verdict == "correct" and question.question.answerable)
        for signals, question in judged
        if signals
    ]


def _signals(record: Record) -> Signals | None:
    """Those of the first claim."""
    for step in record.trace:
        if step.stage == "confidence":
            figures = dict(step.figures)
            return Signals(figures["gate"], figures["writing"])
    return None


def _regression() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression())
