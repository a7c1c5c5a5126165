"""Two invented articles, their index, questions about them, and what models that are fakes answer."""

from dataclasses import replace
from pathlib import Path

from rag.index import Index
from rag.settings import Settings
from rag_eval.gold import GoldQuestion, Span
from rag_eval.systems import Parts
from tests.rag.fakes import FakeEmbedder, FakeGenerator

HIRES = "Acme hires 120 people in Oslo."
ARTICLES = {
    "acme.txt": f"Acme grows\n\n{HIRES} The office opens in March 2026.",
    "trams.txt": "Trams in Basel\n\nTrams in Basel grow to 43 metres. The city paid 9 million francs.",
}
EMBEDDER = FakeEmbedder("trams")
"""Knows trams and nothing else: whatever is asked about them, it finds the article on trams."""

_START = ARTICLES["acme.txt"].index(HIRES)
HOW_MANY = GoldQuestion(
    id="fact_number-001",
    kind="fact_number",
    split="test",
    question="How many people does Acme hire in Oslo?",
    answerable=True,
    answer=HIRES,
    required=(("{n:120}",),),
    spans=(Span("acme.txt", _START, _START + len(HIRES), HIRES),),
)
MOON = GoldQuestion("other_topic-001", "other_topic", "test", "Who runs the buses on the Moon?", answerable=False)
"""Refused before the model is asked: no article names the Moon."""
TRAINING = replace(HOW_MANY, id="fact_number-002", split="train", question="How many people did Acme hire in Oslo?")
FOLLOW_UP = replace(HOW_MANY, id="follow_up-001", kind="follow_up", question="How many people does it hire?")


def write_articles(folder: Path) -> Path:
    """The folder, with the articles in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def index_of(folder: Path) -> Index:
    """The index of the articles, written to ``folder``; each is one passage."""
    return Index.build(write_articles(folder), EMBEDDER, Settings.load().passage_tokens)


def right() -> FakeGenerator:
    """A model that answers ``HOW_MANY`` rightly."""
    return FakeGenerator([f"{HIRES} [1]"], [0.9])


def unsure() -> FakeGenerator:
    """A model that refuses to answer ``HOW_MANY``."""
    return FakeGenerator(votes=[0.1])


def parts(folder: Path, model: FakeGenerator | None = None, **settings: object) -> Parts:
    """What systems over the articles are made of."""
    return Parts(index_of(folder), EMBEDDER, model or FakeGenerator(), Settings.load(**settings))
