"""BM25 with its arithmetic."""

import math
from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.fusion import best
from rag.lexical import LexicalIndex
from rag.text import stems

TEXTS = ("Night bus fares rise.", "Bus and bus driver.", "Trams run late today.")


def search(index: LexicalIndex, question: str, k: int) -> list[tuple[int, float]]:
    """The ``k`` best rows with their scores, those without any word of the question left out."""
    scores = index.scores(stems(question))
    return [(row, float(scores[row])) for row in best(scores, k).tolist()]


def test_scores_are_bm25() -> None:
    """k1 = 0.9, b = 0.4, idf = ln(1 + (N - n + 0.5) / (n + 0.5)).

    Stems: night bus fare rise (4), bus bus driver (3), tram run late today (4): 11 / 3 on average. "Bus" is in two of
    three texts: idf = ln(1 + 1.5 / 2.5). Its weight is f / (f + k1 · (0.6 + 0.4 · length / average)).
    """
    idf = math.log(1 + 1.5 / 2.5)
    once_in_four = 1 / (1 + 0.9 * (0.6 + 0.4 * 4 * 3 / 11))
    twice_in_three = 2 / (2 + 0.9 * (0.6 + 0.4 * 3 * 3 / 11))
    rows, scores = zip(*search(LexicalIndex.build(TEXTS), "bus", 3), strict=True)
    assert rows == (1, 0)
    assert scores == pytest.approx([idf * twice_in_three, idf * once_in_four], rel=1e-5)


TEXT = st.lists(st.sampled_from("night bus fare rise tram run late today".split()), min_size=1, max_size=9)


@given(st.lists(TEXT, min_size=1, max_size=9), TEXT)
def test_scores_are_those_of_the_reference_for_each_stem_once(texts: list[list[str]], question: list[str]) -> None:
    reference = bm25s.BM25(method="lucene", k1=0.9, b=0.4)
    reference.index([stems(" ".join(text)) for text in texts], show_progress=False)
    known = [stem for stem in dict.fromkeys(stems(" ".join(question))) if stem in reference.vocab_dict]
    wanted = reference.get_scores(known) if known else np.zeros(len(texts))
    found = LexicalIndex.build([" ".join(text) for text in texts]).scores(question)
    assert found.tolist() == pytest.approx(wanted.tolist(), rel=1e-5, abs=1e-7)


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
    assert [row for row, _ in search(LexicalIndex.build(TEXTS), "night bus", 3)] == [0, 1]


def test_words_without_meaning_and_unknown_words_find_nothing() -> None:
    index = LexicalIndex.build(TEXTS)
    assert search(index, "what and which", 3) == []
    assert search(index, "submarine", 3) == []
    assert search(index, "", 3) == []


def test_only_so_many_rows_are_given_and_equals_keep_their_order() -> None:
    index = LexicalIndex.build(["same words"] * 4)
    assert [row for row, _ in search(index, "same words", 3)] == [0, 1, 2]


def test_texts_without_words_are_found_by_nothing() -> None:
    index = LexicalIndex.build(["…", "the", "bus"])
    assert [row for row, _ in search(index, "the bus …", 3)] == [2]
    assert search(LexicalIndex.build(["…"]), "bus", 3) == []


def test_saved_and_loaded_it_finds_the_same(tmp_path: Path) -> None:
    index = LexicalIndex.build(TEXTS)
    index.save(tmp_path / "bm25")
    assert search(LexicalIndex.load(tmp_path / "bm25"), "night bus", 3) == search(index, "night bus", 3)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6), st.text(max_size=30))
def test_scores_are_positive_where_a_text_shares_a_stem_with_the_question(texts: list[str], question: str) -> None:
    index = LexicalIndex.build(texts)
    words = [set(stems(text)) & set(stems(question)) for text in texts]
    assert (index.scores(stems(question)) > 0).tolist() == list(map(bool, words))


def test_how_many_texts_hold_a_stem_is_known() -> None:
    assert LexicalIndex.build(TEXTS).frequencies() == {
        "bus": 2, "driver": 1, "fare": 1, "late": 1, "night": 1, "rise": 1, "run": 1, "today": 1, "tram": 1,
    }  # fmt: skip
