"""Question + evidence → whether the evidence can hold the answer at all."""

from collections.abc import Sequence
from difflib import get_close_matches

from rag.text import names, stems
from rag.types import Evidence


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
