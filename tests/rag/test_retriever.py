"""Two searches, each scaled by its best, in a weighted mean; copies once; only the sources that are wanted."""

from pathlib import Path

import pytest

from rag.errors import InvalidInput
from rag.fusion import Recipe
from rag.index import Index
from rag.retriever import Retriever
from tests.rag.fakes import FakeEmbedder, ranking

ARTICLES = {
    "fares.txt": "Bus and tram fares will rise next year in the whole of the city.",
    "night.txt": "The bus runs at night.",
    "weather.txt": "It rained.",
}


def built(folder: Path, embedder: FakeEmbedder, articles: dict[str, str]) -> Index:
    """An index of these articles."""
    for name, text in articles.items():
        (folder / name).write_text(text, encoding="utf-8")
    return Index.build(folder, embedder, 64)


@pytest.fixture
def index(tmp_path: Path, embedder: FakeEmbedder) -> Index:
    return built(tmp_path, embedder, ARTICLES)


def test_the_dense_score_is_scaled_by_the_best_and_weighted(index: Index, embedder: FakeEmbedder) -> None:
    """Title and text are the same words twice. For "tram", the cosine of fares.txt (bus 2, tram 2) is 1/√2, the best.

    Only fares.txt has the word: BM25 1 and dense 1 make 0.5 · 1 + 0.5 · 1 = 1. The others have nothing.
    """
    found = Retriever(index, embedder, Recipe.plain(0.5)).retrieve("tram", 3)
    assert ranking(found)[0] == "fares.txt"
    assert [scored.score for scored in found] == pytest.approx([1.0, 0.0, 0.0])


def test_both_searches_add_up(index: Index, embedder: FakeEmbedder) -> None:
    """For "bus" the cosine of both articles is 1/√2, so each dense score is 1; BM25 ranks the shorter one first.

    With the share w for dense and the share b of the best BM25 score the longer article has (1 - w) · b + w.
    """
    fares, best, _ = index.lexical.scores(["bus"]).tolist()
    found = Retriever(index, embedder, Recipe.plain(0.8)).retrieve("bus", 2)
    assert ranking(found) == ["night.txt", "fares.txt"]
    assert [scored.score for scored in found] == pytest.approx([1.0, 0.2 * fares / best + 0.8], rel=1e-5)


def test_without_dense_weight_only_words_count(index: Index, embedder: FakeEmbedder) -> None:
    fares, best, _ = index.lexical.scores(["bus"]).tolist()
    found = Retriever(index, embedder, Recipe.plain(0.0)).retrieve("bus", 3)
    assert [scored.score for scored in found] == pytest.approx([1.0, fares / best], rel=1e-5)


def test_with_dense_weight_alone_words_do_not_count(index: Index, embedder: FakeEmbedder) -> None:
    """Both articles have the cosine 1/√2 for "bus"; BM25 would rank the shorter one first."""
    found = Retriever(index, embedder, Recipe.plain(1.0)).retrieve("bus", 2)
    assert ranking(found) == ["fares.txt", "night.txt"]
    assert [scored.score for scored in found] == pytest.approx([1.0, 1.0])


def test_a_question_without_known_words_still_ranks_by_vectors(index: Index, embedder: FakeEmbedder) -> None:
    found = Retriever(index, embedder, Recipe.plain(1.0)).retrieve("What?", 3)
    assert ranking(found)[0] == "weather.txt"
    assert found[0].score == pytest.approx(1.0)


@pytest.mark.parametrize("k", [1, 2])
def test_as_many_passages_as_wanted(index: Index, embedder: FakeEmbedder, k: int) -> None:
    assert len(Retriever(index, embedder, Recipe.plain(0.8)).retrieve("bus", k)) == k


def test_sources_restrict_the_search(index: Index, embedder: FakeEmbedder) -> None:
    retriever = Retriever(index, embedder, Recipe.plain(0.8))
    assert ranking(retriever.retrieve("bus", 3, ["fares.txt"])) == ["fares.txt"]
    assert retriever.retrieve("bus", 3, ["fares.txt"])[0].score == pytest.approx(1.0)
    assert retriever.retrieve("bus", 3, []) == ()


def test_an_unknown_source_is_refused_by_name(index: Index, embedder: FakeEmbedder) -> None:
    with pytest.raises(InvalidInput, match=r"Not in the index: moon\.txt, sun\.txt;"):
        Retriever(index, embedder, Recipe.plain(0.8)).retrieve("bus", 3, ["sun.txt", "fares.txt", "moon.txt"])


def test_of_an_overlong_question_the_beginning_is_embedded(index: Index, embedder: FakeEmbedder) -> None:
    """62 words and 2 special tokens are what the embedder reads."""
    Retriever(index, embedder, Recipe.plain(0.8)).retrieve("bus " * 500, 1)
    assert embedder.embedded[-1] == " ".join(["bus"] * 62)


WIRE = "The tram to the harbour stops for a week, because the bridge is repaired."


@pytest.fixture
def reprinted(tmp_path: Path, embedder: FakeEmbedder) -> Index:
    """One story in three articles, of which the last holds it twice and says something else between."""
    return built(
        tmp_path,
        embedder,
        {
            "gazette.txt": WIRE,
            "herald.txt": WIRE.upper(),
            "night.txt": "The night tram is full.",
            "post.txt": f"{WIRE}\n\n{'The harbour is old. ' * 7}\n\n{WIRE}",
        },
    )


def test_of_copies_one_is_shown_and_names_the_other_articles(reprinted: Index, embedder: FakeEmbedder) -> None:
    found = Retriever(reprinted, embedder, Recipe.plain(0.5)).retrieve("Does the tram stop?", 10)
    assert [(s.passage.doc_id, s.passage.text[:11], s.also_in) for s in found] == [
        ("gazette.txt", "The tram to", ("herald.txt", "post.txt")),
        ("post.txt", "The harbour", ()),
        ("night.txt", "The night t", ()),
    ]


def test_the_best_of_the_copies_is_shown(tmp_path: Path, embedder: FakeEmbedder) -> None:
    """Only the headline of herald.txt has the word; 10 of the 12 shingles of its passage are the wire story's."""
    index = built(tmp_path, embedder, {"gazette.txt": WIRE, "herald.txt": f"Night trams\n\n{WIRE}"})
    (found,) = Retriever(index, embedder, Recipe.plain(0.5)).retrieve("night", 5)
    assert (found.passage.doc_id, found.also_in) == ("herald.txt", ("gazette.txt",))


def test_copies_outside_the_sources_are_neither_shown_nor_named(reprinted: Index, embedder: FakeEmbedder) -> None:
    retriever = Retriever(reprinted, embedder, Recipe.plain(0.5))
    best = [retriever.retrieve("tram", 1, sources)[0] for sources in (["herald.txt", "post.txt"], ["post.txt"])]
    assert [(s.passage.doc_id, s.also_in) for s in best] == [("herald.txt", ("post.txt",)), ("post.txt", ())]


def test_copies_do_not_crowd_out_other_passages(tmp_path: Path, embedder: FakeEmbedder) -> None:
    """The 60 copies are better than the other two, and more than either search brings at first."""
    copies = {f"copy-{number}.txt": WIRE for number in range(60)}
    index = built(tmp_path, embedder, {**copies, "night.txt": "The night tram.", "weather.txt": "It rained."})
    found = Retriever(index, embedder, Recipe.plain(0.5)).retrieve("tram", 3)
    assert ranking(found) == ["copy-0.txt", "night.txt", "weather.txt"]
    assert len(found[0].also_in) == 59
