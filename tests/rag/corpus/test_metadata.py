"""Title, publisher and date, in the shapes that articles give them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.metadata import Metadata, read_metadata


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("A bridge opens\n\nThe mayor came.", "A bridge opens"),
        ("\n\n  A bridge opens  \nThe mayor came.", "A bridge opens"),
        ("How_the_bridge_was_built\n\nA bridge opens\n\nThe mayor came.", "A bridge opens"),
        ("\ufeff# A bridge opens\n", "A bridge opens"),
        ("**A bridge opens**\nThe mayor came.", "A bridge opens"),
        ("All about C#", "All about C#"),
        ("Advertisement\nA bridge opens", "A bridge opens"),
        ("Advertisement", "a.txt"),
        ("word " * 40, "word " * 15 + "word …"),  # 16 words take 79 of 80 characters
        ("A" * 200, "A" * 80 + " …"),
    ],
)
def test_the_title_is_the_first_line_of_the_story(text: str, title: str) -> None:
    assert read_metadata(text, "a.txt").title == title


@pytest.mark.parametrize(
    ("lines", "publisher"),
    [
        ("This article originally appeared in the Harbour Gazette (HG), the oldest.", "Harbour Gazette"),
        ("Originally published by Northern Post.", ""),  # the notice is part of a sentence
        ("It was originally published by Northern Post.", "Northern Post"),
        ("Copyright © 2025 Harbour Gazette Publishers Ltd. All rights reserved.", "Harbour Gazette"),
        ("Copyright (c) 2025. Harbour Gazette Media. All rights reserved.", "Harbour Gazette"),
        ("© 2019-2025 Northern Post", "Northern Post"),
        ("By Jane Doe", "Jane Doe"),
        ("Nothing is told.", ""),
    ],
)
def test_publishers(lines: str, publisher: str) -> None:
    assert read_metadata(f"A bridge opens\n{lines}\nThe mayor came.", "a.txt").publisher == publisher


def test_a_notice_of_first_publication_counts_more_than_a_copyright_line() -> None:
    text = "A bridge opens\n© 2025 Portal\nIt originally appeared in the Harbour Gazette."
    assert read_metadata(text, "a.txt").publisher == "Harbour Gazette"


def test_a_headline_is_no_byline() -> None:
    assert read_metadata("By royal appointment\nThe mayor came.", "a.txt").publisher == ""


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("2025-02-27", "2025-02-27"),
        ("2025-02-27 10:30", "2025-02-27"),
        ("February 27, 2025", "2025-02-27"),
        ("Feb. 27, 2025 at 10:30 AM", "2025-02-27"),
        ("Sept 3, 2025", "2025-09-03"),
        ("27 February 2025", "2025-02-27"),
        ("Published: May 3, 2025", "2025-05-03"),
        ("Updated on 3 May 2025", "2025-05-03"),
        ("2025-02-30", ""),
        ("Maybe 5, 2025", ""),
        ("On May 3, 2025 the mayor opened the bridge.", ""),
        ("27 February 2025 was the day on which the mayor came.", ""),
    ],
)
def test_dates(line: str, published: str) -> None:
    assert read_metadata(f"A bridge opens\n{line}\nThe mayor came.", "a.txt").published == published


def test_a_date_far_down_is_not_the_date_of_the_article() -> None:
    text = "\n".join(["A bridge opens", *["The mayor came."] * 8, "2025-02-27"])
    assert read_metadata(text, "a.txt") == Metadata("A bridge opens", "", "")


@given(st.text())
def test_every_text_has_a_title_of_one_line(text: str) -> None:
    title = read_metadata(text, "a.txt").title
    assert title
    assert "\n" not in title
    assert len(title) <= 160
