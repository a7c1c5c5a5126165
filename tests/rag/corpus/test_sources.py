"""Articles behind a URL: read as those of a folder are, with the same patterns, limits and errors."""

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from rag.corpus.articles import Articles, silent
from rag.corpus.limits import Limits
from rag.corpus.readers import Listing, read_folder
from rag.corpus.sidecar import Sidecar
from rag.corpus.sources import Folder, Store, name_of, place_of, source_of
from rag.errors import InvalidInput, SourceUnavailable, UnreadableDocument
from rag.index import Index
from tests.rag.corpus.made import zip_of
from tests.rag.fakes import BUS_AND_TRAM

URL = "memory://news/2025"
FILES = {
    "buses.txt": b"Buses at night\n\nThe bus runs late.",
    "inner/trams.md": b"# Trams\n2025-02-27\n\nThe tram is full.",
    "all.zip": zip_of({"taxis.txt": "Taxis\n\nThey wait.", "drafts/no.txt": "Left out."}),
    "scan.pdf": b"%PDF-1.4",
    "large.txt": b"x" * 2000,
    "drafts/a.txt": b"Left out.",
    ".hidden/b.txt": b"Hidden.",
    ".ragignore": b"drafts/\n",
    "metadata.toml": b'["buses.txt"]\npublisher = "Gazette"\n',
    "old/CURRENT": b"gen-a",
    "old/gen-a/manifest.json": b"{}",
    "old/gen-a/articles.txt": b"Of an index.",
}
LIMITS = Limits(file_bytes=1000)


@pytest.fixture
def store() -> Iterator[MemoryFileSystem]:
    """A store in memory with these files below the URL, and one beside them."""
    system = MemoryFileSystem()
    for name, content in FILES.items():
        system.pipe_file(f"/news/2025/{name}", content)
    system.pipe_file("/news/2025b/other.txt", b"Of another folder.")
    yield system
    system.rm("/news", recursive=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The same files in a folder."""
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_a_store_is_read_as_a_folder_is(store: MemoryFileSystem, folder: Path) -> None:
    found, wanted = Articles.read(URL, (), LIMITS), Articles.read(folder, (), LIMITS)
    assert found == wanted
    assert list(found.origins) == ["all.zip/taxis.txt", "buses.txt", "inner/trams.md"]
    assert {file.doc_id: file.reason for file in found.skipped} == {
        "scan.pdf": "a damaged PDF",
        "large.txt": "2,000 bytes; at most 1,000 are read (RAG_MAX_FILE_MB)",
    }
    assert "metadata.toml" in found.digests
    assert [document.publisher for document in found.documents] == ["", "Gazette", ""]


def test_an_index_of_a_store_keeps_the_articles_and_names_the_store(store: MemoryFileSystem, folder: Path) -> None:
    found, wanted = (Index.build(place, BUS_AND_TRAM, 32, limits=LIMITS) for place in (URL, folder))
    assert found.manifest.fingerprint == wanted.manifest.fingerprint
    assert found.manifest.sources == wanted.manifest.sources
    assert found.manifest.folder == URL
    store.rm("/news/2025/buses.txt")
    assert found.documents["buses.txt"].text == "Buses at night\n\nThe bus runs late."
    after = Index.build(URL, BUS_AND_TRAM, 32, limits=LIMITS, before=found)
    assert str(after.report.files) == "1 removed"


def test_a_listing_can_be_read_elsewhere_in_parts(folder: Path) -> None:
    listing = Listing.of(folder, (), LIMITS)
    declared = Sidecar.read(folder).declared
    parts = [
        Articles.of(pickle.loads(pickle.dumps(Listing((file,), listing.ignored, LIMITS))), declared, silent, {})
        for file in reversed(listing.files)
    ]
    assert Articles.joined(folder, parts) == Articles.read(folder, (), LIMITS)


def test_what_reads_a_file_of_a_store_can_be_pickled(store: MemoryFileSystem) -> None:
    loads = dict(source_of(URL).files(lambda _: True, 1000))
    assert pickle.loads(pickle.dumps(loads["buses.txt"]))() == FILES["buses.txt"]


def test_a_file_whose_size_is_not_known_is_read_no_further_than_allowed(
    store: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = MemoryFileSystem.find

    def sizeless(*arguments: object, **options: object) -> dict[str, dict[str, object]]:
        return {name: info | {"size": None} for name, info in found(*arguments, **options).items()}

    monkeypatch.setattr(MemoryFileSystem, "find", sizeless)
    read, skipped = read_folder(URL, limits=LIMITS)
    assert [file.doc_id for file in read] == ["all.zip/taxis.txt", "buses.txt", "inner/trams.md"]
    assert "large.txt" in {file.doc_id for file in skipped}


@pytest.mark.parametrize("method", ["find", "cat_file"])
def test_a_store_that_fails_is_an_error_and_no_article_is_taken_for_gone(
    method: str, store: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("Could not connect\nto the endpoint.")

    monkeypatch.setattr(MemoryFileSystem, method, fail)
    with pytest.raises(SourceUnavailable, match=r"memory://news/2025 does not answer \(Could not connect to the end"):
        Articles.read(URL)


def test_a_file_that_went_away_since_it_was_listed_is_left_out(
    store: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = Listing.of(URL)
    store.rm("/news/2025/buses.txt")
    _, skipped = listing.read(lambda *_: False)
    assert "buses.txt" in {file.doc_id for file in skipped}


@pytest.mark.parametrize("url", ["memory://news/nothing", "memory://nowhere"])
def test_a_store_without_files_says_so(store: MemoryFileSystem, url: str) -> None:
    with pytest.raises(UnreadableDocument, match=rf"No readable article in {url} \(it is empty\)"):
        Articles.read(url)


def test_too_many_files_are_refused(store: MemoryFileSystem) -> None:
    with pytest.raises(UnreadableDocument, match=r"holds 5 files; at most 2 are read \(RAG_MAX_FILES\)"):
        Articles.read(URL, (), Limits(files=2))


def test_a_store_that_nothing_here_can_read_is_told_with_what_to_install() -> None:
    with pytest.raises(InvalidInput, match=r"nosuch://a/b cannot be read here: .*Install the driver"):
        source_of("nosuch://a/b")


def test_folders_and_urls_are_told_apart() -> None:
    assert place_of("news/2025") == Path("news/2025")
    assert place_of("s3://bucket/news") == "s3://bucket/news"
    assert name_of("s3://bucket/news") == "s3://bucket/news"
    assert isinstance(source_of(URL), Store)


@pytest.mark.parametrize("scheme", ["file", "local"])
def test_a_url_of_this_machine_is_a_folder_with_its_rules_for_links(folder: Path, scheme: str) -> None:
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    place = place_of(f"{scheme}://{folder}".replace(" ", "%20"))
    assert isinstance(source_of(place), Folder)
    assert name_of(place) == str(folder)
    found = Articles.read(place, (), LIMITS)
    assert "link.txt" in {file.doc_id for file in found.skipped}
    assert list(found.origins) == ["all.zip/taxis.txt", "buses.txt", "inner/trams.md"]


def test_a_password_in_a_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(InvalidInput, match="FSSPEC_FTP_PASSWORD") as refused:
        place_of("ftp://ann:hunter2@host/news")
    assert "hunter2" not in str(refused.value)
