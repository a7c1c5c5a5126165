"""Lines that are boilerplate because of the lines around them, and the same lines in a story."""

import pytest

from rag.corpus.furniture import furniture
from tests.rag.corpus.sections import kinds

STORY = "The mayor opened the bridge on Friday. She smiled."


def found(*texts: str) -> list[str]:
    """The lines that are furniture."""
    return [texts[number] for number in sorted(furniture(texts))]


@pytest.mark.parametrize(
    "menu",
    [
        ["Home", "News", "Sport", "Culture"],
        ["Sport", "Weather", "Travel", "Home", "Log in", "Subscribe"],
        ["Startseite", "Politik", "Wirtschaft", "Kultur", "Abonnieren"],
        ["首页", "新闻", "体育", "科技"],
        ["• Home", "• News", "• Sport", "• Video"],
    ],
)
def test_a_menu_is_home_and_a_few_sections(menu: list[str]) -> None:
    assert found("Harbour Gazette", *menu, STORY) == menu


@pytest.mark.parametrize(
    "lines",
    [
        ["Health", "Education", "Climate", "Economy"],  # priorities, say
        ["Home", "News", "Sport"],
        ["Home", "News", STORY, "Sport", "Culture"],
        ["Home", "Away", "Sport", "Culture", "Travel"],
    ],
)
def test_what_is_no_menu(lines: list[str]) -> None:
    assert found(*lines) == []


@pytest.mark.parametrize(
    "contents",
    [
        ["Table of contents", "How we tested", "Range"],
        ["## On this page", "- [How we tested](#test)", "- [Range](#range)"],
        ["Inhaltsverzeichnis", "1. How we tested ....... 3", "2. Range ....... 17"],
    ],
)
def test_a_table_of_contents_names_what_comes_below(contents: list[str]) -> None:
    assert found("Buses", *contents, "How we tested", STORY, "## 2. Range", STORY) == contents


def test_a_table_of_contents_ends_where_its_entries_end() -> None:
    assert found("Contents", "Range", "Prices", "Range", STORY) == ["Contents", "Range"]
    assert found("Contents", STORY, "Range", STORY, "Range") == []  # a sentence is no heading
    assert found("Contents", STORY, "Range", STORY) == []
    assert found("Range", STORY, "Contents", "Range", STORY) == []  # what stands above is no longer to come


def test_a_readers_comment_ends_with_the_button_that_answers_it() -> None:
    comment = ["Jane D. says:", "March 14, 2025 at 9:12 am", "I gave 50 pounds.", "Worth it.", "Reply"]
    assert found(STORY, *comment, *comment, "The article goes on.") == [*comment, *comment]


@pytest.mark.parametrize(
    ("lines", "comment"),
    [
        (["Jane schreibt:", "14. März 2025 um 9:12", STORY], ["Jane schreibt:", "14. März 2025 um 9:12"]),
        (["The mayor says:", STORY, "Reply"], []),
        (["The mayor says:", f"At 9:12 the bridge opened, and {STORY}{STORY}", "Reply"], []),
    ],
)
def test_without_that_button_only_its_head_is_furniture(lines: list[str], comment: list[str]) -> None:
    assert found(*lines) == comment


def test_furniture_is_marked_in_an_article() -> None:
    text = f"Harbour Gazette\n\nHome\nNews\nSport\nCulture\n\nA bridge opens\nBy Jane Doe\n{STORY}"
    marked = kinds(text)
    assert [marked[line] for line in ("Home", "Sport", "By Jane Doe")] == ["boilerplate"] * 3
    assert [marked[line] for line in ("Harbour Gazette", "A bridge opens", STORY)] == ["body"] * 3
