"""An assistant over two articles on buses and trams, with models whose output is scripted."""

from pathlib import Path

from rag.assistant import Assistant
from rag.index import Index
from rag.settings import Settings
from tests.rag.fakes import FakeEmbedder, FakeGenerator

ARTICLES = {
    "bus.txt": "Night buses return\n\nThe council of Ulm voted on Tuesday. Night buses return to Ulm in March 2026.",
    "tram.txt": "Trams grow longer\n\nTrams in Basel grow to 43 metres. The council of Basel paid 9 million francs.",
}
WHEN = "When do night buses return to Ulm?"
RETURN = "Night buses return to Ulm in March 2026."
GATE_ONLY = Path(__file__).with_name("gate_only.json")
"""A claim is as probable as the gate's Yes."""


def assistant(folder: Path, *texts: str, votes: tuple[float, ...] = (0.9,), **settings: object) -> Assistant:
    """Asks the articles of ``folder``; the model writes these texts and votes, one after the other."""
    embedder = FakeEmbedder("bus", "buses", "tram", "trams", "council", max_tokens=64)
    index = Index.build(folder, embedder, 64)
    return Assistant(
        index, embedder, FakeGenerator(texts, votes), Settings.load(**{"calibration": GATE_ONLY} | settings)
    )


def generator(assistant: Assistant) -> FakeGenerator:
    """The model of such an assistant."""
    fake = assistant.generator
    assert isinstance(fake, FakeGenerator)
    return fake
