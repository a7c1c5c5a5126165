"""What a reviewer is offered: worked examples, and round trips."""

import doctest
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag_eval import proposals
from rag_eval.gold import GoldQuestion, Span, judge
from rag_eval.proposals import next_id, places_of, propose_kind, propose_patterns, propose_split, surroundings

WORDS = st.lists(st.text("abcdé1.(", min_size=1, max_size=4), min_size=1, max_size=6)


def question(number: int, kind: str = "fact_name", split: str = "train") -> GoldQuestion:
    return GoldQuestion(f"{kind}-{number:03}", kind, "train" if split == "train" else "test", f"Q{number}?", True)


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(proposals).failed == 0


@pytest.mark.parametrize(
    ("asked", "answer", "expected"),
    [
        ("How many does it hire?", "It hires 1,200 people.", "{n:1200}"),
        ("How much does it cost?", "It costs 4.2 million euros.", "{n:4200000}"),
        ("How much does it cost?", "It costs 10k.", "{n:10000}"),
        ("What share works at night?", "About 12.5 per cent, up from 8%.", "{p:12.5} & {p:8}"),
        ("When does it open?", "It opens in Nov. 2025 or May 2026.", "{m:2025-11} & {m:2026-05}"),
        ("Which market grew?", "The market of 2025 grew.", "{n:2025}"),
        ("Where is Acme?", "Acme is in Oslo, near Oslo's port.", "Oslo"),
        ("Who leads Acme?", "Ana-Maria Ruiz leads Acme.", r"Ana\-Maria"),
        ("How many does Acme hire in 2025?", "Acme hires 120 in 2025.", "{n:120}"),
        ("Is Acme or Globex older?", "Acme is older than Globex.", "Acme & Globex"),
        ("Is it so?", "yes", ""),
    ],
)
def test_values_and_names_that_the_question_lacks_become_patterns(asked: str, answer: str, expected: str) -> None:
    assert proposals.shown(propose_patterns(asked, answer)) == expected


@pytest.mark.parametrize(
    "answer",
    [
        "It costs 4.2 million euros, 12.5 per cent more than in November 2025.",
        "Ana-Maria O’Neil of Globex’s board hired 10k people.",
        "Between 1,000,000 and 2 billion.",
    ],
)
def test_an_answer_passes_the_patterns_proposed_for_it(answer: str) -> None:
    asked = replace(question(1), answer=answer, required=propose_patterns("", answer))
    assert asked.required
    assert judge(asked, answer, abstained=False) == "correct"


@given(st.lists(st.lists(st.text("ab{}|&", min_size=1, max_size=5), min_size=1, max_size=3), min_size=1, max_size=3))
def test_patterns_come_back_from_the_line_that_shows_them(groups: list[list[str]]) -> None:
    expected = tuple(tuple(group) for group in groups)
    clash = {"&", "|"} & {pattern for group in groups for pattern in group}
    assert clash or proposals.parsed(proposals.shown(expected)) == expected


@pytest.mark.parametrize(
    ("answerable", "follows", "answer", "kind"),
    [
        (False, True, "", "near_miss_fact"),
        (True, True, "120", "follow_up"),
        (True, False, "It opens in May 2026 with 120 people.", "fact_date"),
        (True, False, "8% of all", "fact_number"),
        (True, False, "Ana Ruiz", "fact_name"),
    ],
)
def test_the_kind_is_that_of_the_first_value(answerable: bool, follows: bool, answer: str, kind: str) -> None:
    assert propose_kind(answerable, follows, answer) == kind


def test_the_split_evens_out_the_kind() -> None:
    one = [question(1, split="train"), question(2, "list", "test"), question(3, "list", "test")]
    assert [propose_split(kind, one) for kind in ("fact_name", "list", "teaser")] == ["test", "train", "train"]


def test_an_id_follows_the_highest_of_its_kind() -> None:
    assert next_id("fact_name", [question(2), question(9, "fact_date")]) == "fact_name-003"
    assert next_id("list", [question(2)]) == "list-001"


@given(WORDS, st.lists(st.sampled_from([" ", "\n", "  \n\t"]), min_size=5, max_size=5))
def test_words_are_found_however_they_are_spaced(words: list[str], gaps: list[str]) -> None:
    quote = words[0] + "".join(gap + word for gap, word in zip(gaps, words[1:], strict=False))
    text = f"Before: {quote} – after."
    places = places_of(" ".join(words), {"acme.txt": text})
    assert Span("acme.txt", 8, 8 + len(quote), quote) in places
    for span in places:
        span.check(text)


def test_words_that_occur_in_two_articles_have_two_places() -> None:
    found = places_of("Oslo", {"a.txt": "Oslo", "b.txt": "in Oslo"})
    assert [(span.file, span.start, span.end) for span in found] == [("a.txt", 0, 4), ("b.txt", 3, 7)]


def test_blanks_have_no_place() -> None:
    assert places_of("  ", {"a.txt": "a b"}) == ()


def test_a_place_is_shown_within_its_surroundings() -> None:
    text = "The office\nis in Oslo, near the port."
    assert surroundings(Span("a.txt", 17, 21, "Oslo"), text, 6) == "is in »Oslo«, near"
