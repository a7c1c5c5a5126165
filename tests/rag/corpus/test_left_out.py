"""What is left out of a folder, and why: what cannot be read, what is hidden or excluded, links, an index."""

import os
from pathlib import Path

import pytest

from rag.corpus.readers import check_folder, read_folder
from rag.errors import InvalidInput, UnreadableDocument
from tests.rag.corpus.folders import read_ids, reasons
from tests.rag.corpus.made import zip_of


def test_unreadable_files_are_listed_with_their_reasons(folder: Path) -> None:
    (folder / "b.pdf").write_bytes(b"%PDF-1.4")
    (folder / "c.txt").write_bytes(b"\0")
    (folder / "d.txt").write_text(" \n\t", encoding="utf-8")
    assert reasons(folder) == {
        "b.pdf": "a damaged PDF",
        "c.txt": "binary, or in an unknown encoding; save a text as UTF-8",
        "d.txt": "empty",
    }


def test_a_file_may_have_just_the_size_that_is_allowed(folder: Path) -> None:
    (folder / "b.txt").write_bytes(b"x" * 1000)
    (folder / "c.txt").write_bytes(b"x" * 1001)
    assert reasons(folder, max_bytes=1000) == {"c.txt": "1,001 bytes; at most 1,000 are read (RAG_MAX_FILE_MB)"}


def test_a_file_that_cannot_be_opened_is_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "b.txt").write_text("locked", encoding="utf-8")
    read_bytes = Path.read_bytes

    def guarded(path: Path) -> bytes:
        if path.name == "b.txt":
            raise PermissionError(13, "Permission denied")
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", guarded)
    assert reasons(folder) == {"b.txt": "Permission denied"}
    assert read_ids(folder) == ["a.txt"]


def test_a_folder_that_cannot_be_opened_is_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "news").mkdir()
    scandir = os.scandir

    def guarded(path: str) -> object:
        if Path(path).name == "news":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    assert reasons(folder) == {"news": "Permission denied"}


def test_hidden_files_and_the_sidecar_are_passed_over(folder: Path) -> None:
    (folder / ".b.txt").write_text("hidden", encoding="utf-8")
    (folder / ".git").mkdir()
    (folder / ".git" / "c.txt").write_text("hidden", encoding="utf-8")
    (folder / "metadata.toml").write_text("", encoding="utf-8")
    read, skipped = read_folder(folder)
    assert ([file.doc_id for file in read], skipped) == (["a.txt"], ())


def test_only_the_sidecar_at_the_top_is_no_article(folder: Path) -> None:
    (folder / "news").mkdir()
    (folder / "news" / "metadata.toml").write_text("text", encoding="utf-8")
    assert read_ids(folder) == ["a.txt", "news/metadata.toml"]


def test_a_folder_below_a_hidden_one_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / ".cache" / "news"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("fine", encoding="utf-8")
    assert read_ids(folder) == ["a.txt"]


@pytest.mark.parametrize(
    ("patterns", "read"),
    [
        (["*.md"], ["a.txt", "drafts/c.txt", "more.zip/d.txt"]),
        (["drafts/"], ["a.txt", "b.md", "more.zip/d.txt"]),
        (["/c.txt", "more.zip"], ["a.txt", "b.md", "drafts/c.txt"]),
        (["*.txt", "!a.txt"], ["a.txt", "b.md"]),
        (["# all", "", "more.zip/d.txt"], ["a.txt", "b.md", "drafts/c.txt"]),
    ],
)
def test_patterns_exclude_as_in_gitignore(folder: Path, patterns: list[str], read: list[str]) -> None:
    (folder / "drafts").mkdir()
    (folder / "b.md").write_text("B", encoding="utf-8")
    (folder / "drafts" / "c.txt").write_text("C", encoding="utf-8")
    (folder / "more.zip").write_bytes(zip_of({"d.txt": "D"}))
    assert read_ids(folder, *patterns) == read
    (folder / ".ragignore").write_text("\n".join(patterns), encoding="utf-8")
    assert read_ids(folder) == read
    assert reasons(folder) == {}


def test_a_pattern_that_cannot_be_used_is_refused(folder: Path) -> None:
    with pytest.raises(InvalidInput, match=r"\.ragignore or the setting exclude cannot be used, correct it: .*'!'"):
        read_folder(folder, ["!"])


def test_a_pattern_that_would_match_for_ever_is_refused(folder: Path) -> None:
    stars = "*a" * 2000
    with pytest.raises(InvalidInput, match=r"\.ragignore or the setting exclude cannot be used, .* 3 '\*' in a name"):
        read_folder(folder, [stars])
    (folder / ".ragignore").write_text(f"# {stars}\n{stars}\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"\.ragignore or the setting exclude cannot be used, .* 3 '\*' in a name"):
        check_folder(folder)


def test_links_out_of_the_folder_and_to_folders_are_not_followed(folder: Path) -> None:
    outside = folder.parent / "secret.txt"
    outside.write_text("secret", encoding="utf-8")
    (folder / "inside.txt").symlink_to(folder / "a.txt")
    (folder / "outside.txt").symlink_to(outside)
    (folder / "nowhere.txt").symlink_to(folder / "missing")
    (folder / "round").symlink_to(folder)
    assert read_ids(folder) == ["a.txt"]
    reason = "a link out of the folder, to a folder, or to nothing; put the file itself there"
    assert reasons(folder) == {"nowhere.txt": reason, "outside.txt": reason, "round": reason}


def test_a_folder_that_is_a_link_itself_is_read(folder: Path) -> None:
    link = folder.parent / "link"
    link.symlink_to(folder)
    (folder / "b.txt").symlink_to(folder / "a.txt")
    assert read_ids(link) == ["a.txt"]


def test_a_link_is_no_second_copy_of_a_file_that_is_read(folder: Path) -> None:
    """Whichever of the two names comes first; a link is the only name of what is hidden or left out."""
    (folder / ".store").mkdir()
    (folder / ".store" / "b").write_text("B", encoding="utf-8")
    (folder / "drafts").mkdir()
    (folder / "drafts" / "c.txt").write_text("C", encoding="utf-8")
    (folder / "0.txt").symlink_to(folder / "a.txt")
    (folder / "b.txt").symlink_to(Path(".store", "b"))
    (folder / "c.txt").symlink_to(folder / "drafts" / "c.txt")
    assert read_ids(folder) == ["a.txt", "b.txt", "drafts/c.txt"]
    assert read_ids(folder, "drafts/") == ["a.txt", "b.txt", "c.txt"]
    assert reasons(folder) == {}


def test_an_index_among_the_articles_is_no_article(folder: Path) -> None:
    """It is told by what lies in it; half of that alone is an article like any other."""
    for name in ("old index/CURRENT", "old index/gen-1/manifest.json", "gen-2/manifest.json", "news/CURRENT"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("events", encoding="utf-8")
    assert read_ids(folder) == ["a.txt", "gen-2/manifest.json", "news/CURRENT"]
    with pytest.raises(UnreadableDocument, match=r"\(it is empty\)"):
        read_folder(folder / "old index")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have names only on POSIX systems")
def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "b.txt")
    assert reasons(folder) == {"b.txt": "no regular file"}


def test_a_name_that_is_no_unicode_is_left_out(folder: Path) -> None:
    try:
        (folder / os.fsdecode(b"b\xff.txt")).write_text("B", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    assert reasons(folder) == {"b?.txt": "its name is not UTF-8; rename it"}
