"""What came of each question, told to whoever counts or logs it. Holds no word of an article or an answer."""

import time
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Literal, Protocol, Self, TypeAlias

from rag.types import Answer, ScoredPassage, Timings, Turn
from rag_ui.loading import Articles, Assistant

Ending: TypeAlias = Literal["answered", "refused", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question ended. ``seconds`` are those of each stage that was reached, and of the ``whole``.

    ``error`` is the type of what made it fail, empty otherwise.
    """

    ending: Ending
    question: str
    seconds: Mapping[str, float]
    error: str = ""
    claims: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    @classmethod
    def of(cls, answer: Answer, whole: float, error: BaseException | None = None) -> Self:
        """The outcome of a question whose last answer is this one, after ``whole`` seconds."""
        ending: Ending = "failed" if error else "stopped"
        if answer.done:
            ending = "refused" if answer.abstained else "answered"
        return cls(
            ending,
            answer.question,
            _stages(answer.timings, whole),
            type(error).__name__ if error else "",
            len(answer.claims),
            answer.timings.prompt_tokens,
            answer.timings.completion_tokens,
        )


class Observer(Protocol):
    """Somebody who counts questions, or logs them."""

    def begun(self) -> None:
        """A question is being answered."""
        ...

    def ended(self, outcome: Outcome) -> None:
        """It is not any more."""
        ...


@dataclass(frozen=True, slots=True)
class Observed:
    """An assistant whose observers are told of every question."""

    assistant: Assistant
    observers: Iterable[Observer] = field(default_factory=tuple)

    @property
    def index(self) -> Articles:
        """What it answers from."""
        return self.assistant.index

    def retrieve(self, question: str, k: int = 10) -> tuple[ScoredPassage, ...]:
        """The ``k`` best passages, best first."""
        return self.assistant.retrieve(question, k)

    def stream(
        self, question: str, history: Sequence[Turn] = (), sources: Collection[str] | None = None
    ) -> Generator[Answer, None, None]:
        """Growing answers, as the assistant gives them."""
        started, answer, error = time.perf_counter(), Answer(question), None
        for observer in self.observers:
            observer.begun()
        try:
            with closing(self.assistant.stream(question, history, sources)) as answers:
                for answer in answers:
                    yield answer
        except Exception as failure:
            error = failure
            raise
        finally:
            outcome = Outcome.of(answer, time.perf_counter() - started, error)
            for observer in self.observers:
                observer.ended(outcome)


def _stages(timings: Timings, whole: float) -> dict[str, float]:
    """The seconds of each stage that was reached: finding passages, reading them up to the first word, writing."""
    reached = {
        "retrieval": timings.retrieval,
        "reading": timings.first_token or timings.total,
        "writing": timings.total,
    }
    ends = {stage: end for stage, end in reached.items() if end and (stage != "writing" or timings.first_token)}
    starts = (0.0, *ends.values())
    return {**{stage: end - start for (stage, end), start in zip(ends.items(), starts, strict=False)}, "whole": whole}
