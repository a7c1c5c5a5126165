"""``rag index`` as a user meets it: what it says before it loads a model, and when it is done."""

import sys
from pathlib import Path

import pytest

from rag import cli
from rag.embedder import SentenceTransformerEmbedder
from rag.generations import alone
from tests.rag.fakes import BUS_AND_TRAM


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The embedder is the fake one, which is there; how often it was loaded."""
    cli.command_line()  # whatever it imports must keep the true ones
    loaded: list[str] = []

    def load(*_: object, **__: object) -> object:
        loaded.append("embedder")
        return BUS_AND_TRAM

    monkeypatch.setattr(SentenceTransformerEmbedder, "load", load)
    monkeypatch.setattr("rag.models.locate", lambda *_: tmp_path)
    return loaded


def index(monkeypatch: pytest.MonkeyPatch, folder: Path, *options: str) -> int:
    """The exit code of ``rag index`` for this folder, its index beside it."""
    place = str(folder.parent / "index")
    monkeypatch.setattr(sys, "argv", ["rag", "index", str(folder), "--index", place, *options])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    return int(stopped.value.code or 0)


def test_the_summary_names_what_was_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, loads: list[str]
) -> None:
    assert index(monkeypatch, folder) == 3
    printed = capsys.readouterr()
    summary, left_out = printed.err.splitlines()
    assert printed.out == ""
    assert summary.startswith("articles: 2, passages: 3 (files: 2 added; passages embedded: 3) → ")
    assert left_out == "left out scan.pdf: a damaged PDF"
    assert loads == ["embedder"]


def test_metadata_of_an_article_that_is_not_there_is_one_line_and_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, loads: list[str]
) -> None:
    (folder / "scan.pdf").unlink()
    (folder / "metadata.toml").write_text(
        '["buses.txt"]\ntitle = "Buses"\n["gone[1].txt"]\ntitle = "A"\n', encoding="utf-8"
    )
    assert index(monkeypatch, folder) == 0
    _, *warnings = capsys.readouterr().err.splitlines()
    assert warnings == ["unused metadata.toml, 'gone[1].txt': no article of that name"]


@pytest.mark.parametrize(
    ("name", "content", "options", "reason"),
    [
        ("metadata.toml", "title: A", (), "metadata.toml cannot be read"),
        ("metadata.toml", '["buses.txt"]\ntitel = "A"', (), "unknown key 'titel'"),
        (".ragignore", "!", (), ".ragignore or the setting exclude cannot be used"),
        ("more.txt", "More.", ("--exclude", "!"), ".ragignore or the setting exclude cannot be used"),
        ("more.txt", "More.", ("--exclude", "*"), ".ragignore or the setting exclude leaves out all"),
    ],
)
def test_what_can_be_told_at_once_is_told_before_the_embedder_is_loaded(
    name: str,
    content: str,
    options: tuple[str, ...],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    loads: list[str],
) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    assert index(monkeypatch, folder, *options) == 2
    assert reason in capsys.readouterr().err
    assert loads == []


def test_a_folder_that_is_not_there_is_told_at_once_and_no_index_is_begun(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, loads: list[str]
) -> None:
    assert index(monkeypatch, tmp_path / "missing") == 2
    assert "missing is not a folder" in capsys.readouterr().err
    assert loads == []
    assert not (tmp_path / "index").exists()


def test_an_index_that_another_process_writes_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, loads: list[str]
) -> None:
    """A lock of another thread keeps this one out as another process would."""
    from concurrent.futures import ThreadPoolExecutor

    held = alone(folder.parent / "index")
    with ThreadPoolExecutor(1) as other:
        other.submit(held.__enter__).result()
        try:
            assert index(monkeypatch, folder) == 2
        finally:
            other.submit(held.__exit__, None, None, None).result()
    assert "Another process is writing the index" in capsys.readouterr().err
    assert loads == []
