"""Question + evidence → whether the evidence can hold the answer at all, by the names of the question.

When the evidence holds none of them, the question is about something else, and the model need not be asked.
"""

from collections.abc import Sequence
from difflib import get_close_matches

from rag.text import names, stems, words
from rag.types import Evidence

_SMALL_TALK = frozenset(
    stems(
        """thanks cheers hello hi hey welcome goodbye bye ok okay yes sure well great good nice fine cool perfect
        wonderful excellent awesome very helpful sorry lot"""
    )
)


def is_empty(question: str) -> bool:
    """Whether it does not say what it is about: what is left of a follow-up ("How many?", "Why is that?"), or thanks.

    >>> is_empty("How many?"), is_empty("Cheers, that was great!"), is_empty("How many boats?")
    (True, True, False)
    """
    return bool(words(question)) and set(stems(question)) <= _SMALL_TALK


def is_hopeless(question: str, evidence: Sequence[Evidence]) -> bool:
    """Whether there is no evidence, or it holds no name of a question that has some."""
    unknown = unknown_names(question, evidence)
    return not evidence or bool(unknown and unknown == names(question))


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
