"""Whose each passage is, and of when."""

from pathlib import Path

import numpy as np
import pytest

from rag.catalogue import Catalogue
from tests.rag.fakes import passage

GAZETTE = passage("A.", publisher="Gazette", published="2025-03-01")
POST = passage("B.", publisher="Post", published="2024-12-31")
NOBODY = passage("C.")


def contents(catalogue: Catalogue) -> tuple[object, ...]:
    return catalogue.names, catalogue.publishers.tolist(), catalogue.days.dtype, catalogue.days.tolist()


def test_publishers_are_numbered_in_the_order_of_their_names() -> None:
    catalogue = Catalogue.of([POST, NOBODY, GAZETTE, POST])
    assert (catalogue.names, catalogue.publishers.tolist()) == (("", "Gazette", "Post"), [2, 0, 1, 2])
    assert catalogue.by([1, 2]).tolist() == [True, False, True, True]
    assert catalogue.by([]).tolist() == [False] * 4


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("2025-03-01", "2025-03-01", [True, False, False]),
        ("2024-12-31", "2025-03-01", [True, True, False]),
        ("0001-01-01", "9999-12-31", [True, True, False]),
        ("2025-03-02", "2025-02-28", [False, False, False]),
    ],
)
def test_both_ends_of_a_range_belong_to_it_and_what_has_no_date_to_none(
    first: str, last: str, found: list[bool]
) -> None:
    assert Catalogue.of([GAZETTE, POST, NOBODY]).between(first, last).tolist() == found


def test_the_latest_day_is_known() -> None:
    assert Catalogue.of([POST, GAZETTE, NOBODY]).latest == "2025-03-01"
    assert Catalogue.of([NOBODY]).latest == Catalogue.of([]).latest == ""


@pytest.mark.parametrize("rows", [[2, 0, 1], [0], [1, 2], []])
def test_joined_it_is_the_catalogue_of_the_passages_of_both(rows: list[int]) -> None:
    both = [POST, NOBODY, GAZETTE]
    found = Catalogue.of(both[:2]).joined(Catalogue.of(both[2:]), np.array(rows, np.int64))
    assert contents(found) == contents(Catalogue.of([both[row] for row in rows]))


def test_saved_and_loaded_it_is_the_same(tmp_path: Path) -> None:
    catalogue = Catalogue.of([POST, NOBODY, GAZETTE])
    catalogue.save(tmp_path)
    assert contents(Catalogue.load(tmp_path)) == contents(catalogue)
