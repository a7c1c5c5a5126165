import os
from hashlib import sha256
from pathlib import Path

import pytest

from rag.errors import InvalidInput, ModelCorrupt, ModelMissing
from rag.models import store
from rag.models.content import mismatch
from rag.models.manifest import ModelFile, ModelSpec
from rag.models.store import faults, identity, locate, remember, verify
from tests.rag.models.fakes import FOLDER, GGUF, embedder, generator, write_files


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    """Both fake models and a manifest that lists them."""
    write_files(tmp_path, {"small.gguf": GGUF})
    write_files(tmp_path / "mini", FOLDER)
    lines = []
    for spec in (generator(), embedder()):
        files = [f'{{path="{f.path}", bytes={f.bytes}, sha256="{f.sha256}"}}' for f in spec.files]
        lines += [
            f"[{spec.name}]",
            f'role = "{spec.role}"',
            'licence = "MIT"',
            f"files = [{', '.join(files)}]",
        ]
        lines += [f'folder = "{spec.folder}"'] if spec.folder else []
    (tmp_path / "manifest.toml").write_text("\n".join(lines))
    return tmp_path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose content is read, in that order."""
    names: list[str] = []

    def noted(file: ModelFile, path: Path) -> str:
        names.append(file.path)
        return mismatch(file, path)

    monkeypatch.setattr(store, "mismatch", noted)
    return names


def test_a_name_becomes_a_file_or_a_folder(models_dir: Path) -> None:
    assert locate("small", "generator", models_dir) == models_dir / "small.gguf"
    assert locate("mini", "embedder", models_dir) == models_dir / "mini"


def test_a_model_that_was_never_fetched_names_the_command_for_all_that_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=rf"^all-MiniLM-L6-v2 is not in {tmp_path} yet\. Run `rag models pull`\.$"):
        locate("all-MiniLM-L6-v2", "embedder", tmp_path)


def test_a_missing_file_names_the_command(models_dir: Path) -> None:
    (models_dir / "mini" / "1_Pooling" / "config.json").unlink()
    with pytest.raises(ModelMissing, match=r"1_Pooling.*is missing. Run `rag models pull mini`"):
        locate("mini", "embedder", models_dir)


@pytest.mark.parametrize("content", [GGUF + b"!", GGUF[:-1] + b"!"])
def test_other_bytes_are_never_used(models_dir: Path, content: bytes) -> None:
    (models_dir / "small.gguf").write_bytes(content)
    with pytest.raises(ModelCorrupt, match=r"small.gguf has .*, expected .*`rag models pull small`"):
        locate("small", "generator", models_dir)


def test_a_model_of_another_role_is_refused(models_dir: Path) -> None:
    with pytest.raises(InvalidInput, match="embedder in the manifest, expected generator: correct RAG_GENERATOR"):
        locate("mini", "generator", models_dir)


def test_an_unknown_name_lists_the_known_ones(models_dir: Path) -> None:
    with pytest.raises(
        ModelMissing, match=r"'larger'.*one of all-MiniLM-L6-v2, .*, mini, .*, small; correct RAG_GENERATOR\."
    ):
        locate("larger", "generator", models_dir)


def test_a_path_is_taken_after_a_look_at_what_it_is(models_dir: Path, tmp_path: Path) -> None:
    write_files(tmp_path / "own", {"a.gguf": b"GGUF...", "b.gguf": b"<html>", "e/config.json": b"{}"})
    assert locate(str(tmp_path / "own/a.gguf"), "generator", models_dir) == tmp_path / "own/a.gguf"
    assert locate(str(tmp_path / "own/e"), "embedder", models_dir) == tmp_path / "own/e"
    with pytest.raises(ModelCorrupt, match=r"begins with b'<htm', expected b'GGUF'; correct RAG_GENERATOR\."):
        locate(str(tmp_path / "own/b.gguf"), "generator", models_dir)
    with pytest.raises(InvalidInput, match=r"is a folder, expected a GGUF file; correct RAG_GENERATOR\."):
        locate(str(tmp_path / "own/e"), "generator", models_dir)
    with pytest.raises(InvalidInput, match=r"lacks modules\.json and config\.json; correct RAG_EMBEDDER\."):
        locate(str(tmp_path / "own"), "embedder", models_dir)


def test_an_unchanged_model_is_read_once(models_dir: Path, read: list[str]) -> None:
    locate("small", "generator", models_dir)
    locate("small", "generator", models_dir)
    assert read == ["small.gguf"]


def test_only_the_changed_file_is_read_again(models_dir: Path, read: list[str]) -> None:
    locate("mini", "embedder", models_dir)
    read.clear()
    os.utime(models_dir / "mini" / "modules.json", ns=(1, 1))
    locate("mini", "embedder", models_dir)
    assert read == ["modules.json"]


def test_a_torn_note_costs_a_reading(models_dir: Path, read: list[str]) -> None:
    locate("small", "generator", models_dir)
    (models_dir / ".checked" / "small.json").write_text('{"small.gguf": [2')
    locate("small", "generator", models_dir)
    assert read == ["small.gguf", "small.gguf"]


def test_a_note_does_not_cover_another_published_content(models_dir: Path) -> None:
    remember(generator(), models_dir)
    assert list(faults(generator(), models_dir)) == []
    newer: ModelSpec = generator(GGUF[::-1])
    assert [type(fault) for fault in faults(newer, models_dir)] == [ModelCorrupt]


def test_verify_reads_every_byte_and_lists_every_fault(models_dir: Path) -> None:
    locate("mini", "embedder", models_dir)
    weights = models_dir / "mini" / "model.safetensors"
    before = weights.stat()
    weights.write_bytes(bytes(before.st_size))
    os.utime(weights, ns=(before.st_atime_ns, before.st_mtime_ns))
    (models_dir / "mini" / "modules.json").unlink()
    found = verify(embedder(), models_dir)
    assert [type(fault) for fault in found] == [ModelMissing, ModelCorrupt]
    assert "modules.json" in str(found[0])
    assert "model.safetensors" in str(found[1])
    assert verify(generator(), models_dir) == []


def test_a_folder_that_cannot_be_written_only_costs_a_reading(models_dir: Path, read: list[str]) -> None:
    (models_dir / ".checked").write_text("a file where the notes would be")
    assert locate("small", "generator", models_dir) == models_dir / "small.gguf"
    locate("small", "generator", models_dir)
    assert read == ["small.gguf", "small.gguf"]


def test_a_model_of_the_manifest_is_known_by_the_published_sha256_of_its_largest_file(models_dir: Path) -> None:
    assert identity("small", models_dir) == f"small {sha256(GGUF).hexdigest()}"
    assert identity("mini", models_dir) == f"mini {sha256(FOLDER['model.safetensors']).hexdigest()}"


def test_a_model_of_ones_own_is_known_by_the_sha256_of_its_largest_file(models_dir: Path, tmp_path: Path) -> None:
    contents = {"modules.json": b"[]", "weights/model.safetensors": b"weights", "vocab.txt": b"a b"}
    write_files(tmp_path / "own", {"a.gguf": b"GGUF...", **{f"folder/{name}": c for name, c in contents.items()}})
    assert identity(str(tmp_path / "own" / "a.gguf"), models_dir) == f"a.gguf {sha256(b'GGUF...').hexdigest()}"
    assert identity(str(tmp_path / "own" / "folder"), models_dir) == f"folder {sha256(b'weights').hexdigest()}"


def test_a_model_of_ones_own_that_was_changed_is_another_one(models_dir: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.gguf"
    path.write_bytes(b"GGUF 1")
    before = identity(str(path), models_dir)
    path.write_bytes(b"GGUF 2")
    assert identity(str(path), models_dir) != before
