"""Real files, read and searched by the real index, in a real browser: PDF, Word and zip, several at once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rag.assistant import Assistant
from rag.index import Index
from rag.settings import Settings
from rag.updating import update
from rag.uploads import Origin, Uploads
from tests.rag.corpus.made import pdf_of
from tests.rag.fakes import BUS_AND_TRAM, FakeGenerator
from tests.rag.test_uploads import word_file
from tests.ui.conftest import OpenPage, running_chat
from tests.ui.test_archives import zipped
from tests.ui.test_chat_browser import expect
from tests.ui.test_library_browser import choose, open_row, rows, show

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

SOON_MS = 30_000  # a chat looks every five seconds, its page every few more
WORD = "The ferry to the islands costs nine euros since May."
PDF = "The lighthouse keeper retires in October after forty years."
ZIPPED = "The harbour museum opens again on Sunday."


def file(name: str, data: bytes) -> Any:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """One article, and its index."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bus.txt").write_text("The bus runs late at night.", encoding="utf-8")
    settings = Settings.load(
        passage_tokens=32, examples=(), index_dir=tmp_path / "index", documents_dir=tmp_path / "articles"
    )
    update(settings, BUS_AND_TRAM)
    return settings


@pytest.fixture
def page(settings: Settings, open_page: OpenPage) -> "Iterator[Page]":
    """A chat over that article and a folder for uploads, with all articles shown."""
    base = Assistant(Index.load(settings.index_dir), BUS_AND_TRAM, FakeGenerator(), settings)
    origin = replace(Origin.of(None, settings), open=lambda report: base)
    uploads = Uploads(settings.index_dir.with_name("index-uploads"), settings, origin)
    with running_chat(uploads.open, (), uploads=uploads) as url:
        opened = open_page(url)
        show(opened)
        yield opened


def test_pdf_word_and_zip_are_added_together_and_read(page: "Page") -> None:
    archive = zipped({"museum/news.txt": ZIPPED.encode(), "museum/photo.png": b"\x89PNG\r\n\x1a\n\0\0"})
    choose(
        page,
        file("keeper.pdf", pdf_of([PDF])),
        file("ferry.docx", word_file(WORD)),
        file("museum.zip", archive),
    )
    added = page.get_by_role("list", name="Files being added").get_by_role("listitem")
    expect(added.filter(has_text="museum.zip")).to_contain_text("Added")
    left_out = "1 of 2 files of museum.zip were added; left out: museum - museum - photo.png (an image)."
    expect(page.get_by_text(left_out)).to_be_visible()
    expect(rows(page)).to_have_count(4)
    for words in (PDF, WORD, ZIPPED):
        open_row(page, words.split(maxsplit=1)[1][:20])
        expect(page.get_by_role("article")).to_contain_text(words)
        page.get_by_role("button", name="Close article").click()
    page.get_by_role("button", name=f"Remove {ZIPPED[:10]}").click()
    expect(rows(page)).to_have_count(3)


def test_what_somebody_else_adds_to_the_index_is_there_soon(page: "Page", settings: Settings) -> None:
    choose(page, file("ferry.docx", word_file(WORD)))
    expect(rows(page)).to_have_count(2)
    (settings.documents_dir / "keeper.txt").write_text(PDF, encoding="utf-8")
    update(settings, BUS_AND_TRAM)
    expect(rows(page)).to_have_count(3, timeout=SOON_MS)
    open_row(page, PDF[:20])
    expect(page.get_by_role("article")).to_contain_text(PDF)


def test_what_cannot_be_read_is_told_file_by_file(open_rough: OpenPage, page: "Page") -> None:
    other = open_rough(page.url)
    show(other)
    choose(other, file("scan.pdf", b"%PDF-1.4"), file("pack.zip", b"PK\x03\x04"), file("ferry.docx", word_file(WORD)))
    told = other.get_by_role("list", name="Files being added").get_by_role("listitem")
    expect(told.filter(has_text="scan.pdf")).to_contain_text("Not added: a damaged PDF")
    expect(told.filter(has_text="pack.zip")).to_contain_text("Not added: a damaged .zip or .docx file")
    expect(rows(other)).to_have_count(2)
