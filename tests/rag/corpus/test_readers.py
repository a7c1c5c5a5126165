"""Reading a folder: files of every format, the members of archives, and a folder without any article."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.corpus.raw import Declared, SkippedFile
from rag.corpus.readers import check_folder, read_folder
from rag.errors import InvalidInput, UnreadableDocument
from tests.rag.corpus.folders import reasons
from tests.rag.corpus.made import docx_of, page_of, pdf_of, zip_of

STORY = page_of("<article><h1>A bridge opens</h1><p>The mayor of Oslo came and said a few words on it.</p></article>")


def test_files_are_read_in_the_order_of_their_names(folder: Path) -> None:
    (folder / "news").mkdir()
    (folder / "news" / "b.md").write_text("# B", encoding="utf-8")
    (folder / "news.txt").write_text("N", encoding="utf-8")
    (folder / "A.TXT").write_text("中文 é", encoding="utf-8")
    (folder / "c").write_text("no suffix", encoding="utf-8")
    read, skipped = read_folder(folder)
    assert [(file.doc_id, file.text) for file in read] == [
        ("A.TXT", "中文 é"),
        ("a.txt", "fine"),
        ("c", "no suffix"),
        ("news.txt", "N"),
        ("news/b.md", "# B"),
    ]
    assert skipped == ()


@pytest.mark.parametrize("data", [b"one\r\ntwo\rthree", b"\xef\xbb\xbfone\n", "é中\u2028x\x85y\x0cz".encode()])
def test_the_text_is_what_read_text_gives(folder: Path, data: bytes) -> None:
    (folder / "a.txt").write_bytes(data)
    (file,), _ = read_folder(folder)
    assert file.text == (folder / "a.txt").read_text(encoding="utf-8")


def test_every_format_is_read_with_what_it_declares_and_its_hash(folder: Path) -> None:
    data = {
        "a.txt": b"---\ntitle: A bridge opens\n---\nText.",
        "b.pdf": pdf_of(["One"], ["Two"]),
        "c.docx": docx_of("Text."),
        "d.html": STORY.encode(),
    }
    for name, content in data.items():
        (folder / name).write_bytes(content)
    read, skipped = read_folder(folder)
    assert skipped == ()
    assert [file.format for file in read] == ["text", "pdf", "docx", "html"]
    assert [file.sha256 for file in read] == [hashlib.sha256(content).hexdigest() for content in data.values()]
    assert read[0].declared == (Declared("title", "A bridge opens", "front matter"),)
    assert read[1].pages == (0, 5)


def test_members_of_an_archive_are_articles_of_their_own(folder: Path) -> None:
    inner = zip_of({"deep.txt": "Too deep."})
    members: dict[str, bytes | str] = {
        "b.txt": "B",
        "../news/c.docx": docx_of("C"),
        ".DS_Store": "x",
        "d.zip": inner,
        "e.bin": "\0",
    }
    (folder / "more.zip").write_bytes(zip_of(members))
    read, skipped = read_folder(folder)
    assert [(file.doc_id, file.text) for file in read] == [
        ("a.txt", "fine"),
        ("more.zip/b.txt", "B"),
        ("more.zip/news/c.docx", "C"),
    ]
    assert read[1].sha256 == hashlib.sha256(b"B").hexdigest()
    assert skipped == (
        SkippedFile("more.zip/d.zip", "an archive within an archive; unpack it"),
        SkippedFile("more.zip/e.bin", "binary, or in an unknown encoding; save a text as UTF-8"),
    )


def test_an_empty_archive_is_one_line(folder: Path) -> None:
    (folder / "b.zip").write_bytes(zip_of({}))
    (folder / "c.zip").write_bytes(zip_of({"news/": ""}))
    assert reasons(folder) == {"b.zip": "an empty archive", "c.zip": "an empty archive"}


def test_a_damaged_archive_is_one_line(folder: Path) -> None:
    (folder / "b.zip").write_bytes(zip_of({"b.txt": "B"})[:-9])
    assert reasons(folder) == {"b.zip": "a damaged .zip or .docx file"}


@pytest.mark.parametrize("read", [read_folder, check_folder])
def test_an_empty_folder_says_so(tmp_path: Path, read: Callable[[Path], object]) -> None:
    (tmp_path / ".hidden.txt").write_text("hidden", encoding="utf-8")
    with pytest.raises(UnreadableDocument, match=r"No readable article in .*\(it is empty\); give the folder"):
        read(tmp_path)


@pytest.mark.parametrize("read", [read_folder, check_folder])
def test_a_folder_of_which_all_is_left_out_says_so(folder: Path, read: Callable[..., object]) -> None:
    with pytest.raises(UnreadableDocument, match=r"\(\.ragignore or the setting exclude leaves out all"):
        read(folder, ["*.txt"])


def test_an_archive_of_which_all_is_left_out_says_so(tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(zip_of({"b.txt": "B"}))
    with pytest.raises(UnreadableDocument, match=r"\(\.ragignore or the setting exclude leaves out all"):
        read_folder(tmp_path, ["*.txt"])


def test_a_check_reads_no_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_bytes", pytest.fail)
    check_folder(folder)
    with pytest.raises(UnreadableDocument, match="is not a folder"):
        check_folder(folder / "a.txt")
    with pytest.raises(InvalidInput, match="cannot be used"):
        check_folder(folder, ["!"])


def test_a_folder_without_articles_names_the_first_reasons(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    with pytest.raises(UnreadableDocument, match=r"a\.pdf: a damaged PDF"):
        read_folder(tmp_path)


@pytest.mark.parametrize("name", ["missing", "file.txt"])
def test_what_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UnreadableDocument, match="is not a folder"):
        read_folder(tmp_path / name)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=500), st.sampled_from([".txt", ".md", ".html", ".pdf", ".docx", ".zip", ".png", ""]))
def test_whatever_is_in_a_file_the_others_are_read(folder: Path, data: bytes, suffix: str) -> None:
    (folder / f"any{suffix}").write_bytes(data)
    read, skipped = read_folder(folder)
    assert "a.txt" in {file.doc_id for file in read}
    assert all(file.reason for file in skipped)
