"""``rag index`` as a user meets it: what it says before it loads a model, and when it is done."""

import json
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from rag import cli
from rag.embedder import SentenceTransformerEmbedder
from rag.generations import alone
from rag.index import Index
from rag.settings import Settings
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
    return run(monkeypatch, "index", str(folder), "--index", str(folder.parent / "index"), *options)


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The exit code of ``rag`` with these words behind it."""
    monkeypatch.setattr(sys, "argv", ["rag", *words])
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
    assert summary.startswith("articles: 2, passages: 3 (files: 2 added; sentences embedded: 9) → ")
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


def test_metadata_that_cannot_be_used_is_a_line_each_and_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, loads: list[str]
) -> None:
    (folder / "scan.pdf").unlink()
    (folder / "metadata.toml").write_text(
        '["buses.txt"]\ntitel = "Buses"\npublished = "last [saturday]"\npublisher = "Gazette"\n', encoding="utf-8"
    )
    assert index(monkeypatch, folder) == 0
    _, *warnings = capsys.readouterr().err.splitlines()
    assert warnings == [
        "ignored metadata.toml, 'buses.txt': unknown key 'titel'; the keys are title, publisher, authors, published, "
        "language",
        "ignored metadata.toml, 'buses.txt': published is 'last [saturday]'; expected a date such as 2025-03-03",
    ]
    assert Index.load(folder.parent / "index").documents["buses.txt"].publisher == "Gazette"


def test_while_watching_only_news_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, loads: list[str]
) -> None:
    """Four looks: at first; nothing has changed; another file that cannot be read; one that can."""
    changes: list[Callable[[], object]] = [
        lambda: None,
        lambda: None,
        lambda: (folder / "more.pdf").write_bytes(b"%PDF-1.4"),
        lambda: (folder / "taxis.txt").write_text("They wait.", encoding="utf-8"),
    ]

    def watch(_: Settings, renew: Callable[[], object], tell: Callable[[str], None]) -> None:
        for change in changes:
            change()
            renew()

    monkeypatch.setattr("rag.updating.watch", watch)
    assert index(monkeypatch, folder, "--watch") == 0
    told = [line.split(";")[0].split(" (")[-1] for line in capsys.readouterr().err.splitlines()]
    assert told[1:] == [
        "files: 2 added",
        "left out scan.pdf: a damaged PDF",
        "files: none changed",
        "left out more.pdf: a damaged PDF",
        "files: 1 added",
    ]


def test_where_no_article_can_be_read_no_index_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, loads: list[str]
) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text("", encoding="utf-8")
    assert index(monkeypatch, tmp_path / "articles") == 2
    assert "No readable article" in capsys.readouterr().err
    assert loads == ["embedder"]
    assert not (tmp_path / "index").exists()


def test_the_list_of_articles_is_lines_of_tabs_or_json_in_a_pipe(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, loads: list[str]
) -> None:
    index(monkeypatch, folder)
    capsys.readouterr()
    place = str(folder.parent / "index")
    assert run(monkeypatch, "docs", "list", "--index", place) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["article", "buses.txt", "trams.md"]
    assert run(monkeypatch, "docs", "list", "--json", "--index", place) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(row["doc_id"], row["title"], row["authors"]) for row in listed] == [
        ("buses.txt", "Buses at night", []),
        ("trams.md", "Trams", []),
    ]


def test_the_argument_is_called_as_in_the_readme(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "docs", "show") == 2
    assert "ARTICLE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "options", "reason"),
    [
        ("metadata.toml", "title: A", (), "metadata.toml cannot be read"),
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


def test_articles_may_lie_behind_a_url(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, loads: list[str]
) -> None:
    """The index keeps their texts; the doctor does not fetch what it was built from."""
    from fsspec.implementations.memory import MemoryFileSystem

    store = MemoryFileSystem()
    store.pipe_file("/upkeep/buses.txt", b"Buses at night\n\nThe bus runs late.")
    place = str(tmp_path / "index")
    try:
        assert run(monkeypatch, "index", "memory://upkeep", "--index", place) == 0
        assert "files: 1 added" in capsys.readouterr().err
    finally:
        store.rm("/upkeep", recursive=True)
    assert Index.load(tmp_path / "index").manifest.folder == "memory://upkeep"
    assert run(monkeypatch, "docs", "show", "buses", "--index", place) == 0
    assert "The bus runs late." in capsys.readouterr().out
    run(monkeypatch, "doctor", "--index", place)
    assert "memory://upkeep, which is not looked into" in " ".join(capsys.readouterr().out.split())


def test_a_url_cannot_be_watched(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, loads: list[str]
) -> None:
    from fsspec.implementations.memory import MemoryFileSystem

    MemoryFileSystem().pipe_file("/upkeep/buses.txt", b"Buses.")
    try:
        assert run(monkeypatch, "index", "memory://upkeep", "--watch", "--index", str(tmp_path / "index")) == 2
    finally:
        MemoryFileSystem().rm("/upkeep", recursive=True)
    assert "memory://upkeep cannot be watched, a folder can" in capsys.readouterr().err


def test_watching_and_workers_do_not_go_together(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, loads: list[str]
) -> None:
    assert index(monkeypatch, folder, "--watch", "--ray", "local") == 2
    assert "--watch and --ray do not go together" in capsys.readouterr().err
    assert loads == []


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed here")
def test_without_ray_what_to_install_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, loads: list[str]
) -> None:
    assert index(monkeypatch, folder, "--ray", "local") == 2
    assert "pip install 'rag-desk[ray]'" in capsys.readouterr().err


def test_what_interrupted_workers_left_is_gone_once_the_index_is_saved(
    monkeypatch: pytest.MonkeyPatch, folder: Path, loads: list[str]
) -> None:
    (left := folder.parent / "index" / ".pieces" / "a").mkdir(parents=True)
    assert index(monkeypatch, folder) == 3
    assert not left.parent.exists()


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
