"""Question + evidence → the sources that it appeals to and that are not here.

"According to the Evening Post, who …?" can be answered from the Evening Post, or from an article that reports what the
Evening Post wrote. Where neither is at hand, what others say is no answer to it.
"""

import re
from collections.abc import Iterator, Sequence

from rag.query import Publishers
from rag.text import calendar_words, names, stems
from rag.types import Evidence

_NAME = r"['\"‘“]?(?P<name>(?:The )?[A-Z][\w.&’'-]*(?: (?:of )?[A-Z][\w.&-]*){0,5})"
_WORK = r"(?:articles?|reports?|pieces?|stor(?:y|ies)|reviews?|analys[ie]s|features?|coverage|interviews?|reporting)"
_TOLD = r"(?:reported|published|covered|discussed|described|stated|highlighted|mentioned|noted|featured)"
_APPEALS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_WORK} (?:published )?(?:by|from|in) (?:the )?{_NAME}",
        rf"{_NAME} {_WORK}\b",
        rf"\b{_TOLD} (?:by|in) (?:the )?{_NAME}",
        rf"\b(?:another|one|a piece|a report|an article) (?:by|from|in) (?:the )?{_NAME}",
        rf"\b[Aa]ccording to (?:the |an? )?{_NAME}",
    )
)


def missing_sources(question: str, evidence: Sequence[Evidence], publishers: Publishers) -> tuple[str, ...]:
    """The sources that ``question`` appeals to which publish no indexed article and which the evidence does not name.

    >>> missing_sources("What did the Evening Post article say of Ulm?", (), Publishers.of(["Gazette"]))
    ('Evening Post',)
    """
    passages = (item.passage for item in evidence)
    known = {stem for p in passages for stem in stems(f"{p.title} {p.publisher} {p.text}")}
    named = dict.fromkeys(_appealed_to(question))
    return tuple(name for name in named if not publishers.named(name) and not known & set(stems(name)))


def _appealed_to(question: str) -> Iterator[str]:
    for appeal in _APPEALS:
        for match in appeal.finditer(question):
            name = re.sub(r"['’]s?$", "", match["name"].rstrip(".,"))
            if names(f"… {name}") and not calendar_words(name):
                yield name
