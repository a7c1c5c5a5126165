"""What the details of an answer show: how it was understood, found, read and checked, and how long that took."""

from collections.abc import Iterable
from typing import TypeAlias, TypedDict

from rag.types import Answer, Claim, ScoredPassage, Step
from rag_ui.exchange import Exchange
from rag_ui.render import support_words

Row: TypeAlias = tuple[str, str]
"""What it is, and how much or which."""


class Group(TypedDict):
    """Rows under a heading."""

    heading: str
    rows: list[Row]


def details(exchange: Exchange) -> list[Group]:
    """Everything that is known of how an answer came about; groups without rows are left out."""
    answer = exchange.answer
    groups = (
        Group(heading="Question", rows=list(_question(exchange))),
        Group(heading="Passages found", rows=[_passage(number, found) for number, found in _numbered(answer.passages)]),
        Group(heading="Sentences", rows=[_claim(claim) for claim in answer.claims]),
        Group(heading="Decisions", rows=[_step(step) for step in answer.trace]),
        Group(heading="Remarks", rows=[("", note) for note in answer.notes]),
        Group(heading="Time", rows=list(_times(answer))),
    )
    return [group for group in groups if group["rows"]]


def _question(exchange: Exchange) -> Iterable[Row]:
    yield "Asked", exchange.question
    if exchange.answer.question != exchange.question:
        yield "Understood as", exchange.answer.question
    if exchange.scope:
        yield "Only in", exchange.scope.title
    if exchange.history:
        yield "After", " / ".join(turn.question for turn in exchange.history)
    if exchange.answer.confidence:
        yield "Confidence", f"{exchange.answer.confidence:.0%}"


def _numbered(passages: Iterable[ScoredPassage]) -> Iterable[tuple[int, ScoredPassage]]:
    return enumerate(passages, start=1)


def _passage(number: int, found: ScoredPassage) -> Row:
    passage = found.passage
    return f"{number}. {passage.title or passage.doc_id}", f"score {found.score:.2f} · {passage.passage_id}"


def _claim(claim: Claim) -> Row:
    cited = " ".join(f"[{citation.number}]" for citation in claim.citations)
    return claim.text, f"{support_words(claim.support)}, {claim.support:.0%} · {cited}"


def _step(step: Step) -> Row:
    figures = ", ".join(f"{name} {value:.3g}" for name, value in step.figures)
    return step.stage, " · ".join(filter(None, (step.decision, figures)))


def _times(answer: Answer) -> Iterable[Row]:
    times = answer.timings
    seconds = (("Searching", times.retrieval), ("First word after", times.first_token), ("Whole answer", times.total))
    yield from ((what, f"{value:.2f} s") for what, value in seconds if value)
    tokens = (("Tokens read", times.prompt_tokens), ("Tokens written", times.completion_tokens))
    yield from ((what, str(count)) for what, count in tokens if count)
