"""The story of one question, told once: retrieve, read, decide, write, verify."""

import time
from collections import abc
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeAlias

from rag.answerability import needed_probability
from rag.claims import Line, with_claim
from rag.embedder import SentenceTransformerEmbedder
from rag.errors import IndexNotFound, InvalidInput
from rag.evidence import gather_evidence
from rag.filters import matching
from rag.fit import fits
from rag.generator import LlamaCppGenerator
from rag.grammar import answer_grammar
from rag.index import Index
from rag.listing import asks_every_article, by_article
from rag.models import locate
from rag.prompt import answer_messages, fitting, gate_messages
from rag.retriever import Ranking, Retriever
from rag.rewriting import standalone
from rag.settings import Settings
from rag.text import numbers
from rag.types import (
    Answer,
    Document,
    Embedder,
    Evidence,
    Generator,
    ScoredPassage,
    Timings,
    Turn,
)
from rag.updating import update
from rag.verification import Verifier

_MAX_QUESTION = 2000  # characters
_LISTED_PASSAGES = 3  # of each article, for a list question

Growing: TypeAlias = abc.Generator[Answer, None, Answer]
Report: TypeAlias = Callable[[str, float], None]
"""Told a stage of opening in words, and how much of it is done, in [0, 1]."""


class Assistant:
    """Answers questions from one index, in verified sentences, or refuses.

    ``index``, ``embedder``, ``generator`` and ``settings`` are what it is made of.
    """

    def __init__(self, index: Index, embedder: Embedder, generator: Generator, settings: Settings) -> None:
        self.index = index
        self.embedder = embedder
        self.generator = generator
        self.settings = settings
        self._retriever = Retriever.of(index, embedder, settings)

    @classmethod
    def open(
        cls,
        index_dir: Path | str | None = None,
        settings: Settings | None = None,
        report: Report = lambda stage, done: None,
    ) -> Self:
        """The assistant of a saved index, with its models loaded.

        Without ``index_dir`` it is the settings' index, which is built from the settings' folder of articles if it
        is not there yet. Raises IndexNotFound, IndexCorrupt, IndexMismatch, ModelMissing and ModelCorrupt.
        """
        settings = settings or Settings.load()
        report("Checking the models", 0.0)
        paths = (
            locate(settings.embedder, "embedder", settings.models_dir),
            locate(settings.generator, "generator", settings.models_dir),
        )
        index = _saved_index(index_dir, settings, embedder_name=paths[0].name)
        report("Loading the models", 0.1)
        with ThreadPoolExecutor(1) as beside:
            generator = beside.submit(
                LlamaCppGenerator.load,
                paths[1],
                context_tokens=settings.context_tokens,
                threads=settings.threads,
            )
            embedder = SentenceTransformerEmbedder.load(paths[0], threads=settings.threads)
            if index is None:
                index = _first_index(embedder, settings, report)
            report("Loading the language model", 0.8)
            return cls(index, embedder, generator.result(), settings)

    @property
    def documents(self) -> Mapping[str, Document]:
        """The indexed articles by ``doc_id``."""
        return self.index.documents

    def ask(self, question: str, history: Sequence[Turn] = (), sources: Collection[str] | None = None) -> Answer:
        """The finished answer; see ``stream``."""
        *_, answer = self.stream(question, history, sources)
        return answer

    def retrieve(self, question: str, k: int = 10, sources: Collection[str] | None = None) -> tuple[ScoredPassage, ...]:
        """The ``k`` passages that fit the question best, best first; of these ``sources`` only, if any are given."""
        return self._retriever.retrieve(validated(question), k, sources)

    def explain(self, question: str, k: int = 10, sources: Collection[str] | None = None) -> Ranking:
        """What ``retrieve`` finds, with all that decided it."""
        return self._retriever.ranking(validated(question), k, sources)

    def sources(self, publishers: Collection[str] = (), since: str = "", until: str = "") -> tuple[str, ...]:
        """The ``doc_id``s of the articles by any of these publishers (none: all), of these days; see ``matching``."""
        return matching(self.index, publishers, since, until)

    def stream(
        self, question: str, history: Sequence[Turn] = (), sources: Collection[str] | None = None
    ) -> abc.Generator[Answer, None, None]:
        """Growing answers: the evidence first, then one verified claim after the other, at last one that is ``done``.

        A follow-up is rewritten before that, from the ``history``. ``sources`` restricts the search to these
        ``doc_id``s. Between two changes the same answer comes again at least once a second; closing the iterator
        stops the model. Raises InvalidInput for an empty or overlong question and PromptTooLong.
        """
        clock = _Clock.start()
        asked = validated(question)
        alone = yield from _while(standalone(asked, history, self.generator), Answer(asked))
        several = asks_every_article(alone)
        passages = self._retriever.retrieve(alone, self._passages_wanted(several), sources)
        answer = Answer(alone, passages, gather_evidence(alone, passages, self.embedder))
        answer = replace(answer, timings=Timings(retrieval=clock.seconds()))
        yield answer
        needed = needed_probability(alone, answer.evidence, self.settings.min_confidence)
        if needed is not None:
            readings = self._readings(answer.evidence, several)
            for reading in readings:
                answer = yield from self._read(answer, reading, needed, several, clock)
            if several:
                answer = _noted(answer, f"Checked {len(readings)} of {len(self.documents)} articles.")
        timings = replace(answer.timings, total=clock.seconds())
        yield replace(answer, done=True, abstained=not answer.claims, timings=timings)

    def _passages_wanted(self, several: bool) -> int:
        return _LISTED_PASSAGES * self.settings.list_articles if several else self.settings.top_k

    def _readings(self, evidence: Sequence[Evidence], several: bool) -> Sequence[Sequence[Evidence]]:
        """What the model reads at a time: everything, or for a list question one article after the other."""
        if several:
            return by_article(evidence, _LISTED_PASSAGES)[: self.settings.list_articles]
        return [evidence]

    def _read(
        self, answer: Answer, reading: Sequence[Evidence], needed: float, several: bool, clock: "_Clock"
    ) -> Growing:
        """Let the model read some evidence, and write if that holds the answer. Gives the last answer back."""
        budget = self.generator.context_tokens - self.settings.max_answer_tokens
        fitted = fitting(answer.question, reading, self.generator.count_tokens, budget)
        if left_out := len(reading) - len(fitted):
            answer = _noted(answer, f"{left_out} of the retrieved passages did not fit into the model's context.")
        gate = gate_messages(answer.question, fitted)
        for _ in self.generator.read(gate):
            yield answer
        probability = self.generator.probability(gate, "Yes", "No")
        answer = replace(answer, confidence=max(answer.confidence, probability))
        if probability >= needed:
            answer = yield from self._write(answer, fitted, several, clock)
        return answer

    def _write(self, answer: Answer, reading: Sequence[Evidence], several: bool, clock: "_Clock") -> Growing:
        """The answer with one more verified claim whenever the model has finished a line."""
        settings = self.settings
        verifier = Verifier(answer.question, reading, self.embedder)
        messages = answer_messages(answer.question, reading, several)
        answer = _timed(answer, prompt_tokens=answer.timings.prompt_tokens + self.generator.count_tokens(messages))
        grammar = answer_grammar((item.number for item in reading), settings.max_claims)
        line = ""
        for piece in self.generator.stream(messages, grammar=grammar, max_tokens=settings.max_answer_tokens):
            if piece:
                first = answer.timings.first_token or clock.seconds()
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
            return _noted(answer, "A sentence that does not tell what was asked for was left out.")
        required = numbers(answer.question) if several else ()
        supports = verifier.supports(line.text, line.cited, required)
        if not supports or min(support.score for support in supports) < self.settings.min_support:
            return _noted(answer, "A sentence that no passage supports was left out.")
        return with_claim(answer, line.text, supports, merging=several)


