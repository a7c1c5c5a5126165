"""A scripted assistant over three short articles: what it says stands here, and the test sets its pace."""

import threading
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rag.chunking import sentences_of
from rag.errors import InvalidInput, UnreadableDocument
from rag.text import words
from rag.types import (
    Answer,
    Citation,
    Claim,
    Conflict,
    Document,
    Evidence,
    Passage,
    ScoredPassage,
    Section,
    Sentence,
    Step,
    Timings,
    Turn,
)
from rag_ui.loading import Report

HEARTBEAT_SECONDS = 0.05

ATTACK = (
    "<img src=x onerror=alert(1)><script>alert(2)</script> ![p](http://evil.test/p.png) "
    "[click](javascript:alert(3)) http://evil.test/ ${alert(4)} {{alert(5)}}"
)
"""Text that would run a script, load a picture or become a link wherever it were not shown literally."""


def document(doc_id: str, title: str, publisher: str, published: str, *sentences: str) -> Document:
    """An article whose text is the sentences, one a line, and that is all body."""
    text = "\n".join(sentences)
    section = Section("body", title, publisher, 0, len(text))
    return Document(doc_id, text, title, publisher, published, (section,))


BUSES = document(
    "news/night buses.txt",
    "City council approves night-bus extension",
    "Harbour Gazette",
    "2025-11-04",
    "The city council voted 7–2 on Tuesday to extend the night-bus network to the northern suburbs.",
    "The extension will cost 4.2 million euros a year and starts in March 2026.",
    "Councillor Ana Ruiz said the plan closes a gap that shift workers have complained about for a decade.",
    *(f"Paragraph {number} is about how the stops of line N{number} were chosen." for number in range(1, 25)),
    "Fares will stay at 2.40 euros until at least 2027.",
)
TAXIS = document(
    "taxis.txt",
    "Shift workers welcome longer service hours",
    "The Northern Post",
    "2025-11-06",
    "The regional hospital has 1,900 night-shift employees, and about a third of them travel by taxi.",
    "A survey by the union found average taxi costs of 210 euros a month.",
    "The night-bus extension will cost 4.6 million euros a year, says the union.",
)
HOSTILE = document("hostile.txt", f"Title {ATTACK}", f"Publisher {ATTACK}", "2025-01-01", f"Quote {ATTACK}")

COST = "How much will the night-bus extension cost?"
DISPUTED = "What is the price of the night-bus extension?"
MOON = "Who runs the buses on the Moon?"
LISTED = "Which services cost money?"
SLOW = "What takes a long time?"
INJECTED = "What does the hostile article say?"


def citation(number: int, source: Document, quote: str) -> Citation:
    """The quote as it stands in the article."""
    start = source.text.index(quote)
    end = start + len(quote)
    return Citation(number, source.doc_id, source.title, source.publisher, source.published, start, end, quote)


def evidence(number: int, source: Document, *quotes: str) -> Evidence:
    """A passage that is the whole article, with the quoted sentences as the best ones."""
    found = [citation(1, source, quote) for quote in quotes]
    sentences = tuple(Sentence(c.start, c.end, c.quote) for c in found)
    passage = Passage(
        source.doc_id,
        source.title,
        source.publisher,
        source.published,
        0,
        len(source.text),
        source.text,
        sentences,
    )
    return Evidence(number, passage, sentences)


COST_QUOTE = "The extension will cost 4.2 million euros a year and starts in March 2026."
FARES_QUOTE = "Fares will stay at 2.40 euros until at least 2027."
TAXI_QUOTE = "A survey by the union found average taxi costs of 210 euros a month."
UNION_QUOTE = "The night-bus extension will cost 4.6 million euros a year, says the union."

COST_EVIDENCE = (evidence(1, BUSES, COST_QUOTE, FARES_QUOTE), evidence(2, TAXIS, TAXI_QUOTE))
COST_CLAIMS = (
    Claim("The extension will cost 4.2 million euros a year.", (citation(1, BUSES, COST_QUOTE),), 0.91),
    Claim("Single fares stay at 2.40 euros until 2027.", (citation(2, BUSES, FARES_QUOTE),), 0.78),
    Claim("Hospital staff now pay 210 euros a month for taxis.", (citation(3, TAXIS, TAXI_QUOTE),), 0.55),
)
DISPUTED_CLAIMS = (COST_CLAIMS[0], Claim(UNION_QUOTE, (citation(2, TAXIS, UNION_QUOTE),), 1.0))
CONFLICT = Conflict("4.2 million", DISPUTED_CLAIMS[0].citations[0], "4.6 million", DISPUTED_CLAIMS[1].citations[0])
TRACE = (
    Step("evidence", "2 passages, 3 sentences"),
    Step("gate", "the passages hold the answer", (("probability", 0.93),)),
)
HOSTILE_CLAIM = Claim(f"It says {ATTACK} [9]", (citation(1, HOSTILE, HOSTILE.text),), 0.9)


