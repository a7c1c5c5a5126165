"""What is missing or does not fit is named, with what to do; the rest is still examined."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag import doctor
from rag.doctor import Finding, examine
from rag.errors import ModelMissing
from rag.index import Index
from rag.settings import Settings
from tests.rag.fakes import FakeEmbedder


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Models that are there, an index that fits them."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bus.txt").write_text("Night buses return to Ulm in March.", encoding="utf-8")
    monkeypatch.setattr(doctor, "locate", lambda name, role, models_dir: models_dir / name)
    settings = Settings.load(index_dir=tmp_path / "index", models_dir=tmp_path / "models", embedder="fake")
    Index.build(tmp_path / "articles", FakeEmbedder("bus"), settings.passage_tokens).save(settings.index_dir)
    return settings


def found(settings: Settings) -> dict[str, Finding]:
    return {finding.subject: finding for finding in examine(settings)}


def test_all_is_well(settings: Settings) -> None:
    findings = found(settings)
    assert list(findings) == ["embedder", "generator", "index", "disk"]
    assert all(finding.sound for finding in findings.values())
    assert findings["index"].detail.startswith("1 articles, 1 passages")


def test_a_missing_model_is_told_and_the_index_still_examined(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locate(name: str, role: str, models_dir: Path) -> Path:
        if role == "generator":
            raise ModelMissing("it is gone; run `rag models pull`.")
        return models_dir / name

    monkeypatch.setattr(doctor, "locate", locate)
    findings = found(settings)
    assert findings["generator"] == Finding("generator", False, "it is gone; run `rag models pull`.")
    assert findings["index"].sound


def test_a_missing_index_is_told_with_the_command_that_builds_it(settings: Settings) -> None:
    shutil.rmtree(settings.index_dir)
    assert not found(settings)["index"].sound
    assert "rag index" in found(settings)["index"].detail


def test_an_index_of_another_embedder_is_told(settings: Settings) -> None:
    other = settings.model_copy(update={"embedder": "another"})
    assert not found(other)["index"].sound
    assert "another" in found(other)["index"].detail


def test_a_full_disk_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1_900_000_000))
    assert found(settings)["disk"] == Finding(
        "disk", False, "1.9 GB free, 2 GB are needed to fetch models and build an index."
    )
