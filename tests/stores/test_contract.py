"""What an index promises wherever it lies: in a folder, in a file of milvus-lite, on its server, on one of Milvus."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.synthetic import DIMENSIONS, clustered
from benchmarks.vectors import nearest_rows
from rag.backends import Mask, VectorStore
from rag.errors import IndexMismatch, IndexNotFound
from rag.filters import matching
from rag.index import Index
from rag.joining import joined
from rag.stores.milvus import FIELDS, MilvusStore, Traits, rows_of
from rag.stores.session import Session
from rag.types import FloatArray, Passage
from rag.vector_store import FaissStore
from tests.rag.fakes import BUS_AND_TRAM
from tests.stores.shelves import Folder, Store

QUERY = np.asarray([0.8, 0.6, 0.0], np.float32)


def exact(rows: FloatArray, query: FloatArray, k: int, allowed: Mask | None = None) -> list[float]:
    """The cosines of the ``k`` nearest rows, best first."""
    cosines = rows @ query
    return sorted((cosines if allowed is None else cosines[allowed]).tolist(), reverse=True)[:k]


def mask_of(index: Index, documents: tuple[str, ...]) -> Mask:
    return np.array([passage.doc_id in documents for passage in index.passages], np.bool_)


def test_what_was_put_there_comes_back(shelf: Folder | Store, index: Index) -> None:
    shelf.put(index)
    found = shelf.open()
    assert found.manifest == index.manifest
    assert dict(found.documents) == dict(index.documents)
    assert found.passages == index.passages
    assert found.copies == index.copies
    assert found.catalogue.names == index.catalogue.names
    assert found.catalogue.days.tolist() == index.catalogue.days.tolist()
    assert found.vectors.rows().tobytes() == index.vectors.rows().tobytes()
    for passage in index.passages:
        assert found.sentence_vectors(passage).tolist() == index.sentence_vectors(passage).tolist()


def test_bm25_weighs_the_same(shelf: Folder | Store, index: Index) -> None:
    shelf.put(index)
    found = shelf.open()
    assert found.lexical.frequencies() == index.lexical.frequencies()
    for stems in (["bus"], ["tram", "ulm"], ["sing", "post", "herald"], ["nothing"]):
        assert found.lexical.scores(stems).tolist() == index.lexical.scores(stems).tolist()


@pytest.mark.parametrize("k", [1, 3, 50])
def test_the_nearest_come_best_first(shelf: Folder | Store, index: Index, k: int) -> None:
    shelf.put(index)
    found = shelf.open().vectors.search(QUERY, k)
    rows = index.vectors.rows()
    assert [cosine for _, cosine in found] == pytest.approx(exact(rows, QUERY, k), abs=1e-5)
    assert [cosine for _, cosine in found] == pytest.approx([float(rows[row] @ QUERY) for row, _ in found], abs=1e-5)


def test_a_search_within_some_passages_finds_these_alone(shelf: Folder | Store, index: Index) -> None:
    """By publisher, by date, by both, by names of articles, and by rows that nothing else tells apart."""
    shelf.put(index)
    vectors, rows = shelf.open().vectors, index.vectors.rows()
    masks = [
        mask_of(index, matching(index, *wanted))
        for wanted in [
            (("Herald",), "", ""),
            (("Post", "Gazette"), "", ""),
            ((), "2025-01-02", "2025-01-03"),
            (("Post",), "2025-01-02", ""),
        ]
    ]
    masks += [mask_of(index, ("a.txt", "d.txt", "f.txt")), mask_of(index, ("c 'ü' \"q\" \\.txt",))]
    masks += [np.arange(len(rows)) == 2, np.ones(len(rows), np.bool_), np.zeros(len(rows), np.bool_)]
    assert {int(mask.sum()) for mask in masks} > {0, 1, 2, len(rows)}
    for allowed in masks:
        found = vectors.search(QUERY, 50, allowed)
        assert sorted(row for row, _ in found) == np.flatnonzero(allowed).tolist()
        assert [cosine for _, cosine in found] == pytest.approx(exact(rows, QUERY, 50, allowed), abs=1e-5)


def test_an_update_is_served_as_a_whole_and_who_had_opened_before_still_finds_the_old(
    shelf: Folder | Store, index: Index, articles: Path
) -> None:
    """One article is new, one has changed, one is gone: most rows have other numbers."""
    shelf.put(index)
    old = shelf.open()
    (articles / "0.txt").write_text("The first tram of all.\n", encoding="utf-8")
    (articles / "d.txt").write_text("Taxis wait for nobody.\n", encoding="utf-8")
    (articles / "b.txt").unlink()
    update = Index.build(articles, BUS_AND_TRAM, 32, before=index)
    shelf.put(update)
    for found, wanted in ((shelf.open(), update), (old, index)):
        assert found.passages == wanted.passages
        assert found.vectors.rows().tobytes() == wanted.vectors.rows().tobytes()
        cosines = [cosine for _, cosine in found.vectors.search(QUERY, 50)]
        assert cosines == pytest.approx(exact(wanted.vectors.rows(), QUERY, 50), abs=1e-5)
    assert old.manifest != shelf.open().manifest


def test_the_next_build_can_go_on_from_it(shelf: Folder | Store, index: Index, articles: Path) -> None:
    shelf.put(index)
    (articles / "0.txt").write_text("The first tram of all.\n", encoding="utf-8")
    from_there = Index.build(articles, BUS_AND_TRAM, 32, before=shelf.open())
    assert from_there.manifest == Index.build(articles, BUS_AND_TRAM, 32).manifest
    assert from_there.report.embedded == 1
    assert from_there.vectors.rows().tobytes() == Index.build(articles, BUS_AND_TRAM, 32).vectors.rows().tobytes()


def test_what_a_reader_uploads_can_be_searched_with_it(shelf: Folder | Store, index: Index, tmp_path: Path) -> None:
    shelf.put(index)
    (uploads := tmp_path / "uploads").mkdir()
    (uploads / "own.txt").write_text("My tram is green.\n", encoding="utf-8")
    own = Index.build(uploads, BUS_AND_TRAM, 32)
    both, wanted = joined(shelf.open(), own), joined(index, own)
    assert both.passages == wanted.passages
    assert both.vectors.rows().tobytes() == wanted.vectors.rows().tobytes()
    assert both.lexical.scores(["tram", "green"]).tolist() == wanted.lexical.scores(["tram", "green"]).tolist()


def test_where_nothing_is_that_is_told(shelf: Folder | Store) -> None:
    with pytest.raises(IndexNotFound, match=r"There is no index in .*rag index FOLDER"):
        shelf.open()


def test_an_index_of_another_embedder_is_refused_by_name(shelf: Folder | Store, index: Index) -> None:
    shelf.put(index)
    with pytest.raises(IndexMismatch, match=r"was built with RAG_EMBEDDER fake, the settings say other"):
        shelf.open().manifest.check("other", 32, shelf.place)


def test_recall_on_clustered_vectors_is_nearly_that_of_comparing_with_all(shelf: Folder | Store) -> None:
    vectors, queries = clustered(3000, 50)
    store = filled(shelf, vectors)
    some = np.arange(len(vectors)) % 3 == 0
    for allowed in (None, some):
        rows = np.arange(len(vectors)) if allowed is None else np.flatnonzero(allowed)
        nearest = [set(rows[list(best)].tolist()) for best in nearest_rows(vectors[rows], queries)]
        found = [{row for row, _ in store.search(query, 10, allowed)} for query in queries]
        assert np.mean([len(a & b) / 10 for a, b in zip(found, nearest, strict=True)]) >= 0.98


def filled(shelf: Folder | Store, vectors: FloatArray) -> VectorStore:
    """A store of these vectors; in Milvus each is of an article of its own, and every third by one publisher."""
    if isinstance(shelf, Folder):
        return FaissStore.build(vectors, exact_up_to=1000)
    numbers = np.arange(len(vectors))
    traits = Traits(article=numbers, source=numbers % 3, day=np.zeros(len(vectors), np.int64))
    passages = [Passage(f"{n}.txt", "", "", "", 0, 4, "Text", ()) for n in range(len(vectors))]
    rows = list(rows_of(passages, vectors, traits))
    session = Session.connect(shelf.place)
    session.create(collection := session.named("passages_384"), FIELDS, DIMENSIONS)
    for start in range(0, len(rows), 500):
        session.write(collection, rows[start : start + 500])
    session.settle(collection)
    return MilvusStore(session, collection, DIMENSIONS, np.array([row["key"] for row in rows]), traits)
