"""The real models, loaded once for all tests that are marked ``real``."""

from pathlib import Path

import pytest

from rag.embedder import SentenceTransformerEmbedder
from rag.generator import LlamaCppGenerator
from rag.models import locate
from rag.settings import Settings


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
