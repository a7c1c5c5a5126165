"""SQuAD 2.0 (Rajpurkar et al. 2018): questions on a paragraph, half of them near misses that it does not answer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rag.errors import InvalidInput
from rag.types import Document
from rag_eval.benchmarks.common import answer_words, article, known, rows, states, verdict
from rag_eval.gold import GoldQuestion, Span, Verdict
from rag_eval.runs import Record
from rag_eval.sets import QuestionSet


@dataclass(frozen=True, slots=True)
class _ArticleRow:
    doc_id: str
    text: str


@dataclass(frozen=True, slots=True)
class _QuestionRow:
    qid: str
    question: str
    answers: tuple[str, ...]
    answerable: bool
    gold_doc_ids: tuple[str, ...]

    @property
    def accepted(self) -> tuple[str, ...]:
        """The answers that say something: the set holds a few that are empty or a mere full stop."""
        return tuple(answer for answer in self.answers if answer_words(answer))


def load(name: str, folder: Path) -> QuestionSet:
    """The questions and the paragraphs of a folder; see ``load_benchmark`` for what it raises."""
    articles = rows(folder / "corpus.jsonl", _ArticleRow, lambda row: row.doc_id)
    documents = {row.doc_id: article(row.doc_id, row.text) for _, row in articles}
    found = list(rows(folder / "questions.jsonl", _QuestionRow, lambda row: row.qid))
    accepted = {row.qid: row.accepted for _, row in found}
    questions = tuple(_question(place, row, documents) for place, row in found)
    return QuestionSet(name, questions, partial(judge, accepted), tuple(documents.values()))


def judge(accepted: Mapping[str, Sequence[str]], question: GoldQuestion, record: Record) -> Verdict:
    """Whether one of the answers that are ``accepted``, by question id, stands in the answer as whole words."""
    right = any(states(record.text, answer) for answer in accepted[question.id])
    return verdict(question, record.abstained, right)


def _question(place: str, row: _QuestionRow, documents: Mapping[str, Document]) -> GoldQuestion:
    """Asked about its paragraph, if the row names it: a near miss may well be answered by another one."""
    paragraphs = [known(place, doc_id, documents) for doc_id in row.gold_doc_ids]
    if not row.answerable:
        return GoldQuestion(row.qid, "near_miss", "test", row.question, answerable=False, sources=row.gold_doc_ids)
    if not row.accepted:
        raise InvalidInput(f"{place}: an answerable question needs an answer")
    return GoldQuestion(
        row.qid,
        "answerable",
        "test",
        row.question,
        answerable=True,
        sources=row.gold_doc_ids,
        answer=row.accepted[0],
        spans=_spans(place, row.accepted, paragraphs),
    )


def _spans(place: str, accepted: Sequence[str], paragraphs: Sequence[Document]) -> tuple[Span, ...]:
    """Where the first accepted answer that occurs in the paragraph occurs first: the set itself does not tell."""
    for answer in accepted:
        for paragraph in paragraphs:
            if found := re.search(rf"(?<!\w){re.escape(answer.strip())}(?!\w)", paragraph.text):
                return (Span(paragraph.doc_id, *found.span(), found.group()),)
    if paragraphs:
        raise InvalidInput(f"{place}: none of the answers {', '.join(map(repr, accepted))} stands in the paragraph")
    return ()
