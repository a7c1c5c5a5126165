"""An assistant whose articles, and all that it says of them, are made of payloads."""

from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.types import Answer, Citation, Claim, Conflict, Document, ScoredPassage, Step, Timings, Turn
from tests.safety.payloads import PAYLOADS
from tests.ui.fakes import FakeArticles, citation, document, evidence

ANSWERED = "What do the articles say?"
LISTED = "Which articles say something?"
FAILED = "What goes wrong?"


def hostile(payload: str) -> Document:
    """An article that is nothing but the payload, its name included."""
    return document(f"{payload}.txt", payload, payload, payload, payload)


ARTICLES = tuple(hostile(payload) for payload in PAYLOADS)
EVIDENCE = tuple(evidence(number, source, source.text) for number, source in enumerate(ARTICLES, 1))


def cited(number: int, source: Document) -> Citation:
    """The whole article."""
    return citation(number, source, source.text)


@dataclass
class HostileAssistant:
    """Says every payload, in every field that an answer has; refuses all questions but those above."""

    index: FakeArticles

    def retrieve(self, question: str, k: int = 10) -> tuple[ScoredPassage, ...]:
        """Nothing: no question is suggested."""
        return ()

    def stream(
        self, question: str, history: Sequence[Turn] = (), sources: Collection[str] | None = None
    ) -> Generator[Answer, None, None]:
        """The whole answer at once."""
        if question == FAILED:
            raise RuntimeError("\n".join(PAYLOADS))
        if question not in (ANSWERED, LISTED):
            yield Answer(question, evidence=EVIDENCE[:1], done=True, abstained=True)
            return
        claims = tuple(Claim(a.text, (cited(n, a),), 0.9) for n, a in enumerate(ARTICLES, 1))
        pairs = tuple(Conflict(a.text, a.citations[0], b.text, b.citations[0]) for a, b in pairwise(claims))
        yield Answer(
            question="Which? " + "\n".join(PAYLOADS) if question == LISTED else "\n".join(PAYLOADS),
            passages=tuple(ScoredPassage(item.passage, 1.0) for item in EVIDENCE),
            evidence=EVIDENCE,
            claims=claims,
            done=True,
            conflicts=pairs,
            notes=PAYLOADS,
            timings=Timings(total=1.5),
            trace=tuple(Step(payload, payload) for payload in PAYLOADS),
        )
