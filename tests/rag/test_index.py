"""An index knows its articles, passages and rows, and what it was built from."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rag.parts
from rag.corpus.articles import FileChanges
from rag.corpus.limits import Limits
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


def test_the_vectors_of_a_passage_s_sentences_are_found_by_the_passage(index: Index) -> None:
    for passage in index.passages:
        wanted = EMBEDDER.embed([sentence.text for sentence in passage.sentences])
        assert index.sentence_vectors(passage) == pytest.approx(wanted, abs=1e-3)  # kept in 16 bits


def test_rows_of_both_searches_are_passages(index: Index) -> None:
    """Of the title and the three sentences of the second passage one is about "tram"."""
    assert [row for row, _ in index.vectors.search(EMBEDDER.embed(["tram"])[0], 1)] == [1]
    assert np.flatnonzero(index.lexical.scores(["taxi"])).tolist() == [2]


def test_the_vectors_of_titles_and_sentences_are_kept_in_the_order_of_the_passages(index: Index) -> None:
    """The first passage: its headline as title and as sentence, a sentence about the bus, one about nothing known."""
    bus, tram, other = np.eye(3).tolist()
    assert [index.texts[row].tolist() for row in range(3)] == [
        [other, other, bus, other],
        [other, other, other, tram],
        [other, other, other],
    ]


def test_the_vector_of_a_passage_is_made_of_those_of_its_texts(index: Index) -> None:
    """The mean of its sentences is (1, 0, 2) / √5, its title (0, 0, 1): with half of that (1, 0, 2 + √5 / 2) / √5."""
    wanted = np.array([1, 0, 2 + 5**0.5 / 2])
    assert index.vectors.rows()[0] == pytest.approx(wanted / np.linalg.norm(wanted))


def test_dates_and_publishers_can_be_searched(index: Index) -> None:
    assert np.flatnonzero(index.lexical.scores(["post"])).tolist() == [2]
    assert np.flatnonzero(index.catalogue.by([index.catalogue.names.index("Post")])).tolist() == [2]
    assert np.flatnonzero(index.catalogue.between("2025-02-01", "2025-02-28")).tolist() == [1, 2]


def test_files_left_out_are_listed_with_their_reasons(index: Index) -> None:
    assert [(file.doc_id, file.reason) for file in index.skipped] == [("scan.pdf", "a damaged PDF")]


def test_progress_tells_texts_embedded_and_all(folder: Path) -> None:
    """Eleven titles and sentences; two headlines are title and sentence of their passage, and are embedded once."""
    calls: list[tuple[int, int]] = []
    Index.build(folder, EMBEDDER, 32, lambda done, total: calls.append((done, total)))
    assert calls == [(2, 11), (11, 11)]


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
    with pytest.raises(
        UnreadableDocument, match="hold no sentence outside boilerplate, expected at least one; add others"
    ):
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
    index = Index.build(folder, EMBEDDER, 32, exclude=["trams.*"], limits=Limits(file_bytes=200))
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
    """Of the three texts of the new article two differ."""
    (folder / "taxis.txt").write_text("Trains and taxis\n\nThey do wait.", encoding="utf-8")
    embedder = counting_embedder()
    after = Index.build(folder, embedder, 32, before=index)
    probe = "Buses at night"
    assert embedder.embedded == [probe, "Trains and taxis", "They do wait."]
    assert after.report == BuildReport(FileChanges(added=("taxis.txt",)), embedded=2, reused=12)


def test_a_renamed_file_costs_nothing(index: Index, folder: Path) -> None:
    (folder / "buses.txt").rename(folder / "zzz.txt")
    after = Index.build(folder, counting_embedder(), 32, before=index)
    assert after.report == BuildReport(FileChanges(added=("zzz.txt",), removed=("buses.txt",)), embedded=0, reused=11)
    assert after.vectors.rows().tolist() == index.vectors.rows()[[1, 2, 0]].tolist()


def test_a_text_that_stands_twice_is_embedded_once(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("Buses\n\nThe bus is late.", encoding="utf-8")
    embedder = counting_embedder()
    assert Index.build(tmp_path, embedder, 32).report == BuildReport(
        FileChanges(added=("a.txt", "b.txt")), embedded=2, reused=4
    )
    assert embedder.embedded == ["The bus is late.", "Buses"]


def test_vectors_of_another_embedder_are_not_taken_over(index: Index, folder: Path) -> None:
    embedder = counting_embedder("other")
    assert Index.build(folder, embedder, 32, before=index).report.embedded == len(embedder.embedded) == 9


@pytest.mark.parametrize("other", [FakeEmbedder("tram", "at"), FakeEmbedder("bus")], ids=["values", "dimensions"])
def test_a_model_that_changed_under_its_name_is_noticed(index: Index, folder: Path, other: FakeEmbedder) -> None:
    after = Index.build(folder, other, 32, before=index)
    assert after.report.embedded == 9
    assert after.vectors.rows().tolist() == Index.build(folder, other, 32).vectors.rows().tolist()


def test_texts_that_other_settings_leave_as_they_are_keep_their_vectors(index: Index, folder: Path) -> None:
    after = Index.build(folder, EMBEDDER, 40, before=index)
    assert after.manifest.passage_tokens == 40
    assert after.report == BuildReport(embedded=0, reused=11)


def test_progress_begins_with_the_texts_that_are_at_hand(index: Index, folder: Path) -> None:
    calls: list[tuple[int, int]] = []
    Index.build(folder, EMBEDDER, 32, lambda done, total: calls.append((done, total)), before=index)
    assert calls == [(11, 11)]
    (folder / "taxis.txt").write_text("Trains\n\nThey do wait.", encoding="utf-8")
    Index.build(folder, EMBEDDER, 32, lambda done, total: calls.append((done, total)), before=index)
    assert calls == [(11, 11), (12, 14), (14, 14)]
