"""Tiny benchmarks in the format of the published ones, written where a test wants them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.types import REFUSAL, Timings
from rag_eval.benchmarks import load_benchmark
from rag_eval.gold import Verdict
from rag_eval.runs import Record
from rag_eval.sets import QuestionSet

ACME = "Acme hired 120 people in May.\nIt pays them well. Its office is in Oslo."
RIVAL = "Rival hired nobody. Rival sits in Bergen."
MULTIHOP_ARTICLES: list[dict[str, Any]] = [
    {
        "doc_id": "m0",
        "title": "Acme grows",
        "source": "Gazette",
        "date": "2025-02-27T23:30:00+01:00",
        "author": None,
        "text": ACME,
    },
    {"doc_id": "m1", "title": "Rival rests", "source": "Post", "date": "2025-03-01T00:00:00+00:00", "text": RIVAL},
]
COMPARED: dict[str, Any] = {
    "qid": "q0",
    "question": "Did Acme hire more people than Rival?",
    "answer": "Yes",
    "type": "comparison",
    "answerable": True,
    "gold_doc_ids": ["m0", "m1"],
    "gold_facts": ["Acme hired 120 people in May. It pays", "Rival hired nobody."],
}
NULL: dict[str, Any] = {
    "qid": "q1",
    "question": "Who owns Acme?",
    "answer": "Insufficient information.",
    "type": "null",
    "answerable": False,
    "gold_doc_ids": [],
    "gold_facts": [],
}
READ: dict[str, Any] = {
    "qid": "7",
    "question": "where is the office of acme",
    "answerable": True,
    "title": "Acme",
    "passage": "Acme is a firm .\nIts office is in Oslo . It hires .",
    "answers": ["The office of Acme is in Oslo, in Norway.", "In Oslo."],
    "selected_sentences": [["Its office is in Oslo .", "Acme is a firm ."], ["Its office is in Oslo ."], []],
}
NOT_READ: dict[str, Any] = {**READ, "qid": "8", "answerable": False, "answers": [], "selected_sentences": [[]]}
PARAGRAPHS: list[dict[str, Any]] = [
    {"doc_id": "s0", "text": "Osloites call Oslo home since 1048."},
    {"doc_id": "s1", "text": "Bergen rains."},
]
SPAN_QUESTION: dict[str, Any] = {
    "qid": "a",
    "question": " Which city? ",
    "answers": [".", "the city of Oslo", "Oslo"],
    "answerable": True,
    "gold_doc_ids": ["s0"],
}
NEAR_MISS: dict[str, Any] = {**SPAN_QUESTION, "qid": "b", "answers": [""], "answerable": False, "gold_doc_ids": ["s1"]}


def written(folder: Path, **files: Sequence[dict[str, Any] | str]) -> Path:
    """The folder, with each list of rows (or raw lines) as a .jsonl file in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in files.items():
        text = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return folder


def multihop(data: Path, *asked: dict[str, Any] | str) -> QuestionSet:
    written(data / "multihop_rag", corpus=MULTIHOP_ARTICLES, questions_dev=asked or (COMPARED, NULL))
    return load_benchmark("multihop_rag", data)


def clapnq(data: Path, *asked: dict[str, Any]) -> QuestionSet:
    written(data / "clapnq_dev", questions=asked or (READ, NOT_READ))
    return load_benchmark("clapnq_dev", data)


def squad(data: Path, *asked: dict[str, Any]) -> QuestionSet:
    written(data / "squad2_sample", corpus=PARAGRAPHS, questions=asked or (SPAN_QUESTION, NEAR_MISS))
    return load_benchmark("squad2_sample", data)


def verdict(questions: QuestionSet, place: int, text: str) -> Verdict:
    """The verdict on an answer to the question at ``place``; the refusal sentence is a refusal."""
    question = questions.questions[place]
    record = Record("plain", question.id, question.question, text, text == REFUSAL, 0.5, (), (), (), Timings())
    return questions.judge(question, record)


def check_places(questions: QuestionSet) -> None:
    """Fail unless every span cuts its quote out of an article, and every source is an article."""
    texts = {document.doc_id: document.text for document in questions.documents}
    for question in questions.questions:
        assert set(question.sources) <= set(texts)
        for span in question.spans:
            span.check(texts[span.file])
