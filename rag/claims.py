"""A sentence that the model wrote → a claim of the answer, with numbered citations."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from rag.text import calendar_words, name_keys, numbers
from rag.types import Answer, Citation, Claim, Piece
from rag.verification import Support

_SENTENCE = re.compile(r"(?P<text>[^\[\]<>]+?[.!?][\"'”’]?)(?: ?(?:\[\d{1,99}\])+)?")
_PREAMBLE = re.compile(
    r"(?:according to|based on|as stated in) (?:the |this )?(?:passages?|articles?|text)\b,? "
    r"|(?:the|this) (?:passage|article|text) (?:states|says|mentions|reports|indicates) that ",
    re.IGNORECASE,
)
_SHORT_NAME = re.compile(r"\b[A-Z][\w&-]*(?: [A-Z][\w&-]*)*")
_MORE_OF_A_NAME = r"(?P<more>(?: [A-Z][\w&-]*)*)"
_CERTAIN_TOKENS = 8
_MOST_CITATIONS = 3  # of one claim


@dataclass(frozen=True, slots=True)
class Draft:
    """A line that the model is writing: its sentence has so many ``tokens``, with this sum of log-probabilities."""

    text: str = ""
    tokens: int = 0
    total: float = 0.0

    @property
    def log_probability(self) -> float:
        """The mean of the tokens, in nats, and of a few certain ones: a short sentence tells little against itself."""
        return self.total / (self.tokens + _CERTAIN_TOKENS)

    def longer(self, piece: Piece) -> tuple[Self, ...]:
        """The draft with one more piece; when that ends lines, the finished drafts before the one that goes on."""
        text, *begun = piece.text.split("\n")
        said = bool(text)
        grown = type(self)(self.text + text, self.tokens + said, self.total + said * piece.log_probability)
        return (grown, *(type(self)(line) for line in begun))


def sentence_of(written: str) -> str | None:
    """The sentence of a finished line, else None; without a preamble, and without marks that nobody asked for.

    >>> sentence_of("According to the passage, buses return.")
    'Buses return.'
    >>> sentence_of("According to the passage, buses ret")
    """
    match = _SENTENCE.fullmatch(written.strip())
    if not match:
        return None
    text = _PREAMBLE.sub("", match["text"], count=1) if _PREAMBLE.match(match["text"]) else match["text"]
    return text[:1].upper() + text[1:]


def in_full(claim: str, quotes: Sequence[str]) -> str:
    """The claim with its names as the quotes have them, where it has only the beginning of a longer one.

    A small model shortens names into those of somebody else. A headline, which capitalises everything, is no model.

    >>> in_full("Northwind runs the lab.", ["The lab of Northwind Cloud opened, its director said."])
    'Northwind Cloud runs the lab.'
    """
    told = " | ".join(quote for quote in quotes if not _is_headline(quote))

    def longer(name: re.Match[str]) -> str:
        found = {match["more"] for match in re.finditer(rf"\b{re.escape(name.group())}\b{_MORE_OF_A_NAME}", told)}
        more = str(found.pop()) if len(found) == 1 else ""
        is_name = name_keys(f"… {name.group()}") and name_keys(f"… {more}") and not calendar_words(more)
        return name.group() + (more if is_name else "")

    return _SHORT_NAME.sub(longer, claim)


def _is_headline(text: str) -> bool:
    words = re.findall(r"[^\W\d_]{2,}", text)
    return 2 * len([word for word in words if word[0].isupper()]) > len(words)


def with_claim(answer: Answer, text: str, supports: Sequence[Support], merging: bool) -> Answer:
    """The answer with one more claim, cited from its supports; one that repeats another only adds its citations.

    A claim repeats another of the same words or, when ``merging`` what several articles say, one that tells the same
    numbers of the same names; only the numbers of the question count, if it has any.
    """
    citations = _citations(supports, answer.citations)
    asked = set(numbers(answer.question))
    repeated = next((claim for claim in answer.claims if _repeats(text, claim.text, merging, asked)), None)
    if repeated is None:
        claim = Claim(text, citations, min(support.score for support in supports))
        return replace(answer, claims=(*answer.claims, claim))
    cited = tuple(dict.fromkeys((*repeated.citations, *citations)))[:_MOST_CITATIONS]
    claims = (replace(claim, citations=cited) if claim is repeated else claim for claim in answer.claims)
    return replace(answer, claims=tuple(claims))


def _repeats(text: str, earlier: str, merging: bool, asked: set[str]) -> bool:
    keys, told = name_keys(text), set(numbers(text))
    figures = told & asked if asked else told
    same = bool(keys) and keys <= name_keys(earlier) and figures <= set(numbers(earlier))
    return text == earlier or (merging and same)


def _citations(supports: Sequence[Support], earlier: Sequence[Citation]) -> tuple[Citation, ...]:
    """A citation of the words of each support; words that were cited before keep their number."""
    known = {(citation.doc_id, citation.start, citation.end): citation for citation in earlier}
    cited = [
        known.setdefault((s.passage.doc_id, s.start, s.end), _citation(s, number=len(known) + 1)) for s in supports
    ]
    return tuple(dict.fromkeys(cited))


def _citation(support: Support, number: int) -> Citation:
    passage = support.passage
    return Citation(
        number=number,
        doc_id=passage.doc_id,
        title=passage.title,
        publisher=passage.publisher,
        published=passage.published,
        start=support.start,
        end=support.end,
        quote=support.quote,
        page=passage.page,
        also_in=support.also_in,
    )
