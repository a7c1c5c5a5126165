"""The index: documents, passages, vectors and BM25, built together and saved as one generation.

A generation is a directory that is written aside, flushed to disk, renamed, and then named by the file ``CURRENT``,
which is replaced in one step: whoever opens the index finds the old generation or the new one, never a mixture. Its
manifest holds the sha256 of every file and of itself; nothing is parsed before its hash is checked.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from rag.chunking import passages_of, searchable_text
from rag.corpus.cleaning import sections_of
from rag.corpus.metadata import read_metadata
from rag.corpus.readers import RawFile, SkippedFile, read_folder
from rag.errors import IndexCorrupt, IndexMismatch, IndexNotFound, InvalidInput, UnreadableDocument
from rag.lexical import LexicalIndex
from rag.types import Document, Embedder, FloatArray, Passage, Section, Sentence, VectorStore
from rag.vector_store import FaissStore

FORMAT = 1
_EMBEDDED_AT_ONCE = 64
_GENERATION = re.compile(r"gen-[\w-]+")

Progress = Callable[[int, int], None]
"""Called with the passages embedded so far and their total number."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was built from. Equal fingerprints mean equal corpus, embedder and settings."""

    format: int
    fingerprint: str
    embedder: str
    passage_tokens: int
    documents: int
    passages: int

    def check(self, embedder_name: str, passage_tokens: int) -> None:
        """Raise IndexMismatch unless the index fits this embedder and this setting."""
        for what, found, wanted in (
            ("the embedder", self.embedder, embedder_name),
            ("RAG_PASSAGE_TOKENS", str(self.passage_tokens), str(passage_tokens)),
        ):
            if found != wanted:
                raise IndexMismatch(
                    f"The index was built with {what} {found}, the settings say {wanted}; "
                    "build it again: rag index FOLDER"
                )


@dataclass(frozen=True, slots=True)
class Index:
    """Everything that questions are answered from. Row ``i`` of vectors and BM25 is ``passages[i]``."""

    documents: Mapping[str, Document]
    passages: tuple[Passage, ...]
    vectors: VectorStore
    lexical: LexicalIndex
    manifest: Manifest
    skipped: tuple[SkippedFile, ...] = ()

    @classmethod
    def build(cls, folder: Path, embedder: Embedder, passage_tokens: int, progress: Progress = lambda *_: None) -> Self:
        """Read, clean, cut and embed the articles below ``folder``. Raises UnreadableDocument."""
        files, skipped = read_folder(folder)
        index = cls.of([_understand(file) for file in files], embedder, passage_tokens, progress)
        return replace(index, skipped=skipped)

    @classmethod
    def of(
        cls,
        documents: Sequence[Document],
        embedder: Embedder,
        passage_tokens: int,
        progress: Progress = lambda *_: None,
    ) -> Self:
        """Cut and embed these articles. Raises UnreadableDocument when they hold no sentence."""
        limit = min(passage_tokens, embedder.max_tokens)
        passages = tuple(
            passage for document in documents for passage in passages_of(document, embedder.count_tokens, limit)
        )
        if not passages:
            raise UnreadableDocument(f"The {len(documents)} articles hold no sentence outside boilerplate.")
        return cls(
            documents={document.doc_id: document for document in documents},
            passages=passages,
            vectors=FaissStore.build(_embedded(passages, embedder, progress)),
            lexical=LexicalIndex.build([_lexical_text(passage) for passage in passages]),
            manifest=Manifest(
                format=FORMAT,
                fingerprint=fingerprint(documents, embedder.name, passage_tokens),
                embedder=embedder.name,
                passage_tokens=passage_tokens,
                documents=len(documents),
                passages=len(passages),
            ),
        )

    def save(self, index_dir: Path) -> None:
        """Make this index the current generation of ``index_dir``; those there before are removed.

        Raises InvalidInput when nothing can be written there; the generation before then stays current.
        """
        name = f"gen-{self.manifest.fingerprint[:16]}-{secrets.token_hex(4)}"
        aside = index_dir / f".{name}"
        try:
            aside.mkdir(parents=True)
            before = list(index_dir.glob("gen-*"))
            self._write(aside)
            aside.rename(index_dir / name)
            _write_atomically(index_dir / "CURRENT", name)
        except OSError as error:
            raise InvalidInput(f"The index cannot be written to {index_dir}: {error.strerror or error}.") from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        for old in before:
            shutil.rmtree(old, ignore_errors=True)

    @classmethod
    def load(cls, index_dir: Path) -> Self:
        """The current generation of ``index_dir``. Raises IndexNotFound, IndexCorrupt, IndexMismatch."""
        generation = _current(index_dir)
        try:
            return cls._read(generation)
        except (IndexCorrupt, OSError):
            if _current(index_dir) == generation:
                raise
            return cls.load(index_dir)  # another process has just replaced it

    @classmethod
    def _read(cls, generation: Path) -> Self:
        manifest = _checked_manifest(generation)
        documents = {d.doc_id: d for d in map(_document, _json_lines(generation / "documents.jsonl"))}
        return cls(
            documents=documents,
            passages=tuple(_passage(row, documents) for row in _json_lines(generation / "passages.jsonl")),
            vectors=FaissStore.load(generation / "vectors.faiss"),
            lexical=LexicalIndex.load(generation / "bm25"),
            manifest=manifest,
        )

    def _write(self, generation: Path) -> None:
        (generation / "documents.jsonl").write_text(
            "".join(json.dumps(asdict(document)) + "\n" for document in self.documents.values()),
            encoding="utf-8",
        )
        (generation / "passages.jsonl").write_text(
            "".join(json.dumps(_passage_row(passage)) + "\n" for passage in self.passages), encoding="utf-8"
        )
        self.vectors.save(generation / "vectors.faiss")
        self.lexical.save(generation / "bm25")
        files = {
            path.relative_to(generation).as_posix(): _sha256(path.read_bytes())
            for path in sorted(generation.rglob("*"))
            if path.is_file()
        }
        content = {**asdict(self.manifest), "files": files}
        (generation / "manifest.json").write_text(
            json.dumps({**content, "sha256": _manifest_hash(content)}, indent=1), encoding="utf-8"
        )
        for path in (*generation.rglob("*"), generation):
            _flush(path)


