"""A folder of articles: what is understood of it, what is known already, and what has changed."""

from hashlib import sha256
from pathlib import Path

import pytest

from rag.corpus.articles import Articles


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two articles."""
    (tmp_path / "a.txt").write_text("The bus is late.", encoding="utf-8")
    (tmp_path / "b.txt").write_text("The tram is full.", encoding="utf-8")
    return tmp_path


def names(articles: Articles) -> list[str]:
    return [document.doc_id for document in articles.documents]


def test_an_article_is_made_of_its_file(folder: Path) -> None:
    articles = Articles.read(folder)
    assert names(articles) == ["a.txt", "b.txt"]
    assert articles.origins == {
        "a.txt": sha256(b"The bus is late.").hexdigest(),
        "b.txt": sha256(b"The tram is full.").hexdigest(),
    }


def test_what_is_known_is_not_understood_again(folder: Path) -> None:
    known = Articles.read(folder).origins
    (folder / "b.txt").write_text("The tram was full.", encoding="utf-8")
    (folder / "c.txt").write_text("Taxis wait.", encoding="utf-8")
    articles = Articles.read(folder, known=known)
    assert names(articles) == ["b.txt", "c.txt"]
    assert list(articles.origins) == list(articles.digests) == ["a.txt", "b.txt", "c.txt"]


def test_a_renamed_article_is_a_new_one(folder: Path) -> None:
    """Its name may tell the date."""
    known = Articles.read(folder).origins
    (folder / "a.txt").rename(folder / "2025-03-03.txt")
    (document,) = Articles.read(folder, known=known).documents
    assert (document.doc_id, document.published) == ("2025-03-03.txt", "2025-03-03")


def test_what_the_sidecar_says_of_an_article_belongs_to_what_it_is_made_of(folder: Path) -> None:
    known = Articles.read(folder).origins
    for title in ("Buses", "Late buses"):
        (folder / "metadata.toml").write_text(f'["a.txt"]\ntitle = "{title}"\n', encoding="utf-8")
        articles = Articles.read(folder, known=known)
        assert [(document.doc_id, document.title) for document in articles.documents] == [("a.txt", title)]
        known = articles.origins
    assert names(Articles.read(folder, known=known)) == []


def test_progress_begins_with_what_is_known(folder: Path) -> None:
    known = Articles.read(folder).origins
    (folder / "c.txt").write_text("Taxis wait.", encoding="utf-8")
    calls: list[tuple[int, int]] = []
    Articles.read(folder, progress=lambda done, total: calls.append((done, total)), known=known)
    assert calls == [(2, 3), (3, 3)]
