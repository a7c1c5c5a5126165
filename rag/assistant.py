"""The story of one question, told once: retrieve, read, decide, write, verify."""

from collections import abc
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Self, TypeAlias, TypeVar

import numpy as np

from rag.answer_cache import AnswerCache
from rag.answerability import is_empty, is_hopeless
from rag.attribution import missing_sources
from rag.backends import Embedder, Generator
from rag.claims import with_claim
from rag.clock import Clock
from rag.comparison import outcome, total
from rag.conflicts import with_conflicts
from rag.embedder import SentenceTransformerEmbedder
from rag.errors import IndexNotFound, InvalidInput
from rag.evidence import gather_evidence
from rag.filters import matching
from rag.generators import generator_of
from rag.index import Index
from rag.listing import APART, by_article, form_of
from rag.models import locate
from rag.naming import facts_of
from rag.prompt import gate_messages
from rag.reading import Growing, Reader
from rag.reports import Statement, reports
from rag.retriever import Ranking, Retriever
from rag.rewriting import standalone
from rag.settings import Settings
from rag.sharing import opened
from rag.states import STATES, States
from rag.translation import LANGUAGES, asked_in, main_language, translated
from rag.types import Answer, Document, Evidence, Form, ScoredPassage, Timings, Turn
from rag.updating import update

_Found = TypeVar("_Found")

_MAX_QUESTION = 2000  # characters
_LISTED_PASSAGES = 3  # of each article, where each is read by itself

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
        self._reader = Reader(generator, embedder, settings)
        self._answers = AnswerCache(settings.cached_answers)
        self._language = main_language(index.documents.values())

    @classmethod
    def open(
        cls,
        index_dir: Path | str | None = None,
        settings: Settings | None = None,
        report: Report = lambda stage, done: None,
    ) -> Self:
        """The assistant of a saved index, with its models loaded.

        Without ``index_dir`` it is the settings' index: that of their store, if they name one, or else that of their
        folder, which is built from the settings' folder of articles if it is not there yet. Raises IndexNotFound,
        IndexCorrupt, IndexMismatch, StoreUnreachable, ModelMissing, ModelCorrupt and ServerFailed.
        """
        settings = settings or Settings.load()
        place = Path(index_dir or settings.index_dir).expanduser()
        report("Checking the models", 0.0)
        path = locate(settings.embedder, "embedder", settings.models_dir)
        of_store = settings.store and index_dir is None  # whose articles go without our knowing
        kept_mb = 0 if of_store else settings.kept_mb
        open_generator = generator_of(settings, States(place / STATES, kept_mb * 1_000_000))
        index = _saved_index(index_dir, settings, embedder_name=path.name)
        report("Loading the models", 0.1)
        with ThreadPoolExecutor(1) as beside:
            generator = beside.submit(open_generator)
            embedder = SentenceTransformerEmbedder.load(path, threads=settings.threads)
            if index is None:
                index = _first_index(embedder, settings, report)
            report("Loading the language model", 0.8)
            return cls(index, embedder, generator.result(), settings)

    def renewed(self, index_dir: Path | str | None = None) -> Self:
        """An assistant of the index as it is now, see ``open``, with the models that this one has loaded.

        This one goes on with the index that it has. Raises IndexNotFound, IndexCorrupt, IndexMismatch and
        StoreUnreachable.
        """
        index = _saved_index(index_dir, self.settings, self.embedder.name)
        return type(self)(index or self.index, self.embedder, self.generator, self.settings)

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

    def read_ahead(self) -> Iterator[None]:
        """Let the model read the passages before anybody asks, those of the newest articles first.

        Yields after each; as many are read as the settings keep. What was read before takes no time. A server of
        models keeps what it likes, and a store of passages is fetched by the passage: there, nothing is read ahead.
        """
        generator = self.generator
        if not generator.kept_bytes or self.settings.store:
            return
        room = self.settings.kept_mb * 1_000_000
        age = np.datetime64("9999-12-31") - self.index.catalogue.days  # "not a time" is sorted to the end
        for row in np.argsort(age, kind="stable").tolist():
            messages = gate_messages("", (Evidence(1, self.index.passages[row], ()),))
            tokens = generator.count_tokens(messages)
            room -= tokens * generator.kept_bytes
            if room < 0:
                return
            if tokens < generator.context_tokens:
                for _ in generator.read(messages):
                    pass
                yield

    def stream(
        self, question: str, history: Sequence[Turn] = (), sources: Collection[str] | None = None
    ) -> abc.Generator[Answer, None, None]:
        """Growing answers: the evidence first, then one verified claim after the other, at last one that is ``done``.

        A follow-up is rewritten before that, from the ``history``. ``sources`` restricts the search to these
        ``doc_id``s. Between two changes the same answer comes again at least once a second; closing the iterator
        stops the model. Raises InvalidInput for an empty or overlong question and PromptTooLong.
        """
        clock = Clock()
        asked = validated(question)
        if known := self._answers.get(asked, history, sources):
            known = known.noted("This was asked before; the answer is repeated.")
            yield replace(known, timings=Timings(retrieval=clock.total(), total=clock.total()))
            return
        alone = asked
        if foreign := asked_in(asked, self._language):
            alone = yield from _while(translated(asked, self._language, self.generator), Answer(asked))
        alone = yield from _while(standalone(alone, history, self.generator, self._language), Answer(asked))
        form = form_of(alone)
        if form == "reports" and self._retriever.publishers.named(alone):
            form = "one"  # it asks for these alone, and mostly for one thing that follows from both
        notes = (f"The articles are in {LANGUAGES[self._language]}, and so is the answer.",) if foreign else ()
        answer = yield from self._found(Answer(alone, notes=notes), form, sources, clock)
        if missing := missing_sources(alone, answer.evidence, self._retriever.publishers):
            answer = answer.traced("gate", "the question appeals to sources that are not here")
            answer = answer.noted(f"No article here is by {' or '.join(missing)}.")
        elif is_empty(alone):
            answer = answer.traced("gate", "the question does not say what it is about")
            answer = answer.noted("The question does not say what it is about; ask it in full.")
        elif is_hopeless(alone, answer.evidence):
            answer = answer.traced("gate", "the passages hold no name of the question")
        else:
            answer = yield from self._answered(answer, form, clock)
        timings = replace(answer.timings, total=clock.total())
        answer = replace(answer, done=True, abstained=not answer.claims, timings=timings)
        self._answers.put(asked, history, sources, answer)
        yield answer

    def _answered(self, answer: Answer, form: Form, clock: Clock) -> Growing:
        """The answer with the claims of all that is read for it, and with what follows from them."""
        apart = by_article(answer.evidence, _LISTED_PASSAGES)[: self.settings.list_articles]
        if form == "reports" and (statements := reports(answer.question, apart)):
            return _side_by_side(answer, statements).noted(f"Checked {len(apart)} of {len(self.documents)} articles.")
        if facts := facts_of(answer.question):
            answer = yield from self._reader.name(answer, answer.evidence[: self.settings.top_k], facts)
            if answer.claims:
                return answer
        readings = apart if form == "list" else (answer.evidence[: self.settings.top_k],)
        for reading in readings:
            answer = yield from self._reader.read(answer, reading, form, clock)
        if form == "list":
            answer = answer.noted(f"Checked {len(readings)} of {len(self.documents)} articles.")
        work_out = {"comparison": outcome, "total": total}.get(form)
        if work_out and (decided := work_out(answer.question, answer.claims)):
            answer = replace(answer, claims=(*answer.claims, decided)).traced(form, decided.text)
        return with_conflicts(answer) if form == "one" else answer

    def _found(self, answer: Answer, form: Form, sources: Collection[str] | None, clock: Clock) -> Growing:
        """The answer with its evidence, shown at once."""
        passages = self._retriever.retrieve(answer.question, self._passages_wanted(form), sources)
        evidence = gather_evidence(answer.question, passages, self.index.sentence_vectors, self.embedder)
        answer = replace(answer, passages=passages, evidence=evidence, timings=Timings(retrieval=clock.total()))
        articles = len({found.passage.doc_id for found in passages})
        answer = answer.traced("retrieval", f"{len(passages)} passages of {articles} articles", seconds=clock.total())
        yield answer
        return answer

    def _passages_wanted(self, form: Form) -> int:
        return _LISTED_PASSAGES * self.settings.list_articles if form in APART else self.settings.top_k


