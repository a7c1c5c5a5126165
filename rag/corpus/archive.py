"""Zip archives, which may lie about names and sizes: nothing is unpacked to disk, or before its size is known."""

import re
import stat
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from rag.errors import UnreadableDocument

_WORD = "word/document.xml"
_OFFICE = frozenset({"[Content_Types].xml", "mimetype"})  # of Microsoft's files; of LibreOffice's, and e-books
_MOST_MEMBERS = 10_000
_ENTRY = b"PK\x01\x02"  # begins each line of the table of contents
_LARGEST_SHARE = 4  # an archive may unpack to this many times what a file may have
_TIGHTEST = 100  # text shrinks to a tenth or a twentieth, a bomb to a thousandth
_NEVER_A_BOMB = 1_000_000  # bytes
_DRIVE = re.compile(r"[A-Za-z]:")
_DEEPEST = 32  # folders in one another: patterns of .ragignore take long for many, and for names of any length
_LONGEST_NAME = 255


def is_zip(data: bytes) -> bool:
    """Whether these bytes are a zip container: an archive, or one of the Office formats."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def is_word(archive: ZipFile) -> bool:
    """Whether an archive is a Word file."""
    return _WORD in archive.NameToInfo


def open_archive(data: bytes, max_bytes: int) -> ZipFile:
    """The archive in ``data``, its table of contents read and its sizes believable. Raises UnreadableDocument."""
    if (entries := data.count(_ENTRY)) > _MOST_MEMBERS:  # before a table of millions takes minutes to read
        raise UnreadableDocument(f"an archive of {entries} files; at most {_MOST_MEMBERS} are read; split it")
    try:
        archive = ZipFile(BytesIO(data))
    except (BadZipFile, NotImplementedError, ValueError) as error:
        raise UnreadableDocument("a damaged .zip or .docx file") from error
    infos = archive.infolist()
    if sum(info.file_size for info in infos) > _LARGEST_SHARE * max_bytes or any(map(_is_bomb, infos)):
        raise UnreadableDocument("an archive that unpacks to far more than it should (RAG_MAX_FILE_MB)")
    return archive


def members(archive: ZipFile) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The files of an archive: a name without tricks, and a function that unpacks, or raises UnreadableDocument.

    Raises UnreadableDocument for Office files that are no articles, and when there is no file.
    """
    if all(info.is_dir() for info in archive.infolist()):
        raise UnreadableDocument("an empty archive")
    if not _OFFICE.isdisjoint(archive.NameToInfo):
        raise UnreadableDocument("an Office file or e-book; save it as .docx, .pdf or .html")
    taken: set[str] = set()
    for info in archive.infolist():
        if not info.is_dir():
            name = safe_name(info.filename)
            yield name, partial(_unpacked, archive, info, name in taken)
            taken.add(name)


def safe_name(name: str) -> str:
    """``name`` as a path below its archive: no way up, no root, no drive, nothing that is not seen.

    Of names longer than a disk takes, and of more than 32 folders in one another, the end is kept.

    >>> safe_name("..\\\\news\\\\./a.txt")
    'news/a.txt'
    """
    shown = "".join(character for character in name if unicodedata.category(character) not in {"Cc", "Cf", "Cs"})
    parts = re.split(r"[/\\]+", shown)
    kept = [part[-_LONGEST_NAME:] for part in parts if part not in {"", ".", ".."} and not _DRIVE.fullmatch(part)]
    return "/".join(kept[-_DEEPEST:]) or "unnamed"


def _is_bomb(info: ZipInfo) -> bool:
    return info.file_size > max(_NEVER_A_BOMB, _TIGHTEST * info.compress_size)


def _unpacked(archive: ZipFile, info: ZipInfo, is_second: bool) -> bytes:
    if is_second:
        raise UnreadableDocument("another file of the archive has the same name; rename one")
    if info.flag_bits & 1:
        raise UnreadableDocument("protected by a password; pack it without one")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise UnreadableDocument("a link; pack the file itself")
    try:
        return archive.read(info)
    except Exception as error:  # a wrong checksum, a method of packing that Python does not know
        raise UnreadableDocument("damaged, or packed in an unknown way; pack it again") from error
