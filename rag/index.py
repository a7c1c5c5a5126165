"""The index: documents, passages, vectors and BM25, built together and saved as one generation.

What a file gives by itself (its document, its passages, their stems, shingles and vectors) is taken over from the
generation before when nothing that it is made of has changed. Every part of an index can be joined with another of its
kind by copying memory; what depends on all files at once (how rare a stem is, which passages are copies) is worked out
afresh from that. A new build takes the same way with nothing to take over, so that the outcome is the same.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from rag.backends import Embedder, VectorStore
from rag.catalogue import Catalogue
from rag.corpus.articles import Articles, FileChanges, Progress, silent
from rag.corpus.duplicates import passage_copies
from rag.corpus.limits import USUAL, Limits
from rag.corpus.raw import SkippedFile
from rag.corpus.sources import Place, name_of
from rag.errors import IndexMismatch, UnreadableDocument
from rag.gathering import Gather, Order, cut, gather, of_one_model
from rag.generations import again, check_files, commit, opened, read_manifest
from rag.lexical import LexicalIndex
from rag.parts import Gain, Legacy, Parts
from rag.program import program
from rag.ragged import Ragged
from rag.records import Documents, Passages, digest_of
from rag.sentences import Vectors, embedded_texts
from rag.types import Document, FloatArray, Passage
from rag.vector_store import FaissStore

FORMAT = 4


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was built from. Equal fingerprints mean equal corpus, embedder and settings.

    ``program`` tells which program understood the articles. ``folder`` is where they were, empty when they came from
    elsewhere; ``sources`` are the sha256 of its files.
    """

    format: int
    fingerprint: str
    embedder: str
    passage_tokens: int
    documents: int
    passages: int
    program: str = ""
    folder: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, content: Mapping[str, Any], place: Path | str) -> Self:
        """The manifest with this content, of an index in a folder, or in the store at an address.

        Raises IndexMismatch for one of another version of this program.
        """
        if content["format"] != FORMAT:
            raise IndexMismatch(f"The index has format {content['format']}, this program {FORMAT}; {again(place)}")
        return cls(**content)

    def check(self, embedder_name: str, passage_tokens: int, place: Path | str) -> None:
        """Raise IndexMismatch unless the index, which lies in that place, fits this embedder and this setting."""
        for setting, found, wanted in (
            ("RAG_EMBEDDER", self.embedder, embedder_name),
            ("RAG_PASSAGE_TOKENS", str(self.passage_tokens), str(passage_tokens)),
        ):
            if found != wanted:
                raise IndexMismatch(
                    f"The index in {place} was built with {setting} {found}, the settings say {wanted}; "
                    f"set it back to {found}, or {again(place)}"
                )


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build found since the index before, and of how many texts the vectors were made or taken over.

    The texts are the sentences of all passages, and the title of each.
    """

    files: FileChanges = field(default_factory=FileChanges)
    embedded: int = 0
    reused: int = 0


@dataclass(frozen=True, slots=True)
class Index:
    """Everything that questions are answered from. Row ``i`` of each of its parts is that of ``passages[i]``.

    ``vectors`` finds the nearest passages; ``texts`` are the vectors of their titles and sentences, see ``Vectors``.
    ``copies[i]`` is the row that stands for passage ``i`` and its near-duplicates: ``i`` itself when it is no copy.
    ``skipped`` and ``report`` tell of the build; an index that was loaded has none.
    """

    documents: Documents
    passages: Passages
    parts: Parts
    vectors: VectorStore
    texts: Ragged
    copies: tuple[int, ...]
    manifest: Manifest
    skipped: tuple[SkippedFile, ...] = ()
    report: BuildReport = field(default_factory=BuildReport)

    @property
    def lexical(self) -> LexicalIndex:
        """BM25 over the passages."""
        return self.parts.lexical

    @property
    def catalogue(self) -> Catalogue:
        """Publishers and dates of the passages."""
        return self.parts.catalogue

    def sentence_vectors(self, passage: Passage) -> FloatArray:
        """The ``(sentences, d)`` unit vectors of the sentences of a passage of this index."""
        rows = self.passages.rows_of(passage.doc_id)
        row = next(row for row in rows if self.passages[row].start == passage.start)
        vectors: FloatArray = self.texts[row][1:].astype(np.float32)  # the first is that of the title
        return vectors

    @classmethod
    def build(
        cls,
        folder: Place,
        embedder: Embedder,
        passage_tokens: int,
        progress: Progress = silent,
        *,
        before: Self | None = None,
        exclude: Sequence[str] = (),
        limits: Limits = USUAL,
        reading: Progress = silent,
        gather: Gather = gather,
    ) -> Self:
        """Read, clean, cut and embed the articles below ``folder``, but for what ``before`` knows of them.

        The outcome is that of a build without ``before``. ``exclude`` are patterns as in ``.gitignore``; files
        beyond the ``limits`` are left out. ``reading`` is told the files, ``progress`` the texts that are done and
        all; ``gather`` is who does the work. For the errors see ``Gather``.
        """
        legacy = _legacy(before, embedder, passage_tokens)
        order = Order(folder, passage_tokens, exclude, limits)
        articles, gain = gather(order, legacy, embedder, progress, reading)
        names = tuple(articles.origins)
        if before and not gain.parts.records.names and names == legacy.parts.records.names:
            index = replace(before, report=BuildReport(reused=len(before.texts.values)))
        else:
            index = cls._of(names, legacy, gain, embedder, passage_tokens)
        changes = FileChanges.between(before.manifest.sources if before else {}, articles.digests)
        return replace(
            index,
            manifest=replace(index.manifest, folder=name_of(folder), sources=articles.digests),
            skipped=articles.skipped,
            report=replace(index.report, files=changes),
        )

    @classmethod
    def of(
        cls, documents: Sequence[Document], embedder: Embedder, passage_tokens: int, progress: Progress = silent
    ) -> Self:
        """Cut and embed these articles. Raises UnreadableDocument when they hold no sentence."""
        origins = {document.doc_id: digest_of(document) for document in documents}
        legacy = Legacy.none(embedder.dimensions)
        articles = cut(Articles(tuple(documents), origins, (), {}), embedder, passage_tokens)
        gain = legacy.gain(articles, origins, embedder, progress)
        return cls._of(tuple(origins), legacy, gain, embedder, passage_tokens)

    @classmethod
    def _of(cls, names: Sequence[str], legacy: Legacy, gain: Gain, embedder: Embedder, passage_tokens: int) -> Self:
        """The index of the articles of these names, each of which is a legacy or was gained."""
        parts, vectors = legacy.with_gain(gain, names)
        if not len(vectors.passages):
            raise UnreadableDocument(
                f"The {len(names)} articles hold no sentence outside boilerplate, expected at least one; add others."
            )
        contents = parts.records.hexadecimal(parts.records.digests)
        manifest = Manifest(
            format=FORMAT,
            fingerprint=_fingerprint(contents, embedder.name, passage_tokens),
            embedder=embedder.name,
            passage_tokens=passage_tokens,
            documents=len(contents),
            passages=len(vectors.passages),
            program=program(),
        )
        report = BuildReport(embedded=gain.embedded, reused=len(vectors.texts.values) - gain.embedded)
        return replace(cls.of_parts(parts, vectors, manifest), report=report)

    @classmethod
    def of_parts(cls, parts: Parts, vectors: Vectors, manifest: Manifest) -> Self:
        """The index of what its articles give, with what depends on all of them worked out."""
        passages = Passages(documents := Documents(parts.records))
        return cls(
            documents=documents,
            passages=passages,
            parts=parts,
            vectors=FaissStore.build(vectors.passages),
            texts=vectors.texts,
            copies=passage_copies(passages, parts.shingles),
            manifest=manifest,
        )

    def save(self, index_dir: Path) -> None:
        """Make this index the current generation of ``index_dir``.

        Raises InvalidInput when another process writes there, or nothing can be written; the generation before then
        stays current.
        """
        commit(index_dir, self.manifest.fingerprint[:16], asdict(self.manifest), self._write)

    @classmethod
    def load(cls, index_dir: Path, *, every_byte: bool = False) -> Self:
        """The current generation of ``index_dir``, of which what is large is mapped into memory rather than read.

        Large files that have not changed since they were checked are not read again, unless ``every_byte`` is wanted.
        Raises IndexNotFound, IndexCorrupt, IndexMismatch.
        """
        return opened(index_dir, lambda generation: cls._read(generation, every_byte))

    @classmethod
    def _read(cls, generation: Path, every_byte: bool) -> Self:
        content, files = read_manifest(generation)
        manifest = Manifest.of(content, generation.parent)
        check_files(generation, files, every_byte=every_byte)
        parts = Parts.load(generation)
        documents = Documents(parts.records)
        return cls(
            documents=documents,
            passages=Passages(documents),
            parts=parts,
            vectors=FaissStore.load(generation / "vectors.faiss"),
            texts=Ragged.load(generation / "sentences.npy"),
            copies=tuple(np.load(generation / "copies.npy").tolist()),
            manifest=manifest,
        )

    def _write(self, generation: Path) -> None:
        self.parts.save(generation)
        self.vectors.save(generation / "vectors.faiss")
        self.texts.save(generation / "sentences.npy")
        np.save(generation / "copies.npy", np.array(self.copies, np.int64))


def _legacy(before: Index | None, embedder: Embedder, passage_tokens: int) -> Legacy:
    """What of an index can be taken over; nothing when another embedder made it."""
    nothing = Legacy.none(embedder.dimensions)
    if before is None or before.manifest.embedder != embedder.name:
        return nothing
    _, sentence, *_ = embedded_texts(before.passages[0])
    if not of_one_model(embedder.embed([sentence])[0], before.texts[0][1]):
        return nothing
    same_cuts = (before.manifest.passage_tokens, before.manifest.program) == (passage_tokens, program())
    keys, known = before.parts.texts.values, before.texts.values
    if not same_cuts:
        return replace(nothing, keys=keys, known=known)
    return Legacy(before.parts, Vectors(before.texts, before.vectors.rows()), keys, known)


def fingerprint(documents: Sequence[Document], embedder: str, passage_tokens: int) -> str:
    """What an index of these articles has as its fingerprint."""
    return _fingerprint({document.doc_id: digest_of(document) for document in documents}, embedder, passage_tokens)


def _fingerprint(digests: Mapping[str, str], embedder: str, passage_tokens: int) -> str:
    content = json.dumps([FORMAT, embedder, passage_tokens, *digests.items()])
    return hashlib.sha256(content.encode()).hexdigest()