def _saved_index(index_dir: Path | str | None, settings: Settings, embedder_name: str) -> Index | None:
    """The index, checked against the settings; None when the default one is still to be built."""
    try:
        found = opened(settings, index_dir)
    except IndexNotFound:
        if index_dir is not None or settings.store or not (settings.documents_url or settings.documents_dir.is_dir()):
            raise
        return None
    found.index.manifest.check(embedder_name, settings.passage_tokens, found.place)
    return found.index


def _first_index(embedder: Embedder, settings: Settings, report: Report) -> Index:
    """The default index, built and saved."""

    def progress(done: int, total: int) -> None:
        report(f"Indexing: {done} of {total} sentences", 0.2 + 0.6 * done / total)

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


def _side_by_side(answer: Answer, found: Sequence[Statement]) -> Answer:
    """The answer with what the articles say each, in their own words."""
    for statement in found:
        answer = with_claim(answer, " ".join(statement.quoted.quote.split()), (statement.quoted,), merging=False)
        answer = answer.traced("reports", f"quoted from {statement.quoted.passage.doc_id}", share=statement.share)
    return replace(answer, confidence=min(statement.share for statement in found))


def _while(steps: abc.Generator[None, None, _Found], answer: Answer) -> abc.Generator[Answer, None, _Found]:
    """The same answer again at each of the steps. Gives back what they give."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            found: _Found = stop.value
            return found
        yield answer


def ask(question: str) -> Answer:
    """The answer from the default index, which is built on first use. The models stay loaded. Raises RagError."""
    return _default_assistant().ask(question)


@cache
def _default_assistant() -> Assistant:
    return Assistant.open()
