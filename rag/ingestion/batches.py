"""The files of a place in batches, and what is done with each: all that a worker needs, wherever it runs."""

from collections import defaultdict
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from rag.backends import Embedder
from rag.corpus.articles import Articles, silent
from rag.corpus.raw import Declared
from rag.corpus.readers import Listing
from rag.gathering import cut
from rag.parts import Gain, Keys

_FEWEST, _MOST = 8, 512  # files of a batch: fewer are embedded less well together, more are much to do again
_BATCHES = 2000  # of a place that is not small

LoadEmbedder: TypeAlias = Callable[[], Embedder]
"""Loads the embedder where the work is done. It can be pickled."""
Result: TypeAlias = tuple[Articles, Gain]
"""The articles of a batch, their documents left out, and what the new ones give."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some files, and the origins of those of their articles that are ``known``, by name."""

    listing: Listing
    known: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done with every batch: ``declared`` is what the sidecar says, ``keys`` are texts with a vector."""

    load: LoadEmbedder
    passage_tokens: int
    declared: Mapping[str, Sequence[Declared]]
    keys: Keys

    def result(self, batch: Batch, embedder: Embedder) -> Result:
        """Read, clean, cut and embed what is new in a batch. Raises SourceUnavailable."""
        articles = Articles.of(batch.listing, self.declared, silent, batch.known)
        gain = Gain.of(cut(articles, embedder, self.passage_tokens), self.keys, embedder, silent)
        return replace(articles, documents=()), gain


class Workers(Protocol):
    """Those who do a task."""

    def __call__(self, task: Task, batches: Sequence[Batch]) -> Generator[tuple[Batch, Result]]:
        """Each batch with what it gave, once, in the order in which they are done."""
        ...


def batches_of(listing: Listing, known: Mapping[str, str]) -> list[Batch]:
    """The files in batches, each with the origins of the ``known`` articles in it."""
    size = min(max(len(listing.files) // _BATCHES, _FEWEST), _MOST)
    inside = _by_file(listing, known)
    batches = []
    for start in range(0, len(listing.files), size):
        files = listing.files[start : start + size]
        origins = {name: known[name] for doc_id, _ in files for name in inside[doc_id]}
        batches.append(Batch(replace(listing, files=files), origins))
    return batches


def _by_file(listing: Listing, known: Mapping[str, str]) -> Mapping[str, list[str]]:
    """The names of known articles by the file that each is or lies in: that of an archive begins the member's name."""
    files = {doc_id for doc_id, _ in listing.files}
    found: dict[str, list[str]] = defaultdict(list)
    for name in known:
        parts = name.split("/")
        paths = ("/".join(parts[:depth]) for depth in range(len(parts), 0, -1))
        if file := next((path for path in paths if path in files), None):
            found[file].append(name)
    return found
