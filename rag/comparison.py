"""Comparisons and sums: the model tells the figures of each side, and the outcome is worked out from verified ones.

A small model that is asked for the outcome guesses it; no passage states it, so that no quote could support the guess.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.quantities import Quantity, quantities
from rag.text import name_keys, numbers
from rag.types import Claim

_MORE = r"more|larger|bigger|higher|greater|longer|faster|older|taller|heavier|richer|most|largest|biggest|highest"
_LESS = r"fewer|less|smaller|lower|shorter|slower|younger|cheaper|least|fewest|smallest|lowest"
_COMPARISON = re.compile(
    rf"\b(?P<more>{_MORE})\b(?=.*\b(?:than|or)\b)|\b(?P<less>{_LESS})\b(?=.*\b(?:than|or)\b)"
    rf"|\b(?:than|or)\b.*\b(?:(?P<later_more>{_MORE})|(?P<later_less>{_LESS}))\b",
    re.IGNORECASE,
)
_THAN_A_NUMBER = re.compile(
    r"\b(?:more|less|fewer|other|rather|later|earlier) than (?:[$€£¥]?\d|half|one|two|that|once)"
)
_YES_OR_NO = re.compile(r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could)\b", re.IGNORECASE)
_ADDS = re.compile(r"\b(?:together|combined|altogether|in total|in all|in sum|taken together)\b", re.IGNORECASE)
_HOW_MANY = re.compile(
    r"\b(?:how (?:many|much)|(?:what|which) (?:\w+ ){0,2}(?:number|sum|total|amount))\b", re.IGNORECASE
)
_BOUNDS = {"": "", ">": "more than ", "<": "fewer than ", "~": "about "}
_NAME = re.compile(r"[A-Z][\w&’'-]*(?: [A-Z][\w&’'-]*)*")


@dataclass(frozen=True, slots=True)
class _Side:
    claim: Claim
    name: str
    quantity: Quantity


def compares(question: str) -> bool:
    """Whether a question asks which of two is more, or whether one is.

    >>> compares("Does Ulm have more trams than Bern?"), compares("Did Ulm buy more than 50 trams?")
    (True, False)
    """
    return bool(_COMPARISON.search(question)) and not _THAN_A_NUMBER.search(question)


def adds_up(question: str) -> bool:
    """Whether a question asks for the sum of what several, whom it names, have each.

    >>> adds_up("How many trams do Ulm and Bern run together?"), adds_up("How many trams run in Ulm in total?")
    (True, False)
    """
    asks = _ADDS.search(question) and _HOW_MANY.search(question)
    return bool(asks) and len(name_keys(f"… {question}")) > 1


def total(question: str, claims: Sequence[Claim]) -> Claim | None:
    """The sum, from one verified claim for each name of the question; None if one is missing or the units differ."""
    sides = _sides(question, claims)
    told = {key for side in sides for key in name_keys(f"… {side.name}")}
    bounds = {side.quantity.bound for side in sides} - {""}
    units = {side.quantity.unit for side in sides}
    if len(sides) < 2 or len(units) > 1 or len(bounds) > 1 or units == {"%"} or name_keys(f"… {question}") - told:
        return None
    figure = _BOUNDS["".join(bounds)] + f"{sum(side.quantity.value for side in sides):,.15g}"
    parts = ", ".join(f"{side.name} {side.quantity.words}" for side in sides)
    citations = tuple(dict.fromkeys(citation for side in sides for citation in side.claim.citations))
    return Claim(f"Together that is {figure}: {parts}.", citations, min(side.claim.support for side in sides))


def outcome(question: str, claims: Sequence[Claim]) -> Claim | None:
    """The outcome of a comparison, from one verified claim for each side; None unless the figures decide it."""
    sides = _sides(question, claims)
    comparison = _COMPARISON.search(question)
    if len(sides) != 2 or comparison is None or sides[0].quantity.value == sides[1].quantity.value:
        return None
    most = bool(comparison["more"] or comparison["later_more"])
    winner, loser = sorted(sides, key=lambda side: side.quantity.value, reverse=most)
    first = min(sides, key=lambda side: _place(question, side.name))
    verdict = ("Yes" if winner is first else "No") if _says_yes_or_no(question) else f"The answer is {winner.name}"
    citations = tuple(dict.fromkeys((*winner.claim.citations, *loser.claim.citations)))
    text = f"{verdict}: {winner.name} has {winner.quantity.words}, {loser.name} {loser.quantity.words}."
    return Claim(text, citations, min(winner.claim.support, loser.claim.support))


def _sides(question: str, claims: Sequence[Claim]) -> list[_Side]:
    """The first claim about each name of the question, with its first figure that the question does not hold."""
    known = set(numbers(question))
    sides: dict[str, _Side] = {}
    for claim in claims:
        name = _NAME.match(claim.text)
        told = [found for found in quantities(claim.text) if not set(numbers(found.words)) & known]
        if name and told and name_keys(f"… {name.group()}") and _place(question, name.group()) < len(question):
            sides.setdefault(name.group(), _Side(claim, name.group(), told[0]))
    percentages = {side.quantity.unit == "%" for side in sides.values()}
    return list(sides.values()) if len(percentages) == 1 else []


def _says_yes_or_no(question: str) -> bool:
    return bool(_YES_OR_NO.match(question)) and " or " not in question


def _place(question: str, name: str) -> int:
    """Where the question names it; the end if it does not."""
    place = question.lower().find(name.split()[0].lower().removesuffix("'s"))
    return place if place >= 0 else len(question)
