"""Hybrid search: two scores, each scaled by its best, in a weighted mean."""

from pathlib import Path

import pytest

from rag.errors import InvalidInput
from rag.index import Index
from rag.retriever import Retriever
from rag.types import ScoredPassage
from tests.rag.fakes import FakeEmbedder

ARTICLES = {
    "fares.txt": "Bus and tram fares will rise next year in the whole of the city.",
    "night.txt": "The bus runs at night.",
    "weather.txt": "It rained.",
}


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder("bus", "tram", "night")


@pytest.fixture
def index(tmp_path: Path, embedder: FakeEmbedder) -> Index:
    for name, text in ARTICLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return Index.build(tmp_path, embedder, 64)


def ranking(found: tuple[ScoredPassage, ...]) -> list[str]:
    return [scored.passage.doc_id for scored in found]


def test_the_dense_score_is_scaled_by_the_best_and_weighted(index: Index, embedder: FakeEmbedder) -> None:
    """Title and text are the same words twice. For "tram", the cosine of fares.txt (bus 2, tram 2) is 1/√2, the best.

    Only fares.txt has the word: BM25 1 and dense 1 make 0.5 · 1 + 0.5 · 1 = 1. The others have nothing.
    """
    found = Retriever(index, embedder, 0.5).retrieve("tram", 3)
    assert ranking(found)[0] == "fares.txt"
    assert [scored.score for scored in found] == pytest.approx([1.0, 0.0, 0.0])


def test_both_searches_add_up(index: Index, embedder: FakeEmbedder) -> None:
    """For "bus" the cosine of both articles is 1/√2, so each dense score is 1; BM25 ranks the shorter one first.

    With the share w for dense and the share b of the best BM25 score the longer article has (1 - w) · b + w.
    """
    (_, best), (_, other) = index.lexical.search("bus", 3)
    found = Retriever(index, embedder, 0.8).retrieve("bus", 2)
    assert ranking(found) == ["night.txt", "fares.txt"]
    assert [scored.score for scored in found] == pytest.approx([1.0, 0.2 * other / best + 0.8], rel=1e-5)


def test_without_dense_weight_only_words_count(index: Index, embedder: FakeEmbedder) -> None:
    (_, best), (_, other) = index.lexical.search("bus", 3)
    found = Retriever(index, embedder, 0.0).retrieve("bus", 3)
    assert [scored.score for scored in found] == pytest.approx([1.0, other / best], rel=1e-5)


def test_with_dense_weight_alone_words_do_not_count(index: Index, embedder: FakeEmbedder) -> None:
    """Both articles have the cosine 1/√2 for "bus"; BM25 would rank the shorter one first."""
    found = Retriever(index, embedder, 1.0).retrieve("bus", 2)
    assert ranking(found) == ["fares.txt", "night.txt"]
    assert [scored.score for scored in found] == pytest.approx([1.0, 1.0])


def test_a_question_without_known_words_still_ranks_by_vectors(index: Index, embedder: FakeEmbedder) -> None:
    found = Retriever(index, embedder, 1.0).retrieve("What?", 3)
    assert ranking(found)[0] == "weather.txt"
    assert found[0].score == pytest.approx(1.0)


@pytest.mark.parametrize("k", [1, 2])
def test_as_many_passages_as_wanted(index: Index, embedder: FakeEmbedder, k: int) -> None:
    assert len(Retriever(index, embedder, 0.8).retrieve("bus", k)) == k


def test_sources_restrict_the_search(index: Index, embedder: FakeEmbedder) -> None:
    retriever = Retriever(index, embedder, 0.8)
    assert ranking(retriever.retrieve("bus", 3, ["fares.txt"])) == ["fares.txt"]
    assert retriever.retrieve("bus", 3, ["fares.txt"])[0].score == pytest.approx(1.0)
    assert retriever.retrieve("bus", 3, []) == ()


def test_an_unknown_source_is_refused_by_name(index: Index, embedder: FakeEmbedder) -> None:
    with pytest.raises(InvalidInput, match=r"Not in the index: moon\.txt, sun\.txt;"):
        Retriever(index, embedder, 0.8).retrieve("bus", 3, ["sun.txt", "fares.txt", "moon.txt"])


def test_of_an_overlong_question_the_beginning_is_embedded(index: Index, embedder: FakeEmbedder) -> None:
    """62 words and 2 special tokens are what the embedder reads."""
    Retriever(index, embedder, 0.8).retrieve("bus " * 500, 1)
    assert embedder.embedded[-1] == " ".join(["bus"] * 62)
