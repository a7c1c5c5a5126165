"""Headline, story and boilerplate; the sections cover the text; in doubt a line is story."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.cleaning import lines_of, sections_of
from rag.types import Section
from tests.rag.corpus.sections import kinds, marked

STORY = "The mayor opened the bridge on Friday."


def test_a_line_that_goes_on_in_lower_case_belongs_to_the_line_above() -> None:
    text = "The budget was presented\nby the minister of finance\nand drew a few\ncomments"
    assert set(kinds(text).values()) == {"body"}


def test_a_list_of_buttons_is_no_running_text() -> None:
    assert kinds(f"{STORY}\n\nshare\ntweet\nprint") == {
        STORY: "body",
        "share": "boilerplate",
        "tweet": "boilerplate",
        "print": "boilerplate",
    }


def test_a_byline_stands_below_the_headline() -> None:
    assert kinds("A bridge opens\n\nby time news\n\n" + STORY)["by time news"] == "boilerplate"
    assert kinds("A bridge opens\nBy Jane Doe\n" + STORY)["By Jane Doe"] == "boilerplate"
    assert kinds("By royal appointment\n\n" + STORY)["By royal appointment"] == "body"


def test_an_article_without_boilerplate_is_one_section() -> None:
    assert sections_of(STORY, "T", "P") == (Section("body", "T", "P", 0, len(STORY)),)


@pytest.mark.parametrize(
    "byline", ["Von Jane Doe", "Par Jane de Roe", "Por Jane Doe", "Di Jane Doe", "Door Jane van Roe"]
)
def test_bylines_of_other_languages(byline: str) -> None:
    assert kinds(f"A bridge opens\n{byline}\n{STORY}")[byline] == "boilerplate"


@pytest.mark.parametrize("line", ["Von wegen", "Por fin en Oslo", "Di Maria", "Par exemple", "Von Mai bis Juni"])
def test_lines_that_are_no_bylines(line: str) -> None:
    assert kinds(f"A bridge opens\n{line}\n{STORY}")[line] == "body"


@pytest.mark.parametrize(
    "above",
    ["A bridge opens in Oslo", "# A bridge opens in Oslo", "**A bridge opens in Oslo**", "A BRIDGE\nOPENS IN OSLO",
     "A bridge opens in Oslo | Gazette", "A bridge opens in Oslo – Harbour Gazette", "A bridge\n\nopens in Oslo"],
)  # fmt: skip
@pytest.mark.parametrize("title", ["A bridge opens in Oslo", "A bridge opens in Oslo - Harbour Gazette"])
def test_the_headline_where_it_stands(above: str, title: str) -> None:
    text = f"Menu\n\nTransport\n{above}\nBy Jane Doe\n{STORY}"
    found = [
        (section.kind, text[section.start : section.end].strip()) for section in sections_of(text, title, "Gazette")
    ]
    assert found == [
        ("boilerplate", "Menu"),
        ("body", "Transport"),
        ("title", above),
        ("boilerplate", "By Jane Doe"),
        ("body", STORY),
    ]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (STORY, "Another bridge"),
        (STORY, ""),
        ("?!", "!!"),
        (STORY, "The mayor opened …"),
        (f"The mayor\n{STORY}", "The mayor - a life"),  # too short to be told by its beginning
        (f"{STORY}\n" * 40 + "A bridge opens", "A bridge opens"),  # too far below
    ],
)
def test_no_headline(text: str, title: str) -> None:
    assert not any(section.kind == "title" for section in sections_of(text, title, ""))


def test_only_the_first_of_two_headlines_is_one() -> None:
    assert marked(f"Own title\n{STORY}\nOwn title\n{STORY}") == [
        ("title", "Own title", "Own paper", "Own title"),
        ("body", "Own title", "Own paper", f"{STORY}|Own title|{STORY}"),
    ]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_front_matter_is_no_text(mark: str) -> None:
    text = f"{mark}---\ntitle: A bridge\ntags:\n- Oslo\n\n---\n{STORY}"
    assert [(kind, words) for kind, _, _, words in marked(text)][1:] == [("body", STORY)]


@pytest.mark.parametrize("text", [f"---\n{STORY}\n---", f"---\na: b\n{STORY}\n---", f"{STORY}\n---\na: b\n---"])
def test_a_rule_opens_no_front_matter(text: str) -> None:
    found = kinds(text)
    assert found.pop("---") == "boilerplate"
    assert set(found.values()) == {"body"}


LINES = st.sampled_from(
    ["", " ", STORY, "Related Articles", "More from Post", "4 minutes ago", "3 March 2025", "- Post", "Post",
     "Comments", "by time news", "share", "# A", "T", "1", "1. Buses", "[Buses](a)", "---", "a: b", "\u200b"]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(LINES).map("\n".join))


@given(TEXTS)
def test_lines_and_sections_cover_any_text_without_gaps(text: str) -> None:
    lines, sections = lines_of(text), sections_of(text, "T", "P")
    for spans in ([(line.start, line.end) for line in lines], [(part.start, part.end) for part in sections]):
        assert (spans[0][0], spans[-1][1]) == (0, len(text))
        assert all(left[1] == right[0] for left, right in pairwise(spans))


@given(TEXTS)
def test_neighbouring_sections_differ(text: str) -> None:
    sections = sections_of(text, "T", "P")
    assert all(
        (left.kind, left.title, left.publisher) != (right.kind, right.title, right.publisher)
        for left, right in pairwise(sections)
    )


UNITS = st.sampled_from(
    ["_a", " alt=", "© ", "by ", "a-", "{{", "](", "[a](b) ", "#a ", "sign up ", "we use ", " cookies", "read more: ",
     "Photo: A", "A/", "A ", "| ", "1 ", "- ", "·", "click here to ", "free ", "tag: ", "@a", "Getty ",
     "vor 3 ", ". ", "\xad"]
)  # fmt: skip


@given(st.lists(UNITS, min_size=1, max_size=3).map("".join), st.sampled_from([79, 99, 199, 399, 999, 100_000]))
def test_hostile_lines_are_read_in_linear_time(unit: str, length: int) -> None:
    """With a pattern that backtracks these would take for ever."""
    line = (unit * length)[:length]
    text = f"Related articles\n{line}!\n{line}"
    assert sections_of(text, line, "P")[-1].end == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "word " * 200_000,
        "Share\n" * 100_000,
        "Read next\n" + "2h ago\n" * 100_000,
        "Read next\n" + "Buses at night\n2h ago\n" * 50_000,
        "Read next\nBuses at night\nThe council voted.\n" * 30_000,
    ],
)
def test_long_texts_are_read_in_linear_time(text: str) -> None:
    assert sections_of(text, "T", "P")[-1].end == len(text)
