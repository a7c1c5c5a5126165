"""Two searches, each scaled by its best, in a weighted mean; copies once; only the sources that are wanted."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rag.corpus.articles import Articles
from rag.embedder import SentenceTransformerEmbedder
from rag.errors import InvalidInput
from rag.fusion import Recipe
from rag.index import Index
from rag.retriever import Retriever
from rag.settings import Settings
from rag.types import Document, ScoredPassage, Section
from tests.rag.fakes import FakeEmbedder

ARTICLES = {
    "fares.txt": "Bus and tram fares will rise next year in the whole of the city.",
    "night.txt": "The bus runs at night.",
    "weather.txt": "It rained.",
}


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder("bus", "tram", "night")


def built(folder: Path, embedder: FakeEmbedder, articles: dict[str, str]) -> Index:
    """An index of these articles."""
    for name, text in articles.items():
        (folder / name).write_text(text, encoding="utf-8")
    return Index.build(folder, embedder, 64)


@pytest.fixture
def index(tmp_path: Path, embedder: FakeEmbedder) -> Index:
    return built(tmp_path, embedder, ARTICLES)


def ranking(found: tuple[ScoredPassage, ...]) -> list[str]:
    return [scored.passage.doc_id for scored in found]


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


def article(name: str, text: str, publisher: str = "", published: str = "") -> Document:
    """An article without a headline."""
    return Document(name, text, "", publisher, published, (Section("body", "", publisher, 0, len(text)),))


NEWS = (
    article("basel.txt", "Basel raises the bus fare by a tenth.", "Gazette | Local", "2025-03-01"),
    article("bern.txt", "Bern closes a tram line for repairs.", "Evening Post", "2025-03-08"),
    article("council.txt", "The council talks of bus, tram, fare, line, Basel and Bern.", "Valley News", "2025-04-20"),
    article("ulm.txt", "Ulm paints a bridge.", "Gazette | Travel", "2024-01-05"),
)
COMPARED = "Does Basel raise the bus fare by much, and does Bern close the tram line for repairs?"


@pytest.fixture
def news(embedder: FakeEmbedder) -> Index:
    return Index.of(NEWS, embedder, 64)


def found(index: Index, embedder: FakeEmbedder, question: str, k: int = 4, **recipe: Any) -> list[str]:
    """The names of the articles in the order of the recipe, of which some parts may be other than usual."""
    names = [scored.passage.doc_id for scored in Retriever(index, embedder, Recipe(**recipe)).retrieve(question, k)]
    return [name.removesuffix(".txt") for name in names]


def test_each_part_of_a_question_finds_its_own_article(news: Index, embedder: FakeEmbedder) -> None:
    """The council's passage shares words with both halves of the question, and fits neither."""
    assert set(found(news, embedder, COMPARED, 2)) == {"basel", "bern"}
    (best,) = Retriever(news, embedder, Recipe(parts=False, sentences=False)).retrieve(COMPARED, 1)
    assert best.passage.doc_id == "council.txt"


def test_the_score_of_the_recipe_is_what_arithmetic_says(news: Index, embedder: FakeEmbedder) -> None:
    """ "Bridge" is in one passage, whose cosine is 1: no known word in either. Lexical 1, question and part alike.

    (1 + 1) / 2, and 0.2 for the publisher that is named, and 0.1 for the year: 1.3.
    """
    retriever = Retriever(news, embedder, Recipe())
    for question, score in (("bridge", 1.0), ("Gazette: bridge", 1.2), ("The Gazette on a bridge in 2024", 1.3)):
        assert retriever.retrieve(question, 1)[0].passage.doc_id == "ulm.txt"
        assert retriever.retrieve(question, 1)[0].score == pytest.approx(score, abs=0.02), question


def test_who_is_named_comes_first_and_a_short_name_means_all_desks(news: Index, embedder: FakeEmbedder) -> None:
    assert found(news, embedder, "What of Basel?", dense_weight=0)[0] == "basel"
    assert found(news, embedder, "What does the Valley News write of Basel?", dense_weight=0)[0] == "council"
    assert set(found(news, embedder, "What does the Gazette write?", dense_weight=0)) == {"basel", "ulm"}


def test_two_that_are_named_take_turns(embedder: FakeEmbedder) -> None:
    """Of six passages that are equal but for one word, the first three are the Gazette's."""
    articles = [
        article(f"{n}.txt", f"Bus news, number {'abcdef'[n] * 5}.", "Gazette" if n < 3 else "Post") for n in range(6)
    ]
    index = Index.of(articles, embedder, 64)
    question = "What bus news do the Gazette and the Post have?"
    publishers = [scored.passage.publisher for scored in Retriever(index, embedder, Recipe()).retrieve(question, 6)]
    assert publishers == ["Gazette", "Post"] * 3
    without = [s.passage.publisher for s in Retriever(index, embedder, Recipe(turns=0)).retrieve(question, 6)]
    assert without == ["Gazette"] * 3 + ["Post"] * 3


