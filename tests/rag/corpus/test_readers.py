"""Reading a folder: what is read, what is left out, and why."""

from pathlib import Path

import pytest

from rag.corpus.readers import RawFile, SkippedFile, read_folder
from rag.errors import UnreadableDocument


def test_text_and_markdown_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "b.md").write_text("# B", encoding="utf-8")
    (tmp_path / "news.txt").write_text("N", encoding="utf-8")
    (tmp_path / "A.TXT").write_text("中文 é", encoding="utf-8")
    assert read_folder(tmp_path) == (
        (RawFile("A.TXT", "中文 é"), RawFile("news.txt", "N"), RawFile("news/b.md", "# B")),
        (),
    )


def test_the_text_is_what_read_text_gives(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo\rthree")
    (file,), _ = read_folder(tmp_path)
    assert file.text == (tmp_path / "a.txt").read_text(encoding="utf-8") == "one\ntwo\nthree"


def test_unreadable_files_are_listed_with_their_reasons(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("fine", encoding="utf-8")
    (tmp_path / "b.pdf").write_bytes(b"%PDF")
    (tmp_path / "c.txt").write_bytes(b"ok \xff\xfe")
    (tmp_path / "d.txt").write_text(" \n\t", encoding="utf-8")
    (tmp_path / "e").write_text("x", encoding="utf-8")
    _, skipped = read_folder(tmp_path)
    assert skipped == (
        SkippedFile("b.pdf", ".pdf: only .txt and .md are read"),
        SkippedFile("c.txt", "not UTF-8 at byte 3"),
        SkippedFile("d.txt", "empty"),
        SkippedFile("e", "no suffix: only .txt and .md are read"),
    )


def test_a_file_that_cannot_be_opened_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("fine", encoding="utf-8")
    (tmp_path / "b.txt").write_text("locked", encoding="utf-8")
    read_text = Path.read_text

    def guarded(path: Path, encoding: str) -> str:
        if path.name == "b.txt":
            raise PermissionError(13, "Permission denied")
        return read_text(path, encoding=encoding)

    monkeypatch.setattr(Path, "read_text", guarded)
    read, skipped = read_folder(tmp_path)
    assert [file.doc_id for file in read] == ["a.txt"]
    assert skipped == (SkippedFile("b.txt", "Permission denied"),)


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("fine", encoding="utf-8")
    (tmp_path / ".b.txt").write_text("hidden", encoding="utf-8")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "c.txt").write_text("hidden", encoding="utf-8")
    assert read_folder(tmp_path) == ((RawFile("a.txt", "fine"),), ())


def test_a_folder_below_a_hidden_one_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / ".cache" / "news"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("fine", encoding="utf-8")
    assert [file.doc_id for file in read_folder(folder)[0]] == ["a.txt"]


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match=r"No readable .txt or .md article in .*\(it is empty\)"):
        read_folder(tmp_path)


def test_a_folder_without_articles_names_the_first_reasons(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    with pytest.raises(UnreadableDocument, match=r"a\.pdf: \.pdf: only \.txt and \.md are read"):
        read_folder(tmp_path)


@pytest.mark.parametrize("name", ["missing", "file.txt"])
def test_what_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UnreadableDocument, match="is not a folder"):
        read_folder(tmp_path / name)
