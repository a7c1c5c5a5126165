"""What is kept is told in full, and deleted only when that is wanted, confirmed, and the program's own."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.cli import command_line
from rag.errors import InvalidInput
from rag.generations import alone
from rag.privacy import Kept, delete, elsewhere, kept
from rag.settings import Settings
from rag.updating import update
from rag.uploads import Uploads
from tests.rag.fakes import BUS_AND_TRAM


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An index of one article, one upload, one rated answer; no models and no cache."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bus.txt").write_text("Night buses return to Ulm.", encoding="utf-8")
    (tmp_path / "opinions.jsonl").write_text("{}\n", encoding="utf-8")
    settings = Settings.load(
        documents_dir=tmp_path / "articles",
        index_dir=tmp_path / "index",
        models_dir=tmp_path / "models",
        review_file=tmp_path / "opinions.jsonl",
    )
    update(settings, BUS_AND_TRAM)
    (settings.index_dir / ".pieces").mkdir()
    (settings.index_dir / ".pieces" / "keys.npy").write_bytes(b"of an interrupted rag index --ray")
    Uploads.beside(None, settings).add("tram.txt", b"Trams return, too.")
    return settings


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def named(settings: Settings, *names: str) -> list[Kept]:
    return [thing for thing in kept(settings) if thing.name in names]


def test_every_file_but_the_articles_is_told(settings: Settings, tmp_path: Path) -> None:
    told = [path for thing in kept(settings) for path in thing.paths]
    untold = {name for name in files(tmp_path) if not any((tmp_path / name).is_relative_to(path) for path in told)}
    assert untold == {"articles/bus.txt", "index/.lock", "index/.writer"}  # the last two say nothing of anybody


def test_sizes_are_those_of_all_files(settings: Settings, tmp_path: Path) -> None:
    (opinions,) = named(settings, "opinions")
    assert opinions.bytes == len("{}\n")
    (uploads,) = named(settings, "uploads")
    assert uploads.bytes == len(b"Trams return, too.") + len("*\n")


@pytest.mark.parametrize("name", ["index", "uploads", "opinions"])
def test_what_is_deleted_is_gone_and_the_rest_stays(settings: Settings, tmp_path: Path, name: str) -> None:
    others = {path for thing in kept(settings) if thing.name != name for path in thing.paths}
    (thing,) = named(settings, name)
    assert thing.paths
    delete([thing])
    assert named(settings, name)[0].paths == ()
    assert not thing.place.exists()
    assert all(path.exists() for path in others)
    assert (tmp_path / "articles" / "bus.txt").is_file()


def test_of_a_folder_of_models_only_the_models_go(settings: Settings) -> None:
    model = settings.models_dir / "all-MiniLM-L6-v2" / "model.safetensors"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"weights")
    mine = settings.models_dir / "mine.gguf"
    mine.write_bytes(b"GGUF")
    delete(named(settings, "models"))
    assert files(settings.models_dir) == {"mine.gguf"}


def test_what_somebody_else_put_beside_an_index_stays(settings: Settings) -> None:
    (settings.index_dir / "README.md").write_text("Mine.", encoding="utf-8")
    delete(named(settings, "index"))
    assert files(settings.index_dir) == {"README.md"}


def test_of_a_folder_of_conversations_only_these_go(settings: Settings, tmp_path: Path) -> None:
    """They are told where chats keep them at all; whoever names a folder of his own keeps what else lies there."""
    assert not named(settings, "conversations")
    folder = tmp_path / "talks"
    chats = settings.model_copy(update={"conversations_dir": folder})
    assert named(chats, "conversations")[0].paths == ()
    folder.mkdir()
    for name in (f"{'a1' * 32}.json", f"{'b2' * 32}.Zx-9_", "notes.txt", f"{'A1' * 32}.json"):
        (folder / name).write_text("[]", encoding="utf-8")
    (told,) = named(chats, "conversations")
    assert (told.place, told.bytes) == (folder, 4)
    delete([told])
    assert files(folder) == {"notes.txt", f"{'A1' * 32}.json"}


def test_an_index_that_is_being_written_is_not_deleted(settings: Settings) -> None:
    with ThreadPoolExecutor(1) as beside, alone(settings.index_dir):
        deleting = beside.submit(delete, named(settings, "index"))
        with pytest.raises(InvalidInput, match="Another process is writing"):
            deleting.result()
    assert named(settings, "index")[0].paths


def test_another_index_has_uploads_of_its_own(settings: Settings, tmp_path: Path) -> None:
    other = {thing.name: thing for thing in kept(settings, tmp_path / "other")}
    assert (other["index"].paths, other["uploads"].paths) == ((), ())
    assert other["uploads"].place == tmp_path / "other-uploads"


@pytest.mark.parametrize(("said", "code", "gone"), [("y\n", 0, True), ("n\n", None, False), ("", 1, False)])
def test_the_command_deletes_after_a_yes_only(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, said: str, code: int | None, gone: bool
) -> None:
    monkeypatch.setenv("RAG_MODELS_DIR", str(settings.models_dir))
    monkeypatch.setenv("RAG_REVIEW_FILE", str(settings.review_file))
    run = CliRunner().invoke(
        command_line(), ["doctor", "--index", str(settings.index_dir), "--delete", "opinions"], input=said
    )
    if code is None:
        assert isinstance(run.exception, InvalidInput)
    else:
        assert run.exit_code == code
    assert settings.review_file.exists() is not gone
    assert named(settings, "index")[0].paths


def test_privacy_alone_deletes_nothing_and_names_every_place(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_MODELS_DIR", str(settings.models_dir))
    monkeypatch.setenv("RAG_REVIEW_FILE", str(settings.review_file))
    run = CliRunner().invoke(command_line(), ["doctor", "--index", str(settings.index_dir), "--privacy"])
    assert run.exit_code == 0
    for thing in kept(settings):
        assert str(thing.place) in run.output
    assert len(files(settings.index_dir)) > 3


def test_what_is_not_kept_cannot_be_deleted() -> None:
    run = CliRunner().invoke(command_line(), ["doctor", "--delete", "articles"])
    assert isinstance(run.exception, InvalidInput)
    assert "Nothing called articles is kept: expected one of index, uploads" in str(run.exception)


def test_what_goes_to_other_machines_is_told_by_its_address(settings: Settings) -> None:
    shared = settings.model_copy(
        update={"store": "http://db.example:19530/news", "generator": "http://models.example/v1"}
    )
    store, server = elsewhere(shared)
    assert "http://db.example:19530/news" in store
    assert "http://models.example/v1" in server
    assert list(elsewhere(settings)) == []
