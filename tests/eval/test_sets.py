"""A limit draws from every kind in proportion, and the same questions every time."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InvalidInput
from rag_eval.gold import GoldQuestion, Split
from rag_eval.sets import half_of, select


def questions(kinds: str, split: Split = "test") -> list[GoldQuestion]:
    """One question for each letter, which is its kind."""
    return [GoldQuestion(f"{kind}{number}", kind, split, "Who?", False) for number, kind in enumerate(kinds)]


@pytest.mark.parametrize(
    ("split", "limit", "expected"),
    [
        ("all", None, "x0 x1 x2 x3 x4 y0 y1"),
        ("test", None, "x0 x1 x2 x3 x4"),
        ("train", None, "y0 y1"),
        ("test", 3, "x0 x1 x3"),  # 0, 5 / 3, 10 / 3
        ("test", 1, "x0"),
        ("test", 99, "x0 x1 x2 x3 x4"),
    ],
)
def test_a_limit_is_spread_evenly_over_the_split(split: str, limit: int | None, expected: str) -> None:
    gold = [*questions("xxxxx"), *questions("yy", split="train")]
    assert " ".join(question.id for question in select(gold, split, limit)) == expected


def test_kinds_are_drawn_from_in_proportion_and_the_order_of_the_set_stays() -> None:
    """By kind the twelve questions are a0 a2 a4 a6 a8 a10 b1 b3 b5 b7 c9 c11; places 0, 2, 4, 6, 8, 10 are drawn."""
    drawn = select(questions("ababababacac"), "all", 6)
    assert [question.id for question in drawn] == ["a0", "b1", "a4", "b5", "a8", "c9"]


@given(kinds=st.text("abcde", min_size=1, max_size=60), limit=st.integers(1, 70))
def test_no_kind_gets_more_or_less_than_its_rounded_share(kinds: str, limit: int) -> None:
    """With n questions and k drawn, a kind with m of them is due m * k / n; one with m >= n / k is due at least one."""
    count = min(limit, len(kinds))
    drawn = Counter(question.kind for question in select(questions(kinds), "all", limit))
    assert drawn.total() == count
    for kind, size in Counter(kinds).items():
        due = size * count
        assert due // len(kinds) <= drawn[kind] <= -(-due // len(kinds))


@given(kinds=st.text("abc", min_size=1, max_size=40), limit=st.integers(1, 50))
def test_what_is_drawn_is_a_part_of_the_set_in_its_order(kinds: str, limit: int) -> None:
    gold = questions(kinds)
    places = [gold.index(question) for question in select(gold, "all", limit)]
    assert places == sorted(set(places))


def test_a_split_without_questions_is_refused() -> None:
    with pytest.raises(InvalidInput, match="None of the 2 questions is of the split 'train'"):
        select(questions("ab"), "train")


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_asks_nothing_is_refused(limit: int) -> None:
    with pytest.raises(InvalidInput, match=f"Limit {limit} asks nothing"):
        select(questions("a"), "all", limit)


def test_an_unknown_split_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Unknown split 'dev'; choose one of train, test, all"):
        select(questions("a"), "dev")


def test_the_halves_are_told_apart_by_the_hash_of_the_id() -> None:
    asked = questions("xxxxxxxx")
    bits = [hashlib.sha256(question.id.encode()).digest()[-1] % 2 for question in asked]
    assert half_of(asked, "fit") == tuple(q for q, bit in zip(asked, bits, strict=True) if bit == 0)
    assert half_of(asked, "report") == tuple(q for q, bit in zip(asked, bits, strict=True) if bit == 1)
    assert 0 < sum(bits) < 8


def test_other_questions_do_not_change_the_half_of_a_question() -> None:
    asked = questions("x" * 50)
    assert set(half_of(asked[10:20], "fit")) <= set(half_of(asked, "fit"))
    assert len(half_of(asked, "fit")) + len(half_of(asked, "report")) == 50


def test_an_unknown_half_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Unknown half 'best'; choose one of fit, report"):
        half_of(questions("x"), "best")
