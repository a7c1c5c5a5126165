"""Where articles lie: in a folder of this machine, or in an object store that fsspec knows."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias
from urllib.parse import unquote, urlsplit

from rag.errors import InvalidInput, SourceUnavailable, UnreadableDocument

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

Place: TypeAlias = Path | str
"""A folder, or the URL of one, such as ``s3://bucket/news``."""
Load: TypeAlias = Callable[[], bytes]
"""Reads one file. It can be pickled, so that another process may call it. Raises UnreadableDocument, OSError."""
Wanted: TypeAlias = Callable[[str], bool]
"""Whether the file of a doc_id may be an article."""

_LOCAL = ("file", "local")


class Source(Protocol):
    """A place where articles lie."""

    def check(self) -> None:
        """Raise UnreadableDocument unless it is there."""
        ...

    def files(self, wanted: Wanted, max_bytes: int) -> Iterator[tuple[str, Load]]:
        """Every file as its doc_id and a function that reads it; of links it matters what else is ``wanted``."""
        ...

    def read(self, name: str) -> bytes | None:
        """The bytes of one file, None when there is none. Raises OSError."""
        ...


def place_of(text: str) -> Place:
    """The folder or URL that a user or a manifest names. Raises InvalidInput for a URL that holds a password."""
    if "://" not in text:
        return Path(text)
    url = urlsplit(text)
    if url.scheme in _LOCAL:
        return Path(unquote(url.path))
    if url.password is not None:
        raise InvalidInput(
            f"The address holds a password, which would be kept with the index; leave it out, and give it in the "
            f"environment as FSSPEC_{url.scheme.upper()}_PASSWORD, or as that store's own programs read it."
        )
    return text


def name_of(place: Place) -> str:
    """A place as a manifest and messages name it."""
    return str(place.resolve()) if isinstance(place, Path) else place


def source_of(place: Place) -> Source:
    """What reads a place. Raises InvalidInput for a URL that nothing here can read."""
    return Folder(place) if isinstance(place, Path) else Store.of(place)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of this machine, of which nothing is read that lies outside, whatever links lead there."""

    path: Path

    def check(self) -> None:
        """Raise UnreadableDocument unless it is a folder."""
        if not self.path.is_dir():
            raise UnreadableDocument(f"{self.path} is not a folder; give the folder that holds the articles.")

    def files(self, wanted: Wanted, max_bytes: int) -> Iterator[tuple[str, Load]]:
        """Every file as its doc_id and a function that reads it, or raises the reason why not."""
        unreadable: list[OSError] = []
        for parent, folders, names in os.walk(self.path, onerror=unreadable.append):
            if _is_index(Path(parent), names):
                folders.clear()
                continue
            folders[:] = [name for name in folders if not name.startswith(".")]
            links = [name for name in folders if Path(parent, name).is_symlink()]
            for path in (Path(parent, name) for name in (*names, *links)):
                if not (path.is_symlink() and _is_read_anyway(self.path, path.resolve(), wanted)):
                    yield _doc_id(self.path, path), partial(_bytes, self.path, path, max_bytes)
        for error in unreadable:
            yield _doc_id(self.path, Path(error.filename)), partial(_fail, error)

    def read(self, name: str) -> bytes | None:
        """The bytes of one file, None when there is none. Raises OSError."""
        path = self.path / name
        if not path.exists():
            return None
        if not path.is_file():
            raise OSError("no regular file")
        return path.read_bytes()


@dataclass(frozen=True, slots=True)
class Store:
    """What lies below a URL: in an object store, or wherever else fsspec has a driver for."""

    url: str
    system: "AbstractFileSystem"
    root: str

    @classmethod
    def of(cls, url: str) -> Self:
        """The store behind a URL; the driver's own settings, such as keys, come from where the driver reads them.

        Raises InvalidInput when there is no driver for it.
        """
        from fsspec.core import url_to_fs

        try:
            system, root = url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise InvalidInput(
                f"{url} cannot be read here: {str(error).rstrip('.')}. Install the driver of fsspec for it beside rag "
                "(s3fs for s3://, gcsfs for gs://, adlfs for az://), or give a folder."
            ) from error
        return cls(url, system, root.rstrip("/"))

    def check(self) -> None:
        """Nothing: what a store holds nothing below is not there, and empty."""

    def files(self, wanted: Wanted, max_bytes: int) -> Iterator[tuple[str, Load]]:
        """Every file as its doc_id and a function that reads it, or raises the reason why not."""
        found = self._found()
        indexes = _indexes(tuple(found))
        for doc_id, info in found.items():
            if not doc_id.startswith(indexes):
                yield doc_id, partial(_fetched, self.url, self.system, info["name"], info.get("size"), max_bytes)

    def read(self, name: str) -> bytes | None:
        """The bytes of one file, None when there is none. Raises SourceUnavailable."""
        try:
            return bytes(self.system.cat_file(f"{self.root}/{name}"))
        except FileNotFoundError:
            return None
        except Exception as error:  # drivers raise what they like
            raise _unavailable(self.url, error) from error

    def _found(self) -> Mapping[str, dict[str, Any]]:
        """The files by their doc_ids, in the order of these. Raises SourceUnavailable."""
        try:
            self.system.invalidate_cache()
            listed = self.system.find(self.root, detail=True)
        except FileNotFoundError:
            return {}
        except Exception as error:  # drivers raise what they like
            raise _unavailable(self.url, error) from error
        files = (info for info in listed.values() if info["type"] == "file" and not info["name"].endswith("/"))
        named = ((info["name"].removeprefix(self.root).lstrip("/"), info) for info in files)
        return {name.encode(errors="replace").decode(): info for name, info in sorted(named, key=lambda item: item[0])}


def _is_index(folder: Path, names: Sequence[str]) -> bool:
    """Whether the generations of an index lie in a folder of these files, and no articles."""
    return "CURRENT" in names and any(folder.glob("gen-*/manifest.json"))


def _indexes(names: Sequence[str]) -> tuple[str, ...]:
    """The folders among files of these names in which the generations of an index lie."""
    tops = [name.removesuffix("CURRENT") for name in names if f"/{name}".endswith("/CURRENT")]
    manifests = [name for name in names if name.endswith("/manifest.json")]
    return tuple(top for top in tops if any(name.startswith(f"{top}gen-") for name in manifests))


def _is_read_anyway(folder: Path, target: Path, wanted: Wanted) -> bool:
    """Whether the file that a link leads to is one of the folder's own."""
    top = folder.resolve()
    return target.is_relative_to(top) and target.is_file() and wanted(_doc_id(top, target))


