"""What programs import from ``rag`` is all that they need, and all that is promised to them."""

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

import rag
from rag import Answer, Assistant, ScoredPassage

API = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
CALLED = (rag.ask, Assistant.ask, Assistant.retrieve, Assistant.stream, vars(Assistant)["documents"].fget)
IN_PARTS = {"DateMention", "Section", "Sentence", "Step", "Timings"}
"""What parts of an answer or an article consist of: in ``rag.types`` for who wants to name them."""


def domain_types(hint: Any) -> Iterator[type]:
    """The types of ours in an annotation, its arguments included."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        yield hint
    for argument in get_args(hint):
        yield from domain_types(argument)


def hinted(thing: Any) -> set[type]:
    return {found for hint in get_type_hints(thing).values() for found in domain_types(hint)}


@pytest.mark.parametrize("name", rag.__all__)
def test_every_name_is_there_and_is_documented(name: str) -> None:
    assert getattr(rag, name).__name__ == name
    assert re.search(rf"^::: rag\.\w+\.{name}$", API, re.M)


def test_what_the_assistant_takes_and_gives_back_can_be_named() -> None:
    """So that a program can annotate what it does with it."""
    found = set[type]().union(*map(hinted, CALLED))
    assert {Answer, ScoredPassage} <= found
    assert {one.__name__ for one in found} <= set(rag.__all__)


@pytest.mark.parametrize("name", ["Answer", "ScoredPassage", "Claim", "Evidence", "Passage", "Document", "Conflict"])
def test_what_comes_back_is_made_of_what_can_be_named(name: str) -> None:
    assert {one.__name__ for one in hinted(getattr(rag, name))} <= {*rag.__all__, *IN_PARTS}


def test_another_name_is_refused_as_by_any_module() -> None:
    with pytest.raises(AttributeError, match="module 'rag' has no attribute 'Anything'"):
        _ = rag.Anything
