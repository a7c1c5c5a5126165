"""Claim + passages → the words that support it, their offsets, and how much they support it.

The model's text is never trusted: a claim is compared with every sentence (and every two neighbouring sentences) of
the evidence. The share of the claim's words that such a quote holds, weighted by rarity, is its support; words that
only the headline or the sentences before the quote hold count too, but less. A number of the claim must stand in the
quote itself. A name of the claim must stand in the quote or, when the quote names nobody else, in its context: this
catches figures that the model moved from one company to another.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rag.text import capitalised, common_words, names, numbers, stems
from rag.types import Evidence, Passage, Sentence

_CONTEXT_CREDIT = 0.7
_MAX_QUOTE = 2  # sentences
_CITED_BONUS = 0.1
_LENGTH_PENALTY = 0.05


@dataclass(frozen=True, slots=True)
class Support:
    """The best quote for a claim: ``passage.text`` holds it at ``start``..``end`` of the document."""

    passage: Passage
    start: int
    end: int
    score: float


class Verifier:
    """Checks claims against one question's evidence."""

    def __init__(self, question: str, evidence: Sequence[Evidence]) -> None:
        self._quotes = [quote for item in evidence for quote in _quotes(item)]
        texts = [item.passage.text for item in evidence]
        self._common = set[str]().union(*map(common_words, texts))
        self._names = set[str]().union(names(question), *map(names, texts)) - self._common
        self._rarity = _Rarity([quote.text for quote in self._quotes])

    def support(self, claim: str, cited: Collection[int]) -> Support | None:
        """The quote that supports ``claim`` best; a quote of a ``cited`` passage, and a shorter one, is preferred.

        None when no quote shares a word with the claim, or its numbers and names stand together in none of them.
        """
        best, worth = None, 0.0
        for quote in self._quotes:
            score = self._score(claim, quote)
            preferred = score + _CITED_BONUS * (quote.number in cited) - _LENGTH_PENALTY * len(quote.sentences)
            if score > 0 and (best is None or preferred > worth):
                best, worth = (
                    Support(quote.passage, quote.sentences[0].start, quote.sentences[-1].end, score),
                    preferred,
                )
        return best

    def _score(self, claim: str, quote: "_Quote") -> float:
        if not self._facts_agree(claim, quote):
            return 0.0
        return self._rarity.share(claim, quote.text, quote.context)

    def _facts_agree(self, claim: str, quote: "_Quote") -> bool:
        if not set(numbers(claim)) <= set(numbers(quote.text)):
            return False
        claimed = (names(claim) - self._common) | (capitalised(claim) & self._names)
        missing = claimed - set(stems(quote.text))
        others = (capitalised(quote.text) & self._names) - claimed
        return not missing or (not others and missing <= set(stems(quote.context)))


@dataclass(frozen=True, slots=True)
class _Quote:
    """One or two neighbouring sentences, and what a reader knows when reaching them."""

    number: int
    passage: Passage
    sentences: tuple[Sentence, ...]
    text: str
    context: str


def _quotes(item: Evidence) -> Iterator[_Quote]:
    passage = item.passage
    for length in range(1, _MAX_QUOTE + 1):
        for first in range(len(passage.sentences) - length + 1):
            chosen = passage.sentences[first : first + length]
            before = " ".join(sentence.text for sentence in passage.sentences[:first])
            yield _Quote(
                item.number,
                passage,
                chosen,
                text=" ".join(sentence.text for sentence in chosen),
                context=f"{passage.title}. {passage.publisher}. {before}",
            )


class _Rarity:
    """Weights of words by how few of some texts hold them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = Counter(stem for text in texts for stem in set(stems(text)))
        self._total = len(texts)

    def share(self, claim: str, quote: str, context: str) -> float:
        """The weighted share of the claim's words that the quote holds; those of the context count in part."""
        inside, around = set(stems(quote)), set(stems(context))
        weights = {stem: math.log2(1 + self._total / (1 + self._counts[stem])) for stem in set(stems(claim))}
        held = sum(w * (1.0 if s in inside else _CONTEXT_CREDIT * (s in around)) for s, w in weights.items())
        return held / sum(weights.values()) if weights else 0.0
