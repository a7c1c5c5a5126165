"""Question + evidence → how sure the model must be that the evidence holds the answer.

The names of the question decide. When the evidence holds none of them, the question is about something else and the
model need not be asked. When it lacks some ("Which Norwegian town …?" where only Bergen is named), the model may know
better, but has to be surer.
"""

from collections.abc import Sequence
from difflib import get_close_matches

from rag.text import names, stems
from rag.types import Evidence

_SURER = 0.8


def needed_probability(question: str, evidence: Sequence[Evidence], usual: float) -> float | None:
    """The probability that an answer must be able to have; None when the question is hopeless.

    ``usual`` is enough when the evidence holds every name of the question, or the question has none.
    """
    unknown = unknown_names(question, evidence)
    if not evidence or (unknown and unknown == names(question)):
        return None
    return max(usual, _SURER) if unknown else usual


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
