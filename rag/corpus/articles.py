"""A place → its articles, understood: what each says, what it tells about itself, and what its files are."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self, TypeAlias

from rag.corpus.cleaning import sections_of
from rag.corpus.dates import date_mentions
from rag.corpus.limits import USUAL, Limits
from rag.corpus.metadata import read_metadata
from rag.corpus.raw import Declared, RawFile, SkippedFile
from rag.corpus.readers import SIDECAR, Listing, nothing_in
from rag.corpus.sidecar import Sidecar
from rag.corpus.sources import Place, source_of
from rag.types import Document

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many are done, and how many there are."""


def silent(done: int, total: int) -> None:
    """The progress that nobody looks at."""


@dataclass(frozen=True, slots=True)
class Articles:
    """What a place holds: the documents that were understood now, of all articles or of those that were not known.

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
        place: Place,
        exclude: Sequence[str] = (),
        limits: Limits = USUAL,
        progress: Progress = silent,
        known: Mapping[str, str] = MappingProxyType({}),
    ) -> Self:
        """Read and understand the articles of a place, but for those whose origin is the ``known`` one.

        Raises UnreadableDocument, InvalidInput, SourceUnavailable.
        """
        declared = Sidecar.read(place).declared
        part = cls.of(Listing.of(place, exclude, limits), declared, progress, known)
        return cls.joined(place, [part])

    @classmethod
    def of(
        cls,
        listing: Listing,
        declared: Mapping[str, Sequence[Declared]],
        progress: Progress,
        known: Mapping[str, str],
    ) -> Self:
        """Read and understand these files, of which the sidecar ``declared`` this, but for the ``known`` ones."""

        def origin(doc_id: str, sha256: str) -> str:
            return _origin(sha256, declared.get(doc_id, ()))

        def is_known(doc_id: str, sha256: str) -> bool:
            return known.get(doc_id) == origin(doc_id, sha256)

        files, skipped = listing.read(is_known)
        origins = {file.doc_id: origin(file.doc_id, file.sha256) for file in files}
        new = [file for file in files if not is_known(file.doc_id, file.sha256)]
        documents = []
        for number, file in enumerate(new, start=len(files) - len(new)):
            progress(number, len(files))
            documents.append(_understood(file, declared.get(file.doc_id, ())))
        if files:
            progress(len(files), len(files))
        return cls(tuple(documents), origins, skipped, {file.doc_id: file.sha256 for file in files})

    @classmethod
    def joined(cls, place: Place, parts: Sequence[Self]) -> Self:
        """All articles of a place, which were read in parts. Raises UnreadableDocument when there are none."""
        skipped = tuple(sorted((file for part in parts for file in part.skipped), key=lambda file: file.doc_id))
        origins = dict(sorted(item for part in parts for item in part.origins.items()))
        if not origins:
            raise nothing_in(place, skipped)
        documents = sorted((each for part in parts for each in part.documents), key=lambda each: each.doc_id)
        digests = dict(sorted(item for part in parts for item in part.digests.items()))
        return cls(tuple(documents), origins, skipped, digests | _sidecar_digest(place))


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


def digests_of(place: Place, files: Iterable[RawFile]) -> dict[str, str]:
    """The sha256, by their names, of the files that the articles of a place depend on."""
    return {file.doc_id: file.sha256 for file in files} | _sidecar_digest(place)


def _sidecar_digest(place: Place) -> dict[str, str]:
    content = source_of(place).read(SIDECAR)
    return {} if content is None else {SIDECAR: hashlib.sha256(content).hexdigest()}


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
