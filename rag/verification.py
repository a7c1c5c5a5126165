"""Claim + passages → the words that support it, their offsets, and how much they support it.

The model's text is never trusted: a claim is compared with every sentence (and every two neighbouring sentences) of
the evidence. Support is the mean of two measures in [0, 1]: the share of the claim's words that such a quote holds,
weighted by rarity (words that only the headline or the sentences before the quote hold count less), and the cosine of
their vectors, for what is said in other words. Facts come first: a number of the claim must stand in the quote itself,
and a name of the claim in the quote or, when the quote names nobody else, in its context. This catches figures that
the model moved from one company to another.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rag.backends import Embedder
from rag.embedder import embed_question
from rag.text import capitalised, common_words, name_keys, names, numbers, stems
from rag.types import Evidence, Passage, Sentence

_CONTEXT_CREDIT = 0.7
_NAME = r"[A-Z][\w.&’'-]*(?: [A-Z][\w.&’'-]*)*"
_SUBJECTS = re.compile(rf"(?P<names>{_NAME}(?:, {_NAME})*,? and {_NAME}|{_NAME}(?:, {_NAME})+) (?P<rest>[a-z].*)")
_SUBJECT = re.compile(rf"^{_NAME} ")
_PLACE = re.compile(rf"\b(?:in|within|across|near|outside|throughout) (?:the )?{_NAME}(?:(?:,|,? and) {_NAME})*")
_BETWEEN_CLAUSES = re.compile(r",? (?:and|but|while|whereas) (?=[A-Z])|[,;] (?=[A-Z])")
_CLAUSE = re.compile(rf"{_NAME} [a-z]+ .")
# A run of letters is looked at once (possessive, from its beginning), not from each of its letters.
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w.-]+\w|(?:\b\w++://|\bwww\.)[^\s()<>\[\]]*\w")
_MAX_QUOTE = 2  # sentences
_COMPARED = 8  # quotes whose vectors are computed for a claim: those that hold most of its words
_LENGTH_PENALTY = 0.05
_LEAST_TOLD = 0.25  # of the words about one of several subjects: to be named beside them is not enough


@dataclass(frozen=True, slots=True)
class Support:
    """The best quote for a claim: ``passage.text`` holds it at ``start``..``end`` of the document.

    ``also_in`` are the other articles that say the same.
    """

    passage: Passage
    start: int
    end: int
    score: float
    also_in: tuple[str, ...] = ()

    @property
    def quote(self) -> str:
        """The words themselves."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


