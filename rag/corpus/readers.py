"""Files of a folder → their text. Text and Markdown in UTF-8; other files are named and left out."""

from dataclasses import dataclass
from pathlib import Path

from rag.errors import UnreadableDocument

_SUFFIXES = frozenset({".txt", ".md"})


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file's text as ``Path.read_text`` gives it; ``doc_id`` is its path below the folder."""

    doc_id: str
    text: str


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
