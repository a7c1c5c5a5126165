"""What the program keeps on this machine, where it lies, and how to delete it; and what the settings send elsewhere."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rag.errors import InvalidInput
from rag.generations import alone, leftovers, remove
from rag.generators import is_address
from rag.ingestion.pieces import PIECES
from rag.models import load_manifest
from rag.settings import Settings
from rag.states import STATES
from rag.uploads import Uploads


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of thing that is kept at ``place``; ``holds`` tells what it has of a reader.

    ``paths`` are the files and folders that are there, each of which is the program's own as a whole.
    """

    name: str
    holds: str
    place: Path
    paths: tuple[Path, ...]

    @property
    def bytes(self) -> int:
        """What all files of these paths have together."""
        return sum(file.lstat().st_size for path in self.paths for file in _files(path))

    def __str__(self) -> str:
        size = f"{self.bytes / 1e6:.1f} MB" if self.paths else "–"
        return f"{self.name:<9} {size:>11}  {self.place}  ({self.holds})"


def kept(settings: Settings, index_dir: Path | None = None) -> tuple[Kept, ...]:
    """Everything that the program keeps with these settings, whether or not it is there.

    ``index_dir`` is another index than theirs. The articles are none of it: that folder is the reader's own, and is
    only ever read.
    """
    index = (index_dir or settings.index_dir).expanduser()
    uploads = Uploads.beside(index_dir, settings).folder
    opinions = settings.review_file.expanduser()
    models = settings.models_dir
    gradio = Path(os.environ.get("GRADIO_TEMP_DIR") or Path(tempfile.gettempdir()) / "gradio")
    return (
        Kept("index", "the text of all articles, and the name of their folder", index, tuple(_generations(index))),
        Kept("uploads", "uploaded files, their index, the last evaluation", uploads, _there([uploads])),
        Kept("opinions", "questions that were rated, their answers and quotes", opinions, _there([opinions])),
        *_conversations(settings.conversations_dir),
        Kept("models", "nothing of you", models, _there(_weights(models))),
        Kept("cache", "nothing of you: files of the chat page", gradio, _there([gradio])),
    )


def elsewhere(settings: Settings) -> Iterator[str]:
    """A sentence for each place beyond this machine, or beyond our folders, that the settings name."""
    if settings.store:
        yield f"The store at {settings.store} holds the text of all articles; only there can it be deleted."
    if is_address(settings.generator):
        yield f"Questions and passages go to the model server at {settings.generator}; what it keeps is not known here."


def delete(things: Iterable[Kept]) -> None:
    """Delete all of these, as files are deleted: a disk may hold the bytes until it writes something else there.

    Raises InvalidInput when an index is being written, or something could not be deleted.
    """
    for thing in things:
        if thing.name == "index":
            with alone(thing.place):
                remove(thing.paths)
            remove([thing.place / name for name in (".lock", ".writer")])
        else:
            remove(thing.paths)
        if left := _there(thing.paths):
            raise InvalidInput(f"Of {thing.name} could not be deleted: {', '.join(map(str, left))}; do it by hand.")
        with suppress(OSError):  # a folder that holds anything of somebody else stays
            thing.place.rmdir()


def _generations(index: Path) -> Iterator[Path]:
    """What an index is made of; what else lies in its folder is not ours."""
    yield from _there(
        [*sorted(index.glob("gen-*")), index / "CURRENT", index / STATES, index / PIECES, *leftovers(index)]
    )


def _conversations(folder: Path | None) -> Iterator[Kept]:
    """Those of chats that keep them: files named by a hash; what else lies in that folder is not ours."""
    if folder:
        files = tuple(sorted(folder.expanduser().glob(f"{'[0-9a-f]' * 64}.*")))
        yield Kept("conversations", "questions and answers of chats, for 30 days", folder.expanduser(), files)


def _weights(models: Path) -> Iterator[Path]:
    """The files of the models of the manifest, and the notes on them."""
    for spec in load_manifest(models).values():
        yield from [spec.home(models)] if spec.folder else [models / file.path for file in spec.files]
    yield from (models / ".checked", models / ".partial", models / "complete.stamp")


def _there(paths: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(path for path in paths if os.path.lexists(path)))


def _files(path: Path) -> Iterator[Path]:
    yield from (file for file in path.rglob("*") if not file.is_dir()) if path.is_dir() else [path]
