"""The articles of an index with their passages, as lines of JSON that are parsed when they are asked for.

A line is what one file alone gives: it is copied, not parsed, from one index to the next. What can be sliced out of
the document is not kept twice.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Self, TypeAlias, overload

import numpy as np
import numpy.typing as npt

from rag.ragged import Numbers, Ragged, joined
from rag.types import DateMention, Document, Passage, Section, Sentence

Digests: TypeAlias = npt.NDArray[np.uint8]

_IN_MEMORY = 256  # articles that were parsed last
_NO_ORIGIN = "0" * 64
_ARRAYS = ("counts", "origins", "digests")


@dataclass(frozen=True, slots=True)
class Article:
    """A document and its passages; ``origin`` is the sha256 of what it was made of."""

    document: Document
    passages: tuple[Passage, ...]
    origin: str = _NO_ORIGIN


@dataclass(frozen=True, slots=True)
class Records:
    """Articles in the order of their names; the passages are numbered through, ``counts[i]`` are those of article i.

    ``origins`` and ``digests`` are ``(articles, 32)`` bytes: the sha256 of what each article was made of, and of its
    document.
    """

    names: tuple[str, ...]
    lines: Ragged
    counts: Numbers
    origins: Digests
    digests: Digests

    @classmethod
    def of(cls, articles: Sequence[Article]) -> Self:
        """These articles in their order."""
        documents = [_json(article.document) for article in articles]
        lines = [_line(document, article.passages) for document, article in zip(documents, articles, strict=True)]
        return cls(
            names=tuple(article.document.doc_id for article in articles),
            lines=Ragged.of([np.frombuffer(line, np.uint8) for line in lines], np.uint8),
            counts=np.array([len(article.passages) for article in articles], np.int64),
            origins=_bytes(bytes.fromhex(article.origin) for article in articles),
            digests=_bytes(sha256(document.encode()).digest() for document in documents),
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What ``save`` wrote, mapped into memory. Raises OSError, ValueError."""
        arrays = {name: np.load(folder / f"articles.{name}.npy", mmap_mode="r") for name in _ARRAYS}
        lines = Ragged(np.memmap(folder / "articles.jsonl", np.uint8, "r"), np.load(folder / "articles.ends.npy"))
        return cls(tuple(json.loads((folder / "articles.names.json").read_bytes())), lines, **arrays)

    def save(self, folder: Path) -> None:
        """Write the articles into the folder. Raises OSError."""
        (folder / "articles.names.json").write_text(json.dumps(self.names), encoding="ascii")
        self.lines.values.tofile(folder / "articles.jsonl")
        np.save(folder / "articles.ends.npy", self.lines.ends)
        for name in _ARRAYS:
            np.save(folder / f"articles.{name}.npy", getattr(self, name))

    def joined(self, new: Self, articles: Numbers) -> Self:
        """These articles of both with their passages: the numbers of ``new`` go on where those of this end."""
        names = (*self.names, *new.names)
        return type(self)(
            names=tuple(names[number] for number in articles.tolist()),
            lines=self.lines.joined(new.lines, articles),
            counts=joined(self.counts, new.counts, articles),
            origins=joined(self.origins, new.origins, articles),
            digests=joined(self.digests, new.digests, articles),
        )

    def hexadecimal(self, digests: Digests) -> dict[str, str]:
        """The ``origins`` or ``digests`` by the names of the articles."""
        return {name: digest.hex() for name, digest in zip(self.names, map(bytes, digests), strict=True)}

    def article(self, number: int) -> Article:
        """The article of that number."""
        line = json.loads(self.lines[number].tobytes())
        document = _document(line["document"])
        return Article(
            document, tuple(_passage(row, document) for row in line["passages"]), self.origins[number].tobytes().hex()
        )


class Documents(Mapping[str, Document]):
    """The documents of an index by ``doc_id``, in the order of their names."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.article = lru_cache(_IN_MEMORY)(records.article)
        self._numbers = {name: number for number, name in enumerate(records.names)}

    def __getitem__(self, doc_id: str) -> Document:
        return self.article(self._numbers[doc_id]).document

    def __iter__(self) -> Iterator[str]:
        return iter(self.records.names)

    def __len__(self) -> int:
        return len(self.records.names)

    def number(self, doc_id: str) -> int:
        """The place of an article in that order. Raises KeyError."""
        return self._numbers[doc_id]


class Passages(Sequence[Passage]):
    """The passages of an index in the order of their rows."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._ends = np.cumsum(documents.records.counts)

    @overload
    def __getitem__(self, row: int) -> Passage: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[Passage, ...]: ...

    def __getitem__(self, row: int | slice) -> Passage | tuple[Passage, ...]:
        rows = range(len(self))[row]
        return self._passage(rows) if isinstance(rows, int) else tuple(map(self._passage, rows))

    def __iter__(self) -> Iterator[Passage]:
        return (passage for number in range(len(self._ends)) for passage in self._documents.article(number).passages)

    def __len__(self) -> int:
        return int(self._ends[-1])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # its passages may be many

    def rows_of(self, doc_id: str) -> range:
        """The rows of an article's passages. Raises KeyError."""
        number = self._documents.number(doc_id)
        return range(self._first(number), int(self._ends[number]))

    def _passage(self, row: int) -> Passage:
        number = int(np.searchsorted(self._ends, row, side="right"))
        return self._documents.article(number).passages[row - self._first(number)]

    def _first(self, number: int) -> int:
        return int(self._ends[number - 1]) if number else 0


def _bytes(digests: Iterable[bytes]) -> Digests:
    return np.frombuffer(b"".join(digests), np.uint8).reshape(-1, sha256().digest_size)


def digest_of(document: Document) -> str:
    """The sha256 of all that a document holds."""
    return sha256(_json(document).encode()).hexdigest()


def _json(document: Document) -> str:
    return json.dumps(asdict(document))


def _line(document: str, passages: Sequence[Passage]) -> bytes:
    return f'{{"document": {document}, "passages": {json.dumps(list(map(_row, passages)))}}}\n'.encode("ascii")


def _row(passage: Passage) -> dict[str, Any]:
    return {
        "title": passage.title,
        "publisher": passage.publisher,
        "page": passage.page,
        "sentences": [[sentence.start, sentence.end] for sentence in passage.sentences],
    }


def _document(row: dict[str, Any]) -> Document:
    nested = {
        "sections": tuple(Section(**section) for section in row["sections"]),
        "authors": tuple(row["authors"]),
        "pages": tuple(row["pages"]),
        "dates": tuple(DateMention(**mention) for mention in row["dates"]),
        "origins": tuple((field, origin) for field, origin in row["origins"]),
    }
    return Document(**row | nested)


def _passage(row: Mapping[str, Any], document: Document) -> Passage:
    sentences = tuple(Sentence(start, end, document.text[start:end]) for start, end in row["sentences"])
    start, end = sentences[0].start, sentences[-1].end
    return Passage(
        doc_id=document.doc_id,
        title=row["title"],
        publisher=row["publisher"],
        published=document.published,
        start=start,
        end=end,
        text=document.text[start:end],
        sentences=sentences,
        page=row["page"],
    )
