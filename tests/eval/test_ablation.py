"""What each part of the recipe is worth: arms, their differences, seconds, failures."""

from dataclasses import replace
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from rich.console import Console

from rag.fusion import Recipe
from rag.index import Index
from rag.retriever import Retriever
from rag.settings import Settings
from rag_eval.ablation import WHOLE, Remembered, ablated, added, failures, latency, left_out, table
from rag_eval.gold import GoldQuestion, Span
from rag_eval.metrics import judge_record
from rag_eval.retrieval import DEPTH, measured, places_held
from rag_eval.sets import QuestionSet
from tests.eval.benchmark_files import multihop
from tests.eval.small_world import ARTICLES, EMBEDDER, HIRES, HOW_MANY, index_of
from tests.rag.fakes import FakeEmbedder

PAID = "The city paid 9 million francs."
_START = ARTICLES["trams.txt"].index(PAID)
BOTH = replace(
    HOW_MANY,
    id="both",
    question="How many people does Acme hire?",
    spans=(*HOW_MANY.spans, Span("trams.txt", _START, _START + len(PAID), PAID), Span("gone.txt", 0, 4, "Gone")),
)
"""One of its three places stands in the passage that is found first, one in the other, one in none."""


def asked(*questions: GoldQuestion) -> QuestionSet:
    return QuestionSet("gold", questions, judge_record)


def printed(*shown: object) -> str:
    text = StringIO()
    console = Console(file=text, width=300)
    for each in shown:
        console.print(each)
    return text.getvalue()


def test_parts_are_added_one_by_one_until_the_recipe_is_whole() -> None:
    steps = list(added(Recipe()).values())
    assert steps[0] == Recipe.plain(0.5)
    assert list(added(Recipe()).items())[-1] == (WHOLE, Recipe())
    changes = [
        sum(getattr(before, name) != getattr(after, name) for name in Recipe.__dataclass_fields__)
        for before, after in pairwise(steps)
    ]
    assert changes == [1] * (len(steps) - 1)


def test_each_arm_that_leaves_something_out_is_another() -> None:
    recipes = [*left_out(Recipe()).values(), Recipe()]
    assert len(set(recipes)) == len(recipes)


def test_a_remembered_text_is_not_embedded_again() -> None:
    embedder = FakeEmbedder("bus", "tram")
    remembered = Remembered(embedder)
    first = remembered.embed(["bus", "tram", "bus"])
    again = remembered.embed(["tram", "night"])
    assert embedder.embedded == ["bus", "tram", "night"]
    assert again[0].tolist() == first[1].tolist() == [0, 1, 0]
    assert (remembered.name, remembered.dimensions, remembered.max_tokens) == ("fake", 3, 64)
    assert remembered.count_tokens(["a bus"]) == [4]


def test_places_are_ranked_by_the_first_passage_that_holds_them(tmp_path: Path) -> None:
    found = Retriever(index_of(tmp_path), EMBEDDER, Recipe()).retrieve(BOTH.question, DEPTH)
    assert places_held(asked(BOTH), BOTH, [scored.passage for scored in found]) == [1, 2, None]


def test_recall_counts_the_places_that_the_first_passages_hold(tmp_path: Path) -> None:
    """One of three with one passage, two with two or more; of the other question the only one at once.

    Means: (1/3 + 1) / 2, then (2/3 + 1) / 2.
    """
    index = index_of(tmp_path)
    arms = measured(asked(BOTH, HOW_MANY), {"it": Recipe()}, lambda by: Retriever(index, EMBEDDER, by), lambda *_: None)
    assert arms["it"].recall() == pytest.approx([2 / 3] + [5 / 6] * (DEPTH - 1))


def test_the_table_shows_every_figure_and_the_paired_change(tmp_path: Path) -> None:
    """The first arm finds the place of one of two questions, the second arm nothing: 50 points less."""
    index = index_of(tmp_path)
    elsewhere = replace(HOW_MANY, id="elsewhere", spans=(Span("gone.txt", 0, 4, "Gone"),))
    questions = asked(HOW_MANY, elsewhere)
    arm = measured(questions, {"one": Recipe()}, lambda by: Retriever(index, EMBEDDER, by), lambda *_: None)["one"]
    other = arm.found["elsewhere"]
    worse = replace(arm, found={HOW_MANY.id: replace(other, passages=other.passages[1:]), "elsewhere": other})
    lines = printed(table({"one": arm, "two": worse}, {"two": "one"})).splitlines()
    header, first, second = (line for line in lines if "|" in line and "--" not in line)
    assert [cell.strip() for cell in header.split("|")][1:3] == ["arm", "R@1 of spans"]
    assert "change of R@5 of spans" in header
    assert "50.0 [0.0, 100.0]" in first
    assert second.split("|")[-2].strip() == "-50.0 [-100.0, +0.0], p 1.000"


def test_latency_is_told_by_stage(tmp_path: Path) -> None:
    index = index_of(tmp_path)
    arms = measured(asked(HOW_MANY), {"it": Recipe()}, lambda by: Retriever(index, EMBEDDER, by), lambda *_: None)
    (ranking,) = arms["it"].found.values()
    slow = replace(arms["it"], found={HOW_MANY.id: replace(ranking, seconds={"embedding": 0.02, "BM25": 0.0015})})
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in printed(latency(slow)).splitlines()]
    assert ["embedding", "20.0", "20.0"] in lines
    assert ["BM25", "1.5", "1.5"] in lines
    assert ["all", "21.5", "21.5"] in lines


def test_failures_name_the_ranks_of_the_places(tmp_path: Path) -> None:
    index = index_of(tmp_path)
    retriever = Retriever(index, EMBEDDER, Recipe())
    arms = measured(asked(HOW_MANY, BOTH), {"it": Recipe()}, lambda _: retriever, lambda *_: None)
    worst, first, second, third, *rest = failures(arms["it"], retriever, index.passages)
    assert worst == f"both (fact_number): {BOTH.question}"
    assert first == f"    chosen 1, BM25 1, dense 1, best part 1: “{HIRES}” (acme.txt)"
    assert second.startswith("    chosen 2, BM25 2, dense 2, best part 2: “The city paid")
    assert third == "    no candidate: “Gone” (gone.txt)"
    assert rest[0].startswith(HOW_MANY.id)


def test_all_of_it_is_printed_for_a_benchmark(tmp_path: Path) -> None:
    questions = multihop(tmp_path)
    index = Index.of(questions.documents, EMBEDDER, 64)
    arms, shown = ablated(questions, index, EMBEDDER, Settings.load(), lambda *_: None)
    assert list(arms) == ["BM25", "dense", *added(Recipe()), *left_out(Recipe())]
    text = printed(shown)
    assert "change of FactRecall@10" in text
    assert "95th percentile" in text
    assert all(len(arm.recall()) == DEPTH for arm in arms.values())
