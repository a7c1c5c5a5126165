"""Small folders and an index, and the real models, loaded once for all tests that are marked ``real``."""

from pathlib import Path

import pytest

from rag.embedder import SentenceTransformerEmbedder
from rag.generator import LlamaCppGenerator
from rag.index import Index
from rag.models import locate
from rag.settings import Settings
from tests.rag.assistants import ARTICLES
from tests.rag.fakes import BUS_AND_TRAM, FakeEmbedder
from tests.rag.places import settings_of


@pytest.fixture(scope="session")
def generator_path() -> Path:
    """The GGUF file of the default language model."""
    settings = Settings.load()
    return locate(settings.generator, "generator", settings.models_dir)


@pytest.fixture(scope="session")
def real_generator(generator_path: Path) -> LlamaCppGenerator:
    """The default language model, with a context that short prompts can overflow."""
    return LlamaCppGenerator.load(generator_path, context_tokens=1024, threads=0)


@pytest.fixture(scope="session")
def real_embedder() -> SentenceTransformerEmbedder:
    """The default embedder."""
    settings = Settings.load()
    return SentenceTransformerEmbedder.load(locate(settings.embedder, "embedder", settings.models_dir), threads=0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two articles, one with a teaser, and a file that cannot be read."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "buses.txt").write_text(
        "Buses at night\n\nThe bus runs late. 😀 Nobody waits.\n\nComments\n", encoding="utf-8"
    )
    (folder / "trams.md").write_text(
        "# Trams\n2025-02-27\n\nThe tram is full.\nRelated Articles\n4 minutes ago\n- Post\nTaxis\nThey wait.",
        encoding="utf-8",
    )
    (folder / "scan.pdf").write_bytes(b"%PDF-1.4")
    return folder


@pytest.fixture
def settings(folder: Path, tmp_path: Path) -> Settings:
    """Both articles, and no index yet."""
    return settings_of(tmp_path)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """The folder of the two articles that an ``assistant`` is asked about."""
    for name, text in ARTICLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def embedder() -> FakeEmbedder:
    """Knows three words, and tells what it has embedded in this test."""
    return FakeEmbedder("bus", "tram", "night")


@pytest.fixture
def index(folder: Path) -> Index:
    """Both articles, three passages."""
    return Index.build(folder, BUS_AND_TRAM, 32)


@pytest.fixture
def saved(index: Index, tmp_path: Path) -> Path:
    """The folder of a saved index."""
    index.save(tmp_path / "index")
    return tmp_path / "index"
