"""Word → text: paragraphs and tables in the order of the document."""

from io import BytesIO
from typing import TYPE_CHECKING

from rag.corpus.archive import is_word, open_archive
from rag.corpus.properties import properties
from rag.corpus.raw import Content, declare, visible
from rag.errors import UnreadableDocument

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.document import CT_Body
    from docx.oxml.table import CT_Tbl
    from docx.oxml.text.paragraph import CT_P

_HEAD = 6  # paragraphs with text; a heading below them is that of a part
_UNSEEN = ".//w:r[w:rPr/w:vanish[not(@w:val='0' or @w:val='false' or @w:val='off')]]"
_WRAPPERS = ".//w:sdt | .//w:sdtContent | .//w:ins | .//w:moveTo | .//w:smartTag | .//w:customXml"


def read_docx(data: bytes, max_bytes: int) -> Content:
    """The text of a Word file: one block for each paragraph and table, an empty line between them.

    The cells of a row stand in one line. What is formatted as hidden, and what a tracked change has deleted, stays
    out. Raises UnreadableDocument when there is no text, or when the file unpacks to far more than ``max_bytes``; of
    a damaged file, python-docx raises what it likes.
    """
    import docx

    if not is_word(open_archive(data, max_bytes)):  # python-docx would unpack without looking at the sizes
        raise UnreadableDocument("an archive within an archive; unpack it")
    document = docx.Document(BytesIO(data))
    body = document.element.body
    _tidy(body)
    text = "\n\n".join(filter(None, (_block(element) for element in body.inner_content_elements)))
    if not text:
        raise UnreadableDocument(
            "a Word file without text; if it holds pictures of pages, recognise their text (OCR) first"
        )
    core = document.core_properties
    told = properties("Word", core.title, core.author, core.created)
    return Content(text, "docx", declared=(*told, *declare("Word style", [("title", _headline(document))])))


def _headline(document: "Document") -> str:
    """The first paragraph of the style Title, else a Heading 1 at the top; empty without either."""
    filled = [paragraph for paragraph in document.paragraphs if paragraph.text.strip()]
    for style, among in (("Title", filled), ("Heading 1", filled[:_HEAD])):
        for paragraph in among:
            if paragraph.style is not None and paragraph.style.name == style:
                return _block(paragraph._p)
    return ""


def _tidy(body: "CT_Body") -> None:
    """Take out what is not seen, and what stands around text and would keep python-docx from seeing it."""
    for run in body.xpath(_UNSEEN):
        run.getparent().remove(run)
    for wrapper in body.xpath(_WRAPPERS):
        for child in list(wrapper):
            wrapper.addprevious(child)
        wrapper.getparent().remove(wrapper)


def _block(element: "CT_P | CT_Tbl") -> str:
    from docx.oxml.text.paragraph import CT_P

    if isinstance(element, CT_P):
        return visible(element.text).strip()
    rows = (
        [" ".join(map(_block, cell.inner_content_elements)).strip() for cell in row.tc_lst] for row in element.tr_lst
    )
    return "\n".join(" | ".join(" ".join(cell.split()) for cell in row) for row in rows if any(row))
