"""Lines that are boilerplate by their wording, and lines of stories that look like them.

The files in ``lines`` hold one line of text in each of their lines, in twelve languages; ``innocent.txt`` holds
the text.
"""

from pathlib import Path

import pytest

from rag.corpus.boilerplate import is_boilerplate

FILES = {path.stem: path.read_text(encoding="utf-8").splitlines() for path in Path(__file__).parent.glob("lines/*.txt")}
INNOCENT = FILES.pop("innocent")


@pytest.mark.parametrize("sort", sorted(FILES))
def test_boilerplate(sort: str) -> None:
    assert [line for line in FILES[sort] if not is_boilerplate(line)] == []
    assert len(FILES[sort]) > 40


def test_what_must_stay_in_the_story() -> None:
    assert [line for line in INNOCENT if is_boilerplate(line)] == []
    assert len(INNOCENT) > 120


@pytest.mark.parametrize(
    "line",
    [
        "How_the_bridge_was_built",
        "how-the-bridge-was-built",
        "* * *",
        "______",
        "![]() |",
        "The bridge alt=The bridge>",
        "Morning email {{ #errors }} {{ message }} {{ /errors }}",
        "김철수 기자 chulsoo@example.org",
    ],
)
def test_what_markup_leaves_behind(line: str) -> None:
    assert is_boilerplate(line)


@pytest.mark.parametrize(
    "line", ["", "The bridge alt=The bridge", "Write {{ name }} here.", "[Minutes](a) and [plans](b)"]
)
def test_what_is_no_such_leftover(line: str) -> None:
    assert not is_boilerplate(line)


def test_a_mark_counts_only_in_a_line_that_quotes_nobody() -> None:
    assert is_boilerplate("Prices may differ. We may earn a commission.")
    assert not is_boilerplate('"We may earn a commission," the page said.')


def test_a_long_line_is_text_whatever_it_holds() -> None:
    sentence = "She reserved all rights to the name. "
    assert is_boilerplate(sentence + "All rights reserved.")
    assert not is_boilerplate(sentence * 30 + "All rights reserved.")
