"""Two indexes as one, in memory: nothing is read or embedded again."""

from dataclasses import replace
from hashlib import sha256

import numpy as np

from rag.errors import InvalidInput
from rag.index import Index
from rag.ragged import members
from rag.sentences import Vectors


def joined(first: Index, second: Index) -> Index:
    """The articles of both in the order of their names, searched together, and copies found across both.

    The manifest is that of the first but for the counts and the fingerprint. Raises InvalidInput when an article of
    the same name is in both, or the two were not made by the same embedder and for the same length of passages.
    """
    _check(first, second)
    names = (*first.documents, *second.documents)
    articles = np.array(sorted(range(len(names)), key=names.__getitem__), np.int64)
    counts = np.concatenate((first.parts.records.counts, second.parts.records.counts))
    rows = members(counts, articles)
    parts = first.parts.joined(second.parts, articles, rows)
    vectors = _vectors(first).joined(_vectors(second), rows)
    fingerprints = f"{first.manifest.fingerprint} {second.manifest.fingerprint}"
    manifest = replace(
        first.manifest,
        fingerprint=sha256(fingerprints.encode()).hexdigest(),
        documents=len(names),
        passages=len(vectors.passages),
    )
    return Index.of_parts(parts, vectors, manifest)


def _vectors(index: Index) -> Vectors:
    return Vectors(index.texts, index.vectors.rows())


def _check(first: Index, second: Index) -> None:
    one, other = first.manifest, second.manifest
    if (one.embedder, one.passage_tokens) != (other.embedder, other.passage_tokens):
        raise InvalidInput(
            f"Indexes of {one.embedder} with passages of {one.passage_tokens} word pieces and of {other.embedder} with "
            f"{other.passage_tokens} cannot be joined; build them alike."
        )
    if both := first.documents.keys() & second.documents.keys():
        raise InvalidInput(f"{sorted(both)[0]!r} is an article of both indexes; rename one of them.")
