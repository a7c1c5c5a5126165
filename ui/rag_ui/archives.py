"""Zip archives that are uploaded: their files under names of their own, and what is told of those left out. Pure."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from rag.corpus.archive import is_word, is_zip, members, open_archive
from rag.errors import RagError, UnreadableDocument

File: TypeAlias = tuple[str, Callable[[], bytes]]
"""A name without folders, and a function that gives the bytes, or raises UnreadableDocument."""
LeftOut: TypeAlias = tuple[str, RagError]
"""The name of a file, and why it was left out."""

_NAMED = 3  # files of those left out


def unpacked(name: str, data: bytes, max_bytes: int) -> list[File]:
    """The files of a zip archive without the hidden ones, or the file itself if it is none, or calls itself Word's.

    ``max_bytes`` limits what it may unpack to. Raises UnreadableDocument for an archive that cannot be read.
    """
    if not is_zip(data) or name.lower().endswith(".docx") or is_word(archive := open_archive(data, max_bytes)):
        return [(name, lambda: data)]
    return [
        (" - ".join([name.removesuffix(".zip"), *path.split("/")]), read)
        for path, read in members(archive)
        if not any(part.startswith(".") for part in path.split("/"))
    ]


def refusal(left_out: Sequence[LeftOut]) -> RagError:
    """What to raise when all files were left out."""
    if len(left_out) == 1:
        return left_out[0][1]
    return UnreadableDocument(f"an archive with nothing that can be read{_listed(left_out)}")


def told(name: str, kept: int, left_out: Sequence[LeftOut]) -> str:
    """One line about an archive of which files were left out; empty if none was."""
    if not left_out:
        return ""
    return f"{kept} of {kept + len(left_out)} files of {name} were added; left out{_listed(left_out)}."


def _listed(left_out: Sequence[LeftOut]) -> str:
    if not left_out:
        return ""
    more = f"; and {len(left_out) - _NAMED} more" if len(left_out) > _NAMED else ""
    return ": " + "; ".join(f"{name} ({error})" for name, error in left_out[:_NAMED]) + more
