"""A made-up run for the tests of tables, plots and page: systems that answer invented questions about Acme and Oslo."""

from collections.abc import Mapping, Sequence

from rag.settings import Settings
from rag.types import REFUSAL, Citation, Timings, Turn
from rag_eval.gold import GoldQuestion, Span
from rag_eval.metrics import Judge, Scores, judge_record
from rag_eval.runs import FORMAT, Record, RecordedClaim, RetrievedPassage, RunInfo

FILE = "acme.txt"
ARTICLE = "Acme hires 120 people in Oslo. It was founded in 1990. Its robots are built by hand."
TEXTS = {FILE: ARTICLE}
QUOTE = "Acme hires 120 people in Oslo."
SHA = "0123456789abcdef" * 4

KINDS = ("fact_number", "list", "follow_up")
"""The answerable kinds of the questions; all others cannot be answered."""


def question(number: int, kind: str = "fact_number", text: str = "How many people does Acme hire?") -> GoldQuestion:
    """A question whose answer, if its kind has one, is that Acme hires 120 people."""
    answerable = kind in KINDS
    return GoldQuestion(
        id=f"{kind}-{number:03}",
        kind=kind,
        split="test",
        question=text,
        answerable=answerable,
        history=(Turn("Where is Acme?", "Acme is in Oslo."),) if kind == "follow_up" else (),
        answer="Acme hires 120 people." if answerable else "",
        required=(("{n:120}",),) if answerable else (),
        spans=(Span(FILE, 0, len(QUOTE), QUOTE),) if answerable else (),
    )


def answered(
    system: str, asked: GoldQuestion, text: str = "Acme hires 120 people.", confidence: float = 0.9, total: float = 4.0
) -> Record:
    """An answer of one sentence that cites the article's first one."""
    citation = Citation(1, FILE, "Acme grows", "Oslo Times", "2025-02-27", 0, len(QUOTE), QUOTE)
    return Record(
        system=system,
        id=asked.id,
        question=asked.question,
        text=f"{text} [1]",
        abstained=False,
        confidence=confidence,
        claims=(RecordedClaim(text, 0.87, (1,)),),
        citations=(citation,),
        passages=(RetrievedPassage(FILE, 0, 54, 0.8), RetrievedPassage(FILE, 55, 84, 0.3)),
        timings=Timings(retrieval=0.1, first_token=total / 2, total=total, prompt_tokens=800, completion_tokens=40),
    )


def refused(system: str, asked: GoldQuestion, confidence: float = 0.2, total: float = 0.2) -> Record:
    """A refusal without the model."""
    return Record(
        system=system,
        id=asked.id,
        question=asked.question,
        text=REFUSAL,
        abstained=True,
        confidence=confidence,
        claims=(),
        citations=(),
        passages=(),
        timings=Timings(retrieval=0.1, total=total),
        notes=("No passage holds the answer.",),
    )


def scored(
    system: str, asked: Sequence[GoldQuestion], records: Sequence[Record], judge: Judge = judge_record
) -> Scores:
    """The scores of these records, by the rules of the gold set."""
    by_id: Mapping[str, Record] = {record.id: record for record in records}
    return Scores.of(system, asked, by_id, TEXTS, judge)


def info(asked: Sequence[GoldQuestion], systems: Sequence[str], **settings: object) -> RunInfo:
    """The conditions of a run with the default settings but these."""
    return RunInfo(
        format=FORMAT,
        gold="made-up.jsonl",
        data="",
        gold_sha256=SHA,
        split="test",
        questions=tuple(one.id for one in asked),
        systems=tuple(systems),
        settings={**Settings.model_construct().model_dump(mode="json"), **settings},
        index_dir="index",
        index_fingerprint=SHA,
        models={"generator": f"small-model {SHA}", "embedder": f"tiny-embedder {SHA}"},
        version="0.1.0",
        machine={"system": "Linux", "cores": 2, "memory": "8 GB"},
        started="2025-11-22T02:00:00+00:00",
    )
