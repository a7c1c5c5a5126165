"""Lines that were written without a grammar get the form that one would have given them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.claims import sentence_of
from rag.generators.mending import mended, mended_pieces
from rag.types import Piece


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("The bus is late.", ("The bus is late.",)),
        ("The bus is late [1].", ("The bus is late.",)),
        ("The bus is late.[1][2]", ("The bus is late.",)),
        ("The bus is late [1] [Passages 2 and 3]!", ("The bus is late!",)),
        ("- The bus is late.", ("The bus is late.",)),
        ("2. **The bus** is late.", ("The bus is late.",)),
        ("## `The bus` is late.", ("The bus is late.",)),
        ("The bus is late. [1] The tram is full [2].", ("The bus is late.", "The tram is full.")),
        ("Mr. B. Smith of Inc. Ulm waits. Dr. Berg, too.", ("Mr. B. Smith of Inc. Ulm waits.", "Dr. Berg, too.")),
        ("3.5 million people wait.", ("3.5 million people wait.",)),
        ("It costs 4.2 million [1], says the union.", ("It costs 4.2 million, says the union.",)),
    ],
)
def test_a_line_becomes_plain_sentences(written: str, wanted: tuple[str, ...]) -> None:
    assert mended(written) == wanted


def test_the_parser_reads_what_was_mended_and_not_what_was_written() -> None:
    written = "* The bus is late [1, 3]."
    assert sentence_of(written) is None
    assert sentence_of(*mended(written)) == "The bus is late."


@given(st.text(max_size=60))
def test_no_letter_or_digit_is_added(line: str) -> None:
    kept = [letter for letter in "".join(mended(line)) if letter.isalnum()]
    written = [letter for letter in line if letter.isalnum()]
    assert all(kept.count(letter) <= written.count(letter) for letter in kept)


@given(st.lists(st.sampled_from(["The bus", " is late", ".", " [1]", " [2]", "\n", "- ", "**"]), max_size=12))
def test_however_a_text_is_cut_into_pieces_it_is_mended_alike(parts: list[str]) -> None:
    def joined(pieces: list[str]) -> str:
        return "".join(piece.text for piece in mended_pieces(Piece(text, -0.1) for text in pieces))

    assert joined(parts) == joined(list("".join(parts)))


def test_a_line_in_good_form_keeps_its_pieces_and_comes_when_it_ends() -> None:
    pieces = [Piece("It is", -0.5), Piece(" late.", -0.25), Piece("\n", -0.125), Piece("No.", -1.0)]
    assert list(mended_pieces(pieces)) == [
        Piece(),
        Piece(),
        Piece("It is", -0.5),
        Piece(" late.", -0.25),
        Piece("", -0.125),
        Piece("\n"),
        Piece(),
        Piece("No.", -1.0),
    ]


def test_the_words_of_a_mended_line_share_its_mean() -> None:
    """(-0.5 - 0.1) / 2 = -0.3, for each of "Late" and " again."."""
    written = [piece for piece in mended_pieces([Piece("- Late", -0.5), Piece(" again.", -0.1)]) if piece.text]
    assert [piece.text for piece in written] == ["Late", " again."]
    assert [piece.log_probability for piece in written] == pytest.approx([-0.3, -0.3])
