"""PDF: the text of its pages, where they begin, what it declares, and what cannot be read."""

from dataclasses import replace

import pytest
from pypdf.errors import DependencyError

from rag.corpus import pdf
from rag.corpus.limits import USUAL
from rag.corpus.metadata import read_metadata
from rag.corpus.raw import Content, Declared, RawFile
from rag.errors import UnreadableDocument
from tests.rag.corpus.made import locked_pdf, pdf_of


def read_pdf(data: bytes) -> Content:
    return pdf.read_pdf(data, USUAL.pages, USUAL.seconds)


def test_pages_follow_each_other_and_their_beginnings_are_known() -> None:
    content = read_pdf(pdf_of(["A bridge opens", "The mayor came."], [], ["It cost 30 million."]))
    assert content.text == "A bridge opens\nThe mayor came.\n\n\n\nIt cost 30 million."
    assert content.pages == (0, 32, 34)  # 14 + 1 + 15 characters and the two between pages; then an empty page
    assert content.text[34:] == "It cost 30 million."
    assert content.format == "pdf"


def test_properties_are_declared_the_date_of_the_file_last() -> None:
    data = pdf_of(
        ["Text."],
        information={"/Title": "A bridge opens", "/Author": "Jane Doe; John Roe", "/CreationDate": "D:20250303080000Z"},
    )
    assert read_pdf(data).declared == (
        Declared("title", "A bridge opens", "PDF properties"),
        Declared("authors", "Jane Doe", "PDF properties"),
        Declared("authors", "John Roe", "PDF properties"),
        Declared("published", "2025-03-03", "PDF date"),
    )


def test_the_day_in_a_running_head_counts_more_than_that_on_which_the_file_was_made() -> None:
    pages = [[f"Harbour Gazette, March 3, 2025, page {number}", f"Story {number}."] for number in (1, 2)]
    content = read_pdf(pdf_of(*pages, information={"/CreationDate": "D:20250401080000Z"}))
    assert content.text == "Story 1.\n\nStory 2."
    assert content.declared == (
        Declared("published", "2025-03-03", "running head"),
        Declared("published", "2025-04-01", "PDF date"),
    )
    file = RawFile("a.pdf", content.text, "pdf", declared=content.declared)
    assert read_metadata(file).published == "2025-03-03"
    assert read_metadata(replace(file, text=f"A bridge\nMarch 2, 2025\n{file.text}")).published == "2025-03-02"


@pytest.mark.parametrize(
    "title", ["Microsoft Word - bridge.doc", "bridge_final-2.indd", "Untitled document", "Layout 1", "bridge", " "]
)
def test_a_title_that_no_one_wrote_is_none(title: str) -> None:
    assert read_pdf(pdf_of(["Text."], information={"/Title": title, "/Author": "Administrator"})).declared == ()


def test_properties_that_make_no_sense_do_not_keep_a_text_from_being_read() -> None:
    assert read_pdf(pdf_of(["Text."], information={"/CreationDate": "yesterday"})).text == "Text."


def test_a_pdf_that_opens_with_an_empty_password_is_read() -> None:
    assert read_pdf(locked_pdf(user_password="")).text == "A bridge opens."


def test_a_pdf_with_a_password_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match=r"^a PDF protected by a password; save it without one$"):
        read_pdf(locked_pdf(user_password="secret"))


def test_a_pdf_in_an_unknown_cipher_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def needs_a_library(*_: object, **__: object) -> str:
        raise DependencyError("a library is needed")

    monkeypatch.setattr("pypdf.PageObject.extract_text", needs_a_library)
    with pytest.raises(UnreadableDocument, match="an encrypted PDF; save it without encryption"):
        read_pdf(pdf_of(["A bridge opens."]))


def test_a_scan_without_text_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="without a text layer"):
        read_pdf(pdf_of([], []))


def test_a_pdf_of_too_many_pages_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match=r"3 pages; at most 2 are read \(RAG_MAX_PAGES\)"):
        pdf.read_pdf(pdf_of(["1"], ["2"], ["3"]), most_pages=2, seconds=60)


def test_a_pdf_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(UnreadableDocument, match="takes too long"):
        pdf.read_pdf(pdf_of(["Text."]), 1, seconds=-1)


def test_a_page_that_takes_too_long_is_given_up_in_its_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 1.0, *[99.0] * 9])  # at the start, before the page, then at its first operations
    monkeypatch.setattr(pdf, "monotonic", lambda: next(times))
    with pytest.raises(UnreadableDocument, match="takes too long"):
        pdf.read_pdf(pdf_of(["Text."]), 1, seconds=60)


def test_ligatures_are_read_as_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pypdf.PageObject.extract_text", lambda *_, **__: "The ﬁnal oﬃce\u00ad\ud800")
    assert read_pdf(pdf_of(["x"])).text == "The final office"