def _understand(file: RawFile) -> Document:
    metadata = read_metadata(file.text, file.doc_id)
    return Document(
        doc_id=file.doc_id,
        text=file.text,
        title=metadata.title,
        publisher=metadata.publisher,
        published=metadata.published,
        sections=sections_of(file.text, metadata.title, metadata.publisher),
    )


def _embedded(passages: Sequence[Passage], embedder: Embedder, progress: Progress) -> FloatArray:
    batches = []
    for start in range(0, len(passages), _EMBEDDED_AT_ONCE):
        progress(start, len(passages))
        batches.append(embedder.embed([searchable_text(p) for p in passages[start : start + _EMBEDDED_AT_ONCE]]))
    progress(len(passages), len(passages))
    return np.concatenate(batches)


def _lexical_text(passage: Passage) -> str:
    return f"{passage.title}\n{passage.publisher} {passage.published}\n{passage.text}"


def fingerprint(documents: Sequence[Document], embedder: str, passage_tokens: int) -> str:
    """What an index of these articles has as its fingerprint."""
    contents = ([document.doc_id, _sha256(json.dumps(asdict(document)).encode())] for document in documents)
    return _sha256(json.dumps([FORMAT, embedder, passage_tokens, *contents]).encode())


def _passage_row(passage: Passage) -> dict[str, Any]:
    """What cannot be sliced out of the document again."""
    return {
        "doc_id": passage.doc_id,
        "title": passage.title,
        "publisher": passage.publisher,
        "published": passage.published,
        "sentences": [[sentence.start, sentence.end] for sentence in passage.sentences],
    }


def _passage(row: dict[str, Any], documents: Mapping[str, Document]) -> Passage:
    text = documents[row["doc_id"]].text
    sentences = tuple(Sentence(start, end, text[start:end]) for start, end in row.pop("sentences"))
    start, end = sentences[0].start, sentences[-1].end
    return Passage(**row, start=start, end=end, text=text[start:end], sentences=sentences)


def _document(row: dict[str, Any]) -> Document:
    return Document(**{**row, "sections": tuple(Section(**section) for section in row["sections"])})


def _current(index_dir: Path) -> Path:
    try:
        name = (index_dir / "CURRENT").read_bytes().decode("utf-8", errors="replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        raise IndexNotFound(
            f"There is no index in {index_dir}; build one: rag index FOLDER --index {index_dir}"
        ) from None
    if not (_GENERATION.fullmatch(name) and (index_dir / name / "manifest.json").is_file()):
        raise IndexCorrupt(f"{index_dir}/CURRENT names {name!r}, which is not there; build again: rag index FOLDER")
    return index_dir / name


def _checked_manifest(generation: Path) -> Manifest:
    """The manifest of a generation whose files are all as they were written."""
    try:
        content = json.loads((generation / "manifest.json").read_text(encoding="utf-8"))
        intact = content.pop("sha256") == _manifest_hash(content)
    except (ValueError, KeyError, TypeError, AttributeError):
        intact, content = False, {}
    if not intact:
        raise IndexCorrupt(f"{generation}/manifest.json is damaged; build again: rag index FOLDER")
    if content["format"] != FORMAT:
        raise IndexMismatch(
            f"The index has format {content['format']}, this program {FORMAT}; build again: rag index FOLDER"
        )
    damaged = [name for name, digest in content.pop("files").items() if not _is_intact(generation / name, digest)]
    if damaged:
        raise IndexCorrupt(f"Damaged or missing in {generation}: {', '.join(damaged)}; build again: rag index FOLDER")
    return Manifest(**content)


def _is_intact(path: Path, digest: str) -> bool:
    return path.is_file() and _sha256(path.read_bytes()) == digest


def _manifest_hash(content: dict[str, Any]) -> str:
    return _sha256(json.dumps(content, sort_keys=True).encode())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def _write_atomically(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}-{os.getpid()}")
    aside.write_text(text, encoding="utf-8")
    _flush(aside)
    os.replace(aside, path)
    _flush(path.parent)


def _flush(path: Path) -> None:
    """Wait until a file, or a directory's entries, are on disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open a directory
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
