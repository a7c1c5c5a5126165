"""Documents and passages as lines of JSON, one value a line; what can be sliced out of a document is not kept twice."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rag.types import DateMention, Document, Passage, Section, Sentence


def write_documents(path: Path, documents: Iterable[Document]) -> None:
    """Write the documents in their order. Raises OSError."""
    _write_lines(path, map(asdict, documents))


def read_documents(path: Path) -> dict[str, Document]:
    """What ``write_documents`` wrote, by ``doc_id``, in its order."""
    return {document.doc_id: document for document in map(_document, _lines(path))}


def write_passages(path: Path, passages: Iterable[Passage], copies: Iterable[int]) -> None:
    """Write the passages in their order, each with the row of which it is a copy. Raises OSError."""
    _write_lines(path, map(_passage_row, passages, copies))


def read_passages(path: Path, documents: Mapping[str, Document]) -> tuple[tuple[Passage, ...], tuple[int, ...]]:
    """The passages and the copies that ``write_passages`` wrote; the words are those of the documents."""
    rows = list(_lines(path))
    return tuple(_passage(row, documents[row["doc_id"]]) for row in rows), tuple(row["copy_of"] for row in rows)


def _document(row: dict[str, Any]) -> Document:
    nested = {
        "sections": tuple(Section(**section) for section in row["sections"]),
        "authors": tuple(row["authors"]),
        "pages": tuple(row["pages"]),
        "dates": tuple(DateMention(**mention) for mention in row["dates"]),
        "origins": tuple((field, origin) for field, origin in row["origins"]),
    }
    return Document(**row | nested)


def _passage_row(passage: Passage, copy_of: int) -> dict[str, Any]:
    return {
        "doc_id": passage.doc_id,
        "title": passage.title,
        "publisher": passage.publisher,
        "published": passage.published,
        "page": passage.page,
        "sentences": [[sentence.start, sentence.end] for sentence in passage.sentences],
        "copy_of": copy_of,
    }


def _passage(row: Mapping[str, Any], document: Document) -> Passage:
    sentences = tuple(Sentence(start, end, document.text[start:end]) for start, end in row["sentences"])
    start, end = sentences[0].start, sentences[-1].end
    return Passage(
        doc_id=document.doc_id,
        title=row["title"],
        publisher=row["publisher"],
        published=row["published"],
        start=start,
        end=end,
        text=document.text[start:end],
        sentences=sentences,
        page=row["page"],
    )


def _write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
