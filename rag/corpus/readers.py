"""Files of a folder → their text. Whatever cannot be read is named with the reason, and the rest is read."""

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from rag.corpus.archive import is_word, is_zip, members, open_archive
from rag.corpus.formats import read_content
from rag.corpus.limits import USUAL, Limits
from rag.corpus.raw import Declared, Field, Format, RawFile, SkippedFile
from rag.errors import InvalidInput, UnreadableDocument

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

__all__ = [
    "IGNORE_FILE",
    "SIDECAR",
    "Declared",
    "Field",
    "Format",
    "RawFile",
    "SkippedFile",
    "check_folder",
    "read_folder",
]

SIDECAR = "metadata.toml"
"""At the top of a folder: what its articles' metadata should be. No article itself."""
IGNORE_FILE = ".ragignore"
"""At the top of a folder: patterns of files to leave out. The only hidden file that counts."""
_Load: TypeAlias = Callable[[], bytes]
_Wanted: TypeAlias = Callable[[str], bool]
Known: TypeAlias = Callable[[str, str], bool]
"""Whether a file is one that was understood before, by its doc_id and sha256."""
_ALL_EXCLUDED = f"{IGNORE_FILE} or the setting exclude leaves out all that is in it"


def check_folder(folder: Path, exclude: Sequence[str] = ()) -> None:
    """Raise at once what ``read_folder`` would raise whatever the files hold."""
    _listed(folder, _wanted(folder, exclude), USUAL)


def none_known(doc_id: str, sha256: str) -> bool:
    """What is known when nothing was understood before."""
    return False


def read_folder(
    folder: Path, exclude: Sequence[str] = (), limits: Limits = USUAL, known: Known = none_known
) -> tuple[tuple[RawFile, ...], tuple[SkippedFile, ...]]:
    """All readable files below ``folder``, and in its archives, in the order of their names, and those left out.

    Hidden files and indexes of ours are passed over, and so is what the patterns of ``exclude`` or of a file
    ``.ragignore`` at the top match; they mean what they mean in ``.gitignore``. A link to a file that is read anyway
    is passed over too; those that lead out of the folder, and links to folders, are not followed. Files beyond
    the ``limits`` are left out. Of a ``known`` file only the sha256 is given, no text. Raises UnreadableDocument when
    nothing can be read at all, and InvalidInput for a pattern that cannot be used.
    """
    wanted = _wanted(folder, exclude)
    files = _listed(folder, wanted, limits)
    results = sorted(
        (result for doc_id, load in files for result in _results(doc_id, load, wanted, limits, known)),
        key=lambda result: result.doc_id,
    )
    read = tuple(result for result in results if isinstance(result, RawFile))
    skipped = tuple(result for result in results if isinstance(result, SkippedFile))
    if not read:
        raise _nothing_in(folder, "; ".join(f"{file.doc_id}: {file.reason}" for file in skipped[:3]) or _ALL_EXCLUDED)
    return read, skipped


def _wanted(folder: Path, exclude: Sequence[str]) -> _Wanted:
    """Whether the file of a doc_id may be an article: it is neither hidden nor the sidecar, and no pattern matches."""
    if not folder.is_dir():
        raise UnreadableDocument(f"{folder} is not a folder; give the folder that holds the articles.")
    ignored = _patterns(folder, exclude)
    return lambda doc_id: _is_shown(doc_id) and not ignored.match_file(doc_id)


def _is_shown(doc_id: str) -> bool:
    return doc_id != SIDECAR and not any(part.startswith(".") for part in doc_id.split("/"))


def _listed(folder: Path, wanted: _Wanted, limits: Limits) -> list[tuple[str, _Load]]:
    """The files that are wanted. Raises UnreadableDocument when there are none."""
    shown = [(doc_id, load) for doc_id, load in _files(folder, wanted, limits.file_bytes) if _is_shown(doc_id)]
    listed = [(doc_id, load) for doc_id, load in shown if wanted(doc_id)]
    if len(listed) > limits.files:
        raise UnreadableDocument(
            f"{folder} holds {len(listed):,} files; at most {limits.files:,} are read (RAG_MAX_FILES). "
            "Leave some out with "
            f"{IGNORE_FILE}, or give another folder."
        )
    if not listed:
        raise _nothing_in(folder, _ALL_EXCLUDED if shown else "it is empty")
    return listed


def _nothing_in(folder: Path, reason: str) -> UnreadableDocument:
    return UnreadableDocument(f"No readable article in {folder} ({reason}).")


def _patterns(folder: Path, exclude: Iterable[str]) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec

    file = folder / IGNORE_FILE
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file.is_file() else []
        return GitIgnoreSpec.from_lines([*lines, *exclude])
    except (OSError, ValueError, re.error) as error:
        raise InvalidInput(f"{IGNORE_FILE} or the setting exclude cannot be used, correct it: {error}") from error


def _files(folder: Path, wanted: _Wanted, max_bytes: int) -> Iterator[tuple[str, _Load]]:
    """Every file below ``folder`` as its doc_id and a function that reads it, or raises the reason why not."""
    unreadable: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=unreadable.append):
        if _is_index(Path(parent), names):
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if Path(parent, name).is_symlink()]
        for path in (Path(parent, name) for name in (*names, *links)):
            if not (path.is_symlink() and _is_read_anyway(folder, path.resolve(), wanted)):
                yield _doc_id(folder, path), partial(_bytes, folder, path, max_bytes)
    for error in unreadable:
        yield _doc_id(folder, Path(error.filename)), partial(_fail, error)


def _is_index(folder: Path, names: Sequence[str]) -> bool:
    """Whether the generations of an index lie in a folder of these files, and no articles."""
    return "CURRENT" in names and any(folder.glob("gen-*/manifest.json"))


def _is_read_anyway(folder: Path, target: Path, wanted: _Wanted) -> bool:
    """Whether the file that a link leads to is one of the folder's own."""
    top = folder.resolve()
    return target.is_relative_to(top) and target.is_file() and wanted(_doc_id(top, target))


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


def _results(doc_id: str, load: _Load, wanted: _Wanted, limits: Limits, known: Known) -> list[RawFile | SkippedFile]:
    """What is in a file: one article, or those of an archive, or the reason why there is none."""
    try:
        parts = _parts(doc_id, load(), limits.file_bytes)
    except UnreadableDocument as error:
        return [SkippedFile(doc_id, str(error))]
    except OSError as error:
        return [SkippedFile(doc_id, error.strerror or "cannot be read")]
    return [_article(part, unpack, limits, known) for part, unpack in parts if wanted(part)]


def _parts(doc_id: str, data: bytes, max_bytes: int) -> list[tuple[str, _Load]]:
    """The members of an archive, or the file itself, each with a function that gives its bytes."""
    if is_zip(data) and not is_word(archive := open_archive(data, max_bytes)):
        return [(f"{doc_id}/{name}", unpack) for name, unpack in members(archive)]
    return [(doc_id, lambda: data)]


def _article(doc_id: str, load: _Load, limits: Limits, known: Known) -> RawFile | SkippedFile:
    try:
        data = load()
        sha256 = hashlib.sha256(data).hexdigest()
        if known(doc_id, sha256):
            return RawFile(doc_id, "", sha256=sha256)
        content = read_content(data, doc_id, limits)
    except UnreadableDocument as error:
        return SkippedFile(doc_id, str(error))
    return RawFile(
        doc_id=doc_id,
        text=content.text,
        format=content.format,
        sha256=sha256,
        pages=content.pages,
        declared=content.declared,
    )
