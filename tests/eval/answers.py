"""Questions about one short article, and answers to them, for tests of what is measured."""

from rag.types import REFUSAL, Citation, Timings
from rag_eval.gold import GoldQuestion, Span
from rag_eval.runs import Record

ARTICLE = "Acme hires 120 people. The office is in Oslo."
TEXTS = {"acme.txt": ARTICLE}
STATED = Span("acme.txt", 0, 22, ARTICLE[:22])


def asking(name: str, kind: str = "fact_number") -> GoldQuestion:
    """An answerable question whose answer stands in the first sentence."""
    return GoldQuestion(
        name, kind, "test", f"Question {name}?", True, answer="120 people", required=(("120",),), spans=(STATED,)
    )


def unanswerable(name: str, kind: str = "other_topic") -> GoldQuestion:
    return GoldQuestion(name, kind, "test", f"Question {name}?", False)


def citation(number: int, start: int = 0, end: int = 22, file: str = "acme.txt") -> Citation:
    return Citation(number, file, "Jobs", "Gazette", "2025-02-27", start, end, ARTICLE[start:end])


def record(name: str, text: str = "", confidence: float = 0.5, timings: Timings | None = None) -> Record:
    """An answer that cites nothing; without a text it is a refusal."""
    timings = timings or Timings()
    return Record("full", name, f"{name}?", text or REFUSAL, not text, confidence, (), (), (), timings)
