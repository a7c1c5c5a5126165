"""Zip archives: names without tricks, no bombs, and a reason for each member that cannot be had."""

import io
import stat
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus import archive
from rag.corpus.archive import is_word, is_zip, members, open_archive, safe_name
from rag.errors import UnreadableDocument
from tests.rag.corpus.made import docx_of, zip_of

MAX_BYTES = 50_000_000


def test_members_come_with_what_unpacks_them() -> None:
    opened = open_archive(zip_of({"a.txt": "A", "news/": "", "news/b.txt": "B"}), MAX_BYTES)
    assert [(name, unpack()) for name, unpack in members(opened)] == [("a.txt", b"A"), ("news/b.txt", b"B")]


def test_a_word_file_is_told_from_an_archive() -> None:
    assert is_zip(docx_of("Text."))
    assert is_word(open_archive(docx_of("Text."), MAX_BYTES))
    assert not is_word(open_archive(zip_of({"a.txt": "A"}), MAX_BYTES))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("news/a.txt", "news/a.txt"),
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\Windows\\a.txt", "Windows/a.txt"),
        ("news\\..\\a.txt", "news/a.txt"),
        ("a\u202etxt.exe", "atxt.exe"),
        ("a\0.txt\n", "a.txt"),
        ("./a//b.txt", "a/b.txt"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("日本語.txt", "日本語.txt"),
        ("a" * 65_000 + ".txt", "a" * 251 + ".txt"),
        ("a/" * 30_000 + "b.txt", "a/" * 31 + "b.txt"),
    ],
)
def test_names_lose_their_tricks(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(max_size=50))
def test_a_safe_name_stays_below_its_archive_and_is_safe_already(name: str) -> None:
    safe = safe_name(name)
    assert not {"", ".", ".."} & set(safe.split("/"))
    assert "\\" not in safe
    assert safe_name(safe) == safe


@pytest.mark.parametrize("data", [b"PK\x03\x04", zip_of({"a.txt": "A"})[:-5], b"PK\x03\x04" + b"\0" * 100])
def test_a_damaged_archive_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="a damaged"):
        open_archive(data, MAX_BYTES)


def test_a_member_that_shrank_to_a_thousandth_is_a_bomb() -> None:
    with pytest.raises(UnreadableDocument, match="unpacks to far more"):
        open_archive(zip_of({"a.txt": b"A" * 2_000_000}), MAX_BYTES)


def test_many_members_together_must_not_be_too_large() -> None:
    data = zip_of({f"{number}.txt": b"A" * 1000 for number in range(5)})
    with pytest.raises(UnreadableDocument, match="unpacks to far more"):
        open_archive(data, max_bytes=1249)  # 5 times 1,000 bytes, of which 4 times 1,249 may be
    assert len(list(members(open_archive(data, max_bytes=1250)))) == 5


def test_too_many_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_MOST_MEMBERS", 1)
    with pytest.raises(UnreadableDocument, match="an archive of 2 files; at most 1 are read"):
        open_archive(zip_of({"a.txt": "A", "b.txt": "B"}), MAX_BYTES)


@pytest.mark.parametrize("name", ["[Content_Types].xml", "mimetype"])
def test_other_office_files_are_no_archives_of_articles(name: str) -> None:
    with pytest.raises(UnreadableDocument, match="an Office file or e-book"):
        list(members(open_archive(zip_of({name: "x", "content.xml": "<x/>"}), MAX_BYTES)))


def reason_of_the_last(data: bytes) -> str:
    *_, (_, unpack) = members(open_archive(data, MAX_BYTES))
    with pytest.raises(UnreadableDocument) as caught:
        unpack()
    return str(caught.value)


def test_a_second_member_of_a_name_is_refused() -> None:
    reason = reason_of_the_last(zip_of({"a.txt": "A", "./a.txt": "B"}))
    assert reason == "another file of the archive has the same name; rename one"


def test_a_member_with_a_password_is_refused() -> None:
    data = bytearray(zip_of({"a.txt": "A"}))
    struct.pack_into("<H", data, data.index(b"PK\x01\x02") + 8, 1)  # the first of the general purpose flags
    assert reason_of_the_last(bytes(data)) == "protected by a password; pack it without one"


def test_a_link_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as writer:
        info = zipfile.ZipInfo("a.txt")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        writer.writestr(info, "/etc/passwd")
    assert reason_of_the_last(file.getvalue()) == "a link; pack the file itself"


def test_a_member_with_a_wrong_checksum_is_refused() -> None:
    data = bytearray(zip_of({"a.txt": "A"}))
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 16, 0)
    assert reason_of_the_last(bytes(data)) == "damaged, or packed in an unknown way; pack it again"
