"""Answers to take along: as plain text with their quotes, and conversations as Markdown or JSON. Pure functions."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rag.presentation import DIFFERENT, Figure, as_dict, disputes
from rag.types import Answer, Citation
from rag_ui.reading import origin
from rag_ui.render import escape


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was typed, the only articles that it is about (none: all), and its answer so far."""

    question: str
    sources: tuple[str, ...]
    answer: Answer


def plain(answer: Answer) -> str:
    """The answer with its citation marks, then the quotes and the figures that differ; empty: nothing is written."""
    quotes = "\n".join(map(_plain_quote, answer.citations))
    differing = ("\n".join((f"{DIFFERENT}:", *map(_plain_figure, figures))) for figures in disputes(answer))
    return "\n\n".join(filter(None, (answer.text, quotes, *differing)))


def as_json(conversation: Sequence[Asked]) -> str:
    """A list with one object for each question: what ``rag ask --json`` prints, and the question as it was typed."""
    return json.dumps([_object(asked) for asked in conversation], ensure_ascii=False, indent=1)


def as_markdown(conversation: Sequence[Asked]) -> str:
    """A heading for each question, its answer, then as lists the quotes and the figures that differ; all is escaped."""
    return "\n\n".join(block for asked in conversation for block in _blocks(asked)) + "\n"


def _object(asked: Asked) -> dict[str, Any]:
    return {"asked": asked.question, "sources": list(asked.sources), **as_dict(asked.answer)}


def _blocks(asked: Asked) -> Iterator[str]:
    answer = asked.answer
    yield f"## {_one_line(asked.question)}"
    if answer.question != asked.question:
        yield f"*Understood as: {_one_line(answer.question)}*"
    if asked.sources:
        yield f"*Only in: {_one_line(', '.join(asked.sources))}*"
    yield _one_line(answer.text) or "*No answer.*"
    if answer.citations:
        yield "\n".join(map(_markdown_quote, answer.citations))
    for figures in disputes(answer):
        yield f"### {DIFFERENT}"
        yield "\n".join(map(_markdown_figure, figures))
    if answer.notes:
        yield "\n".join(f"*{_one_line(note)}*" for note in answer.notes)


def _plain_quote(citation: Citation) -> str:
    return f"[{citation.number}] “{' '.join(citation.quote.split())}” ({_place(citation)})"


def _markdown_quote(citation: Citation) -> str:
    return f"- \\[{citation.number}\\] “{_one_line(citation.quote)}” ({_one_line(_place(citation))})"


def _plain_figure(figure: Figure) -> str:
    words, citation = figure
    return f"{words}: {_place(citation)} [{citation.number}]"


def _markdown_figure(figure: Figure) -> str:
    words, citation = figure
    return f"- {_one_line(words)}: {_one_line(_place(citation))} \\[{citation.number}\\]"


def _place(citation: Citation) -> str:
    source = origin(citation.publisher, citation.published, citation.page, citation.also_in)
    return " · ".join(filter(None, (citation.title, source, citation.doc_id)))


def _one_line(text: str) -> str:
    return escape(" ".join(text.split()))
