"""Question + evidence → the probability that the evidence holds the answer.

Two signals: whether the names of the question occur in the evidence at all, and the model's own Yes or No to
"Do the passages state the answer?".
"""

from collections.abc import Sequence
from difflib import get_close_matches

from rag.prompt import gate_messages
from rag.text import names, stems
from rag.types import Evidence, Generator


def unknown_names(question: str, evidence: Sequence[Evidence]) -> set[str]:
    """Stems of the question's names that no passage holds, not even in a similar spelling.

    A question that is typed in capitals or in lower case marks no names.
    """
    known = {
        stem
        for item in evidence
        for stem in stems(f"{item.passage.title} {item.passage.publisher} {item.passage.text}")
    }
    return {name for name in names(question) if name not in known and not get_close_matches(name, known, 1, 0.8)}


def answer_probability(question: str, evidence: Sequence[Evidence], generator: Generator) -> float:
    """P(the evidence holds the answer), in [0, 1]; 0 without evidence or when it lacks a name of the question.

    The model is asked only when the names leave the question open.
    """
    if not evidence or unknown_names(question, evidence):
        return 0.0
    return generator.probability(gate_messages(question, evidence), "Yes", "No")
