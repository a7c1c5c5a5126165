"""The list of articles, uploads and their routes, without a browser."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.errors import InvalidInput
from rag_ui import library as module
from rag_ui.library import Growth, Library
from rag_ui.loading import Loader, Report
from rag_ui.routes import add_library
from tests.ui.fakes import BUSES, TAXIS, FakeArticles, FakeAssistant, FakeUploads

FERRY = b"Ferries cost nine euros.\nSince May."


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether ``holds`` within ten seconds."""
    return any(holds() or threading.Event().wait(0.02) for _ in range(500))


@pytest.fixture
def uploads() -> FakeUploads:
    return FakeUploads(FakeAssistant())


@pytest.fixture
def library(uploads: FakeUploads) -> Library:
    """Of an assistant that is open."""
    return Library.of(opened(uploads.base), uploads)


@pytest.fixture
def client(library: Library) -> TestClient:
    app = FastAPI()
    add_library(app, library)
    return TestClient(app, base_url="http://127.0.0.1")


def opened(assistant: FakeAssistant) -> Loader:
    loader = Loader.start(lambda report: assistant)
    assert eventually(lambda: loader.progress.ready)
    return loader


def idle(library: Library, version: int, left_out: str = "") -> bool:
    return eventually(lambda: library.growth == Growth(version=version, left_out=left_out))


def test_the_list_tells_title_publisher_date_passages_and_copies() -> None:
    copy = replace(BUSES, doc_id="z.txt", title="Copied")
    library = Library(opened(FakeAssistant(index=FakeArticles((BUSES, TAXIS, copy)))), None)
    first, second, third = library.items()
    assert first == {
        "doc_id": "news/night buses.txt",
        "title": BUSES.title,
        "publisher": "Harbour Gazette",
        "published": "2025-11-04",
        "passages": 1,
        "copy_of": "",
        "own": False,
    }
    assert (second["copy_of"], third["copy_of"]) == ("", BUSES.title)


def test_there_is_no_list_while_the_models_load_or_when_that_failed() -> None:
    def fail(report: Report) -> FakeAssistant:
        raise InvalidInput("No model.")

    failed = Loader.start(fail)
    assert eventually(lambda: failed.progress.error != "")
    assert Library(failed, None).items() == Library(Loader(Future()), None).items() == []


def test_an_upload_is_listed_and_searched_soon_and_no_more_when_it_is_removed(
    library: Library, uploads: FakeUploads
) -> None:
    assert library.add("ferry.txt", FERRY) == "uploads/ferry.txt"
    assert idle(library, 1)
    assert next((item["title"], item["own"]) for item in library.items()) == ("Ferries cost nine euros.", True)
    library.remove("uploads/ferry.txt")
    assert idle(library, 2)
    assert not any(item["own"] for item in library.items())


def test_uploads_of_an_earlier_time_are_taken_in_at_the_start(uploads: FakeUploads) -> None:
    uploads.add("ferry.txt", FERRY)
    library = Library.of(opened(uploads.base), uploads)
    assert idle(library, 1)
    assert library.items()[0]["own"]


def test_while_uploads_are_taken_in_the_articles_before_are_there(library: Library, uploads: FakeUploads) -> None:
    uploads.paused.set()
    library.add("ferry.txt", FERRY)
    assert eventually(lambda: library.growth == Growth("Reading file 1 of 2", 0.5, busy=True))
    assert len(library.items()) == 3
    uploads.paused.clear()
    assert idle(library, 1)


def test_uploads_that_cannot_be_taken_in_are_told_and_the_articles_before_stay(
    library: Library, uploads: FakeUploads
) -> None:
    uploads.files["uploads/broken.txt"] = b"\xff"
    library.add("ferry.txt", FERRY)
    assert eventually(lambda: library.growth.error != "")
    assert "UnicodeDecodeError" in library.growth.error
    assert (library.growth.busy, len(library.items())) == (False, 3)
    library.remove("uploads/broken.txt")
    assert idle(library, 2)


def test_a_library_without_uploads_takes_none() -> None:
    library = Library.of(opened(FakeAssistant()))
    with pytest.raises(InvalidInput, match="takes no uploads; put the file into"):
        library.add("ferry.txt", FERRY)


def test_files_are_put_and_deleted_by_name(client: TestClient, library: Library) -> None:
    assert client.put("/uploads/ferry%20list.txt", content=FERRY).json() == {"doc_id": "uploads/ferry list.txt"}
    assert idle(library, 1)
    assert client.get("/uploads").json()["version"] == 1
    found = client.get("/articles").json()
    assert (found["uploads"], found["articles"][0]["doc_id"]) == (True, "uploads/ferry list.txt")
    assert client.delete("/uploads/ferry%20list.txt").status_code == 200
    assert idle(library, 2)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [("empty.txt", b"", "the file is empty"), ("big.txt", b"x" * 1001, "More than 0 MB")],
)
def test_a_file_that_is_refused_is_told_with_the_reason(
    client: TestClient, uploads: FakeUploads, name: str, content: bytes, reason: str
) -> None:
    answer = client.put(f"/uploads/{name}", content=content)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(reason)
    assert uploads.files == {}


def test_what_is_no_upload_cannot_be_deleted(client: TestClient) -> None:
    answer = client.delete("/uploads/taxis.txt")
    assert (answer.status_code, answer.json()["error"]) == (422, "'uploads/taxis.txt' is no uploaded file.")


def test_what_another_chat_took_in_is_found(monkeypatch: pytest.MonkeyPatch, uploads: FakeUploads) -> None:
    """Two chats share a folder; this one was not told of the upload, and looks."""
    monkeypatch.setattr(module, "_LOOK_SECONDS", 0.02)
    loader = opened(uploads.base)
    library = Library.of(loader, uploads)
    uploads.add("ferry.txt", FERRY)
    assert eventually(lambda: [item["doc_id"] for item in library.items()][:1] == ["uploads/ferry.txt"])
    uploads.add("ferry.txt", b"Ferries cost ten euros.\nSince June.")
    assert eventually(lambda: library.items()[0]["title"] == "Ferries cost ten euros.")
    version = library.growth.version
    threading.Event().wait(0.2)
    assert library.growth.version == version  # nothing has changed since
