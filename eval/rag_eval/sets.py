"""Sets of questions that can be asked and judged alike: the gold set and the benchmarks."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from rag.errors import InvalidInput
from rag.types import Document
from rag_eval.gold import GoldQuestion
from rag_eval.metrics import Judge

_SPLITS = ("train", "test", "all")
_HALVES = ("fit", "report")


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions, how they are judged, and the articles they are asked about: ``documents``, or (empty) the index's."""

    name: str
    questions: tuple[GoldQuestion, ...]
    judge: Judge
    documents: tuple[Document, ...] = ()


def select(questions: Sequence[GoldQuestion], split: str, limit: int | None = None) -> tuple[GoldQuestion, ...]:
    """The questions of a split, or ``limit`` of them drawn from each kind in proportion, in the order of the set.

    The draw is systematic: evenly spaced over the questions in the order of their kinds. So the same questions come
    every time, and a kind with at least ``total / limit`` questions is never missed. Raises InvalidInput.
    """
    if split not in _SPLITS:
        raise InvalidInput(f"Unknown split {split!r}; choose one of {', '.join(_SPLITS)}.")
    if limit is not None and limit < 1:
        raise InvalidInput(f"Limit {limit} asks nothing; give a number from 1 on.")
    chosen = [question for question in questions if split in ("all", question.split)]
    if not chosen:
        raise InvalidInput(f"None of the {len(questions)} questions is of the split {split!r}; choose another one.")
    count = min(limit or len(chosen), len(chosen))
    kinds = list(dict.fromkeys(question.kind for question in chosen))
    by_kind = sorted(range(len(chosen)), key=lambda place: kinds.index(chosen[place].kind))
    drawn = sorted(by_kind[number * len(chosen) // count] for number in range(count))
    return tuple(chosen[place] for place in drawn)


def half_of(questions: Sequence[GoldQuestion], half: str) -> tuple[GoldQuestion, ...]:
    """The half "fit", to choose constants on, or the half "report", for figures, in the order of the set.

    The last bit of the sha256 of a question's id decides, so that a question stays where it is. Raises InvalidInput.
    """
    if half not in _HALVES:
        raise InvalidInput(f"Unknown half {half!r}; choose one of {', '.join(_HALVES)}.")
    wanted = _HALVES.index(half)
    return tuple(q for q in questions if hashlib.sha256(q.id.encode()).digest()[-1] % 2 == wanted)
