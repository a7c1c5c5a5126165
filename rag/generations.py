"""Generations: versions of what a folder holds. Whoever opens it finds the old one or the new one, never a mixture.

A generation is a directory that is written aside, flushed to disk, renamed, and then named by the file ``CURRENT``,
which is replaced in one step. Its manifest holds the sha256 of every file and of itself; nothing is parsed before its
hash is checked. The generation before the current one stays until the next is committed, for those that are just
opening it; readers lock nothing. Writers keep each other out by a lock that ends with its process.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import time_ns
from typing import Any, TypeAlias, TypeVar

from rag.errors import IndexCorrupt, IndexNotFound, InvalidInput, RagError

T = TypeVar("T")
Content: TypeAlias = dict[str, Any]
"""What a manifest says, as JSON has it."""
Digests: TypeAlias = Mapping[str, str]
"""The sha256 of files by their names."""

_State: TypeAlias = list[Any]
"""Of a file the sha256, its size, the times when its content and when anything of it last changed, and its inode."""

_GENERATION = re.compile(r"gen-[\w-]+")
_LOCK = ".lock"
_WRITER = ".writer"  # the process id of who holds the lock, for the others' message
_NOTE = "checked.json"  # in a generation: its large files that were read to the end
_LARGE = 1_000_000  # bytes; to read less takes no longer than a look at the note
_SETTLED = 2_000_000_000  # nanoseconds, after which a change cannot have the time of the one before


@contextmanager
def alone(index_dir: Path) -> Iterator[None]:
    """Keep other writers out of ``index_dir``, which is made if need be; within it the same thread may do so again.

    Where nothing has been written in the end, there is no folder that was not there before. Raises InvalidInput when
    another process or thread writes there, or nothing can be written.
    """
    from filelock import FileLock, Timeout  # imports asyncio, which only writing needs

    with _refusal(index_dir):
        made = [folder for folder in (index_dir, *index_dir.parents) if not folder.exists()]
        index_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(index_dir / _LOCK, timeout=0, is_singleton=True)
        try:
            lock.acquire()
        except Timeout:
            raise InvalidInput(
                f"Another process is writing the index in {index_dir}{_writer(index_dir)}; wait for it or stop it."
            ) from None
    try:
        with suppress(OSError):  # a message without a number is better than no index
            (index_dir / _WRITER).write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        _withdraw(made)
        lock.release()


def commit(index_dir: Path, label: str, content: Content, write: Callable[[Path], None]) -> None:
    """Make what ``write`` puts into an empty directory the current generation; ``content`` goes into its manifest.

    The generation that was current stays for those that are opening it; older ones, and what interrupted writers left,
    are removed. Raises InvalidInput when another process writes there, or something cannot be written; the generation
    before then stays current, unless the new one already is and only the last flush has failed.
    """
    name = f"gen-{label}-{secrets.token_hex(4)}"
    aside = index_dir / f".{name}"
    with alone(index_dir), _refusal(index_dir):
        remove(leftovers(index_dir))
        before = _named(index_dir)
        try:
            aside.mkdir()
            write(aside)
            checked = _sign(aside, content)
            for path in (*aside.rglob("*"), aside):
                _flush(path)
            aside.rename(index_dir / name)
            _replace(index_dir / "CURRENT", name)
            _note(index_dir / name, checked, noted={})
        finally:
            _collect(index_dir, before)


def opened(index_dir: Path, read: Callable[[Path], T]) -> T:
    """What ``read`` makes of the current generation; of a newer one if that has taken its place meanwhile.

    Raises IndexNotFound, IndexCorrupt and the errors of ours that ``read`` raises; all its others as IndexCorrupt.
    """
    generation = current(index_dir)
    try:
        return read(generation)
    except Exception as error:  # parsers raise what they like of a file that is signed and yet none of ours
        if isinstance(error, RagError) and not isinstance(error, IndexCorrupt):
            raise
        if current(index_dir) != generation:
            return opened(index_dir, read)
        if isinstance(error, IndexCorrupt):
            raise
        raise _unreadable(generation, error) from error


def current(index_dir: Path) -> Path:
    """The directory of the current generation. Raises IndexNotFound, IndexCorrupt."""
    name = _named(index_dir)
    if name is None:
        raise IndexNotFound(f"There is no index in {index_dir}; build one: rag index FOLDER --index {index_dir}")
    if not (_GENERATION.fullmatch(name) and (index_dir / name / "manifest.json").is_file()):
        raise IndexCorrupt(f"{index_dir}/CURRENT names {name!r}, which is not there; {again(index_dir)}")
    return index_dir / name


def latest(index_dir: Path) -> Path | None:
    """The newest generation whose manifest is whole, whether ``CURRENT`` names it or not; None: there is none."""
    for generation in sorted(index_dir.glob("gen-*"), key=lambda path: path.stat().st_mtime, reverse=True):
        with suppress(IndexCorrupt, OSError):
            read_manifest(generation)
            return generation
    return None


def read_manifest(generation: Path) -> tuple[Content, Digests]:
    """The content that ``commit`` was given, and the sha256 of each file of a generation. Raises IndexCorrupt."""
    damaged = IndexCorrupt(f"{generation}/manifest.json is damaged; {again(generation.parent)}")
    try:
        content = json.loads((generation / "manifest.json").read_text(encoding="utf-8"))
        intact = content.pop("sha256") == _hash(content)
        files = content.pop("files")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise damaged from error
    except OSError as error:
        raise _unreadable(generation / "manifest.json", error) from error
    if not intact:
        raise damaged
    return content, files


def check_files(generation: Path, digests: Digests, *, every_byte: bool = False) -> None:
    """Raise IndexCorrupt unless every file of a generation is as it was written.

    A large file that was read to the end before, and of which the file system says that nothing has touched it since,
    is not read again, unless ``every_byte`` is wanted.
    """
    noted = {} if every_byte else _read_note(generation)
    damaged, checked = [], {}
    for name, digest in digests.items():
        path = generation / name
        state = _state(path, digest) if path.is_file() else None
        if state is None or (noted.get(name) != state and _digest(path) != digest):
            damaged.append(name)
        else:
            checked[name] = state
    if damaged:
        raise IndexCorrupt(f"Damaged or missing in {generation}: {', '.join(damaged)}; {again(generation.parent)}")
    _note(generation, checked, noted)


def leftovers(index_dir: Path) -> tuple[Path, ...]:
    """What interrupted writers left; while somebody writes, it is theirs: look at it ``alone``."""
    return (*index_dir.glob(".gen-*"), *index_dir.glob(".CURRENT-*"))


def remove(paths: Iterable[Path]) -> None:
    """Remove files and directories; one that something still holds stays for the next time."""
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()


def _withdraw(made: Sequence[Path]) -> None:
    """Remove an index folder that was made for nothing, and those that were made to hold it."""
    with suppress(OSError):  # one that holds anything else stays
        if made and {path.name for path in made[0].iterdir()} <= {_LOCK, _WRITER}:
            remove(made[0].iterdir())
            for folder in made:
                folder.rmdir()


def _named(index_dir: Path) -> str | None:
    """What ``CURRENT`` holds; None when there is none. Raises IndexCorrupt."""
    try:
        return (index_dir / "CURRENT").read_bytes().decode("utf-8", errors="replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unreadable(index_dir / "CURRENT", error) from error


def _collect(index_dir: Path, before: str | None) -> None:
    """Remove everything but the current generation and the one before; what cannot be looked at stays."""
    with suppress(OSError, IndexCorrupt):
        kept = {before, _named(index_dir)}
        old = [path for path in index_dir.glob("gen-*") if path.name not in kept]
        remove((*leftovers(index_dir), *old))


def _writer(index_dir: Path) -> str:
    try:
        return f" (process {int((index_dir / _WRITER).read_bytes())})"
    except (OSError, ValueError):
        return ""


@contextmanager
def _refusal(index_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or f"the disk is full ({error})"  # numpy tells only how many bytes it could not write
        advice = "put that right, or give another folder (RAG_INDEX_DIR)"
        raise InvalidInput(f"The index cannot be written to {index_dir}: {reason}; {advice}.") from error


def _unreadable(path: Path, error: Exception) -> IndexCorrupt:
    reason = (isinstance(error, OSError) and error.strerror) or " ".join(str(error).split())
    return IndexCorrupt(f"{path} cannot be read: {reason}; {again(path.parent)}")


def again(place: Path | str) -> str:
    """The commands that build the index in a folder, or in the store at an address, again, for a message."""
    if isinstance(place, str):
        return f"write it again: rag index FOLDER --store {place}"
    return f"build it again: rag doctor --repair --index {place}, or rag index FOLDER --index {place}"


def _sign(generation: Path, content: Content) -> dict[str, _State]:
    """Write the manifest: the content, the sha256 of every file there is, and that of all this. Gives their states."""
    paths = sorted(path for path in generation.rglob("*") if path.is_file())
    files = {path.relative_to(generation).as_posix(): _digest(path) for path in paths}
    signed = {**content, "files": files}
    text = json.dumps({**signed, "sha256": _hash(signed)}, indent=1)
    (generation / "manifest.json").write_text(text, encoding="utf-8")
    return {name: _state(generation / name, digest) for name, digest in files.items()}


def _state(path: Path, digest: str) -> _State:
    """What stays the same as long as nobody touches a file whose content has this digest."""
    status = path.stat()
    return [digest, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def _note(generation: Path, checked: Mapping[str, _State], noted: Mapping[str, _State]) -> None:
    """Remember of the large files with which states they were read to the end, unless that is noted already."""
    settled = time_ns() - _SETTLED
    worth = {name: state for name, state in checked.items() if state[1] >= _LARGE and state[3] < settled}
    if worth != noted:
        with suppress(OSError):  # where nothing can be written everything is read each time
            (generation / _NOTE).write_text(json.dumps(worth), encoding="utf-8")


def _read_note(generation: Path) -> dict[str, _State]:
    """The large files that were found intact, with their states then."""
    try:
        note = json.loads((generation / _NOTE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}  # none yet, or a torn one
    return note if isinstance(note, dict) else {}


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _hash(content: Content) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _replace(path: Path, text: str) -> None:
    """Give a file another content in one step."""
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
