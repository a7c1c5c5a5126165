"""What the how-to pages show is what happens: with models that are fakes, and with the real ones."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import rag.assistant
import rag.corpus
import rag.generators
import rag.models
import rag.stores
import rag_eval.benchmarks
import rag_ui.app
from rag.embedder import SentenceTransformerEmbedder
from rag.models import locate
from rag.models.manifest import ModelRole
from rag.settings import Settings
from rag.worker import WorkerGenerator
from rag_ui.app import Chat
from rag_ui.server import LOOPBACK_HOSTS
from tests.docs.pages import ROOT, Reader, blocks
from tests.rag.fakes import FakeEmbedder, FakeGenerator
from tests.ui.conftest import running_chat

PAGES = sorted((ROOT / "docs" / "howto").glob("*.md"))
EXTEND = sorted((ROOT / "docs" / "extend").glob("*.md"))
EXTENDED = (rag.corpus, rag.stores, rag.generators, rag_eval.benchmarks)
"""Packages that a page of the others adds a module to."""
ADDRESS = "http://127.0.0.1:7860"

OURS = (Settings.load().embedder, Settings.load().generator)

CAPTAIN = "Captain Jon Hale led the talks for the crews. [1]"


class CaptainsModel(FakeGenerator):
    """A model that knows one answer, however often it is asked, and is sure of it."""

    def __init__(self) -> None:
        super().__init__(texts=[CAPTAIN] * 9, votes=[0.99] * 9, log_probability=-0.01)


def named(name: str, role: ModelRole, models_dir: Path) -> Path:
    """Where a model of ours would lie; what is none of ours must be there."""
    return Path(name) if name in OURS else locate(name, role, models_dir)


def small_embedder(path: Path, **_: object) -> FakeEmbedder:
    return FakeEmbedder("crews", "ferry", "buses", "strike", name=path.name, max_tokens=256)


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Reader]:
    """A reader in an empty folder. A chat that he starts is served at another address than the page says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("RAG_REVIEW_FILE", str(tmp_path / "candidates.jsonl"))
    reader = Reader(monkeypatch, capsys)
    with ExitStack() as served:

        def serve(chat: Chat, host: str, announce: Callable[[str], None], **more: Any) -> None:
            if host not in LOOPBACK_HOSTS and not chat.passwords:
                as_it_is(chat, host=host, announce=announce, **more)
            parts = {part.name: getattr(chat, part.name) for part in fields(chat)}
            reader.replaced[ADDRESS] = served.enter_context(running_chat(**parts))
            announce(ADDRESS)

        as_it_is = rag_ui.app.serve
        monkeypatch.setattr(rag_ui.app, "serve", serve)
        monkeypatch.setattr("typer.prompt", lambda *_, **__: "secret")
        yield reader


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_true(page: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rag.models, "locate", named)
    monkeypatch.setattr(rag.assistant, "locate", named)
    monkeypatch.setattr(SentenceTransformerEmbedder, "load", small_embedder)
    monkeypatch.setattr(WorkerGenerator, "load", lambda *_, **__: CaptainsModel())
    reader.follow(page)


@pytest.mark.real
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_true_of_the_real_models(page: Path, reader: Reader) -> None:
    reader.follow(page)


@pytest.mark.parametrize("page", EXTEND, ids=lambda page: page.stem)
def test_what_is_added_by_a_page_works(
    page: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A module that a page writes is found as if it lay in the project."""
    for package in EXTENDED:
        folder = Path(*package.__path__).relative_to(ROOT)
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path / folder)])
    before = set(sys.modules)
    try:
        reader.follow(page)
    finally:
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", None)).startswith(str(tmp_path)):
                del sys.modules[name]


def test_what_is_not_run_says_why() -> None:
    excused = [block for page in (ROOT / "docs").rglob("*.md") for block in blocks(page) if block.excuse]
    assert all(len(block.excuse) > len("no reason") for block in excused)
