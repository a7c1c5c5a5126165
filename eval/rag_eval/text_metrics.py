"""How much one text has of another: an answer of its reference, a quote of the claim that it should support."""

import re
from collections import Counter
from string import punctuation

from rag.text import name_keys, numbers, stems
from rag_eval.text import unmarked

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_WITHOUT_PUNCTUATION = str.maketrans("", "", punctuation)


def token_f1(answer: str, reference: str) -> float:
    """The F1, in [0, 1], of the answer's tokens against the reference's (SQuAD, Rajpurkar et al. 2016).

    Case, ASCII punctuation, the articles a, an, the and citation marks do not matter.
    """
    answered, expected = _tokens(unmarked(answer)), _tokens(reference)
    common = (answered & expected).total()
    return 2 * common / (answered.total() + expected.total()) if common else 0.0


def holds_facts(quote: str, claim: str) -> bool:
    """Whether the quote has all numbers and names of the claim; of a claim without any, at least half of its words."""
    said, claimed_numbers, claimed_names = set(stems(quote)), set(numbers(claim)), name_keys(claim)
    if claimed_numbers or claimed_names:
        return claimed_numbers <= set(numbers(quote)) and claimed_names <= said
    words = set(stems(claim))
    return bool(words) and 2 * len(words & said) >= len(words)


def _tokens(text: str) -> Counter[str]:
    return Counter(_ARTICLES.sub(" ", text.lower().translate(_WITHOUT_PUNCTUATION)).split())