@dataclass(frozen=True)
class FakeArticles:
    """An index of these articles, each of which is one passage."""

    articles: tuple[Document, ...]

    @property
    def documents(self) -> dict[str, Document]:
        """The articles by their names."""
        return {source.doc_id: source for source in self.articles}

    @property
    def passages(self) -> list[Passage]:
        """One for each article."""
        whole = [evidence(1, source).passage for source in self.articles]
        return [replace(passage, sentences=sentences_of(passage.text, 0, passage.end)) for passage in whole]


@dataclass
class FakeAssistant:
    """Answers the questions above; any other is refused.

    While ``paused`` is set it repeats its first answer as a heartbeat, and for SLOW it never ends. ``closed``
    lists the questions whose iterator was closed before its end, ``histories`` and ``sources`` the turns and the
    articles that each was asked with.
    """

    paused: threading.Event = field(default_factory=threading.Event)
    closed: list[str] = field(default_factory=list)
    histories: list[tuple[Turn, ...]] = field(default_factory=list)

    sources: list[tuple[str, ...]] = field(default_factory=list)
    index: FakeArticles = field(default_factory=lambda: FakeArticles((BUSES, TAXIS, HOSTILE)))

    def reset(self) -> None:
        """Forgets what it was asked, and is no longer paused."""
        self.paused.clear()
        self.closed.clear()
        self.histories.clear()
        self.sources.clear()

    def retrieve(self, question: str, k: int = 10) -> tuple[ScoredPassage, ...]:
        """The passages that share most words with the question."""
        asked = set(words(question))
        scored = [ScoredPassage(one, float(len(asked & set(words(one.text))))) for one in self.index.passages]
        return tuple(sorted(scored, key=lambda found: -found.score)[:k])

    def stream(
        self, question: str, history: Sequence[Turn] = (), sources: Collection[str] | None = None
    ) -> Generator[Answer, None, None]:
        """The script of the question."""
        self.histories.append(tuple(history))
        self.sources.append(tuple(sources or ()))
        try:
            yield from self._answers(question)
        except GeneratorExit:
            self.closed.append(question)
            raise

    def _answers(self, question: str) -> Iterator[Answer]:
        found = (evidence(1, HOSTILE, HOSTILE.text),) if question == INJECTED else COST_EVIDENCE
        passages = tuple(ScoredPassage(item.passage, 1.0) for item in found)
        answer = Answer(question=question, passages=passages, evidence=found)
        yield answer
        while self.paused.is_set() or question == SLOW:
            threading.Event().wait(HEARTBEAT_SECONDS)
            yield answer
        scripts = {COST: COST_CLAIMS, LISTED: COST_CLAIMS, DISPUTED: DISPUTED_CLAIMS, INJECTED: (HOSTILE_CLAIM,)}
        claims = scripts.get(question, ())
        for count in range(1, len(claims) + 1):
            answer = replace(answer, claims=claims[:count])
            yield answer
        if question == LISTED:
            answer = answer.noted("Checked 2 of 3 articles.")
        if question == DISPUTED:
            answer = replace(answer, conflicts=(CONFLICT,))
        yield replace(answer, done=True, abstained=not claims, trace=TRACE, timings=Timings(total=1.5))


@dataclass
class FakeUploads:
    """Uploads in memory: a file is an article whose first line is its title; one that is empty cannot be read.

    They are joined to ``base``; while ``paused`` is set, nothing is taken in.
    """

    base: FakeAssistant
    max_bytes: int = 1000
    files: dict[str, bytes] = field(default_factory=dict)
    paused: threading.Event = field(default_factory=threading.Event)

    def names(self) -> tuple[str, ...]:
        """The names of the files."""
        return tuple(self.files)

    def state(self) -> dict[str, bytes]:
        """The files as they are now."""
        return dict(self.files)

    def add(self, name: str, data: bytes) -> str:
        """Keeps the file."""
        if not data:
            raise UnreadableDocument("the file is empty")
        self.files[f"uploads/{name}"] = data
        return f"uploads/{name}"

    def remove(self, doc_id: str) -> None:
        """Forgets the file."""
        if self.files.pop(doc_id, None) is None:
            raise InvalidInput(f"{doc_id!r} is no uploaded file.")

    def joined(self, report: Report) -> FakeAssistant:
        """The assistant with the files as articles."""
        report("Reading file 1 of 2", 0.5)
        while self.paused.is_set():
            threading.Event().wait(HEARTBEAT_SECONDS)
        texts = ((name, data.decode().splitlines()) for name, data in self.files.items())
        new = tuple(document(name, lines[0], "", "", *lines) for name, lines in texts)
        return replace(self.base, index=FakeArticles((*self.base.index.articles, *new)))
