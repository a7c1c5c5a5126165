"""A folder → its articles, understood: what each says, what it tells about itself, and what its files are."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Self, TypeAlias

from rag.corpus.cleaning import sections_of
from rag.corpus.dates import date_mentions
from rag.corpus.limits import USUAL, Limits
from rag.corpus.metadata import read_metadata
from rag.corpus.readers import SIDECAR, Declared, RawFile, SkippedFile, read_folder
from rag.corpus.sidecar import Sidecar
from rag.types import Document

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many are done, and how many there are."""


def silent(done: int, total: int) -> None:
    """The progress that nobody looks at."""


@dataclass(frozen=True, slots=True)
class Articles:
    """What a folder holds: the documents that were understood now, of all articles or of those that were not known.

    ``origins`` are the sha256 of what each article is made of, in the order of their names: of the file, and of what
    the sidecar says of it. ``digests`` are the sha256 of the files by their names, of archives those of the members.
    """

    documents: tuple[Document, ...]
    origins: Mapping[str, str]
    skipped: tuple[SkippedFile, ...]
    digests: Mapping[str, str]

    @classmethod
    def read(
        cls,
        folder: Path,
        exclude: Sequence[str] = (),
        limits: Limits = USUAL,
        progress: Progress = silent,
        known: Mapping[str, str] = MappingProxyType({}),
    ) -> Self:
        """Read and understand the articles below ``folder``, but for those whose origin is the ``known`` one.

        Raises UnreadableDocument, InvalidInput.
        """
        overrides = Sidecar.read(folder).declared

        def origin(doc_id: str, sha256: str) -> str:
            return _origin(sha256, overrides.get(doc_id, ()))

        def is_known(doc_id: str, sha256: str) -> bool:
            return known.get(doc_id) == origin(doc_id, sha256)

        files, skipped = read_folder(folder, exclude, limits, is_known)
        origins = {file.doc_id: origin(file.doc_id, file.sha256) for file in files}
        new = [file for file in files if not is_known(file.doc_id, file.sha256)]
        documents = []
        for number, file in enumerate(new, start=len(files) - len(new)):
            progress(number, len(files))
            documents.append(_understood(file, overrides.get(file.doc_id, ())))
        progress(len(files), len(files))
        return cls(tuple(documents), origins, skipped, digests_of(folder, files))


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
        changes = ((self.added, "added"), (self.changed, "changed"), (self.removed, "removed"))
        counts = ((len([name for name in names if name != SIDECAR]), what) for names, what in changes)
        told = [f"{count} {what}" for count, what in counts if count]
        told += [f"{SIDECAR} {what}" for names, what in changes if SIDECAR in names]
        return ", ".join(told) or "none changed"


def digests_of(folder: Path, files: Iterable[RawFile]) -> dict[str, str]:
    """The sha256, by their names, of the files that the articles of a folder depend on."""
    digests = {file.doc_id: file.sha256 for file in files}
    sidecar = folder / SIDECAR
    if sidecar.is_file():
        digests[SIDECAR] = hashlib.sha256(sidecar.read_bytes()).hexdigest()
    return digests


def _origin(sha256: str, override: Sequence[Declared]) -> str:
    return hashlib.sha256(f"{sha256} {override}".encode()).hexdigest() if override else sha256


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
