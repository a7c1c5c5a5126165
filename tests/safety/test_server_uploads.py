"""Uploads of every bad kind, through the server: each gets one line, nothing lies elsewhere, the good are searched."""

import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from pypdf import PdfWriter

from rag.assistant import Assistant
from rag.index import Index
from rag.settings import Settings
from rag.uploads import Origin, Uploads
from tests.rag.fakes import BUS_AND_TRAM, FakeGenerator
from tests.ui.conftest import running_chat

GOOD = {
    "ferry.txt": b"The ferry sails to Basel at noon.",
    "überfähre 日本.md": b"# Ferries\n\nThey sail at night, too.",
    "long.html": b"<html><body><p>Trams are full in Basel.</p><!--" + b"x" * 1_500_000 + b"--></body></html>",
}
_PASSAGE_TOKENS = 32


def locked_pdf() -> bytes:
    """A PDF that only a password opens."""
    writer, file = PdfWriter(), BytesIO()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret")
    writer.write(file)
    return file.getvalue()


def zip_of(name: str, size: int) -> bytes:
    """An archive of one member of so many zeros."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(size))
    return file.getvalue()


BAD_NAMES = ("../out.txt", "..\\out.txt", "/etc/out.txt", "a\0b.txt", "\u202etxt.exe", "x" * 400 + ".txt", "字" * 140,
             "a\nb.txt", ".hidden", "..", "a/b.txt", "C:out.txt", "a\u200b.txt", "a?.txt", " a.txt")  # fmt: skip
BAD_FILES = {
    "program.exe": b"MZ\x90\0" + bytes(range(256)),
    "program.txt": b"\x7fELF" + bytes(range(256)),
    "photo.txt": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>pwned(1)</script></svg>",
    "empty.txt": b"",
    "blank.txt": b" \n\t\n",
    "locked.pdf": locked_pdf(),
    "cut.pdf": b"%PDF-1.7\n1 0 obj\n<<",
    "bomb.docx": zip_of("word/document.xml", 100_000_000),
    "loop.docx": zip_of("../../out.txt", 10),
    "cut.docx": zip_of("word/document.xml", 1000)[:-40],
    "large.txt": b"x" * 2_100_000,
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A chat over one article whose uploads may have two megabytes each; and the folder in which all of that lies."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bus.txt").write_text("The bus runs late.", encoding="utf-8")
    settings = Settings.load(max_file_mb=2, passage_tokens=_PASSAGE_TOKENS)
    base = Assistant(
        Index.build(tmp_path / "articles", BUS_AND_TRAM, _PASSAGE_TOKENS), BUS_AND_TRAM, FakeGenerator(), settings
    )
    uploads = Uploads(tmp_path / "index-uploads", settings, Origin(lambda report: base))
    with running_chat(uploads.open, uploads=uploads) as url:
        yield url, tmp_path


def put(url: str, name: str, data: bytes) -> httpx.Response:
    return httpx.put(f"{url}/uploads/{quote(name, safe='')}", content=data, timeout=60)


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def settled(url: str) -> dict[str, object]:
    """How the taking in of uploads ended."""
    while (growth := httpx.get(f"{url}/uploads").json())["busy"]:
        time.sleep(0.05)
    ended: dict[str, object] = growth
    return ended


def test_bad_uploads_are_refused_in_one_line_each_and_the_rest_is_searched(server: tuple[str, Path]) -> None:
    url, folder = server
    before = files(folder) | files(Path.cwd() / "ui")
    first, *others = GOOD.items()
    assert put(url, *first).status_code == 200
    for name in BAD_NAMES:
        answer = put(url, name, b"The tram is full.")
        assert answer.status_code in (404, 405, 422), name
        if answer.status_code == 422:
            assert_one_line(answer.json()["error"])
    for name, data in BAD_FILES.items():
        answer = put(url, name, data)
        assert answer.status_code == 422, name
        assert_one_line(answer.json()["error"])
    assert [put(url, *good).status_code for good in others] == [200, 200]
    assert settled(url)["error"] == ""
    own = {item["doc_id"] for item in httpx.get(f"{url}/articles").json()["articles"] if item["own"]}
    assert own == {f"uploads/{name}" for name in GOOD}
    new = (files(folder) | files(Path.cwd() / "ui")) - before
    assert all(name.startswith("index-uploads/") for name in new)
    assert {name for name in new if name.startswith("index-uploads/uploads/")} == {
        f"index-uploads/uploads/{name}" for name in GOOD
    }


def assert_one_line(told: str) -> None:
    """Something short that a reader can be shown as it is."""
    assert told.isprintable(), told
    assert 3 < len(told) < 400


def test_an_upload_that_is_broken_off_leaves_nothing(server: tuple[str, Path]) -> None:
    url, folder = server

    def pieces() -> Iterator[bytes]:
        yield b"The ferry"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        httpx.put(f"{url}/uploads/ferry.txt", content=pieces())
    assert put(url, "other.txt", b"The ferry sails.").status_code == 200
    settled(url)
    assert {name for name in files(folder) if "/uploads/" in name} == {"index-uploads/uploads/other.txt"}


@pytest.mark.parametrize("name", ["..%2Farticles%2Fbus.txt", "%2e%2e", "bus.txt", "..%5Cbus.txt", "%00", "*"])
def test_nothing_but_an_upload_is_ever_removed(server: tuple[str, Path], name: str) -> None:
    url, folder = server
    assert httpx.delete(f"{url}/uploads/{name}").status_code in (404, 405, 422)
    assert (folder / "articles" / "bus.txt").is_file()
