"""What is missing or does not fit is named, with what to do; the rest is still examined."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag import doctor
from rag.doctor import Finding, examine, repair
from rag.embedder import SentenceTransformerEmbedder
from rag.errors import ModelMissing
from rag.generations import alone, commit
from rag.index import Index
from rag.settings import Settings
from rag.updating import update
from tests.rag.fakes import FakeEmbedder


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Models that are there, an index that fits them."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bus.txt").write_text("Night buses return to Ulm in March.", encoding="utf-8")
    monkeypatch.setattr(doctor, "locate", lambda name, role, models_dir: models_dir / name)
    monkeypatch.setattr(SentenceTransformerEmbedder, "load", lambda path, threads: FakeEmbedder("bus", name=path.name))
    settings = Settings.load(
        documents_dir=tmp_path / "articles",
        index_dir=tmp_path / "index",
        models_dir=tmp_path / "models",
        embedder="fake",
        generator="fake too",
    )
    update(settings, FakeEmbedder("bus"))
    return settings


def generation(settings: Settings) -> Path:
    return settings.index_dir / (settings.index_dir / "CURRENT").read_text(encoding="utf-8")


def repaired(settings: Settings) -> dict[str, Finding]:
    return {finding.subject: finding for finding in repair(settings)}


def found(settings: Settings) -> dict[str, Finding]:
    return {finding.subject: finding for finding in examine(settings)}


def test_all_is_well(settings: Settings) -> None:
    findings = found(settings)
    assert list(findings) == ["embedder", "generator", "index", "articles", "leftovers", "disk"]
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


def test_without_an_index_nothing_more_is_said_of_it(settings: Settings) -> None:
    shutil.rmtree(settings.index_dir)
    assert [finding.subject for finding in examine(settings) if not finding.sound] == ["index"]
    assert not settings.index_dir.exists()


def test_a_folder_that_has_changed_is_told_with_the_command(settings: Settings) -> None:
    folder = settings.documents_dir
    (folder / "bus.txt").write_text("Night buses do not return to Ulm.", encoding="utf-8")
    (folder / "tram.txt").write_text("Trams do.", encoding="utf-8")
    (folder / "metadata.toml").write_text('["tram.txt"]\ntitle = "Trams"\n', encoding="utf-8")
    assert found(settings)["articles"] == Finding(
        "articles",
        False,
        f"Since the index was built, in {folder}: 1 added, 1 changed, metadata.toml added. "
        f"Run `rag index {folder} --index {settings.index_dir}`.",
    )
    assert found(settings)["index"].sound


def test_the_folder_that_counts_is_the_one_that_the_index_was_built_from(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "others").mkdir()
    elsewhere = settings.model_copy(update={"documents_dir": tmp_path / "others"})
    assert found(elsewhere)["articles"] == Finding(
        "articles", True, f"{settings.documents_dir} is as it was when the index was built"
    )


def test_an_index_serves_without_its_folder(settings: Settings) -> None:
    shutil.rmtree(settings.documents_dir)
    assert found(settings)["articles"].sound
    assert "is gone; the index serves without it" in found(settings)["articles"].detail


def test_leftovers_are_told_and_removed(settings: Settings) -> None:
    (settings.index_dir / ".gen-x-1").mkdir()
    assert found(settings)["leftovers"] == Finding(
        "leftovers", False, f"Interrupted builds left 1 in {settings.index_dir}; run `rag doctor --repair`."
    )
    assert repaired(settings)["leftovers"] == Finding("leftovers", True, "1 removed")
    assert all(finding.sound for finding in examine(settings))


def test_what_somebody_is_just_writing_is_no_leftover(settings: Settings) -> None:
    with ThreadPoolExecutor(1) as beside, alone(settings.index_dir):
        (settings.index_dir / ".gen-x-1").mkdir()
        telling = beside.submit(found, settings).result()["leftovers"]
        beside.submit(repaired, settings).result()
    assert telling.detail.startswith("Another process is writing the index")
    assert (settings.index_dir / ".gen-x-1").is_dir()


def test_an_index_of_another_embedder_is_told(settings: Settings) -> None:
    other = settings.model_copy(update={"embedder": "another"})
    assert not found(other)["index"].sound
    assert "another" in found(other)["index"].detail


def test_a_full_disk_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1_900_000_000))
    assert found(settings)["disk"] == Finding(
        "disk", False, "1.9 GB free, 2 GB are needed to fetch models and build an index."
    )


def test_where_all_is_well_nothing_is_repaired(settings: Settings) -> None:
    before = generation(settings)
    assert repaired(settings)["index"] == Finding("index", True, "nothing to repair")
    assert generation(settings) == before


def damage(settings: Settings) -> None:
    (generation(settings) / "vectors.faiss").write_bytes(b"damaged")


def change_the_folder(settings: Settings) -> None:
    (settings.documents_dir / "tram.txt").write_text("Trams do.", encoding="utf-8")


def forget_which_is_current(settings: Settings) -> None:
    (settings.index_dir / "CURRENT").unlink()


def build_with_others(settings: Settings) -> None:
    update(settings.model_copy(update={"passage_tokens": 64}), FakeEmbedder("bus", name="other"))


def write_another_format(settings: Settings) -> None:
    generation_manifest = Index.load(settings.index_dir).manifest
    commit(settings.index_dir, "x", {**asdict(generation_manifest), "format": 99}, lambda path: None)


@pytest.mark.parametrize(
    "harm", [damage, change_the_folder, forget_which_is_current, build_with_others, write_another_format]
)
def test_an_index_is_built_again_from_its_folder(settings: Settings, harm: Callable[[Settings], None]) -> None:
    harm(settings)
    assert not all(finding.sound for finding in examine(settings))
    articles = len(list(settings.documents_dir.iterdir()))
    assert repaired(settings)["index"] == Finding(
        "index", True, f"built from {settings.documents_dir}: {articles} articles, {articles} passages"
    )
    assert all(finding.sound for finding in examine(settings))


def test_it_is_never_built_from_a_folder_that_may_be_another(settings: Settings) -> None:
    (generation(settings) / "manifest.json").write_bytes(b"damaged")
    finding = repaired(settings)["index"]
    assert not finding.sound
    assert finding.detail == (
        f"Nothing in {settings.index_dir} tells from which folder an index is to be built; "
        f"run `rag index FOLDER --index {settings.index_dir}`."
    )


def test_where_there_is_no_index_none_is_made_of_other_articles(settings: Settings) -> None:
    shutil.rmtree(settings.index_dir)
    settings.index_dir.mkdir()
    (settings.index_dir / "notes.txt").write_text("Mine.", encoding="utf-8")
    assert "tells from which folder" in repaired(settings)["index"].detail
    assert [path.name for path in settings.index_dir.iterdir() if not path.name.startswith(".")] == ["notes.txt"]


def test_an_index_that_was_not_built_from_a_folder_is_left_to_its_maker(settings: Settings) -> None:
    index = Index.load(settings.index_dir)
    Index.of(tuple(index.documents.values()), FakeEmbedder("bus"), settings.passage_tokens).save(settings.index_dir)
    assert found(settings)["articles"].detail == "the index was not built from a folder"
    damage(settings)
    assert "tells from which folder" in repaired(settings)["index"].detail


def test_repairing_never_touches_an_article(settings: Settings) -> None:
    change_the_folder(settings)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in settings.documents_dir.iterdir()}
    repaired(settings)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in settings.documents_dir.iterdir()} == before


def test_a_model_of_the_manifest_is_read_again_and_the_command_named(settings: Settings) -> None:
    known = settings.model_copy(update={"embedder": "all-MiniLM-L6-v2"})
    assert not repaired(known)["embedder"].sound
    assert repaired(known)["embedder"].detail.endswith("Run `rag models pull all-MiniLM-L6-v2`.")
    assert repaired(known)["generator"].sound