class Verifier:
    """Checks claims against one question's evidence. What is a name is learnt from what stands ``around`` that, too."""

    def __init__(
        self, question: str, evidence: Sequence[Evidence], embedder: Embedder, around: Sequence[Evidence] = ()
    ) -> None:
        self._embedder = embedder
        self._quotes = [quote for item in evidence for quote in _quotes(item)]
        evidence = (*evidence, *around)
        texts = [item.passage.text for item in evidence]
        self._common = set[str]().union(*map(common_words, texts))
        self._names = set[str]().union(names(question), *map(capitalised, texts)) - self._common
        self._parties = set[str]().union(names(question), *map(names, texts)) - self._common
        self._all = set[str]().union(*(stems(f"{item.passage.title} {item.passage.text}") for item in evidence))
        self._rarity = _Rarity([quote.text for quote in self._quotes])

    def supports(self, claim: str, required: Collection[str] = ()) -> tuple[Support, ...]:
        """The quotes that support ``claim`` best: one, or one for each of several subjects that are named together.

        A claim that no quote supports may be supported clause by clause ("A hires ten, and B hires fifteen"). A shorter
        quote is preferred. With ``required`` numbers, a further sentence of the
        same article that holds these numbers beside the subject is added to each. Empty when for one subject no quote
        shares a word with the claim, or its numbers and names stand together in none.
        """
        return self._of_each(_parts(claim), required) or self._of_each(_clauses(claim), required)

    def _of_each(self, parts: Sequence[str], required: Collection[str]) -> tuple[Support, ...]:
        """The supports of all parts, none if one of them has none."""
        chosen: list[Support] = []
        for part in parts:
            best = self._best(part, is_one_of_several=len(parts) > 1)
            if best is None:
                return ()
            further = self._further(part, best, required) if required else None
            chosen += [best, *([further] if further else [])]
        return tuple(dict.fromkeys(chosen))

    def telling(self, name: str, fact: str) -> Support | None:
        """The quote that tells most of ``fact``, of those whose first sentence holds the last word of ``name``.

        None if no such quote shares a word with the fact.
        """
        last = set(stems(name.split()[-1]))
        named = [quote for quote in self._quotes if last <= set(stems(quote.sentences[0].text))]
        return self._nearest(fact, [(self._rarity.share(fact, quote.text, ""), quote) for quote in named])

    def _best(self, claim: str, *, is_one_of_several: bool) -> Support | None:
        agreeing = [quote for quote in self._quotes if self._facts_agree(claim, quote)]
        if is_one_of_several:
            agreeing = [quote for quote in agreeing if self._tells_of_one(claim, quote)]
        return self._nearest(claim, [(self._rarity.share(claim, q.text, q.context), q) for q in agreeing])

    def _nearest(self, claim: str, scored: Sequence[tuple[float, "_Quote"]]) -> Support | None:
        """The quote with the best mean of its share of the claim's words and its cosine; none if all shares are 0."""
        likely = sorted(((share, quote) for share, quote in scored if share > 0), key=lambda pair: -pair[0])[:_COMPARED]
        if not likely:
            return None
        cosines = self._embedder.embed([quote.text for _, quote in likely]) @ embed_question(claim, self._embedder)
        supports = [
            ((share + max(0.0, float(cosine))) / 2, quote)
            for (share, quote), cosine in zip(likely, cosines, strict=True)
        ]
        score, quote = max(supports, key=lambda pair: pair[0] + _preference(pair[1]))
        return _support(quote, min(score, 1.0))

    def _further(self, claim: str, best: Support, required: Collection[str]) -> Support | None:
        """The sentence outside ``best``, in its article, that tells most of the claim and holds ``required``."""
        subject = capitalised(claim) & self._names
        found = [
            (self._rarity.share(claim, quote.text, quote.context), quote)
            for quote in self._quotes
            if len(quote.sentences) == 1
            and quote.passage.doc_id == best.passage.doc_id
            and (quote.sentences[0].end <= best.start or quote.sentences[0].start >= best.end)
            and set(required) <= set(numbers(quote.text))
            and subject <= set(stems(quote.text))
        ]
        _, quote = max(found, key=lambda pair: pair[0], default=(0.0, None))
        return _support(quote, best.score) if quote else None

    def _facts_agree(self, claim: str, quote: "_Quote") -> bool:
        told, addresses = set(numbers(claim)), set(_ADDRESS.findall(claim))
        if not (told <= set(numbers(quote.text)) and addresses <= set(_ADDRESS.findall(quote.text))):
            return False
        claimed = (name_keys(claim) & self._names) | (names(claim) - self._common - self._all)
        missing = claimed - set(stems(quote.text))
        if missing and (self._others(quote.text, claimed) or not missing <= set(stems(quote.context))):
            return False
        return not any(
            told & set(numbers(sentence.text)) and self._tells_of_others(sentence.text, claimed)
            for sentence in quote.sentences
        )

    def _tells_of_one(self, claim: str, quote: "_Quote") -> bool:
        """Whether the quote tells of this subject itself what is told of several, and not of others beside it.

        What is no name, as in "Yes, Northwind hires.", is no subject.
        """
        predicate = _SUBJECT.sub("", claim)
        named = name_keys(claim.removesuffix(predicate)) & self._names
        return not named or (
            self._rarity.share(predicate, quote.text, "") >= _LEAST_TOLD
            and not any(self._tells_of_others(sentence.text, named) for sentence in quote.sentences)
        )

    def _tells_of_others(self, sentence: str, claimed: Collection[str]) -> bool:
        """Whether a sentence names somebody, but nobody whom the claim names."""
        return bool(claimed and self._others(sentence, claimed)) and not set(stems(sentence)) & set(claimed)

    def _others(self, text: str, claimed: Collection[str]) -> set[str]:
        return (capitalised(_PLACE.sub(" ", text)) & self._parties) - set(claimed)


def _parts(claim: str) -> tuple[str, ...]:
    """The claim once for each of the subjects that it begins with: "A and B hire." says "A hire." and "B hire."."""
    match = _SUBJECTS.fullmatch(claim)
    if not match:
        return (claim,)
    return tuple(f"{name} {match['rest']}" for name in re.split(r",? and |, ", match["names"]))


def _clauses(claim: str) -> tuple[str, ...]:
    """The clauses of a claim that begin with a name and go on with a verb; none unless there are several of them.

    >>> _clauses("Northwind hires ten people, and Southgate hires fifteen."), _clauses("Ida, Ole and Per met in May.")
    (('Northwind hires ten people', 'Southgate hires fifteen.'), ())
    """
    clauses = tuple(_BETWEEN_CLAUSES.split(claim))
    return clauses if len(clauses) > 1 and all(map(_CLAUSE.match, clauses)) else ()


def _preference(quote: "_Quote") -> float:
    return -_LENGTH_PENALTY * len(quote.sentences)


def _support(quote: "_Quote", score: float) -> Support:
    return Support(quote.passage, quote.sentences[0].start, quote.sentences[-1].end, score, quote.also_in)


@dataclass(frozen=True, slots=True)
class _Quote:
    """One or two neighbouring sentences, and what a reader knows when reaching them."""

    passage: Passage
    sentences: tuple[Sentence, ...]
    text: str
    context: str
    also_in: tuple[str, ...]


def _quotes(item: Evidence) -> Iterator[_Quote]:
    passage = item.passage
    for length in range(1, _MAX_QUOTE + 1):
        for first in range(len(passage.sentences) - length + 1):
            chosen = passage.sentences[first : first + length]
            before = " ".join(sentence.text for sentence in passage.sentences[:first])
            yield _Quote(
                passage,
                chosen,
                text=" ".join(sentence.text for sentence in chosen),
                context=f"{passage.title}. {passage.publisher}. {before}",
                also_in=item.also_in,
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
