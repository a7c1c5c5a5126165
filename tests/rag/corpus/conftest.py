"""A folder to read."""

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one article, ``a.txt``, and room for more."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text("fine", encoding="utf-8")
    return folder
