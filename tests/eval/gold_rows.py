"""Two questions about one article as they stand in a gold file, and the first as it is loaded."""

from typing import Any

from rag_eval.gold import GoldQuestion, Span

ARTICLE = "Acme hires 120 people. The office is in Oslo."
TEXTS = {"acme.txt": ARTICLE}
ROW: dict[str, Any] = {
    "id": "fact_number-001",
    "kind": "fact_number",
    "split": "train",
    "question": "How many people does Acme hire?",
    "answerable": True,
    "answer": "Acme hires 120 people.",
    "required": [["{n:120}"]],
    "forbidden": ["robots"],
    "spans": [{"file": "acme.txt", "start": 0, "end": 22, "quote": "Acme hires 120 people."}],
    "wrong": ["Acme hires 12 people."],
}
REFUSE: dict[str, Any] = {
    "id": "near_miss_year-001",
    "kind": "near_miss_year",
    "split": "test",
    "question": "How many people did Acme hire in 1990?",
    "answerable": False,
}


def acme(**changes: Any) -> GoldQuestion:
    """The question of ROW, with two groups of required patterns, but for these changes."""
    fields = ROW | {"spans": (Span(**ROW["spans"][0]),), "required": (("{n:120}", "twelve dozen"), ("acme",))}
    return GoldQuestion(**(fields | {"history": (), "forbidden": ("robots",), "wrong": ()} | changes))
