"""Where articles and their index lie in a test."""

from pathlib import Path
from typing import Any

from rag.settings import Settings


def settings_of(folder: Path, **changes: Any) -> Settings:
    """Articles in ``folder/articles``, the index in ``folder/index``, short passages; all but these changes."""
    return Settings.load(
        documents_dir=folder / "articles", index_dir=folder / "index", **{"passage_tokens": 32, **changes}
    )
