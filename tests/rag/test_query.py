"""What a question says besides its words: its parts, publishers and times."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.query import Publishers, Query, parts_of
from rag.text import stems

NAMES = ("Gazette | Sports", "Gazette | Travel", "Harbour.com", "Post", "The Evening Post", "新报")
PUBLISHERS = Publishers.of(NAMES)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Bus?", ("Bus?",)),
        ("", ("",)),
        ("Who runs the night bus and why?", ("Who runs the night bus and why?",)),
        (
            "Does the Gazette say that fares rise in Basel, while the Post says that fares fall in Bern?",
            ("Does the Gazette say that fares rise in Basel,", "while the Post says that fares fall in Bern?"),
        ),
        ("Was the bridge closed on May 3, 2024 in Ulm?", ("Was the bridge closed on May 3, 2024 in Ulm?",)),
        (
            "WHICH FIRM MOVED TO ULM IN MAY AND WHICH CITY BUILT NEW TRAM LINES?",
            ("WHICH FIRM MOVED TO ULM IN MAY", "AND WHICH CITY BUILT NEW TRAM LINES?"),
        ),
        ("Buses run late; trams wait. Who pays?", ("Buses run late; trams wait. Who pays?",)),
        ("Late buses run; do night trams wait? Who pays?", ("Late buses run;", "do night trams wait? Who pays?")),
    ],
)
def test_a_question_is_cut_into_clauses_of_three_stems(question: str, parts: tuple[str, ...]) -> None:
    assert parts_of(question) == parts


@given(
    st.lists(st.sampled_from(["bus", "tram", "night", "and", "fares", ",", ".", "while", "2024", "the"]), max_size=300)
)
def test_parts_are_the_whole_question_and_never_more_than_eight(words: list[str]) -> None:
    question = " ".join(words)
    parts = parts_of(question)
    assert " ".join(parts).split() == question.split()
    assert len(parts) <= 8
    assert len(parts) < 2 or all(len(stems(part)) >= 3 for part in parts)


@pytest.mark.parametrize(
    ("question", "groups"),
    [
        ("What do the Gazette and the Evening Post say?", [{0, 1}, {4}]),
        ("What does Gazette Travel say?", [{1}]),
        ("Is The Evening Post right, and the Post?", [{4}, {3}]),
        ("Who will post it to the gazette?", []),  # in lower case these are common words,
        ("who will post it to the gazette?", [{3}, {0, 1}]),  # unless nothing in the question has a capital
        ("WHAT DOES HARBOUR SAY?", [{2}]),
        ("What does Harbour.com say of Harbour?", [{2}]),
        ("Gazette, Post, Gazette", [{0, 1}, {3}]),
        ("Posted by Gazettes", []),
        ("Was sagt 新报 dazu?", [{5}]),
        ("Nobody says anything", []),
    ],
)
def test_publishers_are_found_by_their_names(question: str, groups: list[set[int]]) -> None:
    assert list(map(set, PUBLISHERS.named(question))) == groups


def test_without_publishers_nobody_is_named() -> None:
    assert Publishers.of(()).named("Gazette") == Publishers.of(("",)).named("Gazette") == ()


@pytest.mark.parametrize(
    ("name", "found"), [("gazette", {0, 1}), ("EVENING POST", {4}), ("harbour", {2}), ("Gaz", set()), ("", set())]
)
def test_a_publisher_may_be_called_by_a_short_name(name: str, found: set[int]) -> None:
    assert PUBLISHERS.called(name) == found


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("What happened on October 5, 2023?", "2023-10-05", "2023-10-05"),
        ("What happened in November?", "2023-11-01", "2023-11-30"),
        ("What happened last week?", "2023-12-11", "2023-12-17"),
        ("Who led it as of March 2023?", "2023-03-01", "2023-03-31"),
        ("What was said before October 5, 2023?", "2023-10-05", "2023-10-05"),
    ],
)
def test_times_are_understood_from_today(question: str, first: str, last: str) -> None:
    """Today is Thursday, 21 December 2023."""
    (time,) = Query.of(question, PUBLISHERS, "2023-12-21").times
    assert (time.first, time.last) == (first, last)


def test_without_a_day_only_what_is_complete_is_a_time() -> None:
    assert Query.of("Last week or in November?", PUBLISHERS, "").times == ()
    assert len(Query.of("In November 2023?", PUBLISHERS, "").times) == 1


def test_a_query_is_all_of_that() -> None:
    query = Query.of("What did the Post say in May 2023?", PUBLISHERS, "")
    assert (query.parts, query.publishers) == ((query.text,), (frozenset({3}),))
    assert [query.text[time.start : time.end] for time in query.times] == ["May 2023"]
