"""Asking the gold questions and scoring the answers: two steps, so that scoring again loads no model."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, TextIO

from eval.gold import GoldQuestion
from rag.errors import InvalidInput
from rag.types import Answer, Turn

_SPLITS = ("train", "test", "all")

Report = Callable[[str, float], None]


class Asks(Protocol):
    """What the harness needs of an assistant."""

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """The finished answer."""
        ...


@dataclass(frozen=True, slots=True)
class Record:
    """What was answered to one gold question: all that scoring needs. Seconds are wall-clock."""

    id: str
    question: str
    text: str
    abstained: bool
    confidence: float
    citations: tuple[dict[str, Any], ...]
    uncited_claims: int
    first_token: float
    total: float

    @classmethod
    def of(cls, question_id: str, answer: Answer) -> "Record":
        """The record of a finished answer."""
        return cls(
            id=question_id,
            question=answer.question,
            text=answer.text,
            abstained=answer.abstained,
            confidence=answer.confidence,
            citations=tuple(asdict(citation) for citation in answer.citations),
            uncited_claims=sum(not claim.citations for claim in answer.claims),
            first_token=answer.timings.first_token,
            total=answer.timings.total,
        )


def select(questions: Sequence[GoldQuestion], split: str, limit: int | None = None) -> tuple[GoldQuestion, ...]:
    """The questions of a split, or ``limit`` of them spread evenly over their order. Raises InvalidInput."""
    if split not in _SPLITS:
        raise InvalidInput(f"Unknown split {split!r}; choose one of {', '.join(_SPLITS)}.")
    if limit is not None and limit < 1:
        raise InvalidInput(f"Limit {limit} asks nothing; give a number from 1 on.")
    chosen = [question for question in questions if split in ("all", question.split)]
    count = min(limit or len(chosen), len(chosen))
    return tuple(chosen[number * len(chosen) // count] for number in range(count))


def run(assistant: Asks, questions: Sequence[GoldQuestion], out: Path, report: Report) -> tuple[Record, ...]:
    """Ask every question in turn and write the records to ``out``, one a line.

    They are written beside it, as ``out.part``, and replace ``out`` when the last question is answered: an unfinished
    run is never taken for a whole one. Raises InvalidInput, before anything is asked, when ``out`` cannot be written.
    """
    records = []
    aside = out.with_name(f"{out.name}.part")
    with _opened(aside) as file:
        for number, question in enumerate(questions):
            report(f"Question {number + 1} of {len(questions)}", number / len(questions))
            records.append(Record.of(question.id, assistant.ask(question.question, question.history)))
            file.write(json.dumps(asdict(records[-1]), ensure_ascii=False) + "\n")
            file.flush()
    aside.replace(out)
    return tuple(records)


def read(path: Path) -> tuple[Record, ...]:
    """The records that ``run`` wrote. Raises InvalidInput for a file that is not such a run."""
    try:
        # Not splitlines(): quotes may hold U+2028 and its kin.
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
        return tuple(Record(**{**row, "citations": tuple(row["citations"])}) for row in rows)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InvalidInput(f"{path} is not a run of rag eval: {error}.") from error


def _opened(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"The run cannot be written to {path}: {error.strerror}.") from error
