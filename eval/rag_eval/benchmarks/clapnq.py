"""ClapNQ (Rosenthal et al., TACL 2025): web questions with one passage each, to be answered at length or refused."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from rag.errors import InvalidInput
from rag.text import stems
from rag.types import Document
from rag_eval.benchmarks.common import article, located, rows, verdict
from rag_eval.gold import GoldQuestion, Span, Verdict
from rag_eval.runs import Record
from rag_eval.sets import QuestionSet
from rag_eval.text import unmarked

_ENOUGH = 0.5


@dataclass(frozen=True, slots=True)
class _Row:
    qid: str
    question: str
    answerable: bool
    title: str
    passage: str
    answers: tuple[str, ...]
    selected_sentences: tuple[tuple[str, ...], ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What any of the annotators selected, each once."""
        return tuple(dict.fromkeys(chain.from_iterable(self.selected_sentences)))

    @property
    def document(self) -> Document:
        """The passage as an article of its own; the few that questions share are repeated."""
        return article(f"clapnq/{self.qid}", self.passage, self.title)


def load(name: str, folder: Path) -> QuestionSet:
    """The questions of a folder with their passages; see ``load_benchmark`` for what it raises."""
    found = list(rows(folder / "questions.jsonl", _Row, lambda row: row.qid))
    references = {row.qid: Counter(stems(" ".join((*row.answers, *row.sentences)))) for _, row in found}
    questions = tuple(_question(place, row) for place, row in found)
    return QuestionSet(name, questions, partial(judge, references), tuple(row.document for _, row in found))


def judge(references: Mapping[str, Counter[str]], question: GoldQuestion, record: Record) -> Verdict:
    """Whether at least half of the answer's content stems, each as often as it occurs, are in the question's reference.

    ``references`` are the stems of all gold answers and selected sentences by question id. This is a proxy: it tells
    an answer made of the right sentences from one made of others, not a true answer from its negation, and it does not
    ask for completeness. The token F1 against the gold answer stands beside it for that.
    """
    said = Counter(stems(unmarked(record.text)))
    shared = (said & references[question.id]).total()
    return verdict(question, record.abstained, right=shared > 0 and shared >= _ENOUGH * said.total())


def _question(place: str, row: _Row) -> GoldQuestion:
    source = row.document.doc_id
    if not row.answerable:
        return GoldQuestion(row.qid, "unanswerable", "test", row.question, answerable=False, sources=(source,))
    if not (row.answers and stems(row.answers[0])):
        raise InvalidInput(f"{place}: an answerable question needs an answer")
    return GoldQuestion(
        row.qid,
        "answerable",
        "test",
        row.question,
        answerable=True,
        sources=(source,),
        answer=row.answers[0],
        spans=tuple(_spans(place, row)),
    )


def _spans(place: str, row: _Row) -> Iterator[Span]:
    for sentence in row.sentences:
        span = located(sentence, row.document)
        if span is None:
            raise InvalidInput(f"{place}: the selected sentence {sentence!r} does not stand in the passage")
        yield span
