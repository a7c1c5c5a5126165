"""An index kept up to date with its folder of articles: once, or whenever the folder changes."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from rag.backends import Embedder
from rag.corpus.articles import Progress, silent
from rag.corpus.limits import Limits
from rag.corpus.readers import IGNORE_FILE
from rag.corpus.sources import Place, place_of
from rag.errors import IndexCorrupt, IndexMismatch, IndexNotFound, InvalidInput, RagError
from rag.gathering import Gather, gather
from rag.generations import alone
from rag.index import Index
from rag.settings import Settings
from rag.states import STATES, forget

_MEGABYTE = 1_000_000
_QUIET = 300  # milliseconds without a change after which an update is due,
_PATIENCE = 5000  # and after which it is due although the changes go on
_HEARTBEAT = 500  # milliseconds between two looks when nothing changes
_INSTEAD = "run rag index from time to time instead"


def update(
    settings: Settings,
    embedder: Embedder,
    progress: Progress = silent,
    reading: Progress = silent,
    gather: Gather = gather,
    states: Path | None = None,
) -> Index:
    """Bring the settings' index up to date with the settings' articles, and give it back.

    The outcome is that of a new build. Until it is saved, and when anything goes wrong, the index before stays.
    What the model made of passages lies in ``states``, by default beside the index, and is forgotten with an article.
    For the two progresses, ``gather`` and the errors see ``Index.build``; another process that is writing the index
    raises InvalidInput at once.
    """
    exclude, most = limits(settings)
    with alone(settings.index_dir):
        before = _usable(settings.index_dir)
        index = Index.build(
            place_of_articles(settings),
            embedder,
            settings.passage_tokens,
            progress,
            before=before,
            exclude=exclude,
            limits=most,
            reading=reading,
            gather=gather,
        )
        if before is None or index.manifest != before.manifest:
            is_unknown = before is None and any(settings.index_dir.glob("gen-*"))
            lost = is_unknown or (before is not None and _has_lost(before, index))
            place = states or settings.index_dir / STATES
            if lost:
                forget(place)
            index.save(settings.index_dir)
            if lost:
                forget(place)  # what was asked meanwhile
    return index


def _has_lost(before: Index, index: Index) -> bool:
    """Whether an article is gone, or has other words: then what the model made of any is forgotten.

    A chat that still answers from the index before can keep it once more, until it is opened anew.
    """
    return any(index.documents.get(doc_id) != document for doc_id, document in before.documents.items())


def place_of_articles(settings: Settings) -> Place:
    """The folder or URL where the settings' articles lie. Raises InvalidInput for a URL that holds a password."""
    return place_of(settings.documents_url) if settings.documents_url else settings.documents_dir


def at(settings: Settings, place: Place) -> Settings:
    """The settings for articles that lie there."""
    return settings.model_copy(update=named(place))


def named(place: Place) -> dict[str, Path | str]:
    """The settings, by name, that say where articles lie."""
    return {"documents_dir": place, "documents_url": ""} if isinstance(place, Path) else {"documents_url": place}


def limits(settings: Settings) -> tuple[tuple[str, ...], Limits]:
    """What of the folder is left out: patterns of files, with an index that lies among the articles, and beyond what.

    Raises InvalidInput when the folder of the articles is that of the index.
    """
    place, index_dir = place_of_articles(settings), settings.index_dir.resolve()
    if not isinstance(place, Path):
        return settings.exclude, reading_limits(settings)
    folder = place.resolve()
    if folder == index_dir:
        raise InvalidInput(f"Articles and index cannot both lie in {folder}; give one of them another folder.")
    index = [_pattern(index_dir.relative_to(folder))] if index_dir.is_relative_to(folder) else []
    return (*settings.exclude, *index), reading_limits(settings)


def reading_limits(settings: Settings) -> Limits:
    """How much is read of a file and of a folder."""
    return Limits(
        file_bytes=settings.max_file_mb * _MEGABYTE,
        files=settings.max_files,
        pages=settings.max_pages,
        seconds=settings.max_read_seconds,
        characters=settings.max_characters,
    )


def watch(
    settings: Settings,
    renew: Callable[[], object],
    tell: Callable[[str], None],
    due: Iterable[object] | None = None,
) -> None:
    """Call ``renew`` now, and again whenever the settings' folder of articles has changed, until Ctrl-C.

    When it raises an error of ours, ``tell`` is given that line and the watching goes on. ``due`` takes the place of
    the folder: one update for each item. Raises InvalidInput when the folder cannot be watched.
    """
    with suppress(KeyboardInterrupt):
        for _ in _changes(settings) if due is None else due:
            try:
                renew()
            except RagError as error:
                tell(str(error))


def _changes(settings: Settings) -> Iterator[None]:
    """One item as soon as the folder is being watched, so that no change falls in between, then one for each change."""
    import watchfiles

    place, index_dir = place_of_articles(settings), settings.index_dir.resolve()
    if not isinstance(place, Path):
        raise InvalidInput(f"{place} cannot be watched, a folder can; {_INSTEAD}.")
    folder = place.resolve()
    looks = watchfiles.watch(
        folder,
        watch_filter=lambda _, path: _concerns(Path(path), folder, index_dir),
        debounce=_PATIENCE,
        step=_QUIET,
        rust_timeout=_HEARTBEAT,
        yield_on_timeout=True,
    )
    try:
        for number, changes in enumerate(looks):
            if changes or number == 0:
                yield
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be watched: {str(error).rstrip('.')}; {_INSTEAD}.") from error


def _concerns(path: Path, folder: Path, index_dir: Path) -> bool:
    """Whether a change of ``path`` may change the index.

    Hidden files do not, but for the list of what to leave out; nor does what lies elsewhere, behind a link to a folder.
    Where such a link leads back, the watcher may name a file of the folder by the way through the link.
    """
    real = path.parent.resolve() / path.name
    if not real.is_relative_to(folder) or real.is_relative_to(index_dir):
        return False
    parts = real.relative_to(folder).parts
    return parts == (IGNORE_FILE,) or not any(part.startswith(".") for part in parts)


def _usable(index_dir: Path) -> Index | None:
    """The index that may be taken over from, if there is one that can be read."""
    try:
        return Index.load(index_dir)
    except (IndexNotFound, IndexCorrupt, IndexMismatch):
        return None


def _pattern(path: Path) -> str:
    """A folder as ``.gitignore`` takes it, with the characters that would mean something there."""
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    return f"/{GitIgnoreSpecPattern.escape(path.as_posix())}/"
