"""One generation: saved and loaded whole, or refused by name."""

import json
import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

import rag.index
from rag.errors import IndexCorrupt, IndexMismatch, IndexNotFound, InvalidInput
from rag.index import FORMAT, Index
from rag.lexical import LexicalIndex
from tests.rag.fakes import BUS_AND_TRAM as EMBEDDER

STORED = (
    "documents.jsonl",
    "passages.jsonl",
    "vectors.faiss",
    "bm25/data.csc.index.npy",
    "bm25/indices.csc.index.npy",
    "bm25/indptr.csc.index.npy",
    "bm25/params.index.json",
    "bm25/vocab.index.json",
)


def generation(index_dir: Path) -> Path:
    return index_dir / (index_dir / "CURRENT").read_text(encoding="utf-8")


def contents(index_dir: Path) -> list[str]:
    return sorted(path.name for path in index_dir.iterdir())


def test_saved_and_loaded_it_is_the_same(index: Index, saved: Path) -> None:
    loaded = Index.load(saved)
    assert loaded.documents == index.documents
    assert loaded.passages == index.passages
    assert loaded.manifest == index.manifest
    query = EMBEDDER.embed(["the bus and the tram"])[0]
    assert loaded.vectors.search(query, 3) == index.vectors.search(query, 3)
    assert loaded.lexical.search("late taxis", 3) == index.lexical.search("late taxis", 3)


def test_saving_twice_keeps_one_generation(index: Index, saved: Path, folder: Path) -> None:
    first = generation(saved)
    index.save(saved)
    assert contents(saved) == sorted(["CURRENT", generation(saved).name])
    assert generation(saved) != first
    (folder / "new.txt").write_text("More words.", encoding="utf-8")
    Index.build(folder, EMBEDDER, 32).save(saved)
    assert contents(saved) == sorted(["CURRENT", generation(saved).name])
    assert "new.txt" in Index.load(saved).documents


def test_other_files_in_the_folder_are_left_alone(index: Index, tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "README.md").write_text("kept", encoding="utf-8")
    index.save(tmp_path / "index")
    index.save(tmp_path / "index")
    assert (tmp_path / "index" / "README.md").read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize("name", STORED)
@pytest.mark.parametrize("damage", ["removed", "truncated", "flipped", "emptied"])
def test_every_damaged_file_is_named(saved: Path, name: str, damage: str) -> None:
    path = generation(saved) / name
    data = path.read_bytes()
    if damage == "removed":
        path.unlink()
    else:
        damaged = {"truncated": data[:-1], "flipped": bytes([data[0] ^ 1]) + data[1:], "emptied": b""}
        path.write_bytes(damaged[damage])
    with pytest.raises(IndexCorrupt, match=rf"Damaged or missing in .*: {name}; build again: rag index FOLDER"):
        Index.load(saved)


def test_nothing_but_the_listed_files_and_the_manifest_is_stored(saved: Path) -> None:
    stored = {p.relative_to(generation(saved)).as_posix() for p in generation(saved).rglob("*") if p.is_file()}
    assert stored == {*STORED, "manifest.json"}


def edited(index_dir: Path, signed: bool, **changes: object) -> None:
    """Change the manifest; ``signed`` makes its own hash right again, as another version of the program would."""
    path = generation(index_dir) / "manifest.json"
    content = {**json.loads(path.read_text(encoding="utf-8")), **changes}
    if signed:
        del content["sha256"]
        content["sha256"] = sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    "changes", [{"passages": 4}, {"files": {}}, {"format": FORMAT + 1}, {"embedder": "x"}, {"new": 1}]
)
def test_a_manifest_edited_by_hand_is_refused(saved: Path, changes: dict[str, object]) -> None:
    edited(saved, signed=False, **changes)
    with pytest.raises(IndexCorrupt, match=r"manifest\.json is damaged; build again"):
        Index.load(saved)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"{}", b"\xff\xfe"])
def test_a_manifest_that_is_none_is_refused(saved: Path, content: bytes) -> None:
    (generation(saved) / "manifest.json").write_bytes(content)
    with pytest.raises(IndexCorrupt, match=r"manifest\.json is damaged"):
        Index.load(saved)


