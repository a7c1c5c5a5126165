"""All settings, as one frozen value that is resolved once at the entry point.

Sources, the first wins: arguments, environment (``RAG_TOP_K=8``), ``rag.toml`` in the working directory, the
defaults below.
"""

import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Ge, Le
from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from rag.errors import InvalidInput

_CHECKOUT = Path(__file__).resolve().parent.parent


def beside_the_package(name: str) -> Path:
    """``name`` in the checkout that this file lies in, or in the working directory when rag is installed alone."""
    return _CHECKOUT / name if (_CHECKOUT / "pyproject.toml").is_file() else Path(name)


def _refuse_unknown_variables(fields: Iterable[str]) -> None:
    """pydantic-settings passes over a misspelt variable; its value would silently not count."""
    known = sorted(f"RAG_{name.upper()}" for name in fields)
    if unknown := sorted({name.upper() for name in os.environ if name.upper().startswith("RAG_")}.difference(known)):
        raise InvalidInput(f"Unknown in the environment: {', '.join(unknown)}; the settings are {', '.join(known)}.")


class Settings(BaseSettings):
    """Every setting with its default. Unknown names and impossible values raise ``InvalidInput``."""

    model_config = SettingsConfigDict(
        env_prefix="RAG_", toml_file="rag.toml", frozen=True, extra="forbid", protected_namespaces=()
    )

    documents_dir: Path = beside_the_package("seeds")
    """Folder of articles that the default index is built from on first use."""
    exclude: tuple[str, ...] = ()
    """Files of that folder to leave out, as patterns of a ``.gitignore``: ``["drafts/", "*.csv"]``."""
    max_file_mb: Annotated[int, Ge(1)] = 50
    """Megabytes (millions of bytes) of a file at most; larger ones are left out and named."""
    max_files: Annotated[int, Ge(1)] = 250_000
    """Files of that folder at most; one with more is refused."""
    max_pages: Annotated[int, Ge(1)] = 5_000
    """Pages of a PDF at most; longer ones are left out and named."""
    max_characters: Annotated[int, Ge(1)] = 5_000_000
    """Characters of an article at most: War and Peace has three million. Longer ones are left out and named."""
    max_read_seconds: Annotated[float, Ge(0)] = 60
    """Seconds that reading a PDF may take; one that takes longer is left out and named."""
    index_dir: Path = beside_the_package("index")
    """Where the index generations lie."""
    models_dir: Path = beside_the_package("models")
    """Where model files and their manifest lie."""
    review_file: Path = beside_the_package("eval") / "candidates.jsonl"
    """Where the chat and ``rag eval add`` put questions and opinions, for ``rag eval review``."""

    embedder: str = "all-MiniLM-L6-v2"
    """A name of the manifest, or the path of a sentence-transformers folder."""
    generator: str = "qwen2.5-coder-1.5b-instruct"
    """A name of the manifest, or the path of a GGUF file."""

    examples: tuple[str, ...] = ()
    """Questions that the chat offers on its empty page. Without any, some are made from the articles."""

    passage_tokens: Annotated[int, Ge(32)] = 160
    """Word pieces of a passage at most, its title included; never more than the embedder reads."""
    top_k: Annotated[int, Ge(1), Le(50)] = 5
    """Passages that are retrieved for a question."""
    list_articles: Annotated[int, Ge(1), Le(50)] = 6
    """Articles that are read, one after the other, for a list question ("Which companies …?")."""
    dense_weight: Annotated[float, Ge(0), Le(1)] = 0.5
    """Share of the dense score in a passage's score; the rest is BM25's. 0: BM25 alone, 1: dense search alone."""
    cached_answers: Annotated[int, Ge(0), Le(100_000)] = 256
    """Answers that are kept in memory, to be repeated at once when the same is asked again; 0: none."""
    today: date | None = None
    """The day from which "last week" in a question is understood. (default: the latest day of publication)"""

    context_tokens: Annotated[int, Ge(512)] = 4096
    """Context of the model: prompt and answer together."""
    max_claims: Annotated[int, Ge(1), Le(20)] = 6
    """Sentences of an answer at most."""
    max_answer_tokens: Annotated[int, Ge(16)] = 384
    """Tokens that the model may write for an answer."""
    min_answerable: Annotated[float, Ge(0), Le(1)] = 0.7
    """Refuse without writing when not even certain words would be right with this probability."""
    min_confidence: Annotated[float, Ge(0), Le(1)] = 0.3
    """Leave out what is right with a smaller probability than this; an answer without a sentence is a refusal."""
    calibration: Path | None = None
    """Weights of these probabilities, as ``rag eval fit`` writes them. (default: the project's own)"""
    min_support: Annotated[float, Ge(0), Le(1)] = 0.45
    """Drop claims whose support is smaller than this."""
    threads: Annotated[int, Ge(0)] = 0
    """CPU threads of the models; 0: all cores."""

    @classmethod
    def load(cls, **overrides: Any) -> "Settings":
        """Settings from all sources; ``overrides`` that are None count as not given. Raises InvalidInput."""
        _refuse_unknown_variables(cls.model_fields)
        try:
            return cls(**{name: value for name, value in overrides.items() if value is not None})
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            raise InvalidInput(f"Setting {name!r}: {first['msg']} (found {first['input']!r}).") from error
        except (SettingsError, ValueError) as error:
            raise InvalidInput(f"rag.toml, or a RAG_ variable whose value must be JSON, is broken: {error}.") from error

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments before the environment before ``rag.toml``, as pydantic-settings asks for it."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
