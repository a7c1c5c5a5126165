"""One reading, told once: evidence → does it hold the answer? → the model's lines → claims that are verified."""

import math
from collections import abc
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

from rag.backends import Embedder, Generator
from rag.claims import Draft, in_full, sentence_of, with_claim
from rag.clock import Clock
from rag.confidence import Calibration, Signals
from rag.fit import fits
from rag.grammar import answer_grammar
from rag.naming import NEEDED_FACTS, SURE, TOLD, name_grammar, names_in
from rag.prompt import Wanted, answer_messages, fitting, fitting_alone, gate_messages
from rag.settings import Settings
from rag.text import numbers
from rag.types import Answer, Evidence, Form
from rag.verification import Support, Verifier

# What the model is asked to write, one after the other until a claim is kept.
_WANTED: Mapping[Form, tuple[Wanted, ...]] = {
    "one": ("one",),
    "list": ("list",),
    "reports": ("one",),
    "comparison": ("one", "sides"),
    "total": ("sides",),
}

_NAME_TOKENS = 24
_TRIED = 3  # passages after each other, until a sentence is supported
# The others are read when the model is not so sure that one of the first holds the answer. On the gold questions for
# training the answers are the same with anything from 0.6 to 0.9, and six of ten questions need no more than two.
_READ_FIRST, _SURE = 2, 0.75

Growing: TypeAlias = abc.Generator[Answer, None, Answer]
"""Growing answers, the same one again at least once a second; gives back the last."""
_Gates: TypeAlias = list[tuple[float, Sequence[Evidence]]]


