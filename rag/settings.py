"""All settings, as one frozen value that is resolved once at the entry point.

Sources, the first wins: arguments, environment (``RAG_TOP_K=8``), ``rag.toml`` in the working directory, the
defaults below.
"""

import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from annotated_types import Ge, Le
from pydantic import SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from rag.errors import InvalidInput

LogFormat: TypeAlias = Literal["plain", "json"]


def _home() -> Path:
    checkout = Path(__file__).resolve().parent.parent
    alone = not (checkout / "pyproject.toml").is_file()
    return Path(os.path.expanduser("~"), ".rag-desk") if alone else checkout


HOME = _home()
"""What index, models and the rest lie in by default: the checkout, or ``~/.rag-desk`` when rag is installed alone."""


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

    documents_dir: Path = HOME / "seeds"
    """Folder of articles that the default index is built from on first use."""
    documents_url: str = ""
    """Where the articles lie instead, if in an object store: ``s3://bucket/news``, or another URL of fsspec's."""
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
    index_dir: Path = HOME / "index"
    """Where the index generations lie."""
    store: str = ""
    """Address of a Milvus store that holds the index instead, as in ``http://127.0.0.1:19530/news``, where ``news`` is
    the index's name in it. ``rag index --store`` writes there; a password comes from MILVUS_TOKEN."""
    models_dir: Path = HOME / "models"
    """Where model files lie; a ``manifest.toml`` there adds models of your own."""
    review_file: Path = HOME / "eval" / "candidates.jsonl"
    """Where the chat and ``rag eval add`` put questions and opinions, for ``rag eval review``."""

    embedder: str = "all-MiniLM-L6-v2"
    """A name of the manifest, or the path of a sentence-transformers folder."""
    generator: str = "qwen2.5-coder-1.5b-instruct"
    """A name of the manifest, the path of a GGUF file, or the address of an OpenAI-compatible server: it then reads
    the questions and the passages found for them. As in ``http://127.0.0.1:8000/v1``."""
    server_model: str = ""
    """The model's name on that server. (default: the first that it lists)"""
    server_key: SecretStr = SecretStr("")
    """The key of that server; from the environment only, as ``RAG_SERVER_KEY``."""
    server_seconds: Annotated[float, Ge(1)] = 60
    """Seconds without a word after which that server is given up."""
    server_tries: Annotated[int, Ge(1), Le(10)] = 3
    """Times that it is asked the same at most, while it is busy or not there; not once it has begun to write."""
    questions_at_once: Annotated[int, Ge(1), Le(256)] = 1
    """Questions that a chat answers at the same time. More than 1 pays with a server that reads them side by side."""
    conversations_dir: Path | None = None
    """Folder in which chats keep conversations for 30 days: several share them, and a restart loses none. It then holds
    questions and answers. (default: in memory only)"""
    log_format: LogFormat = "plain"
    """Of a chat, on stderr. ``plain``: warnings alone; ``json``: a line of JSON for each, and for each question."""
    log_questions: bool = False
    """Whether these lines hold the questions themselves, too."""

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
    kept_mb: Annotated[int, Ge(0)] = 1_000
    """Megabytes on disk, beside the index, for what the model made of passages, so that it reads each of them once. A
    passage takes about 7; 0: none."""
    today: date | None = None
    """The day from which "last week" in a question is understood. (default: the latest day of publication)"""

    context_tokens: Annotated[int, Ge(512)] = 4096
    """Context of the model: prompt and answer together."""
    max_claims: Annotated[int, Ge(1), Le(20)] = 6
    """Sentences of an answer at most."""
    max_answer_tokens: Annotated[int, Ge(16)] = 384
    """Tokens that the model may write for an answer."""
    min_answerable: Annotated[float, Ge(0), Le(1)] = 0.5
    """Refuse without writing when not even certain words would be right with this probability."""
    min_confidence: Annotated[float, Ge(0), Le(1)] = 0.4
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
            raise InvalidInput(f"Setting {name!r}: {first['msg']} (found {first['input']!r}); correct it.") from error
        except (SettingsError, ValueError) as error:
            raise InvalidInput(
                f"rag.toml, or a RAG_ variable whose value must be JSON, is broken: {error}; correct it."
            ) from error

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
        return init_settings, env_settings, _File(settings_cls)


class _File(TomlConfigSettingsSource):
    """``rag.toml``, which is shown and shared as it is: keys are not taken from it. Raises InvalidInput."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)
        if "server_key" in self.toml_data:
            raise InvalidInput("server_key stands in rag.toml; take it out, and set RAG_SERVER_KEY in the environment.")
