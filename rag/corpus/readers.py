"""Files of a folder → their text. Text and Markdown in UTF-8; other files are named and left out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from rag.errors import UnreadableDocument

_SUFFIXES = frozenset({".txt", ".md"})


Format: TypeAlias = Literal["text", "markdown", "html", "pdf", "docx"]
Field: TypeAlias = Literal["title", "publisher", "authors", "published", "language"]


@dataclass(frozen=True, slots=True)
class Declared:
    """What a file says of itself outside its text: one value of one field, and where it stands ("JSON-LD")."""

    field: Field
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file's text; ``doc_id`` is its path below the folder, a member of an archive has the archive's path before it.

    ``sha256`` is that of the file's bytes. ``pages`` are the offsets at which pages begin. ``declared`` is in the order
    of trust: the first value of a field counts, but for authors, of which all of the first origin do.
    """

    doc_id: str
    text: str
    format: Format = "text"
    sha256: str = ""
    pages: tuple[int, ...] = ()
    declared: tuple[Declared, ...] = ()


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that was not read, and why, in one short phrase."""

    doc_id: str
    reason: str


def read_folder(folder: Path) -> tuple[tuple[RawFile, ...], tuple[SkippedFile, ...]]:
    """All readable files below ``folder`` in the order of their names, and those left out.

    Hidden files and folders are passed over. Raises UnreadableDocument when nothing can be read at all.
    """
    if not folder.is_dir():
        raise UnreadableDocument(f"{folder} is not a folder; give the folder that holds the articles.")
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    results = [_read(paths[doc_id], doc_id) for doc_id in sorted(paths) if not _is_hidden(doc_id)]
    read = tuple(result for result in results if isinstance(result, RawFile))
    skipped = tuple(result for result in results if isinstance(result, SkippedFile))
    if not read:
        reasons = "; ".join(f"{file.doc_id}: {file.reason}" for file in skipped[:3]) or "it is empty"
        raise UnreadableDocument(f"No readable .txt or .md article in {folder} ({reasons}).")
    return read, skipped


def _is_hidden(doc_id: str) -> bool:
    return any(part.startswith(".") for part in doc_id.split("/"))


def _read(path: Path, doc_id: str) -> RawFile | SkippedFile:
    if path.suffix.lower() not in _SUFFIXES:
        return SkippedFile(doc_id, f"{path.suffix or 'no suffix'}: only .txt and .md are read")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return SkippedFile(doc_id, f"not UTF-8 at byte {error.start}")
    except OSError as error:
        return SkippedFile(doc_id, error.strerror or "cannot be read")
    return RawFile(doc_id, text) if text.strip() else SkippedFile(doc_id, "empty")
