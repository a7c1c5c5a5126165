"""Publishers and dates → the articles that are meant, for a search in these alone."""

from collections.abc import Collection
from datetime import date

import numpy as np

from rag.errors import InvalidInput
from rag.index import Index
from rag.query import Publishers
from rag.spelling import similar


def matching(index: Index, publishers: Collection[str], since: str, until: str) -> tuple[str, ...]:
    """The ``doc_id``s of the articles by any of these publishers, and published from one day to the other.

    What is left empty does not count; an article without a date is outside of any range. A publisher may be called as
    in a question; that of an article is the one of its first passage: teasers of others stand at its end. Raises
    InvalidInput for a publisher that there is not, and for a date that is none.
    """
    catalogue, names = index.catalogue, tuple(index.documents)
    counts = index.parts.records.counts
    firsts = (np.cumsum(counts) - counts)[counts > 0]
    wanted = np.ones(len(catalogue.days), np.bool_)
    if publishers:
        known = Publishers.of(catalogue.names)
        wanted &= catalogue.by(set().union(*(_called(name, known, catalogue.names) for name in publishers)))
    if since or until:
        wanted &= catalogue.between(_day(since, date.min), _day(until, date.max))
    return tuple(names[number] for number in np.flatnonzero(counts > 0)[wanted[firsts]].tolist())


def _called(name: str, known: Publishers, names: Collection[str]) -> frozenset[int]:
    if found := known.called(name):
        return found
    near = similar(name, [known_name for known_name in names if known_name])
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "rag docs list shows the publishers."
    raise InvalidInput(f"No article is by a publisher called {name!r}; {hint}")


def _day(text: str, otherwise: date) -> str:
    try:
        return (date.fromisoformat(text) if text else otherwise).isoformat()
    except ValueError:
        raise InvalidInput(f"{text!r} is no date; write it as in 2025-03-31.") from None
