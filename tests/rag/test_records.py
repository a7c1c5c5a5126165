"""Whatever an article and its passages hold comes back from disk, when it is asked for."""

import json
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.records import Article, Documents, Passages, Records, digest_of
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


A = Article(
    Document("a.pdf", "One. Two. Three.", "Title", "Post", "2025-01-02", (), pages=(0, 10)),
    (
        Passage(
            "a.pdf", "Title", "Post", "2025-01-02", 0, 9, "One. Two.",
            (Sentence(0, 4, "One."), Sentence(5, 9, "Two.")), 1,
        ),
        Passage("a.pdf", "Other", "", "2025-01-02", 10, 16, "Three.", (Sentence(10, 16, "Three."),), 2),
    ),
    sha256(b"a").hexdigest(),
)  # fmt: skip
B = Article(Document("b.txt", "©", "", "", "", ()), (), sha256(b"b").hexdigest())
C = Article(
    Document("c.txt", "Four.", "", "", "", ()),
    (Passage("c.txt", "", "", "", 0, 5, "Four.", (Sentence(0, 5, "Four."),)),),
    sha256(b"c").hexdigest(),
)


def reopened(records: Records) -> Records:
    with TemporaryDirectory() as folder:
        records.save(Path(folder))
        return Records.load(Path(folder))


def articles_of(records: Records) -> list[Article]:
    return [records.article(number) for number in range(len(records.names))]


@given(st.lists(DOCUMENTS, min_size=1, max_size=3, unique_by=lambda document: document.doc_id))
def test_documents_come_back_equal_and_in_their_order(documents: list[Document]) -> None:
    records = reopened(Records.of([Article(document, (), digest_of(document)) for document in documents]))
    assert list(Documents(records).values()) == documents
    assert records.hexadecimal(records.digests) == {document.doc_id: digest_of(document) for document in documents}


def test_articles_come_back_with_their_passages_and_origins() -> None:
    records = reopened(Records.of([A, B, C]))
    assert articles_of(records) == [A, B, C]
    assert list(records.hexadecimal(records.origins).items()) == [
        (article.document.doc_id, article.origin) for article in (A, B, C)
    ]


def test_a_line_is_an_article(tmp_path: Path) -> None:
    Records.of([A, B, C]).save(tmp_path)
    lines = (tmp_path / "articles.jsonl").read_text(encoding="ascii").splitlines()
    assert [json.loads(line)["document"]["doc_id"] for line in lines] == ["a.pdf", "b.txt", "c.txt"]


def test_documents_are_found_by_name() -> None:
    documents = Documents(Records.of([A, B, C]))
    assert documents["b.txt"] == B.document
    assert (list(documents), len(documents), "d.txt" in documents) == (["a.pdf", "b.txt", "c.txt"], 3, False)
    assert documents.get("d.txt") is None


def test_passages_are_numbered_through() -> None:
    passages = Passages(Documents(Records.of([A, B, C])))
    assert list(passages) == [*A.passages, *C.passages]
    assert [passages[0], passages[1], passages[2], passages[-1]] == [*A.passages, *C.passages, *C.passages]
    assert passages[1:] == (A.passages[1], *C.passages)
    assert len(passages) == 3
    with pytest.raises(IndexError):
        passages[3]


def test_the_rows_of_an_article_are_known() -> None:
    passages = Passages(Documents(Records.of([A, B, C])))
    assert [list(passages.rows_of(name)) for name in ("a.pdf", "b.txt", "c.txt")] == [[0, 1], [], [2]]


def test_passages_are_equal_when_they_hold_the_same() -> None:
    one, same, other = (Passages(Documents(Records.of(articles))) for articles in ([A, C], [A, B, C], [A]))
    assert one == same == (*A.passages, *C.passages)
    assert one != other


def test_joined_records_are_copied_from_both() -> None:
    """Articles 1 and 2 of the joined are the third of both and the first."""
    found = Records.of([A, B]).joined(Records.of([C]), np.array([2, 0]))
    assert articles_of(found) == [C, A]
    assert list(Passages(Documents(found))) == [*C.passages, *A.passages]
