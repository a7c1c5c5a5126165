"""Two indexes joined are the one that all their articles together make."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.errors import InvalidInput
from rag.index import Index
from rag.joining import joined
from rag.text import stems
from tests.rag.fakes import BUS_AND_TRAM as EMBEDDER
from tests.rag.fakes import FakeEmbedder

BUSES, TRAMS, COPY = "The bus runs late. Nobody waits.", "The tram is full.", "The bus runs late. Nobody waits."


def index_of(folder: Path, embedder: FakeEmbedder = EMBEDDER, **texts: str) -> Index:
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return Index.build(folder, embedder, 32)


def test_the_joined_index_finds_what_a_new_build_of_all_articles_finds(tmp_path: Path) -> None:
    """The names interlace (a, c and b, d), so that rows of both take turns."""
    found = joined(index_of(tmp_path / "1", a=BUSES, c=TRAMS), index_of(tmp_path / "2", b=TRAMS, d=COPY))
    wanted = index_of(tmp_path / "3", a=BUSES, b=TRAMS, c=TRAMS, d=COPY)
    assert list(found.documents.items()) == list(wanted.documents.items())
    assert found.passages == wanted.passages
    assert found.copies == wanted.copies
    assert found.vectors.rows().tobytes() == wanted.vectors.rows().tobytes()
    assert found.lexical.scores(stems("bus")).tolist() == wanted.lexical.scores(stems("bus")).tolist()
    assert (found.manifest.documents, found.manifest.passages) == (4, wanted.manifest.passages)
    for axis in np.eye(EMBEDDER.dimensions, dtype=np.float32):
        assert found.vectors.search(axis, 9) == wanted.vectors.search(axis, 9)


def test_nothing_is_embedded_for_it(tmp_path: Path) -> None:
    first, second = index_of(tmp_path / "1", a=BUSES), index_of(tmp_path / "2", b=TRAMS)
    before = len(EMBEDDER.embedded)
    joined(first, second)
    assert len(EMBEDDER.embedded) == before


def test_the_fingerprint_tells_both_apart_from_either(tmp_path: Path) -> None:
    first, second = index_of(tmp_path / "1", a=BUSES), index_of(tmp_path / "2", b=TRAMS)
    fingerprints = {one.manifest.fingerprint for one in (first, second, joined(first, second))}
    assert len(fingerprints) == 3


def test_an_article_in_both_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"'a\.txt' is an article of both"):
        joined(index_of(tmp_path / "1", a=BUSES), index_of(tmp_path / "2", a=TRAMS))


def test_indexes_that_are_made_differently_are_not_joined(tmp_path: Path) -> None:
    first = index_of(tmp_path / "1", a=BUSES)
    other = FakeEmbedder("bus", "tram", name="other")
    with pytest.raises(InvalidInput, match="of fake with passages of 32 word pieces and of other with 32"):
        joined(first, index_of(tmp_path / "2", other, b=TRAMS))
    second = index_of(tmp_path / "3", b=TRAMS)
    longer = replace(second, manifest=replace(second.manifest, passage_tokens=64))
    with pytest.raises(InvalidInput, match="of 32 word pieces and of fake with 64"):
        joined(first, longer)
