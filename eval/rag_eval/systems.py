"""The assistant, and the simpler ways to answer that it has to beat, all asked in the same run.

- ``always_refuse`` answers nothing: no figure on refusals means anything without it.
- ``closed_book`` is the same language model without any article.
- ``bm25_only`` and ``dense_only`` are the assistant with one of its two searches.
- ``plain_loop`` is what most tutorials build: the best five passages, one prompt that asks for citations and for
  honesty, free writing, no checks.
"""

import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self, TypeAlias

from rag.assistant import Assistant
from rag.backends import Embedder, Generator
from rag.chunking import sentences_of
from rag.errors import InvalidInput
from rag.index import Index
from rag.retriever import Retriever
from rag.rewriting import standalone
from rag.settings import Settings
from rag.types import Answer, Citation, Claim, Message, ScoredPassage, Timings, Turn

ASSISTANT = "assistant"
_PLAIN_PASSAGES = 5


class System(Protocol):
    """What can be asked the questions of a set."""

    def ask(self, question: str, history: Sequence[Turn] = (), sources: Collection[str] | None = None) -> Answer:
        """The finished answer; ``sources`` restricts it to these articles."""
        ...

    def retrieve(self, question: str, k: int = 10, sources: Collection[str] | None = None) -> Sequence[ScoredPassage]:
        """The ``k`` best passages, best first; nothing for a system that does not search."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What systems are made of; all systems of a run share it."""

    index: Index
    embedder: Embedder
    generator: Generator
    settings: Settings

    @classmethod
    def of(cls, assistant: Assistant) -> Self:
        """The parts of an opened assistant."""
        return cls(assistant.index, assistant.embedder, assistant.generator, assistant.settings)

    def assistant(self, **changes: float) -> Assistant:
        """The assistant, with some settings changed."""
        return Assistant(self.index, self.embedder, self.generator, self.settings.model_copy(update=changes))


class AlwaysRefuse:
    """Answers nothing."""

    def ask(self, question: str, history: Sequence[Turn] = (), sources: Collection[str] | None = None) -> Answer:
        """A refusal."""
        return Answer(question, abstained=True, done=True)

    def retrieve(self, question: str, k: int = 10, sources: Collection[str] | None = None) -> Sequence[ScoredPassage]:
        """Nothing."""
        return ()


class ClosedBook:
    """The language model alone, which knows what it was trained on and none of the articles."""

    _RULES = "Answer the question in one or two sentences. If you do not know the answer, write: I do not know."

    def __init__(self, generator: Generator, max_tokens: int) -> None:
        self._generator = generator
        self._max_tokens = max_tokens

    def ask(self, question: str, history: Sequence[Turn] = (), sources: Collection[str] | None = None) -> Answer:
        """What the model writes, without citations."""
        messages = [Message("system", self._RULES)]
        for turn in history:
            messages += [Message("user", turn.question), Message("assistant", turn.answer)]
        messages.append(Message("user", question))
        started = time.perf_counter()
        return _written(Answer(question), messages, self._generator, self._max_tokens, started)

    def retrieve(self, question: str, k: int = 10, sources: Collection[str] | None = None) -> Sequence[ScoredPassage]:
        """Nothing."""
        return ()


class PlainLoop:
    """Retrieve, put into a prompt, let the model write."""

    _RULES = (
        "You are a helpful assistant. Answer the user's question based only on the following passages and cite them "
        "with their numbers in square brackets. If you cannot find the answer in the passages, say that you could not "
        "find it."
    )

    def __init__(self, parts: Parts) -> None:
        self._retriever = Retriever.of(parts.index, parts.embedder, parts.settings)
        self._generator = parts.generator
        self._max_tokens = parts.settings.max_answer_tokens

    def ask(self, question: str, history: Sequence[Turn] = (), sources: Collection[str] | None = None) -> Answer:
        """What the model writes, each citation standing for a whole passage. Raises PromptTooLong."""
        started = time.perf_counter()
        alone = _alone(question, history, self._generator)
        passages = self.retrieve(alone, _PLAIN_PASSAGES, sources)
        timings = Timings(retrieval=time.perf_counter() - started)
        numbered = "\n\n".join(
            f"[{number}] {found.passage.title}\n{found.passage.text}" for number, found in enumerate(passages, start=1)
        )
        messages = [Message("system", self._RULES), Message("user", f"{numbered}\n\nQuestion: {alone}")]
        answer = Answer(alone, tuple(passages), timings=timings)
        return _written(answer, messages, self._generator, self._max_tokens, started)

    def retrieve(self, question: str, k: int = 10, sources: Collection[str] | None = None) -> Sequence[ScoredPassage]:
        """The same passages as the assistant's."""
        return self._retriever.retrieve(question, k, sources)


Factory: TypeAlias = Callable[[Parts], System]

SYSTEMS: Mapping[str, Factory] = {
    ASSISTANT: lambda parts: parts.assistant(),
    "plain_loop": PlainLoop,
    "bm25_only": lambda parts: parts.assistant(dense_weight=0.0),
    "closed_book": lambda parts: ClosedBook(parts.generator, parts.settings.max_answer_tokens),
    "dense_only": lambda parts: parts.assistant(dense_weight=1.0),
    "always_refuse": lambda parts: AlwaysRefuse(),
}
"""In the order of asking: no two that begin their prompts alike follow each other, since the second would find the
first one's prompt already read and seem faster than it is."""


def build_systems(names: Sequence[str], parts: Parts) -> Mapping[str, System]:
    """The systems of these names."""
    return {name: SYSTEMS[name](parts) for name in names}


