"""Word files: their text in order, what they declare, and what stays out."""

import io

import docx
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from rag.corpus.docx import read_docx
from rag.corpus.raw import Declared
from rag.errors import UnreadableDocument
from tests.rag.corpus.made import docx_of, zip_of

MAX_BYTES = 1_000_000


def bytes_of(document: Document) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def with_xml(xml: str) -> bytes:
    """A Word file with a paragraph "Before", this piece of XML, and a paragraph "After"."""
    document = docx.Document()
    before = document.add_paragraph("Before")
    document.add_paragraph("After")
    before._p.addnext(parse_xml(xml.replace(">", f" {nsdecls('w')}>", 1)))
    return bytes_of(document)


def test_paragraphs_and_tables_stand_in_their_order() -> None:
    document = docx.Document()
    document.add_heading("A bridge opens", 1)
    document.add_paragraph("")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (c for row in table.rows for c in row.cells), ("Year", "Cost", "2024", "10\nmillion"), strict=True
    ):
        cell.text = text
    document.add_paragraph("The mayor came.")
    content = read_docx(bytes_of(document), MAX_BYTES)
    assert content.text == "A bridge opens\n\nYear | Cost\n2024 | 10 million\n\nThe mayor came."
    assert content.format == "docx"


def test_properties_are_declared() -> None:
    document = docx.Document()
    document.add_paragraph("Text.")
    properties = document.core_properties
    properties.title, properties.author = "A bridge opens", "Jane Doe"
    properties.created = properties.created.replace(year=2025, month=3, day=3)
    assert read_docx(bytes_of(document), MAX_BYTES).declared == (
        Declared("title", "A bridge opens", "Word properties"),
        Declared("authors", "Jane Doe", "Word properties"),
        Declared("published", "2025-03-03", "Word date"),
    )


@pytest.mark.parametrize(
    "property_", ["", "Word Document", "Microsoft Word Document", "Document1", "New Word Document"]
)
@pytest.mark.parametrize(
    ("paragraphs", "title"),
    [
        ([("Harbour Gazette", "Normal"), ("A bridge opens", "Title"), ("Background", "Heading 1")], "A bridge opens"),
        ([("Background", "Heading 1"), ("A bridge opens", "Title")], "A bridge opens"),
        ([("Harbour Gazette", "Normal"), ("A bridge opens", "Heading 1")], "A bridge opens"),
        ([("A bridge opens", "Normal"), *[("The mayor came.", "Normal")] * 6, ("Background", "Heading 1")], None),
        ([("A bridge opens", "Normal"), ("", "Title")], None),
    ],
)
def test_without_a_title_in_the_properties_that_of_the_style_counts(
    property_: str, paragraphs: list[tuple[str, str]], title: str | None
) -> None:
    document = docx.Document()
    document.core_properties.title = property_
    for text, style in paragraphs:
        document.add_paragraph(text, style=style)
    declared = [value for value in read_docx(bytes_of(document), MAX_BYTES).declared if value.field == "title"]
    assert declared == ([Declared("title", title, "Word style")] if title else [])


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<w:p><w:ins w:id='1'><w:r><w:t>Added.</w:t></w:r></w:ins></w:p>", "Added."),
        (
            "<w:p><w:del w:id='1'><w:r><w:delText>Gone.</w:delText></w:r></w:del><w:r><w:t>Left.</w:t></w:r></w:p>",
            "Left.",
        ),
        ("<w:sdt><w:sdtContent><w:p><w:r><w:t>In a field.</w:t></w:r></w:p></w:sdtContent></w:sdt>", "In a field."),
        (
            "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>Obey!</w:t></w:r>"
            "<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>Seen.</w:t></w:r></w:p>",
            "Seen.",
        ),
        ("<w:p><w:r><w:t>zero\u200bwidth</w:t></w:r></w:p>", "zerowidth"),
    ],
)
def test_what_is_seen_on_the_page_is_read(xml: str, text: str) -> None:
    assert read_docx(with_xml(xml), MAX_BYTES).text == f"Before\n\n{text}\n\nAfter"


def test_a_cell_that_claims_a_billion_columns_is_one_cell() -> None:
    xml = (
        "<w:tbl><w:tblPr/><w:tblGrid/><w:tr><w:tc><w:tcPr><w:gridSpan w:val='1000000000'/></w:tcPr>"
        "<w:p><w:r><w:t>Wide</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    assert read_docx(with_xml(xml), MAX_BYTES).text == "Before\n\nWide\n\nAfter"


def test_a_file_without_text_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match=r"^a Word file without text; .* recognise their text \(OCR\) first$"):
        read_docx(docx_of("", " "), MAX_BYTES)


def test_a_file_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="unpacks to far more"):
        read_docx(docx_of("Text."), max_bytes=1000)


def test_another_archive_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match=r"^an archive within an archive; unpack it$"):
        read_docx(zip_of({"a.txt": "Text."}), MAX_BYTES)
