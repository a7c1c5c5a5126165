"""Scores are added as the recipe says, and passages chosen one after the other."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.fusion import Choice, Recipe, Scores, best, choices, scaled

PLAIN = Recipe.plain(0.5)


def scores(lexical: list[list[float]], dense: list[list[float]], publishers: list[list[bool]] | None = None) -> Scores:
    """Of as many passages as there are columns, the first of them published in a time that is named."""
    count = len(lexical[0])
    return Scores(
        np.arange(count),
        np.array(lexical),
        np.array(dense),
        np.array(publishers or [], np.bool_).reshape(-1, count),
        np.arange(count) == 0,
    )


def chosen(
    totals: list[float], articles: list[int], publishers: list[list[bool]] | None = None, **recipe: Any
) -> list[int]:
    groups = np.array(publishers or [], np.bool_).reshape(len(publishers or []), len(totals))
    penalties = {"same_article": 0.0, "turns": 0.0, **recipe}
    return [c.place for c in choices(np.array(totals), np.array(articles), groups, Recipe(**penalties))]


def test_a_score_is_the_mean_of_the_questions_and_of_its_best_parts() -> None:
    """Two passages; a question of two parts; the dense weight is 0.25.

    First: question 0.75 · 1 + 0.25 · 0.4 = 0.85; parts 0.75 · 0.2 + 0.25 · 1 = 0.4 and 0; mean of 0.85 and 0.4: 0.625.
    Second: question 0.75 · 0.4 + 0.25 · 1 = 0.55; parts 0.75 and 0.75 + 0.25 = 1; mean of 0.55 and 1: 0.775.
    """
    found = scores([[1, 0.4], [0.2, 1], [0, 1]], [[0.4, 1], [1, 0], [0, 1]])
    assert found.fused(Recipe(0.25, publisher=0, time=0)) == pytest.approx([0.625, 0.775])


def test_named_publishers_and_times_are_a_bonus() -> None:
    """Both of a group in the first, the second group in both, none in the third; the first in time."""
    found = scores([[0, 0, 0]] * 2, [[0, 0, 0]] * 2, [[True, False, False], [True, True, False]])
    assert found.fused(Recipe(publisher=0.2, time=0.1)) == pytest.approx([0.3, 0.2, 0.0])
    assert found.fused(PLAIN).tolist() == [0, 0, 0]


def test_scores_can_be_taken_of_some_passages() -> None:
    found = scores([[1, 2, 3]] * 2, [[4, 5, 6]] * 2, [[True, False, True]]).at(np.array([2, 0]))
    assert (found.rows.tolist(), found.lexical[0].tolist(), found.dense[1].tolist()) == ([2, 0], [3, 1], [6, 4])
    assert (found.publishers.tolist(), found.in_time.tolist()) == ([[True, True]], [False, True])


def test_without_penalties_the_order_is_that_of_the_scores_and_of_equals_the_first() -> None:
    assert chosen([0.5, 0.9, 0.5, 0.7], [0, 0, 0, 0]) == [1, 3, 0, 2]


def test_passages_of_an_article_fall_back_by_each_that_was_chosen_before() -> None:
    """Article 7 has 0.90, 0.89, 0.88; the other 0.875. After two of article 7 its third is worth 0.88 - 2 · 0.01."""
    assert chosen([0.90, 0.89, 0.88, 0.875], [7, 7, 7, 3], same_article=0.01) == [0, 1, 3, 2]


def test_a_choice_tells_its_score_and_its_penalty() -> None:
    found = choices(np.array([0.9, 0.8]), np.array([0, 0]), np.zeros((0, 2), np.bool_), Recipe(same_article=0.25))
    assert list(found) == [Choice(0, 0.9, 0.0), Choice(1, 0.8, 0.25)]


def test_named_publishers_take_turns() -> None:
    """A has 0.9, 0.85, 0.84, B 0.8 and 0.5, nobody 0.6. After one of A the next of A is one ahead: 0.85 - 0.1 < 0.8.

    Then both have one: 0.85, then 0.84 - 0.1 = 0.74 before 0.6. B's 0.5 is not helped: only who is ahead falls back.
    """
    groups = [[True, True, True, False, False, False], [False, False, False, True, True, False]]
    assert chosen([0.9, 0.85, 0.84, 0.8, 0.5, 0.6], [0, 1, 2, 3, 4, 5], groups, turns=0.1) == [0, 3, 1, 2, 5, 4]


def test_a_publisher_that_has_nothing_more_is_not_waited_for() -> None:
    """B has one passage; once it is chosen, those of A come before what nobody asked for, however many they are."""
    groups = [[True, True, True, False, False], [False, False, False, True, False]]
    assert chosen([0.9, 0.8, 0.7, 0.85, 0.65], [0, 1, 2, 3, 4], groups, turns=0.1) == [0, 3, 1, 2, 4]


def test_one_publisher_alone_takes_no_turns() -> None:
    assert chosen([0.9, 0.8, 0.75], [0, 1, 2], [[True, True, False]], turns=0.5) == [0, 1, 2]


def test_nothing_to_choose_from_chooses_nothing() -> None:
    assert chosen([], []) == []


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), st.booleans(), st.booleans()), max_size=12))
def test_every_passage_is_chosen_once(passages: list[tuple[float, int, bool, bool]]) -> None:
    totals, articles = [total for total, *_ in passages], [article for _, article, *_ in passages]
    groups = [[named[group] for _, _, *named in passages] for group in (0, 1)]
    found = chosen(totals, articles, groups, same_article=0.02, turns=0.1)
    assert sorted(found) == list(range(len(passages)))


@given(st.lists(st.floats(-1, 1), max_size=9), st.integers(0, 9))
def test_the_best_are_those_that_sorting_gives(values: list[float], count: int) -> None:
    order = sorted((row for row, value in enumerate(values) if value > 0), key=lambda row: -values[row])
    assert best(np.array(values), count).tolist() == order[:count]


def test_scaling_nothing_gives_nothing() -> None:
    assert scaled(np.zeros((2, 0), np.float32)).shape == (2, 0)
