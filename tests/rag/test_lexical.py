"""BM25 with its arithmetic."""

import math
from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.lexical import LexicalIndex
from rag.text import stems

TEXTS = ("Night bus fares rise.", "Bus and bus driver.", "Trams run late today.")


def test_scores_are_bm25() -> None:
    """k1 = 1.5, b = 0.75, idf = ln(1 + (N - n + 0.5) / (n + 0.5)).

    Stems: night bus fare rise (4), bus bus driver (3), tram run late today (4): 11 / 3 on average. "Bus" is in two of
    three texts: idf = ln(1 + 1.5 / 2.5). Its weight is f / (f + k1 · (0.25 + 0.75 · length / average)).
    """
    idf = math.log(1 + 1.5 / 2.5)
    once_in_four = 1 / (1 + 1.5 * (0.25 + 0.75 * 4 * 3 / 11))
    twice_in_three = 2 / (2 + 1.5 * (0.25 + 0.75 * 3 * 3 / 11))
    rows, scores = zip(*LexicalIndex.build(TEXTS).search("bus", 3), strict=True)
    assert rows == (1, 0)
    assert scores == pytest.approx([idf * twice_in_three, idf * once_in_four], rel=1e-5)


TEXT = st.lists(st.sampled_from("night bus fare rise tram run late today".split()), min_size=1, max_size=9)


@given(st.lists(TEXT, min_size=1, max_size=9), TEXT)
def test_scores_are_those_of_the_reference(texts: list[list[str]], question: list[str]) -> None:
    reference = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    reference.index([stems(" ".join(text)) for text in texts], show_progress=False)
    known = [stem for stem in stems(" ".join(question)) if stem in reference.vocab_dict]
    wanted = reference.get_scores(known) if known else np.zeros(len(texts))
    found = dict(LexicalIndex.build([" ".join(text) for text in texts]).search(" ".join(question), len(texts)))
    assert [found.get(row, 0) for row in range(len(texts))] == pytest.approx(wanted.tolist(), rel=1e-5, abs=1e-7)


@given(st.lists(TEXT, max_size=5), st.lists(TEXT, max_size=5), st.data())
def test_joined_it_is_the_index_of_the_texts_of_both(
    old: list[list[str]], new: list[list[str]], data: st.DataObject
) -> None:
    """Some of the old texts are gone, the new ones stand anywhere among them."""
    both = [" ".join(text) for text in (*old, *new)]
    kept = sorted(data.draw(st.sets(st.integers(0, len(old) - 1)) if old else st.just(set())))
    slots = sorted(data.draw(st.lists(st.integers(0, len(kept)), min_size=len(new), max_size=len(new))))
    placed = [(place + 0.5, row) for place, row in enumerate(kept)]
    placed += [(slot, len(old) + row) for row, slot in enumerate(slots)]
    chosen = [row for _, row in sorted(placed)]
    parts = (LexicalIndex.build([" ".join(text) for text in texts]) for texts in (old, new))
    found = next(parts).joined(next(parts), np.array(chosen, np.int64))
    assert contents(found) == contents(LexicalIndex.build([both[row] for row in chosen]))


def contents(index: LexicalIndex) -> list[list[object]]:
    return [list(index.columns), *(getattr(index, name).tolist() for name in ("starts", "rows", "counts", "lengths"))]


def test_a_rare_word_outweighs_a_common_one() -> None:
    assert [row for row, _ in LexicalIndex.build(TEXTS).search("night bus", 3)] == [0, 1]


def test_words_without_meaning_and_unknown_words_find_nothing() -> None:
    index = LexicalIndex.build(TEXTS)
    assert index.search("what and which", 3) == []
    assert index.search("submarine", 3) == []
    assert index.search("", 3) == []


def test_only_so_many_rows_are_given_and_equals_keep_their_order() -> None:
    index = LexicalIndex.build(["same words"] * 4)
    assert [row for row, _ in index.search("same words", 3)] == [0, 1, 2]


def test_texts_without_words_are_found_by_nothing() -> None:
    index = LexicalIndex.build(["…", "the", "bus"])
    assert [row for row, _ in index.search("the bus …", 3)] == [2]
    assert LexicalIndex.build(["…"]).search("bus", 3) == []


def test_saved_and_loaded_it_finds_the_same(tmp_path: Path) -> None:
    index = LexicalIndex.build(TEXTS)
    index.save(tmp_path / "bm25")
    assert LexicalIndex.load(tmp_path / "bm25").search("night bus", 3) == index.search("night bus", 3)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6), st.text(max_size=30))
def test_scores_are_positive_and_fall(texts: list[str], question: str) -> None:
    scores = [score for _, score in LexicalIndex.build(texts).search(question, 10)]
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)
