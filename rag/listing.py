"""Questions whose answer is put together from what several articles say, each read by itself.

A small model that reads all articles at once answers "Which companies …?" with the names of a headline. Reading one
article at a time it names what that article states; each item is then verified like any other claim. A list question
that names somebody ("Which units of Northwind …?") is no such question: few articles tell of it, mostly one.
"""

import re
from collections.abc import Sequence
from itertools import groupby

from rag.comparison import adds_up, compares
from rag.text import names
from rag.types import Evidence, Form

APART: frozenset[Form] = frozenset({"list", "reports"})
"""The forms of question for which each article is read by itself."""

_AUXILIARY = r"(?!(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|of|if|about)\b)"
_PLURAL = r"[\w-]*[a-rt-z]s\b(?<!us)(?<!is)"
_NOT_A_VERB = r"(?!\s+(?:(?:the|an?|its|their|his|her)\b|(?-i:[A-Z])))"  # "Which company owns the …" asks for one
_VERB = r"(?:are|were|do|did|have|had|will|would|can|could|should|must|may)"
_LIST_QUESTION = re.compile(
    rf"\bwhich\s+(?:{_AUXILIARY}[\w'’-]+\s+){{0,2}}{_AUXILIARY}{_PLURAL}{_NOT_A_VERB}"
    rf"|\bwhat\s+(?:{_AUXILIARY}[\w'’-]+\s+){{0,2}}{_AUXILIARY}{_PLURAL}\s+{_VERB}\b"  # "What happens …" asks for one
    rf"|\bwhich\s+of\s+(?:[\w'’-]+\s+){{0,4}}{_PLURAL}"
    rf"|^(?:please\s+)?(?:list|name|enumerate|give\s+me|tell\s+me)\s+(?:[\w'’-]+\s+){{0,4}}{_PLURAL}"
    rf"|\bwho\s+are\s+(?:all\s+)?the\s+{_PLURAL}",
    re.IGNORECASE,
)


_SOURCES = r"(?:articles|reports|sources|outlets|accounts|newspapers|papers|publications|stories)"
_REPORTS_QUESTION = re.compile(
    rf"\b(?:all|both|different|various|other|these|two|several)\b[\w\s]{{0,20}}\b{_SOURCES}\b"
    rf"|\b{_SOURCES}\b.*\b(?:differ|disagree|agree|contradict|conflict|the same|consistent|vary)"
    rf"|\bwhat (?:do|did|does) (?:the )?{_SOURCES} (?:say|report|tell|give|state)\b(?=\?|$)",
    re.IGNORECASE,
)


def form_of(question: str) -> Form:
    """How a question wants to be answered.

    "list": it asks for several things, "which" or "list" before a plural, and names nobody. "reports": it asks what
    the articles say each, or whether they agree. "comparison": it asks which of two is more, "total": what they have
    together. Else "one".

    >>> form_of("Which companies hire?"), form_of("Which company owns the port?"), form_of("Do both reports agree?")
    ('list', 'one', 'reports')
    """
    if _REPORTS_QUESTION.search(question):
        return "reports"
    if asks_for_several(question) and not names(question):
        return "list"
    if adds_up(question):
        return "total"
    return "comparison" if compares(question) else "one"


def asks_for_several(question: str) -> bool:
    """Whether it asks "which" or "list" before a plural, of somebody or of all.

    >>> asks_for_several("Which units of Northwind hire?"), asks_for_several("How many units hire?")
    (True, False)
    """
    return bool(_LIST_QUESTION.search(question))


def by_article(evidence: Sequence[Evidence], passages_each: int) -> tuple[tuple[Evidence, ...], ...]:
    """The evidence of each article, at most ``passages_each`` passages; the article of the best passage first."""
    order = {doc_id: rank for rank, doc_id in enumerate(dict.fromkeys(item.passage.doc_id for item in evidence))}
    ranked = sorted(evidence, key=lambda item: order[item.passage.doc_id])
    groups = groupby(ranked, key=lambda item: item.passage.doc_id)
    return tuple(tuple(group)[:passages_each] for _, group in groups)
