"""The story of one question, told once: retrieve, read, decide, write, verify."""

import re
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from rag.answerability import answer_probability
from rag.errors import InvalidInput
from rag.evidence import gather_evidence
from rag.grammar import answer_grammar
from rag.index import Index
from rag.prompt import answer_messages, fitting, rewrite_messages
from rag.retriever import Retriever
from rag.settings import Settings
from rag.text import names, numbers
from rag.types import Answer, Citation, Claim, Document, Embedder, Generator, ScoredPassage, Timings, Turn
from rag.verification import Support, Verifier

_MAX_QUESTION = 2000  # characters
_REMEMBERED_TURNS = 3
_QUESTION_TOKENS = 96
_CITED_LINE = re.compile(r"(?P<text>.+?) (?P<marks>(?:\[\d+\])+)")
_QUESTION_GRAMMAR = r'root ::= [^\n\[\]]+ "?"'


class Assistant:
    """Answers questions from one index, in verified sentences, or refuses."""

    def __init__(self, index: Index, embedder: Embedder, generator: Generator, settings: Settings) -> None:
        self._index = index
        self._embedder = embedder
        self._generator = generator
        self._settings = settings
        self._retriever = Retriever(index, embedder, settings.dense_weight)

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
    ) -> Iterator[Answer]:
        """Growing answers: the evidence first, then one verified claim after the other, at last one that is ``done``.

        ``sources`` restricts the search to these ``doc_id``s. Between two changes the same answer comes again at
        least once a second; closing the iterator stops the model. Raises InvalidInput for an empty or overlong
        question and PromptTooLong.
        """
        clock = _Clock.start()
        asked = _valid(question)
        alone = self._standalone(asked, history)
        passages = self._retriever.retrieve(alone, self._settings.top_k, sources)
        answer = Answer(alone, passages, gather_evidence(alone, passages, self._embedder))
        answer = replace(answer, timings=Timings(retrieval=clock.seconds()))
        yield answer
        answer = self._within_budget(answer)
        answer = replace(
            answer, confidence=answer_probability(alone, answer.evidence, self._generator)
        )
        yield answer
        if answer.confidence >= self._settings.min_confidence:
            for answer in self._write(answer, clock):
                yield answer
        yield replace(
            answer, done=True, abstained=not answer.claims, timings=replace(answer.timings, total=clock.seconds())
        )

    def _standalone(self, question: str, history: Sequence[Turn]) -> str:
        """The question as it would be asked without the conversation before it.

        The rewriting is used only if it keeps every name and number of the question.
        """
        if not history:
            return question
        messages = rewrite_messages(question, history[-_REMEMBERED_TURNS:])
        pieces = self._generator.stream(messages, grammar=_QUESTION_GRAMMAR, max_tokens=_QUESTION_TOKENS)
        rewritten = "".join(pieces).strip()
        kept = names(question) <= names(f"- {rewritten}") and set(numbers(question)) <= set(numbers(rewritten))
        return rewritten if kept and rewritten.endswith("?") else question

    def _within_budget(self, answer: Answer) -> Answer:
        """The answer with as much of its evidence as the model's context takes; what is left out is noted."""
        budget = self._generator.context_tokens - self._settings.max_answer_tokens
        evidence = fitting(answer.question, answer.evidence, self._generator.count_tokens, budget) if answer.evidence else ()
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


def _valid(question: str) -> str:
    question = " ".join(question.split())
    if not question:
        raise InvalidInput("The question is empty; ask something.")
    if len(question) > _MAX_QUESTION:
        raise InvalidInput(f"The question has {len(question)} characters, at most {_MAX_QUESTION} are read; shorten it.")
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
