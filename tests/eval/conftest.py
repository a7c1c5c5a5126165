"""A place to type `rag eval` in, and one to review candidates in."""

from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.embedder import SentenceTransformerEmbedder
from tests.eval.desk import Desk
from tests.eval.review_desk import ReviewDesk
from tests.eval.small_world import HOW_MANY, MOON, TRAINING, index_of


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Two test questions and one for training; the settings name places in this folder only. No model opens."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a model was opened")

    index_of(tmp_path / "articles").save(tmp_path / "index")
    for name, place in {"DOCUMENTS_DIR": "articles", "INDEX_DIR": "index", "REVIEW_FILE": "candidates.jsonl"}.items():
        monkeypatch.setenv(f"RAG_{name}", str(tmp_path / place))
    monkeypatch.setattr(Assistant, "open", refuse)
    monkeypatch.setattr(SentenceTransformerEmbedder, "load", refuse)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    desk = Desk(tmp_path, monkeypatch, capsys)
    desk.gold(HOW_MANY, MOON, TRAINING)
    return desk


@pytest.fixture
def review_desk(tmp_path: Path) -> ReviewDesk:
    """Two files that are not there yet."""
    return ReviewDesk(tmp_path)
