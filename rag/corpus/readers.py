"""Files of a folder → their text. Whatever cannot be read is named with the reason, and the rest is read."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from rag.corpus.archive import is_word, is_zip, members, open_archive
from rag.corpus.formats import read_content
from rag.corpus.raw import Declared, Field, Format, RawFile, SkippedFile
from rag.errors import InvalidInput, UnreadableDocument

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

__all__ = ["MAX_BYTES", "SIDECAR", "Declared", "Field", "Format", "RawFile", "SkippedFile", "read_folder"]

MAX_BYTES = 50_000_000
"""Of one file, when nothing else is said."""
SIDECAR = "metadata.toml"
"""At the top of a folder: what its articles' metadata should be. No article itself."""
_IGNORE_FILE = ".ragignore"
_Load: TypeAlias = Callable[[], bytes]


def read_folder(
    folder: Path, exclude: Sequence[str] = (), max_bytes: int = MAX_BYTES
) -> tuple[tuple[RawFile, ...], tuple[SkippedFile, ...]]:
    """All readable files below ``folder``, and in its archives, in the order of their names, and those left out.

    Hidden files are passed over, and so is what the patterns of ``exclude`` or of a file ``.ragignore`` at the top
    match; they mean what they mean in ``.gitignore``. Links that lead out of the folder, and links to folders, are not
    followed. Files of more than ``max_bytes`` are left out. Raises UnreadableDocument when nothing can be read at all,
    and InvalidInput for a pattern that cannot be used.
    """
    if not folder.is_dir():
        raise UnreadableDocument(f"{folder} is not a folder; give the folder that holds the articles.")
    ignored = _patterns(folder, exclude)

    def wanted(doc_id: str) -> bool:
        hidden = any(part.startswith(".") for part in doc_id.split("/"))
        return not hidden and doc_id != SIDECAR and not ignored.match_file(doc_id)

    files = ((doc_id, load) for doc_id, load in _files(folder, max_bytes) if wanted(doc_id))
    results = sorted(
        (result for doc_id, load in files for result in _results(doc_id, load, wanted, max_bytes)),
        key=lambda result: result.doc_id,
    )
    read = tuple(result for result in results if isinstance(result, RawFile))
    skipped = tuple(result for result in results if isinstance(result, SkippedFile))
    if not read:
        reasons = "; ".join(f"{file.doc_id}: {file.reason}" for file in skipped[:3]) or "it is empty"
        raise UnreadableDocument(f"No readable article in {folder} ({reasons}).")
    return read, skipped


def _patterns(folder: Path, exclude: Iterable[str]) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec

    file = folder / _IGNORE_FILE
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file.is_file() else []
        return GitIgnoreSpec.from_lines([*lines, *exclude])
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{_IGNORE_FILE} or the setting exclude cannot be used, correct it: {error}") from error


def _files(folder: Path, max_bytes: int) -> Iterator[tuple[str, _Load]]:
    """Every file below ``folder`` as its doc_id and a function that reads it, or raises the reason why not."""
    unreadable: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=unreadable.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if Path(parent, name).is_symlink()]
        for path in (Path(parent, name) for name in (*names, *links)):
            yield _doc_id(folder, path), partial(_bytes, folder, path, max_bytes)
    for error in unreadable:
        yield _doc_id(folder, Path(error.filename)), partial(_fail, error)


def _doc_id(folder: Path, path: Path) -> str:
    """The path below the folder; bytes of a name that are no UTF-8 become question marks."""
    return path.relative_to(folder).as_posix().encode(errors="replace").decode()


def _bytes(folder: Path, path: Path, max_bytes: int) -> bytes:
    if path.is_symlink() and not (path.is_file() and path.resolve().is_relative_to(folder.resolve())):
        raise UnreadableDocument("a link out of the folder, to a folder, or to nothing")
    if not path.is_file():
        raise UnreadableDocument("no regular file")
    if path.relative_to(folder).as_posix() != _doc_id(folder, path):
        raise UnreadableDocument("its name is not UTF-8")
    if (size := path.stat().st_size) > max_bytes:
        raise UnreadableDocument(f"{size:,} bytes; at most {max_bytes:,} are read (RAG_MAX_FILE_MB)")
    return path.read_bytes()


def _fail(error: OSError) -> bytes:
    raise error


def _results(doc_id: str, load: _Load, wanted: Callable[[str], bool], max_bytes: int) -> list[RawFile | SkippedFile]:
    """What is in a file: one article, or those of an archive, or the reason why there is none."""
    try:
        parts = _parts(doc_id, load(), max_bytes)
    except UnreadableDocument as error:
        return [SkippedFile(doc_id, str(error))]
    except OSError as error:
        return [SkippedFile(doc_id, error.strerror or "cannot be read")]
    return [_article(part, unpack, max_bytes) for part, unpack in parts if wanted(part)]


def _parts(doc_id: str, data: bytes, max_bytes: int) -> list[tuple[str, _Load]]:
    """The members of an archive, or the file itself, each with a function that gives its bytes."""
    if is_zip(data) and not is_word(archive := open_archive(data, max_bytes)):
        return [(f"{doc_id}/{name}", unpack) for name, unpack in members(archive)]
    return [(doc_id, lambda: data)]


def _article(doc_id: str, load: _Load, max_bytes: int) -> RawFile | SkippedFile:
    try:
        data = load()
        content = read_content(data, doc_id, max_bytes)
    except UnreadableDocument as error:
        return SkippedFile(doc_id, str(error))
    return RawFile(
        doc_id=doc_id,
        text=content.text,
        format=content.format,
        sha256=hashlib.sha256(data).hexdigest(),
        pages=content.pages,
        declared=content.declared,
    )
