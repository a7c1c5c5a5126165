"""An index knows its articles, passages and rows, and what it was built from."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rag.parts
from rag.corpus.articles import FileChanges
from rag.errors import UnreadableDocument
from rag.index import BuildReport, Index
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
    assert [(file.doc_id, file.reason) for file in index.skipped] == [("scan.pdf", "a damaged PDF")]


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


def test_an_index_knows_its_folder_and_the_hashes_of_its_files(index: Index, folder: Path) -> None:
    assert index.manifest.folder == str(folder)
    assert index.manifest.sources == {
        name: sha256((folder / name).read_bytes()).hexdigest() for name in ("buses.txt", "trams.md")
    }


def test_copies_are_named_by_the_row_of_the_passage_that_stands_for_them(index: Index, folder: Path) -> None:
    assert index.copies == (0, 1, 2)
    words = "Night buses return to Ulm in March, the city council says, after two years without any."
    (folder / "one.txt").write_text(words, encoding="utf-8")
    (folder / "two.txt").write_text(words.upper(), encoding="utf-8")
    assert Index.build(folder, EMBEDDER, 32).copies == (0, 1, 2, 3, 1)


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
    monkeypatch.setattr(rag.parts, "_EMBEDDED_AT_ONCE", 1)
    single = Index.build(folder, EMBEDDER, 32)
    for axis in np.eye(EMBEDDER.dimensions, dtype=np.float32):
        assert single.vectors.search(axis, 3) == whole.vectors.search(axis, 3)


def test_what_is_larger_or_excluded_is_left_out(folder: Path) -> None:
    (folder / "long.txt").write_text("The bus. " * 100, encoding="utf-8")
    index = Index.build(folder, EMBEDDER, 32, exclude=["trams.*"], max_bytes=200)
    assert list(index.documents) == ["buses.txt"]
    assert [file.doc_id for file in index.skipped] == ["long.txt", "scan.pdf"]


def test_metadata_that_a_sidecar_corrects_is_that_of_the_passages_too(folder: Path) -> None:
    (folder / "metadata.toml").write_text('["buses.txt"]\ntitle = "Night lines"\nauthors = ["Ann Lee"]\n')
    index = Index.build(folder, EMBEDDER, 32)
    assert index.passages[0].title == "Night lines"
    assert index.documents["buses.txt"].authors == ("Ann Lee",)
    assert "metadata.toml" in index.manifest.sources


def test_files_are_told_while_they_are_understood(folder: Path) -> None:
    calls: list[tuple[int, int]] = []
    Index.build(folder, EMBEDDER, 32, reading=lambda done, total: calls.append((done, total)))
    assert calls == [(0, 2), (1, 2), (2, 2)]


def counting_embedder(name: str = "fake") -> FakeEmbedder:
    return FakeEmbedder("bus", "tram", name=name)


def test_only_what_is_new_is_embedded(index: Index, folder: Path) -> None:
    (folder / "taxis.txt").write_text("Taxis\n\nThey wait.", encoding="utf-8")
    embedder = counting_embedder()
    after = Index.build(folder, embedder, 32, before=index)
    probe = "Buses at night\nBuses at night\n\nThe bus runs late. 😀 Nobody waits."
    assert embedder.embedded == [probe, "Taxis\nTaxis\n\nThey wait."]
    assert after.report == BuildReport(FileChanges(added=("taxis.txt",)), embedded=1, reused=3)


def test_a_renamed_file_costs_nothing(index: Index, folder: Path) -> None:
    (folder / "buses.txt").rename(folder / "zzz.txt")
    after = Index.build(folder, counting_embedder(), 32, before=index)
    assert after.report == BuildReport(FileChanges(added=("zzz.txt",), removed=("buses.txt",)), embedded=0, reused=3)
    assert after.vectors.rows().tolist() == index.vectors.rows()[[1, 2, 0]].tolist()


def test_a_text_that_stands_twice_is_embedded_once(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("Buses\n\nThe bus is late.", encoding="utf-8")
    embedder = counting_embedder()
    assert Index.build(tmp_path, embedder, 32).report.embedded == len(embedder.embedded) == 1


def test_vectors_of_another_embedder_are_not_taken_over(index: Index, folder: Path) -> None:
    assert Index.build(folder, counting_embedder("other"), 32, before=index).report.reused == 0


@pytest.mark.parametrize("other", [FakeEmbedder("tram", "bus"), FakeEmbedder("bus")], ids=["values", "dimensions"])
def test_a_model_that_changed_under_its_name_is_noticed(index: Index, folder: Path, other: FakeEmbedder) -> None:
    after = Index.build(folder, other, 32, before=index)
    assert after.report.reused == 0
    assert after.vectors.rows().tolist() == Index.build(folder, other, 32).vectors.rows().tolist()


def test_texts_that_other_settings_leave_as_they_are_keep_their_vectors(index: Index, folder: Path) -> None:
    after = Index.build(folder, EMBEDDER, 40, before=index)
    assert after.manifest.passage_tokens == 40
    assert after.report == BuildReport(embedded=0, reused=3)


def test_progress_begins_with_the_passages_that_are_at_hand(index: Index, folder: Path) -> None:
    calls: list[tuple[int, int]] = []
    Index.build(folder, EMBEDDER, 32, lambda done, total: calls.append((done, total)), before=index)
    assert calls == [(3, 3)]
    (folder / "taxis.txt").write_text("Taxis\n\nThey wait.", encoding="utf-8")
    Index.build(folder, EMBEDDER, 32, lambda done, total: calls.append((done, total)), before=index)
    assert calls == [(3, 3), (3, 4), (4, 4)]
