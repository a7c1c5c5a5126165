"""Answers as the page shows them: markdown for the chat, plain data for the evidence panel.

Pure functions. Every text of a user, a model or an article is escaped here, so that citation chips are the
only links of the chat; the panel draws plain data as text nodes and needs no escaping.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, TypedDict
from urllib.parse import quote, unquote

from rag.errors import InvalidInput
from rag.types import REFUSAL, Answer, Citation, Claim, Document, Evidence, SectionKind

_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters and those that turn the direction of text around."""
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_REFERENCE = re.compile(r"(\d{1,9})-(\d{1,9})-(.+)", re.ASCII | re.DOTALL)
_CARD_SENTENCES = 2
_REFUSED = "Anything more would be a guess. The passages nearest to the question are shown as sources."


class Card(TypedDict):
    """One source. ``reference`` names its words.

    ``number`` is 0 and ``support`` empty as long as no claim cites it.
    """

    number: int
    title: str
    source: str
    quote: str
    reference: str
    support: str
    support_percent: int


class Panel(TypedDict):
    """What the evidence panel shows; ``state`` picks its look, ``hint`` tells what the cards are."""

    state: Literal["evidence", "answer", "refusal"]
    heading: str
    hint: str
    cards: list[Card]


class Segment(TypedDict):
    """A stretch of an opened article: of one kind, and either wholly quoted or not at all."""

    text: str
    kind: SectionKind
    quoted: bool


class Article(TypedDict):
    """An opened article; its segments put together are the article's whole text."""

    title: str
    source: str
    segments: list[Segment]


def escape(text: str) -> str:
    """Markdown that shows ``text`` literally: one line of markdown for each line that is not blank.

    All ASCII punctuation becomes character references, which markdown never reads as syntax.
    """
    lines = (" ".join(_INVISIBLE.sub("", line).split()) for line in text.replace("\t", " ").splitlines())
    return "\n".join(_PUNCTUATION.sub(lambda sign: f"&#{ord(sign[0])};", line) for line in lines if line)


def remark(text: str) -> str:
    """Markdown of one escaped sentence that is about the answer and no part of it."""
    line = escape(" ".join(text.split()))
    return f"*{line}*" if line else ""


def reference(doc_id: str, start: int, end: int) -> str:
    """A name for ``document.text[start:end]`` that may stand in a link."""
    return f"{start}-{end}-{quote(doc_id, safe='')}"


def parse_reference(name: str) -> tuple[str, int, int]:
    """``(doc_id, start, end)`` of what ``reference`` made. Raises InvalidInput."""
    match = _REFERENCE.fullmatch(name)
    if match is None:
        raise InvalidInput(f"Source {name[:80]!r} was not found: expected START-END-DOCUMENT.")
    return unquote(match[3]), int(match[1]), int(match[2])


def answer_markdown(answer: Answer) -> str:
    """The answer so far; empty before anything is known of it."""
    if answer.abstained:
        blocks = [f"**{escape(REFUSAL)}**", _REFUSED]
    elif answer.claims:
        blocks = [" ".join(_claim_markdown(claim) for claim in answer.claims)]
    else:
        blocks = []
    remarks = [*answer.notes, _summary(answer) if answer.done else ""]
    blocks.append("\n".join(remark(line) for line in remarks if line.strip()))
    return "\n\n".join(block for block in blocks if block)


def working_note(answer: Answer) -> str:
    """What is being done for an answer that still grows; empty when it is done."""
    if answer.done:
        return ""
    if answer.claims:
        return "Writing…"
    if answer.evidence:
        return f"Reading {_count(len(answer.evidence), 'passage')}…"
    return "Searching the articles…"


