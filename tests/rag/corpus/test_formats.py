"""What a file is: told by its bytes, and whatever they are, an article or one short reason comes out."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.corpus.formats import read_content
from rag.corpus.limits import USUAL
from rag.corpus.raw import Content, Format
from rag.errors import UnreadableDocument
from tests.rag.corpus.made import docx_of, locked_pdf, packed_pdf, page_of, pdf_of, zip_of

STORY = page_of("<article><h1>A bridge opens</h1><p>The mayor of Oslo came and said a few words on it.</p></article>")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (pdf_of(["A bridge opens"]), "pdf"),
        (b"\n" * 900 + pdf_of(["A bridge opens"]), "pdf"),
        (docx_of("A bridge opens"), "docx"),
        (STORY.encode(), "html"),
        (STORY.encode("utf-16"), "html"),
        (b"A bridge opens", "text"),
        (b"PDF files begin with %PDF-1.4, and web pages with <html>.", "text"),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.pdf", "a", "a.html", "a.docx", "a.jpg"])
def test_the_content_tells_the_format_and_the_name_does_not(data: bytes, found: Format, name: str) -> None:
    content = read_content(data, name, USUAL)
    assert content.format == found
    assert "bridge opens" in content.text or "begin with" in content.text


@pytest.mark.parametrize(("name", "found"), [("a.md", "markdown"), ("A.MARKDOWN", "markdown"), ("a.mdx", "text")])
def test_markdown_is_known_by_its_name_alone(name: str, found: Format) -> None:
    assert read_content(b"# A bridge opens", name, USUAL).format == found


def test_a_web_page_in_an_older_encoding_is_read_as_it_declares() -> None:
    text = "Бургомистр открыл мост в Осло в понедельник, сообщила местная газета."
    page = page_of(f"<article><h1>Мост</h1><p>{text}</p></article>", head='<meta charset="windows-1251">')
    assert text in read_content(page.encode("cp1251"), "a.html", USUAL).text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\nnothing follows", "a damaged PDF"),
        (pdf_of(["A bridge opens"])[:200], "a damaged PDF"),
        (b"PK\x03\x04 nothing follows", "a damaged .zip or .docx file"),
        (docx_of("A bridge opens")[:-40], "a damaged .zip or .docx file"),
        (zip_of({"word/document.xml": "<w:document"}), "a damaged Word file"),
        (zip_of({"a.txt": "A"}), "an archive within an archive; unpack it"),
        (rb"{\rtf1\ansi A bridge opens}", "an RTF file; save it as .docx or .pdf"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an image"),
        (b"From: <Saved>\nSubject: A\n bridge\nMIME-Version: 1.0\n\nx", "an e-mail or web archive; save it as .html"),
        (b"a\0b", "binary, or in an unknown encoding; save a text as UTF-8"),
    ],
)
def test_what_is_no_article_has_one_reason(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read_content(data, "a.txt", USUAL)
    assert str(caught.value) == reason


def test_an_article_on_headers_is_an_article() -> None:
    assert read_content(b"MIME types\nName: value\nMIME-Version: 1.0", "a.txt", USUAL).format == "text"


def test_pages_that_contain_each_other_are_a_damaged_pdf() -> None:
    data = pdf_of(["A bridge opens"]).replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")
    with pytest.raises(UnreadableDocument, match="a damaged PDF"):
        read_content(data, "a.pdf", USUAL)


def test_a_pdf_that_unpacks_to_far_more_is_a_damaged_one() -> None:
    with pytest.raises(UnreadableDocument, match="a damaged PDF"):
        read_content(packed_pdf(b"BT (words) Tj ET " * 6_000_000, times=2), "a.pdf", USUAL)  # 100 MB in 1 KB


WHOLE = [pdf_of(["A bridge opens"]), locked_pdf(""), docx_of("A bridge opens"), zip_of({"a.txt": "A"}), STORY.encode()]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A whole file with a few bytes changed, and its end cut off or not."""
    data = bytearray(draw(st.sampled_from(WHOLE)))
    for _ in range(draw(st.integers(0, 8))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(1, len(data)))]) if draw(st.booleans()) else bytes(data)


def outcome_of(data: bytes, name: str) -> Content | str:
    """The article in these bytes, or the reason why there is none."""
    try:
        return read_content(data, name, USUAL)
    except UnreadableDocument as error:
        return str(error)


BEGINNINGS = [b"", b"%PDF-1.4\n", b"PK\x03\x04", b"<html>", b"---\n", b"\xff\xfe", b"{\\rtf"]


@given(
    st.one_of(damaged(), st.builds(bytes.__add__, st.sampled_from(BEGINNINGS), st.binary(max_size=300))),
    st.sampled_from(["a.txt", "a.md", "a.pdf", "a.docx", "a.html", "a.zip", "a.jpg", "a"]),
)
@example(b"<html>" + b"<div>" * 30_000, "a.html")
def test_any_bytes_are_an_article_or_have_one_short_reason(data: bytes, name: str) -> None:
    outcome = outcome_of(data, name)
    if isinstance(outcome, str):
        assert 0 < len(outcome) < 100
        assert "\n" not in outcome
        return
    assert outcome.text.strip()
    outcome.text.encode()  # no half characters
    assert sorted(outcome.pages) == list(outcome.pages)
    assert all(0 <= page <= len(outcome.text) for page in outcome.pages)
