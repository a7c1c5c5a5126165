"""What workers gather batch by batch makes the index that one process builds, whatever happens in between."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.errors import UnreadableDocument
from rag.generations import current
from rag.index import Index
from rag.ingestion.gathering import GatherByWorkers
from rag.ingestion.pieces import discard
from rag.settings import Settings
from rag.updating import update
from tests.rag.corpus.made import zip_of
from tests.rag.fakes import FakeEmbedder
from tests.rag.ingestion.made import TOKENS, WORDS, Here, assert_same, embedder, write_articles


def settings_of(place: Path, **changes: Any) -> Settings:
    usual = {"documents_dir": place / "articles", "index_dir": place / "index", "passage_tokens": TOKENS}
    return Settings.load(**usual | changes)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A hundred articles, with a sidecar, an archive, patterns, and a file that cannot be read."""
    articles = tmp_path / "articles"
    write_articles(articles, range(100))
    (articles / "metadata.toml").write_text('["00/003.txt"]\ntitle = "Ferries"\npublisher = "Gazette"\n', "utf-8")
    (articles / ".ragignore").write_text("09/\n", encoding="utf-8")
    (articles / "02.zip").write_bytes(zip_of({"x.txt": "Zip\n\nThe bus is late.", "09/y.txt": "left out"}))
    (articles / "scan.pdf").write_bytes(b"%PDF-1.4")
    return tmp_path


def by(settings: Settings, workers: Here) -> Index:
    """The index brought up to date by these workers."""
    gather = GatherByWorkers(settings.index_dir, embedder, workers)
    return update(settings, embedder(), gather=gather)


def fresh(settings: Settings) -> Index:
    """The index that one process builds."""
    return Index.build(settings.documents_dir, embedder(), settings.passage_tokens)


def test_the_outcome_is_that_of_one_process(place: Path) -> None:
    """Ninety articles and a member of an archive, whose name stands between those of other batches."""
    settings, workers = settings_of(place), Here()
    built = by(settings, workers)
    assert built.manifest.documents == 91
    assert built.documents["00/003.txt"].publisher == "Gazette"
    assert "02.zip/x.txt" in built.documents
    assert_same(built, fresh(settings))
    assert Index.load(settings.index_dir).vectors.rows().tolist() == built.vectors.rows().tolist()
    assert [(file.doc_id, file.reason) for file in built.skipped] == [("scan.pdf", "a damaged PDF")]
    assert built.report.embedded == workers.embedded


@pytest.mark.parametrize("stops", [(), (0,), (4,), (2, 0, 1, 1)])
def test_however_often_it_is_interrupted_nothing_is_embedded_twice(tmp_path: Path, stops: tuple[int, ...]) -> None:
    """Forty articles are five batches. A text of several batches may count in each, and never more often."""
    write_articles(tmp_path / "articles", range(40))
    settings, uninterrupted = settings_of(tmp_path), Here()
    by(settings_of(tmp_path, index_dir=tmp_path / "other"), uninterrupted)
    runs = [Here(most) for most in stops]
    for workers in runs:
        with pytest.raises(KeyboardInterrupt):
            by(settings, workers)
    last = Here()
    built = by(settings, last)
    assert_same(built, fresh(settings))
    embedded = last.embedded + sum(workers.embedded for workers in runs)
    assert len(set(built.parts.texts.values.tolist())) <= embedded <= uninterrupted.embedded
    assert (last.embedded < uninterrupted.embedded) == (sum(stops) > 0)


def test_what_an_interrupted_build_embedded_serves_after_a_change_of_files_and_cuts(place: Path) -> None:
    """One article is renamed, one changed, and passages are cut otherwise: only the changed one has new texts."""
    settings = settings_of(place)
    interrupted = Here(11)  # of 13 batches
    with pytest.raises(KeyboardInterrupt):
        by(settings, interrupted)
    articles = place / "articles"
    (articles / "05" / "050.txt").rename(articles / "05" / "new.txt")
    (articles / "06" / "060.txt").write_text("Changed\n\nThe mayor sleeps.", encoding="utf-8")
    settings = settings_of(place, passage_tokens=48)
    last = Here()
    built = by(settings, last)
    assert_same(built, fresh(settings))
    whole = Here()
    by(settings_of(place, index_dir=place / "other"), whole)
    assert 0 < last.embedded < whole.embedded / 3


def test_only_what_is_new_is_done_and_nothing_when_nothing_is(place: Path) -> None:
    settings = settings_of(place)
    by(settings, Here())
    discard(settings.index_dir)
    generation = current(settings.index_dir)
    again = Here()
    assert_same(by(settings, again), fresh(settings))
    assert (again.embedded, current(settings.index_dir)) == (0, generation)
    (place / "articles" / "new.txt").write_text("News\n\nThe mayor sleeps. The ferry waits.", encoding="utf-8")
    (place / "articles" / "00" / "000.txt").unlink()
    more = Here()
    built = by(settings, more)
    assert more.embedded == 3
    assert str(built.report.files) == "1 added, 1 removed"
    assert_same(built, fresh(settings))


def test_pieces_of_another_embedder_or_damaged_are_done_again(place: Path) -> None:
    settings = settings_of(place)
    with pytest.raises(KeyboardInterrupt):
        by(settings, Here(9))
    damaged = sorted((settings.index_dir / ".pieces").glob("*/gen-*/keys.npy"))[:2]
    for path in damaged:
        path.write_bytes(path.read_bytes()[:-1])
    last = Here()
    assert_same(by(settings, last), fresh(settings))
    other = FakeEmbedder(*WORDS[:-1], "vector")  # of the same name and dimensions
    rest = Here()
    gather = GatherByWorkers(settings.index_dir, lambda: other, rest)
    built = update(settings, other, gather=gather)
    assert np.array_equal(built.vectors.rows(), Index.build(settings.documents_dir, other, TOKENS).vectors.rows())


def test_pieces_are_gone_when_they_are_discarded(place: Path) -> None:
    settings = settings_of(place)
    by(settings, Here())
    assert (settings.index_dir / ".pieces").is_dir()
    discard(settings.index_dir)
    assert not (settings.index_dir / ".pieces").exists()
    assert len(Index.load(settings.index_dir).documents) == 91


def test_where_nothing_can_be_read_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.pdf").write_bytes(b"%PDF-1.4")
    with pytest.raises(UnreadableDocument, match=r"a\.pdf: a damaged PDF"):
        by(settings_of(tmp_path), Here())


def test_files_are_told_batch_by_batch(place: Path) -> None:
    """Ninety articles, the archive and what cannot be read are 92 files: eleven batches of eight, and one of four."""
    settings = settings_of(place)
    calls: list[tuple[int, int]] = []
    gather = GatherByWorkers(settings.index_dir, embedder, Here())
    update(settings, embedder(), reading=lambda done, total: calls.append((done, total)), gather=gather)
    assert calls == [(4 + 8 * done, 92) for done in range(12)]
