"""Zip archives that are uploaded, without a browser."""

import zipfile
from io import BytesIO

import pytest

from rag.errors import UnreadableDocument
from rag_ui.archives import unpacked
from rag_ui.library import Library
from tests.ui.fakes import FakeAssistant, FakeUploads
from tests.ui.test_library import idle, opened


def zipped(files: dict[str, bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


@pytest.fixture
def uploads() -> FakeUploads:
    return FakeUploads(FakeAssistant())


@pytest.fixture
def library(uploads: FakeUploads) -> Library:
    return Library.of(opened(uploads.base), uploads)


def test_the_files_of_an_archive_get_names_without_folders_and_hidden_ones_are_passed_over() -> None:
    data = zipped({"a.txt": b"A", "news/b.txt": b"B", ".DS_Store": b"", "__MACOSX/._a.txt": b"", "../../up.txt": b"C"})
    files = unpacked("reports.zip", data, 1000)
    assert [(name, read()) for name, read in files] == [
        ("reports - a.txt", b"A"),
        ("reports - news - b.txt", b"B"),
        ("reports - up.txt", b"C"),
    ]


def test_what_is_no_archive_stays_one_file_and_so_does_a_word_file() -> None:
    """By what it holds or by its name: what only says that it is a Word file is left to those who read such files."""
    word, other = zipped({"word/document.xml": b"<w/>"}), zipped({"../up.txt": b"A"})
    for name, data in (("a.txt", b"A"), ("a.docx", word), ("renamed.zip", word), ("a.docx", other)):
        assert [(part, read()) for part, read in unpacked(name, data, 1000)] == [(name, data)]


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    """4,001 bytes of at most 4 times 1,000."""
    with pytest.raises(UnreadableDocument, match="far more than it should"):
        unpacked("bomb.zip", zipped({"a.txt": b"x" * 4001}), 1000)


def test_what_can_be_read_of_an_archive_is_added_and_the_rest_is_told_in_one_line(
    library: Library, uploads: FakeUploads
) -> None:
    data = zipped({"a.txt": b"Apples.", "empty.txt": b"", "b.txt": b"Pears."})
    assert library.add("fruit.zip", data) == "uploads/fruit - a.txt"
    told = "2 of 3 files of fruit.zip were added; left out: fruit - empty.txt (the file is empty)."
    assert idle(library, 1, told)
    assert [item["title"] for item in library.items() if item["own"]] == ["Apples.", "Pears."]
    library.remove("uploads/fruit - a.txt")
    assert idle(library, 2)
    assert uploads.names() == ("uploads/fruit - b.txt",)


def test_an_archive_with_nothing_to_read_is_refused_with_the_reasons(library: Library, uploads: FakeUploads) -> None:
    with pytest.raises(UnreadableDocument, match=r"^the file is empty$"):
        library.add("one.zip", zipped({"a.txt": b""}))
    names = "; ".join(f"five - {letter} (the file is empty)" for letter in "abc")
    with pytest.raises(UnreadableDocument) as refused:
        library.add("five.zip", zipped(dict.fromkeys("abcde", b"")))
    assert str(refused.value) == f"an archive with nothing that can be read: {names}; and 2 more"
    with pytest.raises(UnreadableDocument, match=r"nothing that can be read$"):
        library.add("hidden.zip", zipped({".hidden": b"A"}))
    assert uploads.files == {}
