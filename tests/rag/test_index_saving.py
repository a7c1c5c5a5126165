"""One generation: saved and loaded whole, or refused by name."""

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from rag.errors import IndexCorrupt, IndexMismatch
from rag.index import FORMAT, Index
from tests.rag.fakes import BUS_AND_TRAM as EMBEDDER

STORED = (
    "articles.counts.npy",
    "articles.digests.npy",
    "articles.ends.npy",
    "articles.jsonl",
    "articles.names.json",
    "articles.origins.npy",
    "bm25/counts.npy",
    "bm25/lengths.npy",
    "bm25/rows.npy",
    "bm25/starts.npy",
    "bm25/stems.json",
    "catalogue.days.npy",
    "catalogue.names.json",
    "catalogue.publishers.npy",
    "copies.npy",
    "sentences.ends.npy",
    "sentences.npy",
    "shingles.ends.npy",
    "shingles.npy",
    "texts.ends.npy",
    "texts.npy",
    "vectors.faiss",
)


def generation(index_dir: Path) -> Path:
    return index_dir / (index_dir / "CURRENT").read_text(encoding="utf-8")


def test_saved_and_loaded_it_is_the_same(index: Index, saved: Path) -> None:
    loaded = Index.load(saved)
    assert loaded.documents == index.documents
    assert loaded.passages == index.passages
    assert loaded.manifest == index.manifest
    assert loaded.copies == index.copies
    query = EMBEDDER.embed(["the bus and the tram"])[0]
    assert loaded.vectors.search(query, 3) == index.vectors.search(query, 3)
    assert loaded.lexical.scores(["late", "taxi"]).tolist() == index.lexical.scores(["late", "taxi"]).tolist()
    assert [loaded.texts[row].tolist() for row in range(3)] == [index.texts[row].tolist() for row in range(3)]
    assert loaded.catalogue.names == index.catalogue.names
    assert loaded.catalogue.publishers.tolist() == index.catalogue.publishers.tolist()
    assert loaded.catalogue.days.tolist() == index.catalogue.days.tolist()


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
    with pytest.raises(IndexCorrupt, match=rf"Damaged or missing in .*: {name}; build it again: rag doctor --repair"):
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
    with pytest.raises(IndexCorrupt, match=r"manifest\.json is damaged; build it again"):
        Index.load(saved)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"{}", b"\xff\xfe"])
def test_a_manifest_that_is_none_is_refused(saved: Path, content: bytes) -> None:
    (generation(saved) / "manifest.json").write_bytes(content)
    with pytest.raises(IndexCorrupt, match=r"manifest\.json is damaged"):
        Index.load(saved)


def test_another_format_is_refused(saved: Path) -> None:
    edited(saved, signed=True, format=FORMAT + 1)
    with pytest.raises(
        IndexMismatch, match=f"The index has format {FORMAT + 1}, this program {FORMAT}; build it again"
    ):
        Index.load(saved)


def test_another_embedder_or_setting_is_refused(saved: Path) -> None:
    manifest = Index.load(saved).manifest
    manifest.check("fake", 32, saved)
    with pytest.raises(
        IndexMismatch, match="built with RAG_EMBEDDER fake, the settings say other; set it back to fake"
    ):
        manifest.check("other", 32, saved)
    with pytest.raises(IndexMismatch) as caught:
        manifest.check("fake", 64, saved)
    assert str(caught.value) == (
        f"The index in {saved} was built with RAG_PASSAGE_TOKENS 32, the settings say 64; set it back to 32, "
        f"or build it again: rag doctor --repair --index {saved}, or rag index FOLDER --index {saved}"
    )


def test_an_index_of_the_first_format_is_refused_with_the_command(saved: Path) -> None:
    edited(saved, signed=True, format=1, folder="", sources={})
    with pytest.raises(
        IndexMismatch, match="The index has format 1, this program 4; build it again: rag doctor --repair"
    ):
        Index.load(saved)


def test_an_index_can_be_moved(saved: Path, index: Index, tmp_path: Path) -> None:
    shutil.move(saved, tmp_path / "elsewhere")
    assert Index.load(tmp_path / "elsewhere").passages == index.passages
