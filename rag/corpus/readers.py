"""Files of a place → their text. Whatever cannot be read is named with the reason, and the rest is read."""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self, TypeAlias

from rag.corpus.archive import is_word, is_zip, members, open_archive
from rag.corpus.formats import read_content
from rag.corpus.limits import USUAL, Limits, check_pattern
from rag.corpus.raw import RawFile, SkippedFile
from rag.corpus.sources import Load, Place, Source, source_of
from rag.errors import InvalidInput, UnreadableDocument

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SIDECAR = "metadata.toml"
"""At the top of a folder: what its articles' metadata should be. No article itself."""
IGNORE_FILE = ".ragignore"
"""At the top of a folder: patterns of files to leave out. The only hidden file that counts."""
Known: TypeAlias = Callable[[str, str], bool]
"""Whether a file is one that was understood before, by its doc_id and sha256."""
_ALL_EXCLUDED = f"{IGNORE_FILE} or the setting exclude leaves out all that is in it"


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a place that may be articles, each as its doc_id and a function that reads it.

    It can be taken apart, pickled, and read elsewhere. ``ignored`` are the patterns that hold in archives, too.
    """

    files: tuple[tuple[str, Load], ...]
    ignored: "GitIgnoreSpec"
    limits: Limits

    @classmethod
    def of(cls, place: Place, exclude: Sequence[str] = (), limits: Limits = USUAL) -> Self:
        """Those of a place. Raises UnreadableDocument when there are none or too many, InvalidInput, SourceUnavailable.

        Hidden files and indexes of ours are passed over, and so is what the patterns of ``exclude`` or of a file
        ``.ragignore`` at the top match; they mean what they mean in ``.gitignore``. A link to a file that is read
        anyway is passed over too; those that lead out of a folder, and links to folders, are not followed.
        """
        source = source_of(place)
        source.check()
        empty = cls((), _patterns(source, exclude), limits)
        found = source.files(empty.wants, limits.file_bytes)
        shown = [(doc_id, load) for doc_id, load in found if _is_shown(doc_id)]
        listed = tuple((doc_id, load) for doc_id, load in shown if empty.wants(doc_id))
        if len(listed) > limits.files:
            raise UnreadableDocument(
                f"{place} holds {len(listed):,} files; at most {limits.files:,} are read (RAG_MAX_FILES). "
                f"Leave some out with {IGNORE_FILE}, or give another folder."
            )
        if not listed:
            raise _no_article(place, _ALL_EXCLUDED if shown else "it is empty")
        return replace(empty, files=listed)

    def read(self, known: Known) -> tuple[tuple[RawFile, ...], tuple[SkippedFile, ...]]:
        """All readable files, and those in archives, in the order of their names, and those left out.

        Files beyond the limits are left out. Of a ``known`` file only the sha256 is given, no text.
        """
        results = sorted(
            (result for doc_id, load in self.files for result in _results(doc_id, load, self, known)),
            key=lambda result: result.doc_id,
        )
        read = tuple(result for result in results if isinstance(result, RawFile))
        return read, tuple(result for result in results if isinstance(result, SkippedFile))

    def wants(self, doc_id: str) -> bool:
        """Whether the file of a doc_id may be an article: neither hidden nor the sidecar, and no pattern matches."""
        return _is_shown(doc_id) and not self.ignored.match_file(doc_id)


def check_folder(place: Place, exclude: Sequence[str] = ()) -> None:
    """Raise at once what ``read_folder`` would raise whatever the files hold."""
    Listing.of(place, exclude)


def none_known(doc_id: str, sha256: str) -> bool:
    """What is known when nothing was understood before."""
    return False


def read_folder(
    place: Place, exclude: Sequence[str] = (), limits: Limits = USUAL, known: Known = none_known
) -> tuple[tuple[RawFile, ...], tuple[SkippedFile, ...]]:
    """All readable files of a place, and those left out; see ``Listing``.

    Raises UnreadableDocument when nothing can be read at all, InvalidInput for a pattern that cannot be used, and
    SourceUnavailable.
    """
    read, skipped = Listing.of(place, exclude, limits).read(known)
    if not read:
        raise nothing_in(place, skipped)
    return read, skipped


def nothing_in(place: Place, skipped: Sequence[SkippedFile]) -> UnreadableDocument:
    """That no article of a place could be read, with the first reasons."""
    return _no_article(place, "; ".join(f"{file.doc_id}: {file.reason}" for file in skipped[:3]) or _ALL_EXCLUDED)


def _no_article(place: Place, reason: str) -> UnreadableDocument:
    return UnreadableDocument(f"No readable article in {place} ({reason}); give the folder that holds the articles.")


def _is_shown(doc_id: str) -> bool:
    return doc_id != SIDECAR and not any(part.startswith(".") for part in doc_id.split("/"))


def _patterns(source: Source, exclude: Iterable[str]) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec

    try:
        lines = (source.read(IGNORE_FILE) or b"").decode(errors="replace").splitlines()
        for pattern in (patterns := [*lines, *exclude]):
            check_pattern(pattern)
        return GitIgnoreSpec.from_lines(patterns)
    except (OSError, ValueError, re.error) as error:
        raise InvalidInput(f"{IGNORE_FILE} or the setting exclude cannot be used, correct it: {error}") from error


def _results(doc_id: str, load: Load, listing: Listing, known: Known) -> list[RawFile | SkippedFile]:
    """What is in a file: one article, or those of an archive, or the reason why there is none."""
    try:
        parts = _parts(doc_id, load(), listing.limits.file_bytes)
    except UnreadableDocument as error:
        return [SkippedFile(doc_id, str(error))]
    except OSError as error:
        return [SkippedFile(doc_id, error.strerror or "cannot be read")]
    return [_article(part, unpack, listing.limits, known) for part, unpack in parts if listing.wants(part)]


def _parts(doc_id: str, data: bytes, max_bytes: int) -> list[tuple[str, Load]]:
    """The members of an archive, or the file itself, each with a function that gives its bytes."""
    if is_zip(data) and not is_word(archive := open_archive(data, max_bytes)):
        return [(f"{doc_id}/{name}", unpack) for name, unpack in members(archive)]
    return [(doc_id, lambda: data)]


def _article(doc_id: str, load: Load, limits: Limits, known: Known) -> RawFile | SkippedFile:
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
