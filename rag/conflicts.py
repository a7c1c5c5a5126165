"""Claims + evidence → what another article says differently: the same thing with another figure.

Who asks for a figure should not be told one of two. Copies of an article are no other article. Figures of different
years, of other names or of other units are no conflict, and neither is a rounder one ("nearly 5,000" beside 4,980).
"""

from collections.abc import Iterator
from dataclasses import replace

from rag.claims import with_claim
from rag.quantities import Quantity, quantities
from rag.text import name_keys, numbers, stems
from rag.types import Answer, Citation, Claim, Conflict, Evidence
from rag.verification import Support

# Of the claim's words, its figures and their units aside, that the other sentence holds; and one is not enough if the
# claim has more: "cost" alone is said of anything.
_LEAST_SHARE, _LEAST_WORDS = 0.5, 2
_ROUNDED = 0.05  # relative difference up to which a figure with a bound is the same


def with_conflicts(answer: Answer) -> Answer:
    """The answer with the sentences of other articles that contradict a figure of its claims, as further claims."""
    for claim in answer.claims:
        for mine, other, support in _contradictions(claim, answer):
            grown = with_claim(answer, " ".join(support.quote.split()), (support,), merging=False)
            citation = _citation_of(support, grown)
            if citation is None:
                continue  # a claim of the same words has all the citations that it may have
            conflict = Conflict(mine.words, claim.citations[0], other.words, citation)
            answer = replace(grown, conflicts=(*answer.conflicts, conflict))
            answer = answer.traced("conflict", f"{mine.words} or {other.words}: {claim.text}")
    return answer


def _contradictions(claim: Claim, answer: Answer) -> Iterator[tuple[Quantity, Quantity, Support]]:
    """The first sentence of each other article that gives another figure for what the claim tells."""
    known = {doc for citation in claim.citations for doc in (citation.doc_id, *citation.also_in)}
    told = [found for found in quantities(claim.text) if found.unit]
    for mine in told:
        is_only = [found.unit for found in told].count(mine.unit) == 1
        if not is_only or set(numbers(mine.words)) & set(numbers(answer.question)):
            continue
        beside = {number for other in told if other is not mine for number in numbers(other.words)}
        for item in answer.evidence:
            if item.passage.doc_id not in known and (found := _contradicting(claim, mine, beside, item)):
                known |= {item.passage.doc_id, *item.also_in}
                yield (mine, *found)


def _contradicting(claim: Claim, told: Quantity, beside: set[str], item: Evidence) -> tuple[Quantity, Support] | None:
    """Another figure for ``told``, with the numbers ``beside`` it as the claim has them, and where it stands."""
    measured = {*numbers(claim.text), *stems(told.words), told.unit}
    words, named = set(stems(claim.text)) - measured, name_keys(claim.text)
    needed = min(len(words), max(_LEAST_WORDS, _LEAST_SHARE * len(words)))
    for sentence in item.passage.sentences:
        held = set(stems(sentence.text))
        alike = named <= held and len(words & held) >= needed and beside <= set(numbers(sentence.text))
        others = [found for found in quantities(sentence.text) if found.unit == told.unit]
        if alike and len(others) == 1 and _differ(told, others[0]) and not _years(claim.text) ^ _years(sentence.text):
            return others[0], Support(item.passage, sentence.start, sentence.end, 1.0, item.also_in)
    return None


def _differ(one: Quantity, other: Quantity) -> bool:
    rounded = bool(one.bound or other.bound)
    return abs(one.value - other.value) > (_ROUNDED * max(one.value, other.value) if rounded else 0)


def _years(text: str) -> set[str]:
    return {number for number in numbers(text) if len(number) == 4 and number[:2] in ("19", "20")}


def _citation_of(support: Support, answer: Answer) -> Citation | None:
    place = (support.passage.doc_id, support.start, support.end)
    return next((c for c in answer.citations if (c.doc_id, c.start, c.end) == place), None)
