"""Unknown words become the nearest that are known, if any is near."""

import pytest

from rag.spelling import Spelling, similar

SPELLING = Spelling.of({"bridg": 4, "bride": 9, "harbour": 2, "harbor": 3, "semiconductor": 1, "tram": 5, "2024": 8})


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("bridg", "bridg"),  # known
        ("brigd", "bridg"),  # a swap of neighbours is one error
        ("brid", "bride"),  # bridg and bride are one letter away, and bride is more frequent
        ("harbur", "harbor"),  # one letter away from both, and harbor is more frequent
        ("semicondcutro", "semiconductor"),  # two swaps in 13 letters
        ("harobru", "harobru"),  # two errors in seven letters are too many
        ("trm", "trm"),  # too short to tell
        ("20244", "20244"),  # a number is what it is
        ("zeppelin", "zeppelin"),
        ("", ""),
    ],
)
def test_a_word_is_corrected_when_another_is_near(word: str, found: str) -> None:
    assert SPELLING.corrected(word) == found


def test_nothing_known_corrects_nothing() -> None:
    assert Spelling.of({}).corrected("harbour") == "harbour"


def test_names_that_look_alike_are_found_in_any_case() -> None:
    names = ["Harbour Gazette", "Evening Post", "Valley News"]
    assert similar("harbor gazete", names)[0] == "Harbour Gazette"
    assert similar("xyzzy", names) == []