class Reader:
    """Reads evidence with a language model and keeps of what that writes the verified answers."""

    def __init__(self, generator: Generator, embedder: Embedder, settings: Settings) -> None:
        self._generator = generator
        self._embedder = embedder
        self._settings = settings
        self._calibration = Calibration.load(settings.calibration)

    def read(self, answer: Answer, reading: Sequence[Evidence], form: Form, clock: Clock) -> Growing:
        """The answer, growing by the claims of ``reading`` that are probable enough. Raises PromptTooLong."""
        if form == "one":
            return (yield from self._read_apart(answer, reading, clock))
        return (yield from self._read_together(answer, reading, form, clock))

    @property
    def _budget(self) -> int:
        """Tokens that a prompt may take."""
        return self._generator.context_tokens - self._settings.max_answer_tokens

    def _read_apart(self, answer: Answer, reading: Sequence[Evidence], clock: Clock) -> Growing:
        """The answer by the claims of that passage which most probably holds it, or of the next one.

        Each passage is read by itself. A small model is led astray less by one passage than by five, and what it made
        of a passage once serves every question.
        """
        fitted = fitting_alone(answer.question, reading, self._generator.count_tokens, self._budget)
        answer, reading = _told_of_room(answer, len(reading) - len(fitted)), fitted
        gates: _Gates = []
        unread = [part for part in (reading[:_READ_FIRST], reading[_READ_FIRST:]) if part]
        for _ in range(_TRIED):
            while unread and max((yes for yes, _ in gates), default=0.0) < _SURE:
                gates += yield from self._gates(answer, [(item,) for item in unread.pop(0)])
            if not gates:
                return answer
            gates.sort(key=lambda gate: gate[0], reverse=True)
            yes, (item,) = gates.pop(0)
            answer, hopeful = self._let_in(answer, yes)
            if not hopeful:
                return answer
            decided = len(answer.trace)
            answer = yield from self._write(answer, (item,), "one", Task("one", yes, reading), clock)
            if any(step.stage == "confidence" for step in answer.trace[decided:]):
                return answer  # a sentence was supported, be it probable enough or not
        return answer

    def _read_together(self, answer: Answer, reading: Sequence[Evidence], form: Form, clock: Clock) -> Growing:
        """The answer by the claims of all these passages, as many of which are read as the context holds."""
        fitted = fitting(answer.question, reading, self._generator.count_tokens, self._budget)
        answer = _told_of_room(answer, len(reading) - len(fitted))
        ((yes, _),) = yield from self._gates(answer, [fitted])
        answer, hopeful = self._let_in(answer, yes)
        if not hopeful:
            return answer
        told = answer.claims
        for wanted in _WANTED[form]:
            if answer.claims == told:
                answer = yield from self._write(answer, fitted, wanted, Task(form, yes), clock)
        return answer

    def _gates(self, answer: Answer, readings: Sequence[Sequence[Evidence]]) -> "abc.Generator[Answer, None, _Gates]":
        """P(it holds the answer) of each of the readings, by the model's own Yes or No."""
        prompts = [gate_messages(answer.question, reading) for reading in readings]
        for prompt in prompts:
            for _ in self._generator.read(prompt):
                yield answer
        found = []
        for reading, yes in zip(readings, self._generator.probabilities(prompts, "Yes", "No"), strict=True):
            found.append((yes, reading))
            yield answer
        return found

    def _let_in(self, answer: Answer, yes: float) -> tuple[Answer, bool]:
        """The answer with what the gate decides, and whether writing has hope."""
        most, needed = self._calibration.at_most(yes), self._settings.min_answerable
        hopeful = most >= needed
        decision = "the passages may hold the answer" if hopeful else "the passages do not hold the answer"
        answer = answer.traced("gate", decision, yes=yes, at_most=most, needed=needed)
        return (answer if hopeful else replace(answer, confidence=max(answer.confidence, most))), hopeful

    def name(self, answer: Answer, reading: Sequence[Evidence], facts: Sequence[str]) -> Growing:
        """The answer with the one whom the ``facts`` of the question describe, if the model is sure of the name.

        A quote for each fact that the passages tell of that one supports it. Raises PromptTooLong.
        """
        generator = self._generator
        fitted = fitting(answer.question, reading, generator.count_tokens, self._budget)
        names = names_in(answer.question, fitted)
        if not names:
            return answer
        draft = Draft()
        messages = answer_messages(answer.question, fitted, "name")
        for piece in generator.stream(messages, grammar=name_grammar(names), max_tokens=_NAME_TOKENS):
            (draft,) = draft.longer(piece)
            yield answer
        verifier = Verifier(answer.question, fitted, self._embedder)
        found = [verifier.telling(draft.text, fact) for fact in facts if draft.text in names]
        told = tuple(dict.fromkeys(support for support in found if support and support.score >= TOLD))
        probability = math.exp(draft.total)
        kept = probability >= SURE and len(told) >= NEEDED_FACTS
        decision = f"{'kept' if kept else 'left out'}: {draft.text}"
        answer = answer.traced("name", decision, probability=probability, needed=SURE, facts=len(told))
        if not kept:
            return answer
        answer = replace(answer, confidence=max(answer.confidence, probability))
        return with_claim(answer, f"The answer is {draft.text}.", told, merging=False)

    def _write(
        self, answer: Answer, reading: Sequence[Evidence], wanted: Wanted, task: "Task", clock: Clock
    ) -> Growing:
        """The answer with one more verified claim whenever the model has finished a line."""
        settings, generator = self._settings, self._generator
        verifier = Verifier(answer.question, reading, self._embedder, task.around)
        messages = answer_messages(answer.question, reading, wanted)
        answer = _timed(answer, prompt_tokens=answer.timings.prompt_tokens + generator.count_tokens(messages))
        grammar = answer_grammar(settings.max_claims, [item.passage.text for item in reading])
        draft = Draft()
        for piece in generator.stream(messages, grammar=grammar, max_tokens=settings.max_answer_tokens):
            if piece.text:
                first = answer.timings.first_token or clock.total()
                answer = _timed(answer, first_token=first, completion_tokens=answer.timings.completion_tokens + 1)
            for finished in (drafts := draft.longer(piece))[:-1]:
                answer = self._checked(answer, finished, verifier, task)
            draft = drafts[-1]
            yield answer
        return self._checked(answer, draft, verifier, task)

    def _checked(self, answer: Answer, draft: Draft, verifier: Verifier, task: "Task") -> Answer:
        """The answer with the claim of a finished line if it is an answer, verified and probable; else with a note."""
        sentence = sentence_of(draft.text)
        if sentence is None:
            return answer
        if not fits(answer.question, sentence):
            answer = answer.traced("fit", f"left out: {sentence}")
            return answer.noted("A sentence that does not tell what was asked for was left out.")
        required = numbers(answer.question) if task.form == "list" else ()
        supports = verifier.supports(sentence, required)
        support = min((support.score for support in supports), default=0.0)
        if not supports or support < self._settings.min_support:
            answer = answer.traced("verification", f"left out: {sentence}", support=support)
            return answer.noted("A sentence that no passage supports was left out.")
        answer = answer.traced("verification", f"supported: {sentence}", support=support)
        return self._judged(answer, sentence, supports, Signals(task.gate, draft.log_probability), task)

    def _judged(
        self, answer: Answer, sentence: str, supports: Sequence[Support], signals: Signals, task: "Task"
    ) -> Answer:
        """The answer with a verified claim if it is probable enough."""
        probability = self._calibration.probability(signals)
        answer = replace(answer, confidence=max(answer.confidence, probability))
        least = self._settings.min_confidence
        kept = probability >= least
        decision = f"{'kept' if kept else 'left out'}: {sentence}"
        answer = answer.traced("confidence", decision, probability=probability, needed=least, **asdict(signals))
        if not kept:
            return answer.noted("A sentence that is not sure enough was left out.")
        text = in_full(sentence, [support.quote for support in supports])
        return with_claim(answer, text, supports, merging=task.form == "list")


@dataclass(frozen=True, slots=True)
class Task:
    """How a question is to be answered, and the ``gate`` of the passages that are read for it, as in ``Signals``.

    ``around`` these were found the others.
    """

    form: Form
    gate: float
    around: Sequence[Evidence] = ()


def _told_of_room(answer: Answer, left_out: int) -> Answer:
    """The answer with a note about passages that the model cannot read, if there are any."""
    if not left_out:
        return answer
    return answer.noted(f"{left_out} of the retrieved passages did not fit into the model's context.")


def _timed(answer: Answer, **changes: Any) -> Answer:
    return replace(answer, timings=replace(answer.timings, **changes))