def test_passages_of_one_article_make_room_for_others(embedder: FakeEmbedder) -> None:
    """Two passages of one article are a trifle better than that of the other, because they are shorter."""
    long = article("long.txt", "The night bus comes at one o'clock.\n\n" + "The night bus goes at two o'clock. ")
    other = article("other.txt", "The night bus is late at three o'clock on most days.")
    index = Index.of([long, other], embedder, 10)
    assert found(index, embedder, "night bus", 2, same_article=0.0) == ["long", "long"]
    assert found(index, embedder, "night bus", 2, same_article=0.5) == ["long", "other"]


def test_times_are_understood_from_the_latest_article_or_from_the_day_that_is_given(
    news: Index, embedder: FakeEmbedder
) -> None:
    """The latest article is of 20 April 2025: last month is March. Asked in May, it is April."""
    question = "Which articles of last month are there?"
    assert found(news, embedder, question, dense_weight=0) == ["basel", "bern"]
    may = Retriever(news, embedder, Recipe(dense_weight=0), date(2025, 5, 5))
    assert ranking(may.retrieve(question, 4)) == ["council.txt"]
    assert found(news, embedder, "Which articles of January 2024 are there?", dense_weight=0) == ["ulm"]


def test_typing_errors_are_mended(news: Index, embedder: FakeEmbedder) -> None:
    assert found(news, embedder, "brigde", 1) == ["ulm"]
    assert found(news, embedder, "Does Bren clsoe?", 1) == found(news, embedder, "Does Bern close?", 1) == ["bern"]
    (first, *_) = Retriever(news, embedder, Recipe(dense_weight=0, spelling=False)).retrieve("bern brigde", 4)
    assert first.passage.doc_id != "ulm.txt"
    assert Retriever(news, embedder, Recipe(dense_weight=0, spelling=False)).retrieve("brigde", 4) == ()


@pytest.mark.parametrize("question", [COMPARED, "What does the Gazette write of Basel?", "bus"])
def test_capitals_do_not_matter(news: Index, embedder: FakeEmbedder, question: str) -> None:
    usual = found(news, embedder, question)
    assert found(news, embedder, question.upper()) == found(news, embedder, question.lower()) == usual


def test_a_question_of_one_word_or_of_three_hundred_is_answered(news: Index, embedder: FakeEmbedder) -> None:
    assert found(news, embedder, "Ulm", 1) == ["ulm"]
    long = " ".join(["The council met on a cold day, and nobody knows what it said;"] * 23) + " who paints a bridge?"
    assert len(long.split()) > 300
    assert "ulm" in found(news, embedder, long, 2)


def test_parts_publishers_and_times_are_searched_within_the_sources(news: Index, embedder: FakeEmbedder) -> None:
    retriever = Retriever(news, embedder, Recipe())
    question = f"{COMPARED[:-1]}, as the Gazette and the Evening Post wrote in March 2025?"
    assert ranking(retriever.retrieve(question, 4, ["bern.txt", "ulm.txt"])) == ["bern.txt", "ulm.txt"]
    assert retriever.retrieve(question, 4, []) == ()


def test_without_vectors_nothing_is_embedded(news: Index, embedder: FakeEmbedder) -> None:
    before = len(embedder.embedded)
    assert found(news, embedder, "bus fare", 1, dense_weight=0.0) == ["basel"]
    assert len(embedder.embedded) == before


def test_a_question_and_its_parts_are_embedded_together_once(news: Index, embedder: FakeEmbedder) -> None:
    before = len(embedder.embedded)
    found(news, embedder, COMPARED)
    assert embedder.embedded[before:] == [COMPARED, *COMPARED.replace(", and", ",|and").split("|")]
    found(news, embedder, "Bus?")
    assert embedder.embedded[before + 3 :] == ["Bus?"]


def test_a_ranking_tells_what_decided(news: Index, embedder: FakeEmbedder) -> None:
    told = Retriever(news, embedder, Recipe()).ranking("What did the Evening Post write of Bern in March 2025?", 2)
    assert [news.catalogue.names[number] for group in told.query.publishers for number in group] == ["Evening Post"]
    assert [(time.first, time.last) for time in told.query.times] == [("2025-03-01", "2025-03-31")]
    assert [choice.score - choice.penalty for choice in told.choices] == [found.score for found in told.passages]
    first = told.choices[0].place
    assert told.scores.rows[first] == 1  # bern.txt
    assert (told.scores.publishers[:, first].tolist(), bool(told.scores.in_time[first])) == ([True], True)
    assert list(told.seconds) == ["reading the question", "embedding", "BM25", "candidates", "vectors", "choice"]
    assert min(told.seconds.values()) >= 0


@pytest.mark.real
def test_the_seeds_are_found_by_what_they_say(real_embedder: SentenceTransformerEmbedder) -> None:
    """A typing error, capitals, other words, one word."""
    articles = Articles.read(Settings.load().documents_dir).documents
    retriever = Retriever(Index.of(articles, real_embedder, 250), real_embedder, Recipe())
    for question in ("How many graduates does Huawie hire?", "HOW MANY GRADUATES DOES HUAWEI HIRE?", "Huawei"):
        assert any("10,000 graduates" in s.passage.text for s in retriever.retrieve(question, 3)), question
