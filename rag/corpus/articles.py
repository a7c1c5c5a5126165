"""A folder → its articles, understood: what each says, what it tells about itself, and what its files are."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeAlias

from rag.corpus.cleaning import sections_of
from rag.corpus.dates import date_mentions
from rag.corpus.metadata import read_metadata
from rag.corpus.readers import SIDECAR, Declared, RawFile, SkippedFile, read_folder
from rag.corpus.sidecar import read_sidecar
from rag.types import Document

MAX_BYTES = 50_000_000
"""Of a file, when nobody says otherwise."""
Progress: TypeAlias = Callable[[int, int], None]
"""Told how many are done, and how many there are."""


def silent(done: int, total: int) -> None:
    """The progress that nobody looks at."""


@dataclass(frozen=True, slots=True)
class Articles:
    """What a folder holds; ``digests`` are the sha256 of its files by their names, of archives those of the members."""

    documents: tuple[Document, ...]
    skipped: tuple[SkippedFile, ...]
    digests: Mapping[str, str]

    @classmethod
    def read(
        cls, folder: Path, exclude: Sequence[str] = (), max_bytes: int = MAX_BYTES, progress: Progress = silent
    ) -> Self:
        """Read and understand the articles below ``folder``. Raises UnreadableDocument, InvalidInput."""
        files, skipped = read_folder(folder, exclude, max_bytes)
        overrides = read_sidecar(folder)
        documents = []
        for number, file in enumerate(files):
            progress(number, len(files))
            documents.append(_understood(file, overrides.get(file.doc_id, ())))
        progress(len(files), len(files))
        return cls(tuple(documents), skipped, digests_of(folder, files))


@dataclass(frozen=True, slots=True)
class FileChanges:
    """Names of files, in their order, by what became of them. A renamed file is one that was removed and added."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @classmethod
    def between(cls, before: Mapping[str, str], after: Mapping[str, str]) -> Self:
        """What became of the files between two looks at their digests."""
        return cls(
            added=tuple(sorted(after.keys() - before.keys())),
            changed=tuple(sorted(name for name in after.keys() & before.keys() if after[name] != before[name])),
            removed=tuple(sorted(before.keys() - after.keys())),
        )

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def __str__(self) -> str:
        counts = (len(self.added), "added"), (len(self.changed), "changed"), (len(self.removed), "removed")
        return ", ".join(f"{count} {what}" for count, what in counts if count) or "none changed"


def digests_of(folder: Path, files: Iterable[RawFile]) -> dict[str, str]:
    """The sha256, by their names, of the files that the articles of a folder depend on."""
    digests = {file.doc_id: file.sha256 for file in files}
    sidecar = folder / SIDECAR
    if sidecar.is_file():
        digests[SIDECAR] = hashlib.sha256(sidecar.read_bytes()).hexdigest()
    return digests


def _understood(file: RawFile, override: Sequence[Declared]) -> Document:
    metadata = read_metadata(file, override)
    return Document(
        doc_id=file.doc_id,
        text=file.text,
        title=metadata.title,
        publisher=metadata.publisher,
        published=metadata.published,
        sections=sections_of(file.text, metadata.title, metadata.publisher),
        authors=metadata.authors,
        language=metadata.language,
        pages=file.pages,
        dates=date_mentions(file.text, metadata.published),
        origins=metadata.origins,
    )
