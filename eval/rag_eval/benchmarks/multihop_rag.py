"""MultiHop-RAG (Tang & Yang, COLM 2024): questions on the news that take two to four facts, or have no answer.

The spans of a question are its gold facts, in the articles that they were taken from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rag.errors import InvalidInput
from rag.types import Document, Passage
from rag_eval.benchmarks.common import answer_words, article, known, located, rows, squeezed, states, verdict
from rag_eval.gold import GoldQuestion, Span, Verdict
from rag_eval.runs import Record
from rag_eval.sets import QuestionSet

_INSUFFICIENT = ["insufficient", "information"]
_YES, _NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class _ArticleRow:
    doc_id: str
    title: str
    source: str
    date: datetime
    text: str


@dataclass(frozen=True, slots=True)
class _QuestionRow:
    qid: str
    question: str
    answer: str
    type: str
    answerable: bool
    gold_doc_ids: tuple[str, ...]
    gold_facts: tuple[str, ...]


def load(name: str, folder: Path) -> QuestionSet:
    """The questions and the corpus of a folder; see ``load_benchmark`` for what it raises."""
    articles = rows(folder / "corpus.jsonl", _ArticleRow, lambda row: row.doc_id)
    documents = {
        row.doc_id: article(row.doc_id, row.text, row.title, row.source, row.date.date().isoformat())
        for _, row in articles
    }
    asked = rows(folder / "questions_dev.jsonl", _QuestionRow, lambda row: row.qid)
    questions = tuple(_question(place, row, documents) for place, row in asked)
    return QuestionSet(name, questions, judge, tuple(documents.values()))


def judge(question: GoldQuestion, record: Record) -> Verdict:
    """Whether the gold answer stands in the answer, as whole words.

    Where it is "Yes" or "No", the first word decides, or, if that is neither, the only one of the two that occurs.
    "Insufficient information." is a refusal: the only right answer to a null question.
    """
    refused = record.abstained or answer_words(record.text) == _INSUFFICIENT
    return verdict(question, refused, _is_right(record.text, question.answer))


def retrieval_values(
    questions: Sequence[GoldQuestion], retrieved: Mapping[str, Sequence[Passage]]
) -> Mapping[str, Mapping[str, float]]:
    """The benchmark's own figures, in [0, 1], by the id of each answerable question and by name.

    ``retrieved`` are passages by question id, best first; a question without an entry has 0 in all figures.

    A passage hits a fact if it holds it, white space disregarded, its title, publisher and date included.

    - "Hits@k": one of the first k passages hits a fact. "MRR@10": 1 / rank of the first that does.
    - "FactRecall@k": the share of facts that the first k hit. "AllFacts@10": they hit every one.
    - "document Recall@10": the share of the articles with a gold fact that the first ten passages come from.
    """
    passages = {passage.passage_id: passage for found in retrieved.values() for passage in found}
    texts = {name: searched(passage) for name, passage in passages.items()}
    return {q.id: _figures(q, retrieved.get(q.id, ()), texts) for q in questions if q.answerable}


def searched(passage: Passage) -> str:
    """What is searched for facts: a passage with its title, publisher and date, without white space."""
    return squeezed(passage.title + passage.publisher + passage.published + passage.text)


def _question(place: str, row: _QuestionRow, documents: Mapping[str, Document]) -> GoldQuestion:
    if not row.answerable:
        return GoldQuestion(row.qid, row.type, "test", row.question, answerable=False)
    if not (answer_words(row.answer) and row.gold_facts):
        raise InvalidInput(f"{place}: an answerable question needs an answer and gold facts")
    gold = [known(place, doc_id, documents) for doc_id in row.gold_doc_ids]
    spans = tuple(_span(place, fact, (*gold, *documents.values())) for fact in row.gold_facts)
    return GoldQuestion(row.qid, row.type, "test", row.question, answerable=True, answer=row.answer, spans=spans)


def _span(place: str, fact: str, documents: Sequence[Document]) -> Span:
    """Where a fact stands, in the first of the documents that has it."""
    span = next(filter(None, (located(fact, document) for document in documents)), None)
    if span is None:
        raise InvalidInput(f"{place}: the gold fact {fact!r} stands in no article of the corpus")
    return span


def _is_right(text: str, gold: str) -> bool:
    expected = answer_words(gold)
    return _polarity(text) == expected[0] if expected in ([_YES], [_NO]) else states(text, gold)


def _polarity(text: str) -> str | None:
    said = answer_words(text)
    either = {_YES, _NO}.intersection(said[:1]) or {_YES, _NO}.intersection(said)
    return either.pop() if len(either) == 1 else None


def _figures(question: GoldQuestion, passages: Sequence[Passage], texts: Mapping[str, str]) -> dict[str, float]:
    facts = {squeezed(span.quote) for span in question.spans}
    hits = [{fact for fact in facts if fact in texts[passage.passage_id]} for passage in passages[:10]]
    first = next((rank for rank, hit in enumerate(hits, start=1) if hit), None)
    in_four, in_ten = (len(set[str]().union(*hits[:k])) for k in (4, 10))
    wanted = {span.file for span in question.spans}
    return {
        "Hits@4": float(in_four > 0),
        "Hits@10": float(in_ten > 0),
        "MRR@10": 1 / first if first else 0.0,
        "FactRecall@4": in_four / len(facts),
        "FactRecall@10": in_ten / len(facts),
        "AllFacts@10": float(in_ten == len(facts)),
        "document Recall@10": len(wanted & {passage.doc_id for passage in passages[:10]}) / len(wanted),
    }
