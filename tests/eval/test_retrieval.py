"""Each search is measured alone and together with the other, on questions that need no language model."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from rag.fusion import Recipe
from rag.index import Index
from rag.retriever import Retriever
from rag.types import Turn
from rag_eval.gold import GoldQuestion, Span
from rag_eval.harness import Report
from rag_eval.metrics import judge_record
from rag_eval.retrieval import Arm, measured, plain_arms
from rag_eval.sets import QuestionSet
from tests.eval.benchmark_files import multihop
from tests.eval.small_world import ARTICLES, EMBEDDER, FOLLOW_UP, HOW_MANY, MOON, index_of

WORDY = "How many people does Acme hire in Oslo for its trams?"
"""BM25 finds the article on Acme first, the embedder that on trams."""


def about(file: str, name: str) -> GoldQuestion:
    """The wordy question, to be answered from the second paragraph of this article."""
    text = ARTICLES[file]
    start = text.index("\n\n") + 2
    return replace(HOW_MANY, id=name, question=WORDY, spans=(Span(file, start, len(text), text[start:]),))


def figures(folder: Path, *questions: GoldQuestion, dense_weight: float = 0.5) -> dict[str, dict[str, float | None]]:
    """The values by arm and figure."""
    asked = QuestionSet("gold", questions, judge_record)
    arms = arms_of(asked, index_of(folder), dense_weight)
    return {name: {figure: rate.value for figure, rate in arm.rates().items()} for name, arm in arms.items()}


def arms_of(
    asked: QuestionSet, index: Index, dense_weight: float = 0.5, report: Report = lambda *_: None
) -> Mapping[str, Arm]:
    """The plain searches and the recipe."""
    return measured(asked, plain_arms(Recipe(dense_weight)), lambda recipe: Retriever(index, EMBEDDER, recipe), report)


def test_the_arms_rank_as_their_searches_do(tmp_path: Path) -> None:
    """One question is answered by the article that BM25 ranks first, two by the one that dense search ranks first.

    R@1 of BM25 is 1/3, of dense search 2/3; the reciprocal ranks are (1 + 1/2 + 1/2) / 3 and (1/2 + 1 + 1) / 3.
    """
    questions = about("acme.txt", "a"), about("trams.txt", "b"), about("trams.txt", "c")
    arms = figures(tmp_path, *questions, dense_weight=0.9)
    assert list(arms) == ["BM25", "dense", "both", "assistant"]
    firsts = {arm: (values["R@1 of spans"], values["RR@10 of spans"]) for arm, values in list(arms.items())[:3]}
    assert firsts == {
        "BM25": pytest.approx((1 / 3, 2 / 3)),
        "dense": pytest.approx((2 / 3, 5 / 6)),
        "both": pytest.approx((2 / 3, 5 / 6)),
    }


def test_both_searches_together_lie_where_the_weight_says(tmp_path: Path) -> None:
    question = about("acme.txt", "a")
    assert figures(tmp_path, question, dense_weight=0.1)["both"]["R@1 of spans"] == 1.0
    assert figures(tmp_path, question, dense_weight=0.9)["both"]["R@1 of spans"] == 0.0


def test_only_questions_that_stand_alone_and_have_an_answer_count(tmp_path: Path) -> None:
    follow_up = replace(FOLLOW_UP, history=(Turn("Where is Acme?", "Acme is in Oslo."),))
    asked = QuestionSet("gold", (HOW_MANY, MOON, follow_up), judge_record)
    arms = arms_of(asked, index_of(tmp_path))
    assert {rate.over for arm in arms.values() for rate in arm.rates().values()} == {1}


def test_a_question_asked_of_some_sources_is_searched_there(tmp_path: Path) -> None:
    """Within its one source, every search finds it first."""
    arms = figures(tmp_path, replace(about("trams.txt", "a"), sources=("trams.txt",)))
    assert [values["R@1 of spans"] for values in arms.values()] == [1.0] * 4


def test_no_question_has_no_figure(tmp_path: Path) -> None:
    assert figures(tmp_path, MOON) == {"BM25": {}, "dense": {}, "both": {}, "assistant": {}}


def test_a_benchmark_with_figures_of_its_own_is_measured_by_them(tmp_path: Path) -> None:
    """Each of the two facts stands in an article of its own; both articles are found, the null question is left out."""
    questions = multihop(tmp_path)
    index = Index.of(questions.documents, EMBEDDER, 64)
    for arm in arms_of(questions, index).values():
        assert {name: (rate.value, rate.over) for name, rate in arm.rates().items()} == {
            "Hits@4": (1.0, 1),
            "Hits@10": (1.0, 1),
            "MRR@10": (1.0, 1),
            "FactRecall@4": (1.0, 1),
            "FactRecall@10": (1.0, 1),
            "AllFacts@10": (1.0, 1),
            "document Recall@10": (1.0, 1),
        }


def test_progress_is_told_before_each_arm(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    asked = QuestionSet("gold", (HOW_MANY,), judge_record)
    arms_of(asked, index_of(tmp_path), report=lambda *stage: told.append(stage))
    names = ("BM25", "dense", "both", "assistant")
    assert told == [(f"Searching: {name}", number / 4) for number, name in enumerate(names)]
