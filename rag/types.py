"""The words of the domain: frozen values that know no storage.

Offsets are character offsets into a document's raw text, end exclusive, so that
``document.text[start:end]`` is the text meant. Scores are always "higher is better".
"""

from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float32]
SectionKind: TypeAlias = Literal["title", "body", "teaser", "boilerplate"]
Form: TypeAlias = Literal["one", "list", "reports", "comparison", "total"]
"""How a question wants to be answered: see ``rag.listing.form_of``."""
Role: TypeAlias = Literal["system", "user", "assistant"]

REFUSAL = "The articles do not say."
"""What an answer reads when the articles do not hold it."""


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document: the story's headline, the story itself, a teaser of another story, or boilerplate.

    ``title`` and ``publisher`` are those of the story that the stretch belongs to.
    """

    kind: SectionKind
    title: str
    publisher: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DateMention:
    """Words of a text that name a time, ``text[start:end]``, and the days they mean: ISO dates, both included."""

    start: int
    end: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Document:
    """One article. ``doc_id`` is its file's path relative to the indexed folder, with forward slashes.

    ``published`` is an ISO date (``2025-02-27``), or empty when the article does not tell.
    The sections follow each other and cover the text without gaps. ``language`` is an ISO 639-1 code, or empty.
    ``pages`` are the offsets at which the pages begin, none for a text without pages. ``origins`` tells where the
    values come from, as pairs such as ``("published", "JSON-LD")``.
    """

    doc_id: str
    text: str
    title: str
    publisher: str
    published: str
    sections: tuple[Section, ...]
    authors: tuple[str, ...] = ()
    language: str = ""
    pages: tuple[int, ...] = ()
    dates: tuple[DateMention, ...] = ()
    origins: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a document, with its offsets in the raw text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring whole sentences of one section: the unit that is searched, read and cited.

    ``text`` is ``document.text[start:end]``; ``title`` is the headline of the story it belongs to. ``page`` is the page
    that it begins on, from 1, or 0 in a text without pages.
    """

    doc_id: str
    title: str
    publisher: str
    published: str
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...]
    page: int = 0

    @property
    def passage_id(self) -> str:
        """``doc_id:start-end``, unique within an index."""
        return f"{self.doc_id}:{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """A passage as retrieved, with its fused score; ``also_in`` are the other articles that say the same."""

    passage: Passage
    score: float
    also_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A numbered passage that the model reads, and its sentences worth reading first, best first.

    ``also_in`` are the other articles that say the same.
    """

    number: int
    passage: Passage
    sentences: tuple[Sentence, ...]
    also_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact words behind a claim: ``document.text[start:end] == quote``.

    ``number`` is the one shown in the answer; equal quotes share it. ``page`` is the passage's, 0 without pages.
    ``also_in`` are the other articles that say the same; they count as one source.
    """

    number: int
    doc_id: str
    title: str
    publisher: str
    published: str
    start: int
    end: int
    quote: str
    page: int = 0
    also_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """One verified sentence of an answer, without its citation marks; ``support`` is in [0, 1]."""

    text: str
    citations: tuple[Citation, ...]
    support: float

    def __str__(self) -> str:
        return self.text + " " + "".join(f"[{citation.number}]" for citation in self.citations)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two articles give different figures for one thing: each figure in the words of its article, and where it stands.

    ``first`` is that of a claim.
    """

    first: str
    first_citation: Citation
    other: str
    other_citation: Citation


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds since the question was asked (0.0: not reached), and tokens of the model."""

    retrieval: float = 0.0
    first_token: float = 0.0
    total: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What one stage decided about a question, in words, and the figures that it went by."""

    stage: str
    decision: str
    figures: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of an answer so far. ``done`` tells whether it will still grow.

    ``confidence`` is the estimated probability, in [0, 1], that what the passages allow to say is right: the highest of
    a claim, shown or not.
    ``conflicts`` are the figures of claims of which another article of the evidence gives another one.
    ``notes`` tells a reader, in plain sentences, what was left out (a passage that did not fit, a dropped claim);
    ``trace`` tells an engineer what each stage decided, in order.
    """

    question: str
    passages: tuple[ScoredPassage, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    claims: tuple[Claim, ...] = ()
    abstained: bool = False
    done: bool = False
    confidence: float = 0.0
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[str, ...] = ()
    timings: Timings = field(default_factory=Timings)
    trace: tuple[Step, ...] = ()

    @property
    def text(self) -> str:
        """The claims with their citation marks, or the refusal sentence; empty while nothing is verified."""
        return REFUSAL if self.abstained else " ".join(str(claim) for claim in self.claims)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Each citation once, in the order of their numbers."""
        unique = {c.number: c for claim in self.claims for c in claim.citations}
        return tuple(unique[number] for number in sorted(unique))

    def noted(self, note: str) -> "Answer":
        """The answer with one more note; each is told once."""
        return self if note in self.notes else replace(self, notes=(*self.notes, note))

    def traced(self, stage: str, decision: str, **figures: float) -> "Answer":
        """The answer with one more step."""
        return replace(self, trace=(*self.trace, Step(stage, decision, tuple(figures.items()))))


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation, as a chat template takes it.

    The first ``kept`` characters of the last one, and all that precedes them, come again in other prompts: what a model
    makes of them is worth keeping.
    """

    role: Role
    content: str
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """What a language model wrote as its next token, and how likely that was to it; without text while it reads.

    ``log_probability`` is the natural logarithm of the probability among all tokens, whatever a grammar allows.
    """

    text: str = ""
    log_probability: float = 0.0


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the conversation and the text of its answer."""

    question: str
    answer: str
