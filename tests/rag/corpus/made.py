"""Small real files of every format, made by hand or by the libraries that read them."""

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence

import docx
from pypdf import PdfReader, PdfWriter


def pdf_of(*pages: Sequence[str], information: Mapping[str, str] | None = None) -> bytes:
    """A PDF of these pages, each of these lines of ASCII."""
    drawn = ["BT /F1 12 Tf 50 700 Td " + " 0 -14 Td ".join(f"({line}) Tj" for line in lines) + " ET" for lines in pages]
    data = _pdf([f"<< /Length {len(commands)} >>\nstream\n{commands}\nendstream".encode() for commands in drawn])
    return _with_information(data, information) if information else data


def packed_pdf(commands: bytes, times: int = 1) -> bytes:
    """A PDF of one page, drawn by ``commands``, which are compressed as often as said."""
    for _ in range(times):
        commands = zlib.compress(commands, 9)
    filters = b"/FlateDecode " * times
    return _pdf([b"<< /Filter [%s] /Length %d >>\nstream\n%s\nendstream" % (filters, len(commands), commands)])


def locked_pdf(user_password: str) -> bytes:
    """A PDF that says "A bridge opens.", encrypted."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of(["A bridge opens."]))))
    writer.encrypt(user_password, "owner", algorithm="RC4-128")
    return _written(writer)


def docx_of(*paragraphs: str) -> bytes:
    """A Word file of these paragraphs."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def zip_of(members: Mapping[str, bytes | str]) -> bytes:
    """A compressed archive of these files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def page_of(*body: str, head: str = "") -> str:
    """A web page with this body and head."""
    return f'<!DOCTYPE html>\n<html lang="en-GB"><head>{head}</head><body>{"".join(body)}</body></html>'


def _pdf(contents: Sequence[bytes]) -> bytes:
    """A PDF with a page for each of these streams, and the table of where its objects begin."""
    pages = [4 + 2 * number for number in range(len(contents))]
    kids = b" ".join(b"%d 0 R" % page for page in pages)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for page, content in zip(pages, contents, strict=True):
        resources = b"/Resources << /Font << /F1 3 0 R >> >>"
        where = b"/Parent 2 0 R /MediaBox [0 0 600 800]"
        objects += [b"<< /Type /Page %s /Contents %d 0 R %s >>" % (where, page + 1, resources), content]
    data, table = b"%PDF-1.4\n", b"0000000000 65535 f \n"
    for number, content in enumerate(objects, start=1):
        table += b"%010d 00000 n \n" % len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    size = len(objects) + 1
    trailer = b"trailer << /Size %d /Root 1 0 R >>" % size
    return data + b"xref\n0 %d\n%s%s\nstartxref\n%d\n%%%%EOF" % (size, table, trailer, len(data))


def _with_information(data: bytes, information: Mapping[str, str]) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.add_metadata(dict(information))
    return _written(writer)


def _written(writer: PdfWriter) -> bytes:
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()
