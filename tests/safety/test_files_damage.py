"""A damaged file is named before anything reads it, and what may run a program is not read at all."""

import json
import os
import pickle
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexCorrupt, InvalidInput, ModelCorrupt, RagError
from rag.generations import current, opened
from rag.index import Index
from rag.models.store import locate
from tests.rag.fakes import BUS_AND_TRAM
from tests.rag.models.fakes import FOLDER, GGUF, embedder, generator, write_files
from tests.safety.damage import unnoticed
from tests.safety.fuzz import signed


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """The folder of a saved index of two articles."""
    write_files(tmp_path / "articles", {"a.txt": b"Buses\n\nThe bus is late.", "b.txt": b"Trams\n\nIt is full."})
    Index.build(tmp_path / "articles", BUS_AND_TRAM, 32).save(tmp_path / "index")
    return tmp_path / "index"


class Intruder:
    """A pickle of this makes a file when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


def names(error: RagError, path: Path) -> bool:
    return path.name in str(error)


def is_refused(index_dir: Path, path: Path) -> bool:
    try:
        Index.load(index_dir)
    except IndexCorrupt as error:
        return names(error, path)
    return False


def test_every_flipped_bit_and_every_cut_in_a_generation_is_named(saved: Path) -> None:
    files = sorted(path for path in current(saved).rglob("*") if path.is_file() and path.stat().st_size)
    assert unnoticed(files, lambda path: is_refused(saved, path), times=3 * len(files)) == []
    assert len(Index.load(saved).passages) == 2  # mended, it serves


def write_models(models_dir: Path) -> None:
    """Both fake models, and the manifest that lists them."""
    write_files(models_dir, {"small.gguf": GGUF})
    write_files(models_dir / "mini", FOLDER)
    tables = [f'[{spec.name}]\nrole = "{spec.role}"\nlicence = "MIT"\n' for spec in (generator(), embedder())]
    for number, spec in enumerate((generator(), embedder())):
        files = [f'{{path="{file.path}", bytes={file.bytes}, sha256="{file.sha256}"}}' for file in spec.files]
        folder = f'folder = "{spec.folder}"\n' if spec.folder else ""
        tables[number] += f"files = [{', '.join(files)}]\n{folder}"
    (models_dir / "manifest.toml").write_text("".join(tables), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "role", "file"), [("small", "generator", "small.gguf"), ("mini", "embedder", "mini/model.safetensors")]
)
def test_a_damaged_model_is_refused_by_its_hash(tmp_path: Path, name: str, role: str, file: str) -> None:
    write_models(tmp_path)

    def refused(path: Path) -> bool:
        try:
            locate(name, "generator" if role == "generator" else "embedder", tmp_path)
        except ModelCorrupt as error:
            return names(error, path)
        return False

    assert unnoticed([tmp_path / file], refused, times=20) == []


def test_a_model_whose_times_were_set_back_is_read_again(tmp_path: Path) -> None:
    write_models(tmp_path)
    path = locate("small", "generator", tmp_path)
    before = path.stat()
    path.write_bytes(GGUF[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ModelCorrupt, match=r"small\.gguf has sha256"):
        locate("small", "generator", tmp_path)


def replaced(index_dir: Path, name: str, data: bytes) -> None:
    """Put other bytes in the place of a file, with a manifest that says that they are right."""
    top = current(index_dir)
    (top / name).write_bytes(data)
    manifest = json.loads((top / "manifest.json").read_bytes())
    manifest["files"][name] = sha256(data).hexdigest()
    (top / "manifest.json").write_bytes(signed(manifest))


@pytest.mark.parametrize(
    "name", ["copies.npy", "texts.npy", "articles.counts.npy", "bm25/rows.npy", "articles.names.json"]
)
@pytest.mark.parametrize("form", ["pickle", "array of objects"])
def test_a_pickle_in_the_place_of_a_file_is_refused_and_never_run(
    saved: Path, tmp_path: Path, name: str, form: str
) -> None:
    """Even when the manifest vouches for it."""
    intruder = Intruder(tmp_path / "intruded")
    data = pickle.dumps(intruder)
    if form == "array of objects":
        np.save(tmp_path / "objects.npy", np.array([intruder], dtype=object), allow_pickle=True)
        data = (tmp_path / "objects.npy").read_bytes()
    replaced(saved, name, data)
    with pytest.raises(IndexCorrupt, match=r"gen-.* cannot be read: .*build it again"):
        Index.load(saved)
    assert not (tmp_path / "intruded").exists()


def test_what_a_reader_cannot_make_sense_of_is_corrupt(saved: Path) -> None:
    def confused(generation: Path) -> str:
        return dict[str, str]()["nothing"]

    with pytest.raises(IndexCorrupt, match="cannot be read: 'nothing'"):
        opened(saved, confused)


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"sha256": ' * 100_000])
def test_a_manifest_or_a_note_that_is_nested_too_deeply_is_damaged(saved: Path, content: bytes) -> None:
    (current(saved) / "checked.json").write_bytes(content)
    Index.load(saved)
    (current(saved) / "manifest.json").write_bytes(content)
    with pytest.raises(IndexCorrupt, match=r"manifest\.json is damaged"):
        Index.load(saved)


def test_pickled_weights_of_ones_own_are_refused_unless_safetensors_lie_beside_them(tmp_path: Path) -> None:
    write_files(tmp_path / "own", {"modules.json": b"[]", "2_Dense/pytorch_model.bin": b"\x80\x04."})
    with pytest.raises(InvalidInput, match=r"2_Dense/pytorch_model\.bin may run programs .* expected .*\.safetensors"):
        locate(str(tmp_path / "own"), "embedder", tmp_path)
    write_files(tmp_path / "own", {"2_Dense/model.safetensors": b""})
    assert locate(str(tmp_path / "own"), "embedder", tmp_path) == tmp_path / "own"