def _saved_index(index_dir: Path | str | None, settings: Settings, embedder_name: str) -> Index | None:
    """The index, checked against the settings; None when the default one is still to be built."""
    try:
        index = Index.load(place := Path(index_dir or settings.index_dir).expanduser())
    except IndexNotFound:
        if index_dir is not None:
            raise
        return None
    index.manifest.check(embedder_name, settings.passage_tokens, place)
    return index


def _first_index(embedder: Embedder, settings: Settings, report: Report) -> Index:
    """The default index, built and saved."""

    def progress(done: int, total: int) -> None:
        report(f"Indexing {settings.documents_dir.name}: {done} of {total} sentences", 0.2 + 0.6 * done / total)

    return update(settings, embedder, progress)


def validated(question: str) -> str:
    """The question with plain white space. Raises InvalidInput when it is empty or overlong."""
    question = " ".join(question.split())
    if not question:
        raise InvalidInput("The question is empty; ask something.")
    if len(question) > _MAX_QUESTION:
        raise InvalidInput(
            f"The question has {len(question)} characters, at most {_MAX_QUESTION} are read; shorten it."
        )
    return question


def _while(steps: abc.Generator[None, None, str], answer: Answer) -> abc.Generator[Answer, None, str]:
    """The same answer again at each of the steps. Gives back what they give."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return str(stop.value)
        yield answer


def _noted(answer: Answer, note: str) -> Answer:
    return answer if note in answer.notes else replace(answer, notes=(*answer.notes, note))


def _timed(answer: Answer, **changes: Any) -> Answer:
    return replace(answer, timings=replace(answer.timings, **changes))


@dataclass(frozen=True, slots=True)
class _Clock:
    started: float

    @classmethod
    def start(cls) -> Self:
        return cls(time.perf_counter())

    def seconds(self) -> float:
        return time.perf_counter() - self.started


def ask(question: str) -> Answer:
    """The answer from the default index, which is built on first use. The models stay loaded. Raises RagError."""
    return _default_assistant().ask(question)


@cache
def _default_assistant() -> Assistant:
    return Assistant.open()
