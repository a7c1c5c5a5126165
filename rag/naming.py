"""A question that describes somebody by several facts → who may be meant, by name.

"Who leads the port, and once sailed to Ulm, as the Gazette reports?" No passage says all of this in one sentence, so
that no sentence of the model could be verified. But its answer is a name, and a name can be chosen among those that
the passages hold, with the probability that the model gives it. Each of the facts is then looked for by itself.
"""

import json
import re
from collections.abc import Sequence

from rag.query import parts_of
from rag.text import capitalised
from rag.types import Evidence

_ASKS_FOR_ONE = re.compile(
    r"^(?:who\b|which (?!of\b)[\w-]+[a-rt-z]\b|what (?:is|was) the name\b"
    r"|what (?!is\b|was\b|are\b|were\b|do)[\w-]+[a-rt-z]\b)",
    re.IGNORECASE,
)
_LEAST_FACTS = 3
NEEDED_FACTS = 2
"""So many facts must be told of somebody who is named, each by a quote."""
TOLD = 0.25
"""The least support of such a quote: a question tells a fact in words of its own, and more than one sentence does."""
SURE = 0.4
"""The least probability of a name. This and ``TOLD`` keep 23 of 25 right names and none of twelve wrong ones, on
questions of MultiHop-RAG's half for fitting."""
_NAME = re.compile(r"[A-Z][\w&’'-]*(?: (?:(?:of|the|and|for|de|van|von) )?[A-Z][\w&’'-]*)*")
_POSSESSIVE = re.compile(r"[’']s?$")


def facts_of(question: str) -> tuple[str, ...]:
    """The facts by which a question describes the one that it asks for; none if it does not.

    >>> facts_of("Who leads the port of Ulm, sailed a boat to Bern, and writes novels on trains?")
    ('Who leads the port of Ulm,', 'sailed a boat to Bern,', 'and writes novels on trains?')
    >>> facts_of("Who leads the port?")
    ()
    """
    parts = parts_of(question)
    return parts if len(parts) >= _LEAST_FACTS and _ASKS_FOR_ONE.match(question) else ()


def names_in(question: str, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """The names in the passages and their titles that hold a word of which the question has nothing, each once."""
    asked = capitalised(question)
    found = (
        _POSSESSIVE.sub("", match.group())
        for item in evidence
        for text in (item.passage.title, item.passage.text)
        for match in _NAME.finditer(text)
    )
    return tuple(dict.fromkeys(name for name in found if capitalised(name) - asked))


def name_grammar(names: Sequence[str]) -> str:
    """The language of these names; at least one.

    >>> print(name_grammar(["Ida Berg", "Ulm"]))
    root ::= "Ida Berg" | "Ulm"
    """
    return "root ::= " + " | ".join(json.dumps(name, ensure_ascii=False) for name in names)
