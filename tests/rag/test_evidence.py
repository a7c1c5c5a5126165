"""Which sentences are worth reading first."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evidence import gather_evidence, term_overlaps
from rag.types import Evidence, FloatArray, Passage, ScoredPassage
from tests.rag.fakes import FakeEmbedder, scored


def gathered(question: str, passages: tuple[ScoredPassage, ...], embedder: FakeEmbedder) -> tuple[Evidence, ...]:
    def vectors(found: Passage) -> FloatArray:
        return embedder.embed([sentence.text for sentence in found.sentences])

    return gather_evidence(question, passages, vectors, embedder)


def test_passages_are_numbered_in_their_order() -> None:
    evidence = gathered("bus", scored("A bus.", "A tram."), FakeEmbedder("bus"))
    assert [(item.number, item.passage.doc_id) for item in evidence] == [(1, "a.txt"), (2, "b.txt")]


def test_the_best_three_sentences_come_first() -> None:
    """For "night bus", cosine plus overlap, where each word is in three and two of the five sentences:

    "The night bus" 1 + 1; "The bus" 1/√2 + its share; "At night" 1/√2 + a bigger share, as night is rarer.
    """
    text = "It rained today. The bus stopped. Here is the night bus. It came at night. Nobody left the bus."
    (item,) = gathered("night bus", scored(text), FakeEmbedder("night", "bus"))
    assert [s.text for s in item.sentences] == ["Here is the night bus.", "It came at night.", "The bus stopped."]


def test_equally_good_sentences_keep_their_order() -> None:
    (item,) = gathered("bus", scored("Trams run. Cars drive. Boats float."), FakeEmbedder("bus"))
    assert [s.text for s in item.sentences] == ["Trams run.", "Cars drive.", "Boats float."]


def test_no_passages_no_evidence_and_no_embedding() -> None:
    embedder = FakeEmbedder("bus")
    assert gathered("bus", (), embedder) == ()
    assert embedder.embedded == []


def test_an_overlong_question_is_read_as_far_as_possible() -> None:
    assert gathered("bus " * 1000, scored("A bus."), FakeEmbedder("bus"))[0].number == 1


def test_a_rare_word_weighs_more() -> None:
    """bus is in 2 of 3 texts: log2(1 + 3/2); night in 1 of 3: log2(1 + 3/1) = 2."""
    bus, night = math.log2(2.5), 2.0
    assert term_overlaps("night bus", ["A bus.", "A night bus.", "A tram."]) == pytest.approx(
        [bus / (bus + night), 1.0, 0.0]
    )


def test_a_question_without_words_in_the_texts_overlaps_with_nothing() -> None:
    assert term_overlaps("the submarine", ["A bus.", ""]) == [0.0, 0.0]


@given(st.text(), st.lists(st.text()))
def test_overlaps_are_shares(question: str, texts: list[str]) -> None:
    overlaps = term_overlaps(question, texts)
    assert len(overlaps) == len(texts)
    assert all(0 <= overlap <= 1 + 1e-9 for overlap in overlaps)
