"""Text files: which bytes are which characters, and what front matter declares."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.plain import decode, front_matter, read_plain
from rag.corpus.raw import Declared
from rag.errors import UnreadableDocument

LONG = {
    "cp1252": "L’été dernier, le maire a inauguré le pont. « Où aller ensuite ? », a-t-il demandé à la presse.",
    "cp1251": "Мэр открыл мост в понедельник, сообщила газета. Строительство заняло четыре года.",
    "koi8_r": "Мэр открыл мост в понедельник, сообщила газета. Строительство заняло четыре года.",
    "cp932": "市長は月曜日に橋を開通させた。新聞が報じた。工事は四年かかった。",
    "gb18030": "市长周一为大桥揭幕，报纸报道说。工程历时四年。",
    "big5": "市長週一為大橋揭幕，報紙報道說。工程歷時四年。",
    "cp949": "시장이 월요일에 다리를 개통했다고 신문이 보도했다. 공사는 4년이 걸렸다.",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_read_in_all_its_forms(encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-8-sig" else ""  # in UTF-8 it is a character of the text, as for Path.read_text
    assert decode("Øst 中文 é".encode(encoding)) == mark + "Øst 中文 é"


@pytest.mark.parametrize(("encoding", "text"), LONG.items())
def test_older_encodings_are_recognised(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_one_accent_in_a_short_text_is_read_as_western() -> None:
    assert decode("The café opened on Monday.".encode("latin-1")) == "The café opened on Monday."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_every_line_end_becomes_a_line_feed(encoding: str) -> None:
    assert decode("one\r\ntwo\rthree\n".encode(encoding)) == "one\ntwo\nthree\n"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"text\0with a NUL", "binary, or in an unknown encoding; save a text as UTF-8"),
        (
            b"\xff\xfe\x00\xd8",
            "binary, or in an unknown encoding; save a text as UTF-8",
        ),  # UTF-16, but half a character
        (b"\x01\x02\x03 words", "binary, or in an unknown encoding; save a text as UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "an image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "an image"),
        (b"ID3\x04\0\0", "a sound"),
        (b"\x7fELF\x02\x01\x01\0", "a program"),
        (b"\x1f\x8b\x08\0\0\0", "a compressed file other than .zip; unpack it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "an old Office file; save it as .docx or .pdf"),
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\xef\xbb\xbf\n", "empty"),
    ],
)
def test_what_is_no_text_is_named(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDocument, match=rf"^{reason}$"):
        decode(data)


def test_a_text_that_begins_like_another_kind_of_file_is_a_text() -> None:
    assert decode(b"ID3 tags are what music players read.") == "ID3 tags are what music players read."


WRITTEN = st.text(st.characters(exclude_categories=["Cs", "Cc"])).filter(lambda text: text.lstrip("\ufeff").strip())


@given(WRITTEN)
def test_any_text_in_utf_8_comes_back(text: str) -> None:
    assert decode(text.encode()) == text


@given(st.binary())
def test_bytes_are_a_text_or_refused(data: bytes) -> None:
    with suppress(UnreadableDocument):
        text = decode(data)
        assert text.strip()
        assert "\r" not in text


def test_front_matter_is_declared_and_stays_in_the_text() -> None:
    text = (
        '---\ntitle: "A bridge opens: the day"\ndate: 2025-03-03T08:00:00+01:00\nauthor: Jane Doe\n'
        "source: Harbour Gazette\nlang: en-GB\ntags: [oslo]\n---\nThe mayor came."
    )
    content = read_plain(text, markdown=True)
    assert (content.text, content.format) == (text, "markdown")
    assert content.declared == (
        Declared("title", "A bridge opens: the day", "front matter"),
        Declared("published", "2025-03-03", "front matter"),
        Declared("authors", "Jane Doe", "front matter"),
        Declared("publisher", "Harbour Gazette", "front matter"),
        Declared("language", "en", "front matter"),
    )


@pytest.mark.parametrize(
    "lines",
    [
        "authors: [Jane Doe, 'John Roe']",
        "authors:\n  - Jane Doe\n  - John Roe",
        "authors:\n- name: Jane Doe\n- name: John Roe",
        "author: Jane Doe\nauthor: John Roe",
    ],
)
def test_authors_are_written_in_many_ways(lines: str) -> None:
    assert [value.value for value in front_matter(f"---\n{lines}\n---\n")] == ["Jane Doe", "John Roe"]


@pytest.mark.parametrize(
    "text",
    [
        "A bridge opens\n---\ntitle: no\n---\n",
        "---\ntitle: never closed\n",
        "---\nThe mayor came.\n---\n",
        "---\ntitle:\n---\n",
        "---\ntitle: " + "A" * 600 + "\n---\n",
        "---\n" + "tag: x\n" * 100 + "title: too far down\n---\n",
    ],
)
def test_what_is_no_front_matter_declares_nothing(text: str) -> None:
    assert front_matter(text) == ()


def test_a_date_in_words_is_declared_as_it_stands() -> None:
    assert front_matter("---\ndate: March 3, 2025\n---\n") == (Declared("published", "March 3, 2025", "front matter"),)
