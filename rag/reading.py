"""One reading, told once: evidence → does it hold the answer? → the model's lines → claims that are verified."""

from collections import abc
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from rag.claims import Line, with_claim
from rag.clock import Clock
from rag.fit import fits
from rag.grammar import answer_grammar
from rag.prompt import answer_messages, fitting, gate_messages
from rag.settings import Settings
from rag.text import numbers
from rag.types import Answer, Embedder, Evidence, Generator
from rag.verification import Verifier

Growing: TypeAlias = abc.Generator[Answer, None, Answer]
"""Growing answers, the same one again at least once a second; gives back the last."""


class Reader:
    """Reads evidence with a language model and keeps of what that writes the verified answers."""

    def __init__(self, generator: Generator, embedder: Embedder, settings: Settings) -> None:
        self._generator = generator
        self._embedder = embedder
        self._settings = settings

    def read(self, answer: Answer, reading: Sequence[Evidence], needed: float, several: bool, clock: Clock) -> Growing:
        """The answer, growing by what ``reading`` holds of it if that is at least ``needed`` probable.

        ``several`` asks for one item of a list after the other. Raises PromptTooLong.
        """
        generator = self._generator
        budget = generator.context_tokens - self._settings.max_answer_tokens
        fitted = fitting(answer.question, reading, generator.count_tokens, budget)
        if left_out := len(reading) - len(fitted):
            answer = answer.noted(f"{left_out} of the retrieved passages did not fit into the model's context.")
        gate = gate_messages(answer.question, fitted)
        for _ in generator.read(gate):
            yield answer
        probability = generator.probability(gate, "Yes", "No")
        held = probability >= needed
        decision = "the passages hold the answer" if held else "the passages do not hold the answer"
        answer = replace(answer, confidence=max(answer.confidence, probability))
        answer = answer.traced("gate", decision, probability=probability, needed=needed)
        if held:
            answer = yield from self._write(answer, fitted, several, clock)
        return answer

    def _write(self, answer: Answer, reading: Sequence[Evidence], several: bool, clock: Clock) -> Growing:
        """The answer with one more verified claim whenever the model has finished a line."""
        settings, generator = self._settings, self._generator
        verifier = Verifier(answer.question, reading, self._embedder)
        messages = answer_messages(answer.question, reading, several)
        answer = _timed(answer, prompt_tokens=answer.timings.prompt_tokens + generator.count_tokens(messages))
        grammar = answer_grammar((item.number for item in reading), settings.max_claims)
        line = ""
        for piece in generator.stream(messages, grammar=grammar, max_tokens=settings.max_answer_tokens):
            if piece:
                first = answer.timings.first_token or clock.total()
                answer = _timed(answer, first_token=first, completion_tokens=answer.timings.completion_tokens + 1)
            *lines, line = (line + piece).split("\n")
            for finished in lines:
                answer = self._checked(answer, finished, verifier, several)
            yield answer
        return self._checked(answer, line, verifier, several)

    def _checked(self, answer: Answer, written: str, verifier: Verifier, several: bool) -> Answer:
        """The answer with the claim of a finished line, if that is an answer and verified; else with a note."""
        line = Line.parse(written)
        if line is None:
            return answer
        if not fits(answer.question, line.text):
            answer = answer.traced("fit", f"left out: {line.text}")
            return answer.noted("A sentence that does not tell what was asked for was left out.")
        required = numbers(answer.question) if several else ()
        supports = verifier.supports(line.text, line.cited, required)
        support = min((support.score for support in supports), default=0.0)
        if support < self._settings.min_support:
            answer = answer.traced("verification", f"left out: {line.text}", support=support)
            return answer.noted("A sentence that no passage supports was left out.")
        answer = answer.traced("verification", f"kept: {line.text}", support=support)
        return with_claim(answer, line.text, supports, merging=several)


def _timed(answer: Answer, **changes: Any) -> Answer:
    return replace(answer, timings=replace(answer.timings, **changes))
