"""Whatever a document and its passages hold comes back from disk."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from rag.records import read_documents, read_passages, write_documents, write_passages
from rag.types import DateMention, Document, Passage, Section, Sentence

ANY_TEXT = st.text(st.characters(), max_size=20)  # lone surrogates too
OFFSET = st.integers(0, 9)
DOCUMENTS = st.builds(
    Document,
    doc_id=ANY_TEXT,
    text=ANY_TEXT,
    title=ANY_TEXT,
    publisher=ANY_TEXT,
    published=ANY_TEXT,
    sections=st.lists(st.builds(Section, st.just("body"), ANY_TEXT, ANY_TEXT, OFFSET, OFFSET), max_size=3).map(tuple),
    authors=st.lists(ANY_TEXT, max_size=3).map(tuple),
    language=ANY_TEXT,
    pages=st.lists(OFFSET, max_size=3).map(tuple),
    dates=st.lists(st.builds(DateMention, OFFSET, OFFSET, ANY_TEXT, ANY_TEXT), max_size=3).map(tuple),
    origins=st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=3).map(tuple),
)


@given(st.lists(DOCUMENTS, max_size=3, unique_by=lambda document: document.doc_id))
def test_documents_come_back_equal_and_in_their_order(documents: list[Document]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "documents.jsonl"
        write_documents(path, documents)
        assert list(read_documents(path).values()) == documents


def test_passages_come_back_with_their_words_pages_and_copies(tmp_path: Path) -> None:
    document = Document("a.pdf", "One. Two. Three.", "Title", "Post", "2025-01-02", (), pages=(0, 10))
    passages = (
        Passage(
            "a.pdf", "Title", "Post", "2025-01-02", 0, 9, "One. Two.",
            (Sentence(0, 4, "One."), Sentence(5, 9, "Two.")), 1,
        ),
        Passage("a.pdf", "Other", "", "2025-01-02", 10, 16, "Three.", (Sentence(10, 16, "Three."),), 2),
    )  # fmt: skip
    write_passages(tmp_path / "passages.jsonl", passages, (0, 0))
    assert read_passages(tmp_path / "passages.jsonl", {"a.pdf": document}) == (passages, (0, 0))
