"""What the recipe adds to two searches: parts of a question, publishers, turns, times, typing errors."""

from datetime import date
from typing import Any

import pytest

from rag.corpus.articles import Articles
from rag.embedder import SentenceTransformerEmbedder
from rag.fusion import Recipe
from rag.index import Index
from rag.retriever import Retriever
from rag.settings import Settings
from rag.types import Document, Section
from tests.rag.fakes import FakeEmbedder, ranking


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
