"""An index knows its articles, passages and rows, and what it was built from."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rag.index
from rag.errors import UnreadableDocument
from rag.index import Index
from tests.rag.fakes import BUS_AND_TRAM as EMBEDDER
from tests.rag.fakes import FakeEmbedder


def test_an_index_knows_its_articles_and_passages(index: Index) -> None:
    assert list(index.documents) == ["buses.txt", "trams.md"]
    assert [(p.doc_id, p.title, p.publisher, p.published, p.text) for p in index.passages] == [
        ("buses.txt", "Buses at night", "", "", "Buses at night\n\nThe bus runs late. 😀 Nobody waits."),
        ("trams.md", "Trams", "", "2025-02-27", "# Trams\n2025-02-27\n\nThe tram is full."),
        ("trams.md", "Taxis", "Post", "2025-02-27", "Taxis\nThey wait."),
    ]
    assert (index.manifest.documents, index.manifest.passages, index.manifest.embedder) == (2, 3, "fake")


def test_passages_are_slices_of_their_documents(index: Index) -> None:
    assert all(index.documents[p.doc_id].text[p.start : p.end] == p.text for p in index.passages)


def test_rows_of_both_searches_are_passages(index: Index) -> None:
    """Title and text of the second passage hold no word but "tram"; that is the axis of "tram"."""
    assert index.vectors.search(EMBEDDER.embed(["tram"])[0], 1) == [(1, 1.0)]
    assert [row for row, _ in index.lexical.search("taxis", 3)] == [2]


def test_dates_and_publishers_can_be_searched(index: Index) -> None:
    assert [row for row, _ in index.lexical.search("Post", 3)] == [2]


def test_files_left_out_are_listed_with_their_reasons(index: Index) -> None:
    assert [(file.doc_id, file.reason) for file in index.skipped] == [("scan.pdf", ".pdf: only .txt and .md are read")]


def test_progress_tells_passages_embedded_and_all(folder: Path) -> None:
    calls: list[tuple[int, int]] = []
    Index.build(folder, EMBEDDER, 32, lambda done, total: calls.append((done, total)))
    assert calls == [(0, 3), (3, 3)]


def test_passages_never_exceed_what_the_embedder_reads(folder: Path) -> None:
    embedder = FakeEmbedder("bus", max_tokens=10)
    Index.build(folder, embedder, 160)
    assert max(embedder.count_tokens(embedder.embedded)) <= 10


def test_a_headline_of_many_words_does_not_stop_the_build(folder: Path) -> None:
    (folder / "long.txt").write_text("w " * 79 + "\n\nThe bus is late.", encoding="utf-8")
    titles = {p.title for p in Index.build(folder, EMBEDDER, 32).passages if p.doc_id == "long.txt"}
    assert titles == {"w " * 8 + "w"}  # of 79 words a half, a quarter, an eighth


@pytest.mark.parametrize("text", ["Advertisement", "Leave a Reply\n\n© Reuters"])
def test_a_folder_of_boilerplate_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableDocument, match="hold no sentence outside boilerplate"):
        Index.build(tmp_path, EMBEDDER, 32)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="it is empty"):
        Index.build(tmp_path, EMBEDDER, 32)


def test_equal_input_has_an_equal_fingerprint(index: Index, folder: Path) -> None:
    (folder / ".notes").write_text("hidden", encoding="utf-8")
    assert Index.build(folder, EMBEDDER, 32).manifest == index.manifest


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "buses.txt").write_text("Other words.", encoding="utf-8"),
        lambda folder: (folder / "buses.txt").rename(folder / "bus.txt"),
        lambda folder: (folder / "new.txt").write_text("More words.", encoding="utf-8"),
        lambda folder: (folder / "trams.md").unlink(),
    ],
    ids=["text", "name", "more", "fewer"],
)
def test_another_corpus_has_another_fingerprint(index: Index, folder: Path, change: Callable[[Path], Any]) -> None:
    change(folder)
    assert Index.build(folder, EMBEDDER, 32).manifest.fingerprint != index.manifest.fingerprint


def test_other_settings_have_another_fingerprint(index: Index, folder: Path) -> None:
    others = [
        Index.build(folder, EMBEDDER, 40),
        Index.build(folder, FakeEmbedder("bus", "tram", name="other"), 32),
    ]
    assert len({index.manifest.fingerprint, *(other.manifest.fingerprint for other in others)}) == 3


def test_vectors_are_embedded_in_batches_in_the_order_of_the_passages(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Index.build(folder, EMBEDDER, 32)
    monkeypatch.setattr(rag.index, "_EMBEDDED_AT_ONCE", 1)
    single = Index.build(folder, EMBEDDER, 32)
    for axis in np.eye(EMBEDDER.dimensions, dtype=np.float32):
        assert single.vectors.search(axis, 3) == whole.vectors.search(axis, 3)
