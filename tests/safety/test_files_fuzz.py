"""Any bytes, any text: our own errors only, offsets that slice back. ``benchmarks.torture.files`` tries many more."""

import struct
from itertools import pairwise
from pathlib import Path

import pytest

from rag import chunking
from rag.chunking import passages_of, sentences_of
from rag.corpus import formats, language
from rag.corpus.archive import open_archive
from rag.corpus.docx import read_docx
from rag.corpus.limits import Limits, check_pattern
from rag.corpus.pages import running_text
from rag.corpus.readers import read_folder
from rag.corpus.sidecar import Sidecar
from rag.errors import InvalidInput, UnreadableDocument
from rag.quantities import quantities
from tests.rag.corpus.made import docx_of, pdf_of, zip_of
from tests.rag.fakes import count_words
from tests.safety.fuzz import TARGETS, Target, understood

EXAMPLES = 200


@pytest.mark.parametrize("target", TARGETS, ids=[target.name for target in TARGETS])
def test_whatever_comes_in_is_read_or_refused(target: Target) -> None:
    target.run(EXAMPLES)


@pytest.mark.parametrize(
    ("unit", "length"),
    [("word ", 1_000_000), ("你", 1_000_000), ("\u200b", 1_000_000), ("“", 100_000), ("'", 100_000), ("<!--", 100_000)],
)
def test_a_very_long_line_is_cut_and_slices_back(unit: str, length: int) -> None:
    """The splitter of sentences takes the square of a paragraph's length, of quotation marks more than that."""
    text = "A bridge\n\n" + unit * (length // len(unit))
    found = passages_of(understood(text), count_words, 160)
    assert all(text[passage.start : passage.end] == passage.text for passage in found)
    assert all(left.end <= right.start for left, right in pairwise(found))


@pytest.mark.parametrize("length", [10, 40, 200])
def test_a_long_paragraph_has_the_sentences_that_it_has_at_once(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as each of them is shorter than a stretch."""
    text = "It rains. " * 3 + "Mr. Smith waits for the bus. " * 20 + "So do “all of us”. " * 5
    whole = sentences_of(text, 0, len(text))
    monkeypatch.setattr(chunking, "_LONGEST_PARAGRAPH", length)
    cut = sentences_of(text, 0, len(text))
    assert "".join(sentence.text.replace(" ", "") for sentence in cut) == text.replace(" ", "")
    assert (cut == whole) == (length > 30)  # the longest has 29 characters and the space behind it


def test_a_table_of_a_million_contents_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """47 bytes each, no content at all: a 47 MB archive that took 17 seconds and half a gigabyte to be refused."""
    monkeypatch.setattr("rag.corpus.archive.ZipFile", pytest.fail)
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, 0, *[0] * 14) + b"A"
    with pytest.raises(UnreadableDocument, match="an archive of 1000000 files; at most 10000 are read"):
        open_archive(b"PK\x03\x04" + entry * 1_000_000, 50_000_000)


def test_a_word_as_long_as_a_page_is_looked_at_once() -> None:
    """A word that is broken at the end of a line was looked for from each letter of it: a minute for 100 KB."""
    assert running_text(["a" * 100_000 + "-\nb"]) == ["a" * 100_000 + "b"]


def test_of_digits_and_commas_without_end_the_last_number_counts() -> None:
    """From each digit, and to each comma, the rest was looked at before: the cube of the length, of 8 KB a minute."""
    assert [found.words for found in quantities("7,77" * 2000 + " buses")] == ["77"]


@pytest.mark.parametrize(
    "key", ["a." * 100_000 + "b = 1", " " * 200_000 + "=", "[a" + ' . "b"' * 9 + "]", "x = " + "[" * 100_000]
)
def test_a_sidecar_that_would_take_all_memory_is_refused(tmp_path: Path, key: str) -> None:
    """tomllib keeps every beginning of a dotted key: of 200 KB the square, 40 GB."""
    (tmp_path / "metadata.toml").write_text(f'["a.b.c.d.e.f.g.h.i.txt"]\ntitle = "A"\n{key}\n', encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"metadata\.toml cannot be read"):
        Sidecar.read(tmp_path)


def test_a_pattern_that_is_no_regular_expression_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A", encoding="utf-8")
    (tmp_path / ".ragignore").write_text("[z-a]", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"\.ragignore or the setting exclude cannot be used"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    "pattern", ["*" * 5000 + "b", "*a" * 3 + "*b", "news/*-*-*-*.txt", "!*a*a*a*b", "**/a/" * 3 + "**"]
)
def test_a_pattern_that_would_match_for_ever_is_refused(pattern: str) -> None:
    """Matching tries every way to share a name among its stars: of 255 letters among ten stars 10 to the 17."""
    with pytest.raises(ValueError, match=r"more than 3 '\*' in a name, or '\*\*' in all, in the pattern"):
        check_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", ["", "*", "**", "*a*a*b", "**/*draft*/**/*-*-*.txt", "!keep/*.md", "# ***** old *****"]
)
def test_a_pattern_of_few_stars_is_taken(pattern: str) -> None:
    check_pattern(pattern)


def test_no_room_for_the_model_of_languages_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    language._identifier.cache_clear()
    monkeypatch.setattr("py3langid.langid.LanguageIdentifier.from_model_file", full)
    with pytest.raises(InvalidInput, match=r"folder for temporary files \(No space left on device\); make room"):
        language.language_of("The bridge was opened by the mayor on Monday.")


ENTITY = '<!DOCTYPE d [<!ENTITY secret SYSTEM "file://{secret}">]>'


def test_a_word_file_that_names_a_file_of_this_machine_does_not_show_it(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden words", encoding="utf-8")
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f'<w:document xmlns:w="{space}"><w:body><w:p><w:r><w:t>Seen &secret;</w:t></w:r></w:p></w:body></w:document>'
    whole = zip_of(_with_document(docx_of("x"), f"{ENTITY.format(secret=secret)}{body}"))
    assert read_docx(whole, 1_000_000).text == "Seen"


def _with_document(word: bytes, xml: str) -> dict[str, bytes | str]:
    """The members of a Word file, with another text."""
    archive = open_archive(word, 1_000_000)
    members: dict[str, bytes | str] = {info.filename: archive.read(info) for info in archive.infolist()}
    return {**members, "word/document.xml": xml}


@pytest.mark.parametrize(
    ("name", "data"), [("a.txt", b"12345"), ("a.pdf", pdf_of(["12345"])), ("a.docx", docx_of("12345"))]
)
def test_a_text_that_would_take_hours_is_refused(name: str, data: bytes) -> None:
    assert formats.read_content(data, name, Limits(characters=5)).text == "12345"
    with pytest.raises(UnreadableDocument, match=r"5 characters; at most 4 are read \(RAG_MAX_CHARACTERS\)"):
        formats.read_content(data, name, Limits(characters=4))


def test_a_web_page_of_too_many_tags_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "_MOST_TAGS", 4)
    with pytest.raises(UnreadableDocument, match="5 tags; at most 4 are read"):
        formats.read_content(b"<p>A</p><p>B</p><p>", "a.html", Limits())


def test_a_folder_of_too_many_files_is_refused(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text("A", encoding="utf-8")
    assert len(read_folder(tmp_path, limits=Limits(files=3))[0]) == 3
    with pytest.raises(
        UnreadableDocument,
        match=r"holds 3 files; at most 2 are read \(RAG_MAX_FILES\)\. Leave some out with \.ragignore",
    ):
        read_folder(tmp_path, limits=Limits(files=2))