def in_order(names: Collection[str]) -> tuple[str, ...]:
    """These names in the order of asking. Raises InvalidInput for none, and for one that there is not."""
    if not names:
        raise InvalidInput(f"No system is named; the systems are {', '.join(SYSTEMS)}.")
    if unknown := sorted(set(names) - SYSTEMS.keys()):
        raise InvalidInput(f"Unknown system {', '.join(unknown)}; the systems are {', '.join(SYSTEMS)}.")
    return tuple(name for name in SYSTEMS if name in names)


_TEXTS = r"\b(?:passages?|articles?|texts?|documents?|sources?|context|information)\b"
_NOT = r"(?:not|\s+not|n['’]t),?\s+(?:\w+,?\s+){0,3}?"
_TOLD = r"(?:mentioned|stated|specified|given|provided|known|clear|determined|answered)\b"
_REFUSAL = re.compile(
    # The writer cannot tell, ...
    rf"(?:\bI(?:['’]m|\s+\w+?)|^could){_NOT}"
    r"(?:find|found|know|tell|say|answer|determine|provide|information|access|sure|aware|able)\b"
    r"|\bI(?:['’]m| am| was) unable\b|(?:^|\bI['’]m |\bI am )sorry\b|\bas an ai\b"
    # ... the passages do not tell, ...
    rf"|{_TEXTS}[^.!?]{{0,30}}?\b(?:do|does|did|is|are){_NOT}"
    r"(?:mention|state|say|specify|provide|contain|include|give|address|discuss|tell|answer|available)\b"
    rf"|{_TEXTS}[^.!?]{{0,30}}?\b(?:nothing|lacks?|no (?:\w+ )?(?:information|mention|details?|data|answer))\b"
    rf"|\b(?:none of the|neither|no)\s+{_TEXTS}\s+(?:mention|state|say|contain|answer)"
    # ... or the answer is not told.
    rf"|\b(?:it|answer|question|figure|number|name|date)\b[^.!?]{{0,20}}?\b(?:is|was|can){_NOT}(?:be\s+)?{_TOLD}"
    r"|\b(?:not|be)\s+(?:\w+\s+)?(?:mentioned|stated|specified|given|provided|found|available)\s+in\s+"
    rf"[^.!?]{{0,20}}?{_TEXTS}"
    r"|\bit is not possible to (?:say|tell|determine|answer|find)\b"
    r"|\bthere (?:is|was|are)(?: no|n['’]t any) (?:\w+ )?(?:information|mention|details?|data|answer)\b"
    r"|^no (?:\w+ )?(?:information|answer)\b[^.!?]*\b(?:found|given|available|provided)\b",
    re.IGNORECASE,
)


def refuses(text: str) -> bool:
    """Whether a freely written answer is a refusal: its first sentence says that the answer is not to be had.

    >>> refuses("I'm sorry, but the passages do not mention it."), refuses("Acme hires 120 people [1].")
    (True, False)
    """
    sentences = sentences_of(text, 0, len(text))
    return not sentences or bool(_REFUSAL.search(sentences[0].text))


def _alone(question: str, history: Sequence[Turn], generator: Generator) -> str:
    steps = standalone(question, history, generator)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return str(stop.value)


def _written(
    answer: Answer, messages: Sequence[Message], generator: Generator, max_tokens: int, started: float
) -> Answer:
    """The answer with what the model writes freely; a refusal's own words are kept as a note."""
    pieces, first = [], 0.0
    for piece in generator.stream(messages, grammar=None, max_tokens=max_tokens):
        if piece.text:
            first = first or time.perf_counter() - started
            pieces.append(piece.text)
    text = "".join(pieces).strip()
    timings = Timings(
        retrieval=answer.timings.retrieval,
        first_token=first,
        total=time.perf_counter() - started,
        prompt_tokens=generator.count_tokens(messages),
        completion_tokens=len(pieces),
    )
    if refuses(text):
        return Answer(answer.question, answer.passages, abstained=True, done=True, notes=(text,), timings=timings)
    claims = _claims(text, answer.passages)
    return Answer(answer.question, answer.passages, claims=claims, done=True, timings=timings)


_MARKS = re.compile(r"\s*\[(\d+(?:\s*,\s*\d+)*)\]")
_MARKS_AFTER_STOP = re.compile(rf"([.!?])((?:{_MARKS.pattern})+)")


def _claims(text: str, passages: Sequence[ScoredPassage]) -> tuple[Claim, ...]:
    """The sentences of a free answer; a mark cites a whole passage, one of a passage that is not there nothing."""
    citations = {number: _citation(number, found) for number, found in enumerate(passages, start=1)}
    # Before the full stop they stay with the sentence that they end.
    text = _MARKS_AFTER_STOP.sub(lambda found: "".join(found[2].split()) + found[1], text)
    claims = []
    for sentence in sentences_of(text, 0, len(text)):
        marks = [int(number) for found in _MARKS.finditer(sentence.text) for number in found[1].split(",")]
        cited = tuple(citations[number] for number in dict.fromkeys(marks) if number in citations)
        words = _MARKS.sub("", sentence.text).strip()
        if any(map(str.isalnum, words)):
            claims.append(Claim(words, cited, support=0.0))
    return tuple(claims)


def _citation(number: int, found: ScoredPassage) -> Citation:
    passage = found.passage
    return Citation(
        number,
        passage.doc_id,
        passage.title,
        passage.publisher,
        passage.published,
        passage.start,
        passage.end,
        passage.text,
    )
