"""List questions over all articles: each is read by itself, and what they say is put together.

A small model that reads all articles at once answers "Which companies …?" with the names of a headline. Reading one
article at a time it names what that article states; each item is then verified like any other claim. A list question
that names somebody ("Which units of Northwind …?") is no such question: few articles tell of it, mostly one.
"""

import re
from collections.abc import Sequence
from itertools import groupby

from rag.text import names
from rag.types import Evidence

_AUXILIARY = r"(?!(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|of|if|about)\b)"
_PLURAL = r"[\w-]*[a-rt-z]s\b(?<!us)(?<!is)"
_NOT_A_VERB = r"(?!\s+(?:the|an?|its|their|his|her|(?-i:[A-Z]))\b)"  # "Which company owns the …" asks for one
_LIST_QUESTION = re.compile(
    rf"\b(?:which|what)\s+(?:{_AUXILIARY}[\w'’-]+\s+){{0,2}}{_AUXILIARY}{_PLURAL}{_NOT_A_VERB}"
    rf"|\bwhich\s+of\s+(?:[\w'’-]+\s+){{0,4}}{_PLURAL}"
    rf"|^(?:please\s+)?(?:list|name|enumerate|give\s+me|tell\s+me)\s+(?:[\w'’-]+\s+){{0,4}}{_PLURAL}"
    rf"|\bwho\s+are\s+(?:all\s+)?the\s+{_PLURAL}",
    re.IGNORECASE,
)


def asks_every_article(question: str) -> bool:
    """Whether a question asks for several things, "which" or "list" before a plural, and names nobody.

    >>> asks_every_article("Which companies hire?"), asks_every_article("Which company owns the port?")
    (True, False)
    """
    return bool(_LIST_QUESTION.search(question)) and not names(question)


def by_article(evidence: Sequence[Evidence], passages_each: int) -> tuple[tuple[Evidence, ...], ...]:
    """The evidence of each article, at most ``passages_each`` passages; the article of the best passage first."""
    order = {doc_id: rank for rank, doc_id in enumerate(dict.fromkeys(item.passage.doc_id for item in evidence))}
    ranked = sorted(evidence, key=lambda item: order[item.passage.doc_id])
    groups = groupby(ranked, key=lambda item: item.passage.doc_id)
    return tuple(tuple(group)[:passages_each] for _, group in groups)
