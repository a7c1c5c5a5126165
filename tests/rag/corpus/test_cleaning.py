"""Story, teasers and boilerplate; in doubt a line is story."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.cleaning import lines_of, sections_of
from rag.types import Section


def marked(text: str) -> list[tuple[str, str, str, str]]:
    """Each section as (kind, title, publisher, its lines joined by |)."""
    return [
        (s.kind, s.title, s.publisher, "|".join(filter(None, map(str.strip, text[s.start : s.end].split("\n")))))
        for s in sections_of(text, "Own title", "Own paper")
    ]


def kinds(text: str) -> dict[str, str]:
    """The kind of each line that holds text."""
    sections = sections_of(text, "", "")

    def kind(start: int) -> str:
        return next(s.kind for s in sections if s.start <= start < s.end)

    return {line.text: kind(line.start) for line in lines_of(text) if line.text}


STORY = "The mayor opened the bridge on Friday."


@pytest.mark.parametrize(
    "line",
    [
        "Leave a Reply",
        "Leave a comment",
        "Post a Comment »",
        "Comments",
        "Comments (12)",
        "No comments yet...",
        "Your email address will not be published. Required fields are marked *",
        "댓글 쓰기",
        "评论",
        "Back To Top",
        "Advertisement",
        "Read more »",
        "Share",
        "Share this article on Facebook",
        "Tweet",
        "Copy link",
        "Follow us on X",
        "Sign up for our newsletter",
        "Download our app",
        "Try Our AI Features",
        "Explore what Daily8 AI can do for you:",
        "Get the facts with Knowledge, a platform brought to you by our award-winning team.",
        "This site works better when you accept all cookies.",
        "© Reuters",
        "Copyright © 2025 Example Media Ltd.",
        "Copyright (c) 2025. Example Publishers Ltd. All rights reserved.",
        "(c) 2025 Example",
        "Copyright 2024, Example",
        "Disclaimer",
        "Disclaimer: this is no advice to invest.",
        "免責聲明:投資有風險",
        "How_the_bridge_was_built",
        "how-the-bridge-was-built",
        "* * *",
        "______",
        "![]() |",
        "The bridge alt=The bridge>",
    ],
)
def test_boilerplate(line: str) -> None:
    assert kinds(f"{STORY}\n\n{line}\n\n{STORY} It rained.")[line] == "boilerplate"


@pytest.mark.parametrize(
    "line",
    [
        "Share prices fell 3%.",
        "By 2030 prices will double.",
        "By the river",  # a heading, too far below the headline for a byline
        "Comments by the minister caused outrage.",
        "Copyright law changed in May.",
        "Copyright holders sued the company.",
        "(c) the committee decides on its own.",
        "Disclaimers fill the first page of the report.",
        "Disclaimer rules were tightened in May.",
        "Read more books, the minister said.",
        "Print runs have halved since 2010.",
        "Explore the features of the law that parliament passed in May.",
        "Get the newsletter of the church, the vicar said, and you will know.",
        "Leave a comment unanswered. That is what he did.",
        "Advertisement spending rose by a fifth.",
        "state-of-the-art",
        "2025-02-27",
        "We follow us and them.",
        "42",
        "She reserved all rights to the name, and nobody asked. " * 20 + "All rights reserved.",
    ],
)
def test_what_must_stay_in_the_story(line: str) -> None:
    below_the_head = "\n\n".join([STORY] * 6)
    assert kinds(f"{below_the_head}\n\n{line}")[line] == "body"


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


def test_teasers_are_stories_of_their_own() -> None:
    text = (
        f"{STORY}\nRelated Articles\n\n\nHarbour Gazette\n4 minutes ago\n- Harbour Gazette\nBuses at night\n"
        "The council voted.\n\nNorthern Post\nan hour ago\n- The Northern Post\nTaxis by day\nThe union counted."
    )
    assert [section for section in marked(text) if section[0] != "boilerplate"] == [
        ("body", "Own title", "Own paper", STORY),
        ("teaser", "Buses at night", "Harbour Gazette", "Buses at night|The council voted."),
        ("teaser", "Taxis by day", "The Northern Post", "Taxis by day|The union counted."),
    ]


@pytest.mark.parametrize(
    ("heading", "opening", "publisher"),
    [
        ("Related articles:", "2 hours ago", ""),
        ("— You may also like —", "Northern Post\nYesterday", "Northern Post"),
        ("More from Harbour Gazette", "Published 3 days ago", ""),
        ("Recommended stories", "Northern Post\n5h ago", "Northern Post"),
        ("Latest news", "1 month ago\n· The Post", "The Post"),
        ("Related Articles", "Northern Post\n\n4 minutes ago\n\n- The Post\n", "The Post"),
        ("Related Articles", "4 minutes ago\nAdvertisement", ""),
    ],
)
def test_teasers_of_many_shapes(heading: str, opening: str, publisher: str) -> None:
    found = marked(f"{STORY}\n{heading}\n{opening}\nBuses at night\nThe council voted.")
    assert found[-1] == ("teaser", "Buses at night", publisher, "Buses at night|The council voted.")


def test_a_teaser_without_a_publisher_does_not_take_that_of_the_one_before() -> None:
    first, second = "Post\n1 day ago\nBuses\nThe council voted.", "2 days ago\nTaxis\nThe union counted."
    text = f"{STORY}\nRelated Articles\n{first}\n\n{second}"
    teasers = [(title, publisher) for kind, title, publisher, _ in marked(text) if kind == "teaser"]
    assert teasers == [("Buses", "Post"), ("Taxis", "")]


def test_an_age_in_the_story_opens_no_teaser() -> None:
    assert set(kinds(f"{STORY}\n\n4 minutes ago\n\nNobody knew.").values()) == {"body"}


def test_the_story_goes_on_below_a_heading_without_teasers() -> None:
    assert marked(f"{STORY}\n\nYou may also like\n\nThe bridge is long.")[-1] == (
        "body",
        "Own title",
        "Own paper",
        "The bridge is long.",
    )


LINES = st.sampled_from(
    ["", " ", STORY, "Related Articles", "4 minutes ago", "- Post", "Post", "Comments", "by time news", "share", "# A"]
)
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


@pytest.mark.parametrize("line", ["_a" * 2_000 + "!", "alt=" * 2_000, "© " * 2_000, "by " * 2_000, "a-" * 2_000])
def test_hostile_lines_are_read_in_linear_time(line: str) -> None:
    """With a pattern that backtracks these would take for ever."""
    assert sections_of(line, "T", "P")[-1].end == len(line)
