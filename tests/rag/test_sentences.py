"""Vectors of sentences, and of passages that are made of them."""

import numpy as np
import pytest

from rag.ragged import Ragged
from rag.sentences import Vectors, embedded_texts, nearest_sentences, passage_vectors
from tests.rag.fakes import passage

EAST, NORTH, NOTHING = [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]
TEXTS = Ragged(
    # title and sentences of three passages: the second has no title
    np.array([NORTH, EAST, EAST, NOTHING, EAST, NORTH, EAST, NORTH], np.float16),
    np.array([3, 6, 8]),
)


def test_the_title_is_the_first_text_even_if_it_is_empty() -> None:
    assert embedded_texts(passage("A bus. A tram.", title="Lines")) == ("Lines", "A bus.", "A tram.")
    assert embedded_texts(passage("A bus.")) == ("", "A bus.")


def test_a_passage_is_the_mean_of_its_sentences_and_half_its_title() -> None:
    """First: (1, 0) + (0, 1) / 2; second: (1, 1) / √2 without a title; third: (0, 1) + (1, 0) / 2; all of length 1."""
    half = 5**-0.5
    wanted = np.array([[2 * half, half], [2**-0.5, 2**-0.5], [half, 2 * half]])
    assert Vectors.of(TEXTS).passages == pytest.approx(wanted, abs=1e-6)
    assert passage_vectors(TEXTS, np.array([2, 0])) == pytest.approx(wanted[[2, 0]], abs=1e-6)


def test_a_passage_is_as_near_as_its_nearest_sentence_whatever_its_title() -> None:
    north = np.array([NORTH], np.float32)
    assert nearest_sentences(TEXTS, np.array([0, 1, 2]), north).tolist() == [[0.0, 1.0, 1.0]]
    both = np.array([EAST, NORTH], np.float32)
    assert nearest_sentences(TEXTS, np.array([2, 0]), both).tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_vectors_are_made_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Vectors.of(TEXTS).passages
    monkeypatch.setattr("rag.sentences._AT_ONCE", 2)
    assert Vectors.of(TEXTS).passages.tobytes() == whole.tobytes()


def test_joined_vectors_are_copied_from_both() -> None:
    found = Vectors.of(TEXTS).joined(Vectors.of(TEXTS), np.array([5, 0]))
    assert [found.texts[row].tolist() for row in (0, 1)] == [[EAST, NORTH], [NORTH, EAST, EAST]]
    assert found.passages.tolist() == Vectors.of(TEXTS).passages[[2, 0]].tolist()


def test_no_passages_have_no_vectors() -> None:
    nothing = Vectors.of(Ragged(np.empty((0, 2), np.float16), np.empty(0, np.int64)))
    assert nothing.passages.shape == (0, 2)
    none = np.empty(0, np.int64)
    assert passage_vectors(TEXTS, none).shape == (0, 2)
    assert nearest_sentences(TEXTS, none, np.array([EAST], np.float32)).shape == (1, 0)
