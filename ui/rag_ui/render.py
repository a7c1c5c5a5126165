"""Answers as the page shows them: markdown for the chat, plain data for the evidence panel.

Pure functions. Every text of a user, a model or an article is escaped here, so that citation chips are the
only links of the chat; the panel draws plain data as text nodes and needs no escaping.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Literal, TypedDict

from rag.listing import APART, form_of
from rag.presentation import DIFFERENT, Figure, disputes
from rag.types import REFUSAL, Answer, Citation, Claim, Evidence
from rag_ui.reading import origin, reference

_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters and those that turn the direction of text around."""
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_CARD_SENTENCES = 2
_TABLE_CLAIMS = 2  # of a list question, from which on a table reads better than sentences
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


def escape(text: str) -> str:
    """Markdown that shows ``text`` literally: one line of markdown for each line that is not blank.

    All ASCII punctuation becomes character references, which markdown never reads as syntax.
    """
    lines = (" ".join(_INVISIBLE.sub("", line).split()) for line in text.replace("\t", " ").splitlines())
    return "\n".join(_PUNCTUATION.sub(lambda sign: f"&#{ord(sign[0])};", line) for line in lines if line)


def remark(text: str) -> str:
    """Markdown of one escaped sentence that is about the answer and no part of it."""
    line = escape(_line(text))
    return f"*{line}*" if line else ""


def answer_markdown(answer: Answer) -> str:
    """The answer so far; empty before anything is known of it."""
    if answer.abstained:
        blocks = [f"**{escape(REFUSAL)}**", _REFUSED]
    elif form_of(answer.question) in APART and len(answer.claims) >= _TABLE_CLAIMS:
        blocks = [_list(answer.claims)]
    elif answer.claims:
        blocks = [" ".join(_claim_markdown(claim) for claim in answer.claims)]
    else:
        blocks = []
    if not answer.abstained:
        blocks += [_dispute(figures, answer) for figures in disputes(answer)]
    remarks = [*answer.notes, _summary(answer) if answer.done else ""]
    blocks.append("\n".join(remark(line) for line in remarks if line.strip()))
    return "\n\n".join(block for block in blocks if block)


def working_note(answer: Answer) -> str:
    """What is being done for an answer that still grows; empty when it is done."""
    if answer.done:
        return ""
    if form_of(answer.question) in APART and (looked_at := sum(step.stage == "gate" for step in answer.trace)):
        return f"{_count(looked_at, 'article')} looked at, going on…"
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


def support_words(support: float) -> str:
    """A support in [0, 1] in words."""
    if support >= 0.85:
        return "strong support"
    return "good support" if support >= 0.65 else "some support"


def _claim_markdown(claim: Claim) -> str:
    """The sentence and its chips, which no line break parts from its last word."""
    return "\u00a0".join([escape(_line(claim.text)), *(_chip(citation, claim.support) for citation in claim.citations)])


def _list(claims: Sequence[Claim]) -> str:
    """What each article says, a line for each claim."""
    tellers = (escape(_teller(claim.citations[0])) if claim.citations else "" for claim in claims)
    return _table(("Article", "What it says"), zip(tellers, map(_claim_markdown, claims), strict=True))


def _dispute(figures: Sequence[Figure], answer: Answer) -> str:
    """A heading, and a line for each of the figures that articles give for one thing."""
    rows = (
        (escape(_line(words)), escape(_line(_source(citation))), _chip(citation, _support(citation, answer)))
        for words, citation in figures
    )
    return f"## {DIFFERENT}\n\n{_table(('Figure', 'Article', 'Quote'), rows)}"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of escaped cells: bars are escaped, too."""
    lines = (columns, ["---"] * len(columns), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _teller(citation: Citation) -> str:
    """Who says it: the publisher, or of an article without one its title."""
    return _line(citation.publisher or citation.title or citation.doc_id)


def _source(citation: Citation) -> str:
    return " · ".join(filter(None, (citation.title or citation.doc_id, origin(citation.publisher, citation.published))))


def _chip(citation: Citation, support: float) -> str:
    """A link to the quote; its title tells how well it supports the claim, and where it stands."""
    target = reference(citation.doc_id, citation.start, citation.quote)
    parts = (support_words(support), citation.publisher, citation.published, citation.title or citation.doc_id)
    return f'[{citation.number}](#cite-{target} "{escape(", ".join(_line(part) for part in parts if part))}")'


def _support(citation: Citation, answer: Answer) -> float:
    """How well it supports that one of its claims which it supports best."""
    return max(claim.support for claim in answer.claims if citation in claim.citations)


def _line(text: str) -> str:
    return " ".join(text.split())


def _citation_card(citation: Citation, answer: Answer) -> Card:
    support = _support(citation, answer)
    return Card(
        number=citation.number,
        title=citation.title or citation.doc_id,
        source=origin(citation.publisher, citation.published, citation.page, citation.also_in),
        quote=citation.quote,
        reference=reference(citation.doc_id, citation.start, citation.quote),
        support=support_words(support),
        support_percent=round(100 * support),
    )


def _evidence_card(evidence: Evidence) -> Card:
    """Unnumbered: the numbers of an answer are those of its quotes, not of the passages the model read."""
    passage = evidence.passage
    best = (evidence.sentences or passage.sentences)[:_CARD_SENTENCES]
    start, words = (best[0].start, best[0].text) if best else (passage.start, passage.text)
    return Card(
        number=0,
        title=passage.title or passage.doc_id,
        source=origin(passage.publisher, passage.published, passage.page, evidence.also_in),
        quote=" … ".join(sentence.text for sentence in best) or passage.text,
        reference=reference(passage.doc_id, start, words),
        support="",
        support_percent=0,
    )


def _summary(answer: Answer) -> str:
    """How much stands behind a finished answer, and how long it took."""
    seconds = f"{answer.timings.total:.1f} s"
    if answer.abstained or not answer.claims:
        return seconds
    articles = len({citation.doc_id for citation in answer.citations})
    quotes = _count(len(answer.citations), "quote")
    return f"{quotes} from {_count(articles, 'article')} · {seconds}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
