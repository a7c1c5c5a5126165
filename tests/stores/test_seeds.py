"""The same questions find the same passages in a folder and in a store, with the real articles and embedder."""

import json
from pathlib import Path

import pytest

from rag.embedder import SentenceTransformerEmbedder
from rag.index import Index
from rag.models import locate
from rag.retriever import Retriever
from rag.settings import Settings
from tests.stores.shelves import Store

QUESTIONS = 10


@pytest.fixture(scope="module")
def embedder() -> SentenceTransformerEmbedder:
    settings = Settings.load()
    return SentenceTransformerEmbedder.load(locate(settings.embedder, "embedder", settings.models_dir), threads=0)


@pytest.fixture(scope="module")
def seeds(embedder: SentenceTransformerEmbedder) -> Index:
    settings = Settings.load()
    return Index.build(settings.documents_dir, embedder, settings.passage_tokens)


@pytest.fixture(scope="module")
def questions() -> list[str]:
    """One question of the gold set from each of its kinds, as far as ten go."""
    gold = Path(__file__).parents[2] / "eval" / "gold" / "answerable.jsonl"
    rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    return list({row["kind"]: row["question"] for row in reversed(rows)}.values())[:QUESTIONS]


@pytest.mark.real
def test_the_same_questions_find_the_same_passages(
    store: Store, seeds: Index, embedder: SentenceTransformerEmbedder, questions: list[str]
) -> None:
    """With scores to the last bit: what decides is worked out by the same code from the same numbers."""
    store.put(seeds)
    settings = Settings.load()
    here, there = (Retriever.of(index, embedder, settings) for index in (seeds, store.open()))
    some = tuple(seeds.documents)[::3]
    assert len(questions) == QUESTIONS
    for question in questions:
        assert there.retrieve(question, 10) == here.retrieve(question, 10)
        assert there.retrieve(question, 10, some) == here.retrieve(question, 10, some)