def evidence_panel(answer: Answer) -> Panel | None:
    """The sources of an answer: its quotes, or before the first claim the passages found; None: nothing."""
    found = [_evidence_card(evidence) for evidence in answer.evidence]
    if answer.abstained:
        hint = "These come nearest to the question, but they do not answer it."
        return Panel(state="refusal", heading="Nearest passages – not an answer", hint=hint, cards=found)
    if answer.claims:
        cards = [_citation_card(citation, answer) for citation in answer.citations]
        return Panel(state="answer", heading="Sources", hint="", cards=cards)
    if found:
        hint = "Found in the articles. The answer will be written from these and quote them."
        return Panel(state="evidence", heading="Passages being read", hint=hint, cards=found)
    return None


def article(document: Document, start: int, end: int) -> Article:
    """The whole text of a document with the quote ``text[start:end]`` told apart. Raises InvalidInput."""
    if not 0 <= start < end <= len(document.text):
        raise InvalidInput(
            f"{document.doc_id} has no words {start}-{end}: its text is {len(document.text)} characters long."
        )
    return Article(
        title=document.title or document.doc_id,
        source=_source(document.publisher, document.published),
        segments=list(_segments(document, start, end)),
    )


def support_words(support: float) -> str:
    """A support in [0, 1] in words."""
    if support >= 0.85:
        return "strong support"
    return "good support" if support >= 0.65 else "some support"


def _claim_markdown(claim: Claim) -> str:
    text = escape(" ".join(claim.text.split()))
    return " ".join([text, *(_chip(citation) for citation in claim.citations)])


def _chip(citation: Citation) -> str:
    target = reference(citation.doc_id, citation.start, citation.end)
    return f'[{citation.number}](#cite-{target} "{escape(_origin(citation))}")'


def _origin(citation: Citation) -> str:
    """One line that tells where a quote stands."""
    parts = (citation.publisher, citation.published, citation.title or citation.doc_id)
    return ", ".join(" ".join(part.split()) for part in parts if part)


def _citation_card(citation: Citation, answer: Answer) -> Card:
    support = max(claim.support for claim in answer.claims if citation in claim.citations)
    return Card(
        number=citation.number,
        title=citation.title or citation.doc_id,
        source=_source(citation.publisher, citation.published, citation.page, citation.also_in),
        quote=citation.quote,
        reference=reference(citation.doc_id, citation.start, citation.end),
        support=support_words(support),
        support_percent=round(100 * support),
    )


def _evidence_card(evidence: Evidence) -> Card:
    """Unnumbered: the numbers of an answer are those of its quotes, not of the passages the model read."""
    passage = evidence.passage
    best = (evidence.sentences or passage.sentences)[:_CARD_SENTENCES]
    start, end = (best[0].start, best[0].end) if best else (passage.start, passage.end)
    return Card(
        number=0,
        title=passage.title or passage.doc_id,
        source=_source(passage.publisher, passage.published, passage.page, evidence.also_in),
        quote=" … ".join(sentence.text for sentence in best) or passage.text,
        reference=reference(passage.doc_id, start, end),
        support="",
        support_percent=0,
    )


def _segments(document: Document, start: int, end: int) -> Iterator[Segment]:
    """The text cut at the bounds of its sections and of the quote."""
    for section in document.sections:
        inner = {cut for cut in (start, end) if section.start < cut < section.end}
        for left, right in pairwise(sorted({section.start, section.end} | inner)):
            quoted = start <= left and right <= end
            yield Segment(text=document.text[left:right], kind=section.kind, quoted=quoted)


def _summary(answer: Answer) -> str:
    """How much stands behind a finished answer, and how long it took."""
    seconds = f"{answer.timings.total:.1f} s"
    if answer.abstained or not answer.claims:
        return seconds
    articles = len({citation.doc_id for citation in answer.citations})
    quotes = _count(len(answer.citations), "quote")
    return f"{quotes} from {_count(articles, 'article')} · {seconds}"


def _source(publisher: str, published: str, page: int = 0, also_in: Sequence[str] = ()) -> str:
    parts = (publisher, published, f"page {page}" if page else "", f"also in {', '.join(also_in)}" if also_in else "")
    return " · ".join(part for part in parts if part)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
