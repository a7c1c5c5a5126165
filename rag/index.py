"""The index: documents, passages, vectors and BM25, built together and saved as one generation.

Everything but the vectors is made afresh by every build, so that it cannot depend on what was there before. Vectors are
what takes time, and they depend on nothing but the embedder and the text: those of an earlier generation are taken over
by the text that they stand for. A renamed file is free, and only what is new or changed is embedded.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from rag.chunking import passages_of, searchable_text
from rag.corpus.articles import MAX_BYTES, Articles, FileChanges, Progress, silent
from rag.corpus.duplicates import passage_copies
from rag.corpus.readers import SkippedFile
from rag.errors import IndexMismatch, UnreadableDocument
from rag.generations import check_files, commit, opened, read_manifest
from rag.lexical import LexicalIndex
from rag.records import read_documents, read_passages, write_documents, write_passages
from rag.types import Document, Embedder, FloatArray, Passage, VectorStore
from rag.vector_store import FaissStore

FORMAT = 2
_EMBEDDED_AT_ONCE = 64
_SAME_MODEL = 0.998  # cosine: the same model, in another precision or batch, keeps above it


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was built from. Equal fingerprints mean equal corpus, embedder and settings.

    ``folder`` is where the articles were, empty when they came from elsewhere; ``sources`` are the sha256 of its files.
    """

    format: int
    fingerprint: str
    embedder: str
    passage_tokens: int
    documents: int
    passages: int
    folder: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """The manifest with this content. Raises IndexMismatch for one of another version of this program."""
        if content["format"] != FORMAT:
            raise IndexMismatch(
                f"The index has format {content['format']}, this program {FORMAT}; "
                "build it again: rag doctor --repair, or rag index FOLDER"
            )
        return cls(**content)

    def check(self, embedder_name: str, passage_tokens: int) -> None:
        """Raise IndexMismatch unless the index fits this embedder and this setting."""
        for what, found, wanted in (
            ("the embedder", self.embedder, embedder_name),
            ("RAG_PASSAGE_TOKENS", str(self.passage_tokens), str(passage_tokens)),
        ):
            if found != wanted:
                raise IndexMismatch(
                    f"The index was built with {what} {found}, the settings say {wanted}; "
                    "build it again: rag doctor --repair, or rag index FOLDER"
                )


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build found since the index before, and of how many passages the vectors were made or taken over."""

    files: FileChanges = field(default_factory=FileChanges)
    embedded: int = 0
    reused: int = 0


@dataclass(frozen=True, slots=True)
class Index:
    """Everything that questions are answered from. Row ``i`` of vectors and BM25 is ``passages[i]``.

    ``copies[i]`` is the row that stands for passage ``i`` and its near-duplicates: ``i`` itself when it is no copy.
    ``skipped`` and ``report`` tell of the build; an index that was loaded has none.
    """

    documents: Mapping[str, Document]
    passages: tuple[Passage, ...]
    vectors: VectorStore
    lexical: LexicalIndex
    copies: tuple[int, ...]
    manifest: Manifest
    skipped: tuple[SkippedFile, ...] = ()
    report: BuildReport = field(default_factory=BuildReport)

    @classmethod
    def build(
        cls,
        folder: Path,
        embedder: Embedder,
        passage_tokens: int,
        progress: Progress = silent,
        *,
        before: Self | None = None,
        exclude: Sequence[str] = (),
        max_bytes: int = MAX_BYTES,
        reading: Progress = silent,
    ) -> Self:
        """Read, clean, cut and embed the articles below ``folder``, with the vectors of ``before`` where they fit.

        The outcome is that of a build without ``before``. ``exclude`` are patterns as in ``.gitignore``; larger files
        than ``max_bytes`` are left out. ``reading`` is told the files, ``progress`` the passages that are done and
        all. Raises UnreadableDocument, and InvalidInput for a broken ``metadata.toml`` or pattern.
        """
        articles = Articles.read(folder, exclude, max_bytes, reading)
        index = cls.of(articles.documents, embedder, passage_tokens, progress, before)
        changes = FileChanges.between(before.manifest.sources if before else {}, articles.digests)
        return replace(
            index,
            manifest=replace(index.manifest, folder=str(folder.resolve()), sources=articles.digests),
            skipped=articles.skipped,
            report=replace(index.report, files=changes),
        )

    @classmethod
    def of(
        cls,
        documents: Sequence[Document],
        embedder: Embedder,
        passage_tokens: int,
        progress: Progress = silent,
        before: Self | None = None,
    ) -> Self:
        """Cut and embed these articles. Raises UnreadableDocument when they hold no sentence."""
        limit = min(passage_tokens, embedder.max_tokens)
        passages = tuple(
            passage for document in documents for passage in passages_of(document, embedder.count_tokens, limit)
        )
        if not passages:
            raise UnreadableDocument(f"The {len(documents)} articles hold no sentence outside boilerplate.")
        texts = [searchable_text(passage) for passage in passages]
        vectors, embedded = _vectors(texts, embedder, _known_vectors(before, embedder), progress)
        return cls(
            documents={document.doc_id: document for document in documents},
            passages=passages,
            vectors=FaissStore.build(vectors),
            lexical=LexicalIndex.build([_lexical_text(passage) for passage in passages]),
            copies=passage_copies(passages),
            manifest=Manifest(
                format=FORMAT,
                fingerprint=fingerprint(documents, embedder.name, passage_tokens),
                embedder=embedder.name,
                passage_tokens=passage_tokens,
                documents=len(documents),
                passages=len(passages),
            ),
            report=BuildReport(embedded=embedded, reused=len(passages) - embedded),
        )

    def save(self, index_dir: Path) -> None:
        """Make this index the current generation of ``index_dir``.

        Raises InvalidInput when another process writes there, or nothing can be written; the generation before then
        stays current.
        """
        commit(index_dir, self.manifest.fingerprint[:16], asdict(self.manifest), self._write)

    @classmethod
    def load(cls, index_dir: Path) -> Self:
        """The current generation of ``index_dir``. Raises IndexNotFound, IndexCorrupt, IndexMismatch."""
        return opened(index_dir, cls._read)

    @classmethod
    def _read(cls, generation: Path) -> Self:
        content, files = read_manifest(generation)
        manifest = Manifest.of(content)
        check_files(generation, files)
        documents = read_documents(generation / "documents.jsonl")
        passages, copies = read_passages(generation / "passages.jsonl", documents)
        return cls(
            documents=documents,
            passages=passages,
            vectors=FaissStore.load(generation / "vectors.faiss"),
            lexical=LexicalIndex.load(generation / "bm25"),
            copies=copies,
            manifest=manifest,
        )

    def _write(self, generation: Path) -> None:
        write_documents(generation / "documents.jsonl", self.documents.values())
        write_passages(generation / "passages.jsonl", self.passages, self.copies)
        self.vectors.save(generation / "vectors.faiss")
        self.lexical.save(generation / "bm25")


def _known_vectors(before: Index | None, embedder: Embedder) -> dict[str, FloatArray]:
    """The vectors of an index by their texts; none when another embedder made them.

    A model may change and keep its name: one text is embedded again to see whether it is the same.
    """
    if before is None or before.manifest.embedder != embedder.name:
        return {}
    texts, rows = [searchable_text(passage) for passage in before.passages], before.vectors.rows()
    probe = embedder.embed(texts[:1])[0]
    same = probe.shape == rows[0].shape and float(probe @ rows[0]) >= _SAME_MODEL
    return dict(zip(texts, rows, strict=True)) if same else {}


def _vectors(
    texts: Sequence[str], embedder: Embedder, known: Mapping[str, FloatArray], progress: Progress
) -> tuple[FloatArray, int]:
    """A row for each text, and how many texts were embedded for that: each that is not known yet, once."""
    new = [text for text in dict.fromkeys(texts) if text not in known]
    at_hand, vectors = len(texts) - len(new), dict(known)
    for start in range(0, len(new), _EMBEDDED_AT_ONCE):
        progress(at_hand + start, len(texts))
        batch = new[start : start + _EMBEDDED_AT_ONCE]
        vectors.update(zip(batch, embedder.embed(batch), strict=True))
    progress(len(texts), len(texts))
    return np.stack([vectors[text] for text in texts]), len(new)


def _lexical_text(passage: Passage) -> str:
    return f"{passage.title}\n{passage.publisher} {passage.published}\n{passage.text}"


def fingerprint(documents: Sequence[Document], embedder: str, passage_tokens: int) -> str:
    """What an index of these articles has as its fingerprint."""
    contents = ([document.doc_id, _sha256(json.dumps(asdict(document)).encode())] for document in documents)
    return _sha256(json.dumps([FORMAT, embedder, passage_tokens, *contents]).encode())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
