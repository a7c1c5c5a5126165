"""Why each passage was found, in a table."""

from io import StringIO

from rich.console import Console

from rag.explanation import explained
from rag.fusion import Recipe
from rag.index import Index
from rag.retriever import Retriever
from rag.types import Document, Section
from tests.rag.fakes import FakeEmbedder

QUESTION = "Does the Gazette say that bus fares rise in Basel, while trams wait in March 2025 for repairs?"


def shown(question: str) -> str:
    """The table for three articles, wide enough for its words."""
    articles = [
        Document(name, text, "", publisher, day, (Section("body", "", publisher, 0, len(text)),))
        for name, text, publisher, day in (
            ("basel.txt", "Bus [bold]fares[/] rise in Basel.", "Gazette", "2025-03-01"),
            ("bern.txt", "Trams wait for repairs, and nobody in the whole of the city knows how long.", "Post", ""),
            ("moon.txt", "It rained.", "", ""),
        )
    ]
    embedder = FakeEmbedder("bus", "trams")
    ranking = Retriever(Index.of(articles, embedder, 64), embedder, Recipe()).ranking(question, 2)
    text = StringIO()
    console = Console(file=text, width=200)
    console.print(explained(ranking, ("", "Gazette", "Post")))
    return text.getvalue()


def test_it_tells_what_was_understood() -> None:
    lines = shown(QUESTION).splitlines()
    assert lines[:4] == [
        "part 1: Does the Gazette say that bus fares rise in Basel,",
        "part 2: while trams wait in March 2025 for repairs?",
        "publisher: Gazette",
        "time: March 2025, 2025-03-01 to 2025-03-31",
    ]
    assert lines[4].startswith("candidates: 3, in ")


def test_it_tells_rank_and_score_in_each_list_and_the_bonuses() -> None:
    """The first passage is the best for the question and for part 1, not for part 2; both bonuses are its own."""
    text = shown(QUESTION)
    first, second = text.index("basel.txt, Gazette, 2025-03-01"), text.index("bern.txt, Post")
    assert first < second
    row = text[first - 20 : second]
    assert row.count("1 1.00") >= 2
    assert "publisher +.20" in row
    assert "time +.10" in row
    assert "publisher" not in text[second:]


def test_words_of_an_article_are_no_markup_and_long_ones_are_cut() -> None:
    text = shown("bus and trams")
    assert "Bus [bold]fares[/] rise in Basel." in text
    assert "Trams wait for repairs, and nobody in the whole of the city…" in text


def test_what_has_no_score_in_a_list_has_no_rank_there() -> None:
    assert "–" in shown("rained")


def test_a_plain_question_names_nobody() -> None:
    lines = shown("bus").splitlines()
    assert lines[0] == "part 1: bus"
    assert lines[1].startswith("candidates: ")
