"""Models whose output can be worked out by hand, and articles written in the test that uses them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from rag.chunking import sentences_of
from rag.text import words
from rag.types import Document, FloatArray, Message, Passage, Piece, ScoredPassage, Section

SPECIAL_TOKENS = 2


def count_words(texts: Sequence[str]) -> list[int]:
    """One token for each run of characters without white space, and two special ones around the text."""
    return [len(text.split()) + SPECIAL_TOKENS for text in texts]


class FakeEmbedder:
    """One dimension for each word of ``vocabulary``, and a last one for texts that hold none of them.

    A text's vector counts its known words, normalised: with the vocabulary ("bus", "tram"), "Bus, bus, tram!" is
    (2, 1, 0) / √5. Tokens are words, and two more.
    """

    def __init__(self, *vocabulary: str, name: str = "fake", max_tokens: int = 64) -> None:
        self.name = name
        self.dimensions = len(vocabulary) + 1
        self.max_tokens = max_tokens
        self.embedded: list[str] = []
        self._vocabulary = vocabulary

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words of each text, and two more."""
        return count_words(texts)

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """Normalised counts of the known words; ``embedded`` remembers the texts."""
        self.embedded += texts
        return np.asarray([self._vector(text) for text in texts], dtype=np.float32).reshape(-1, self.dimensions)

    def _vector(self, text: str) -> FloatArray:
        found = words(text)
        counts = [float(found.count(word)) for word in self._vocabulary]
        vector = np.asarray([*counts, 0.0 if any(counts) else 1.0], dtype=np.float32)
        return vector / np.float32(np.linalg.norm(vector))


BUS_AND_TRAM = FakeEmbedder("bus", "tram")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a FakeGenerator was asked to write: the prompt, the grammar and the limit."""

    messages: tuple[Message, ...]
    grammar: str | None
    max_tokens: int


@dataclass
class FakeGenerator:
    """Gives the scripted texts and votes in their order; running out of them fails the test.

    A text comes character by character, with an empty piece, a heartbeat, before each. A vote is P(yes) of all the
    prompts of one call. ``asked`` holds what was to be written, ``judged`` the prompts that were voted on,
    ``read_ahead`` those that were read.
    """

    texts: Sequence[str] = ()
    votes: Sequence[float] = ()
    name: str = "fake"
    context_tokens: int = 4096
    kept_bytes: int = 1000
    log_probability: float = -0.1
    asked: list[Asked] = field(default_factory=list)
    judged: list[tuple[Message, ...]] = field(default_factory=list)
    read_ahead: list[tuple[Message, ...]] = field(default_factory=list)
    closed_early: int = 0
    _voted: int = 0

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Words of all messages."""
        return sum(len(message.content.split()) for message in messages)

    def read(self, messages: Sequence[Message]) -> Iterator[None]:
        """Two heartbeats."""
        self.read_ahead.append(tuple(messages))
        yield from (None, None)

    def stream(self, messages: Sequence[Message], *, grammar: str | None, max_tokens: int) -> Iterator[Piece]:
        """The next scripted text."""
        self.asked.append(Asked(tuple(messages), grammar, max_tokens))
        text = self.texts[len(self.asked) - 1]
        try:
            for character in text:
                yield Piece()
                yield Piece(character, self.log_probability)
        except GeneratorExit:
            self.closed_early += 1
            raise

    def probabilities(self, prompts: Sequence[Sequence[Message]], yes: str, no: str) -> Iterator[float]:
        """The next scripted vote, for each of the prompts; without prompts none is taken."""
        self.judged += map(tuple, prompts)
        self._voted += bool(prompts)
        yield from (self.votes[self._voted - 1] for _ in prompts)


def document(text: str, *, title: str = "") -> Document:
    """An article that is all body."""
    return Document("a.txt", text, title, "", "", (Section("body", title, "", 0, len(text)),))


def passage(
    text: str, *, doc_id: str = "a.txt", title: str = "", publisher: str = "", published: str = "", start: int = 0
) -> Passage:
    """A passage that begins at ``start`` of its document."""
    sentences = sentences_of(" " * start + text, start, start + len(text))
    return Passage(doc_id, title, publisher, published, start, start + len(text), text, sentences)


def scored(*texts: str) -> tuple[ScoredPassage, ...]:
    """Retrieved passages of one article each: a.txt, b.txt and so on, best first."""
    return tuple(
        ScoredPassage(passage(text, doc_id=f"{chr(ord('a') + number)}.txt"), 1 / (number + 1))
        for number, text in enumerate(texts)
    )


def ranking(found: tuple[ScoredPassage, ...]) -> list[str]:
    """The names of the articles that were found, best first."""
    return [scored.passage.doc_id for scored in found]