def test_another_format_is_refused(saved: Path) -> None:
    edited(saved, signed=True, format=FORMAT + 1)
    with pytest.raises(IndexMismatch, match=f"The index has format {FORMAT + 1}, this program {FORMAT}; build again"):
        Index.load(saved)


def test_another_embedder_or_setting_is_refused(saved: Path) -> None:
    manifest = Index.load(saved).manifest
    manifest.check("fake", 32)
    with pytest.raises(IndexMismatch, match="built with the embedder fake, the settings say other"):
        manifest.check("other", 32)
    with pytest.raises(IndexMismatch, match="built with RAG_PASSAGE_TOKENS 32, the settings say 64"):
        manifest.check("fake", 64)


def test_a_folder_without_an_index_says_how_to_build_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for place in (tmp_path, tmp_path / "missing", tmp_path / "file"):
        with pytest.raises(IndexNotFound, match=r"There is no index in .*; build one: rag index FOLDER --index"):
            Index.load(place)


@pytest.mark.parametrize("name", [b"gen-gone", b"", b"../index", b"\xff", b"/"])
def test_a_pointer_to_nowhere_is_refused(saved: Path, name: bytes) -> None:
    (saved / "CURRENT").write_bytes(name)
    with pytest.raises(IndexCorrupt, match=r"CURRENT names .*, which is not there; build again"):
        Index.load(saved)


def interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


INTERRUPTIONS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "before anything is written": lambda patch: patch.setattr(Index, "_write", interrupt),
    "while BM25 is written": lambda patch: patch.setattr(LexicalIndex, "save", interrupt),
    "while files are flushed": lambda patch: patch.setattr(os, "fsync", interrupt),
    "before it has its name": lambda patch: patch.setattr(Path, "rename", interrupt),
    "before CURRENT is replaced": lambda patch: patch.setattr(os, "replace", interrupt),
}


@pytest.mark.parametrize("moment", INTERRUPTIONS)
def test_an_interrupted_save_leaves_the_old_generation_current(
    saved: Path, index: Index, folder: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "new.txt").write_text("More words.", encoding="utf-8")
    newer = Index.build(folder, EMBEDDER, 32)
    with monkeypatch.context() as patch:
        INTERRUPTIONS[moment](patch)
        with pytest.raises(KeyboardInterrupt):
            newer.save(saved)
    assert Index.load(saved).manifest == index.manifest
    newer.save(saved)
    assert Index.load(saved).manifest == newer.manifest
    assert len(list(saved.glob("gen-*"))) == 1


@pytest.mark.parametrize("moment", INTERRUPTIONS)
def test_an_interrupted_save_of_the_same_index_harms_nothing(
    saved: Path, index: Index, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        INTERRUPTIONS[moment](patch)
        with pytest.raises(KeyboardInterrupt):
            index.save(saved)
    assert Index.load(saved).passages == index.passages


def test_a_full_disk_is_one_clear_line_and_the_old_generation_stays(
    saved: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rag.index, "_flush", full)
    with pytest.raises(InvalidInput, match=r"cannot be written to .*: No space left on device"):
        index.save(saved)
    assert contents(saved) == sorted(["CURRENT", generation(saved).name])
    assert Index.load(saved).manifest == index.manifest


def test_a_place_that_is_a_file_is_refused(index: Index, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InvalidInput, match="The index cannot be written to"):
        index.save(tmp_path / "file")


def test_a_reader_whose_generation_is_replaced_reads_the_new_one(
    saved: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process saves after the reader has looked up CURRENT: the generation it names is gone."""
    (folder / "new.txt").write_text("More words.", encoding="utf-8")
    newer = Index.build(folder, EMBEDDER, 32)
    checked, calls = rag.index._checked_manifest, []

    def replaced_meanwhile(path: Path) -> rag.index.Manifest:
        calls.append(path)
        if len(calls) == 1:
            newer.save(saved)
        return checked(path)

    monkeypatch.setattr(rag.index, "_checked_manifest", replaced_meanwhile)
    assert Index.load(saved).manifest == newer.manifest


def test_an_index_can_be_moved(saved: Path, index: Index, tmp_path: Path) -> None:
    shutil.move(saved, tmp_path / "elsewhere")
    assert Index.load(tmp_path / "elsewhere").passages == index.passages