def _doc_id(folder: Path, path: Path) -> str:
    """The path below the folder; bytes of a name that are no UTF-8 become question marks."""
    return path.relative_to(folder).as_posix().encode(errors="replace").decode()


def _bytes(folder: Path, path: Path, max_bytes: int) -> bytes:
    if path.is_symlink() and not (path.is_file() and path.resolve().is_relative_to(folder.resolve())):
        raise UnreadableDocument("a link out of the folder, to a folder, or to nothing; put the file itself there")
    if not path.is_file():
        raise UnreadableDocument("no regular file")
    if path.relative_to(folder).as_posix() != _doc_id(folder, path):
        raise UnreadableDocument("its name is not UTF-8; rename it")
    _check_size(path.stat().st_size, max_bytes)
    return path.read_bytes()


def _fetched(url: str, system: "AbstractFileSystem", name: str, size: int | None, max_bytes: int) -> bytes:
    """The bytes of a file; of one whose size no listing tells no more than may be read."""
    try:
        if size is None:
            with system.open(name, "rb") as file:
                data = bytes(file.read(max_bytes + 1))
            _check_size(len(data), max_bytes)
            return data
        _check_size(size, max_bytes)
        return bytes(system.cat_file(name))
    except (UnreadableDocument, FileNotFoundError, PermissionError):
        raise
    except Exception as error:  # one file that cannot be had is left out; a store that fails must not empty an index
        raise _unavailable(url, error) from error


def _fail(error: OSError) -> bytes:
    raise error


def _check_size(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise UnreadableDocument(f"{size:,} bytes; at most {max_bytes:,} are read (RAG_MAX_FILE_MB)")


def _unavailable(url: str, error: Exception) -> SourceUnavailable:
    reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return SourceUnavailable(
        f"{url} does not answer ({reason}); nothing is lost: check address, network and keys, "
        "and run the same command again."
    )
