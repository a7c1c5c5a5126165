"""The story of one question, told once: retrieve, read, decide, write, verify."""

import re
import time
from collections import abc
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self, TypeAlias

from rag.answerability import answer_probability
from rag.embedder import SentenceTransformerEmbedder
from rag.errors import IndexNotFound, InvalidInput
from rag.evidence import gather_evidence
from rag.generator import LlamaCppGenerator
from rag.grammar import answer_grammar
from rag.index import Index
from rag.models import locate
from rag.prompt import answer_messages, fitting
from rag.retriever import Retriever
from rag.rewriting import standalone
from rag.settings import Settings
from rag.types import Answer, Citation, Claim, Document, Embedder, Generator, ScoredPassage, Timings, Turn
from rag.verification import Support, Verifier

_MAX_QUESTION = 2000  # characters
_CITED_LINE = re.compile(r"(?P<text>.+?) (?P<marks>(?:\[\d+\])+)")

Report: TypeAlias = Callable[[str, float], None]
"""Told a stage of opening in words, and how much of it is done, in [0, 1]."""


class Assistant:
    """Answers questions from one index, in verified sentences, or refuses."""

    def __init__(self, index: Index, embedder: Embedder, generator: Generator, settings: Settings) -> None:
        self._index = index
        self._embedder = embedder
        self._generator = generator
        self._settings = settings
        self._retriever = Retriever(index, embedder, settings.dense_weight)

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
        return self._index.documents

    def ask(self, question: str, history: Sequence[Turn] = (), sources: Collection[str] | None = None) -> Answer:
        """The finished answer; see ``stream``."""
        *_, answer = self.stream(question, history, sources)
        return answer

    def retrieve(self, question: str, k: int = 10) -> tuple[ScoredPassage, ...]:
        """The ``k`` passages that fit the question best, best first."""
        return self._retriever.retrieve(_valid(question), k)

    def stream(
        self, question: str, history: Sequence[Turn] = (), sources: Collection[str] | None = None
    ) -> abc.Generator[Answer, None, None]:
        """Growing answers: the evidence first, then one verified claim after the other, at last one that is ``done``.

        ``sources`` restricts the search to these ``doc_id``s. Between two changes the same answer comes again at
        least once a second; closing the iterator stops the model. Raises InvalidInput for an empty or overlong
        question and PromptTooLong.
        """
        clock = _Clock.start()
        asked = _valid(question)
        alone = standalone(asked, history, self._generator)
        passages = self._retriever.retrieve(alone, self._settings.top_k, sources)
        answer = Answer(alone, passages, gather_evidence(alone, passages, self._embedder))
        answer = replace(answer, timings=Timings(retrieval=clock.seconds()))
        yield answer
        answer = self._within_budget(answer)
        answer = replace(answer, confidence=answer_probability(alone, answer.evidence, self._generator))
        yield answer
        if answer.confidence >= self._settings.min_confidence:
            for answer in self._write(answer, clock):
                yield answer
        yield replace(
            answer,
            done=True,
            abstained=not answer.claims,
            timings=replace(answer.timings, total=clock.seconds()),
        )

    def _within_budget(self, answer: Answer) -> Answer:
        """The answer with as much of its evidence as the model's context takes; what is left out is noted."""
        budget = self._generator.context_tokens - self._settings.max_answer_tokens
        evidence = (
            fitting(answer.question, answer.evidence, self._generator.count_tokens, budget) if answer.evidence else ()
        )
        left_out = len(answer.evidence) - len(evidence)
        notes = (f"{left_out} of the retrieved passages did not fit into the model's context.",) if left_out else ()
        return replace(answer, evidence=evidence, notes=(*answer.notes, *notes))

    def _write(self, answer: Answer, clock: "_Clock") -> Iterator[Answer]:
        """The answer with one more verified claim whenever the model has finished a line."""
        settings = self._settings
        verifier = Verifier(answer.question, answer.evidence)
        messages = answer_messages(answer.question, answer.evidence)
        answer = _timed(answer, prompt_tokens=self._generator.count_tokens(messages))
        grammar = answer_grammar((item.number for item in answer.evidence), settings.max_claims)
        line = ""
        for piece in self._generator.stream(messages, grammar=grammar, max_tokens=settings.max_answer_tokens):
            if piece:
                first = answer.timings.first_token or clock.seconds()
                answer = _timed(answer, first_token=first, completion_tokens=answer.timings.completion_tokens + 1)
            *lines, line = (line + piece).split("\n")
            for finished in lines:
                answer = self._with_claim(answer, finished, verifier)
            yield answer
        yield self._with_claim(answer, line, verifier)

    def _with_claim(self, answer: Answer, line: str, verifier: Verifier) -> Answer:
        """The answer with the claim of this line if it is verified and new; a dropped claim is noted."""
        match = _CITED_LINE.fullmatch(line.strip())
        if not match or any(match["text"] == claim.text for claim in answer.claims):
            return answer
        support = verifier.support(match["text"], [int(number) for number in re.findall(r"\d+", match["marks"])])
        if support is None or support.score < self._settings.min_support:
            return replace(answer, notes=(*answer.notes, "A sentence that no passage supports was left out."))
        citation = _citation(support, answer.citations)
        return replace(answer, claims=(*answer.claims, Claim(match["text"], (citation,), min(support.score, 1.0))))


def _saved_index(index_dir: Path | str | None, settings: Settings, embedder_name: str) -> Index | None:
    """The index, checked against the settings; None when the default one is still to be built."""
    try:
        index = Index.load(Path(index_dir or settings.index_dir))
    except IndexNotFound:
        if index_dir is not None:
            raise
        return None
    index.manifest.check(embedder_name, settings.passage_tokens)
    return index


def _first_index(embedder: Embedder, settings: Settings, report: Report) -> Index:
    """The default index, built and saved."""

    def progress(done: int, total: int) -> None:
        report(f"Indexing {settings.documents_dir.name}: {done} of {total} passages", 0.2 + 0.6 * done / total)

    index = Index.build(settings.documents_dir, embedder, settings.passage_tokens, progress)
    index.save(settings.index_dir)
    return index


def _valid(question: str) -> str:
    question = " ".join(question.split())
    if not question:
        raise InvalidInput("The question is empty; ask something.")
    if len(question) > _MAX_QUESTION:
        raise InvalidInput(
            f"The question has {len(question)} characters, at most {_MAX_QUESTION} are read; shorten it."
        )
    return question


def _citation(support: Support, earlier: Sequence[Citation]) -> Citation:
    """A citation of the supporting words; words that were cited before keep their number."""
    passage = support.passage
    known = {(c.doc_id, c.start, c.end): c.number for c in earlier}
    return Citation(
        number=known.get((passage.doc_id, support.start, support.end), len(known) + 1),
        doc_id=passage.doc_id,
        title=passage.title,
        publisher=passage.publisher,
        published=passage.published,
        start=support.start,
        end=support.end,
        quote=passage.text[support.start - passage.start : support.end - passage.start],
    )


def _timed(answer: Answer, **changes: float) -> Answer:
    return replace(answer, timings=replace(answer.timings, **changes))


@dataclass(frozen=True, slots=True)
class _Clock:
    started: float

    @classmethod
    def start(cls) -> Self:
        return cls(time.perf_counter())

    def seconds(self) -> float:
        return time.perf_counter() - self.started
