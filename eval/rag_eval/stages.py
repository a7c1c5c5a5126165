"""A run that shows everything → what each stage of the assistant is worth: the same answers with one stage left out.

A run with ``RAG_MIN_ANSWERABLE=0 RAG_MIN_CONFIDENCE=0`` tells in its trace what the model wrote, and what the stages
thought of it. From that follows, without asking the model again, what the assistant would have answered with all
stages, and with each of them switched off. How sure it would have been of a line that fit or verification left out is
not known: when that is shown, the confidence has no say in it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from rich import box
from rich.table import Table

from rag.errors import InvalidInput
from rag.settings import Settings
from rag.types import REFUSAL, Step
from rag_eval.metrics import Scores
from rag_eval.runs import Record, RecordedClaim, Run
from rag_eval.tables import percent

STAGES = ("gate", "fit", "verification", "confidence")
_FIGURES = (
    "answered correctly",
    "refused wrongly",
    "answered wrongly",
    "refused rightly",
    "truthfulness",
)
_SHOWS_ALL = {"min_answerable": 0.0, "min_confidence": 0.0}


@dataclass(frozen=True, slots=True)
class _Line:
    """What the model wrote: how probable the gate held a right answer at most, which stage ``dropped`` it, and how
    probable the answer then was."""

    text: str
    at_most: float
    dropped: str = ""
    probability: float = 1.0


def arms(run: Run, settings: Settings) -> Mapping[str, Run]:
    """The run with the thresholds of ``settings``: with all stages, without each of them, and without any.

    Of the sentences of an arm only the words are known, so that its figures on citations mean nothing. Raises
    InvalidInput for a run that does not show everything.
    """
    if any(run.info.settings.get(name) != value for name, value in _SHOWS_ALL.items()):
        raise InvalidInput(
            "This run left out what the assistant was not sure of. Make one that shows everything: "
            "RAG_MIN_ANSWERABLE=0 RAG_MIN_CONFIDENCE=0 rag eval run"
        )
    active = {"all stages": set(STAGES), **{f"without {name}": set(STAGES) - {name} for name in STAGES}}
    return {
        arm: replace(run, records=tuple(_answered(record, stages, settings) for record in run.records))
        for arm, stages in (active | {"without any": set[str]()}).items()
    }


def shown(scores: Mapping[str, Scores]) -> Table:
    """One row an arm: the rates that mean something there."""
    table = Table(box=box.SIMPLE_HEAD, padding=0)
    table.add_column("stages", no_wrap=True)
    for name in _FIGURES:
        table.add_column(name, justify="right", min_width=max(map(len, name.split())))
    for arm, one in scores.items():
        table.add_row(arm, *(percent(one.rates[name].value) for name in _FIGURES))
    return table


def _answered(record: Record, active: Collection[str], settings: Settings) -> Record:
    """The record as it would be if only these stages had a say."""
    written = list(_lines(record))
    shown = [line for line in written if _is_shown(line, active, settings)]
    if shown == [line for line in written if not line.dropped]:
        return record  # also what needs no model: a refusal for a missing name, quotes side by side
    claims = tuple(RecordedClaim(line.text, 0.0, ()) for line in dict.fromkeys(shown))
    text = " ".join(claim.text for claim in claims) or REFUSAL
    return replace(record, text=text, abstained=not claims, claims=claims, citations=())


def _is_shown(line: _Line, active: Collection[str], settings: Settings) -> bool:
    hopeful = "gate" not in active or line.at_most >= settings.min_answerable
    sure = "confidence" not in active or line.probability >= settings.min_confidence
    return hopeful and sure and line.dropped not in active


def _lines(record: Record) -> Iterator[_Line]:
    """What the model wrote, in order."""
    at_most = 0.0
    for step in record.trace:
        decision, _, text = step.decision.partition(": ")
        if step.stage == "gate":
            at_most = _figure(step, "at_most")
        elif decision == "left out" and step.stage in STAGES:
            yield _Line(text, at_most, dropped=step.stage)
        elif step.stage == "confidence":
            yield _Line(text, at_most, probability=_figure(step, "probability"))


def _figure(step: Step, name: str) -> float:
    return dict(step.figures).get(name, 0.0)
