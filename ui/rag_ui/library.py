"""The articles that can be asked, the reader's own among them: what there is, and how it grows. Knows no Gradio."""

import threading
from dataclasses import dataclass, replace
from typing import Protocol, TypedDict

from rag.docs import rows
from rag.errors import InvalidInput, UnreadableDocument
from rag_ui.archives import LeftOut, refusal, told, unpacked
from rag_ui.loading import Articles, Assistant, Loader, Report, log_failure

_LOOK_SECONDS = 5.0  # between two looks at what other chats may have uploaded


class Uploads(Protocol):
    """What the page needs of a reader's own articles; ``rag.uploads.Uploads`` are some."""

    max_bytes: int

    def names(self) -> tuple[str, ...]:
        """The ``doc_id``s of the files."""
        ...

    def state(self) -> object:
        """Another value whenever the files have changed, whoever did it."""
        ...

    def add(self, name: str, data: bytes) -> str:
        """Keep a file and give back its ``doc_id``. Raises UnreadableDocument, InvalidInput."""
        ...

    def remove(self, doc_id: str) -> None:
        """Delete the file of this name. Raises InvalidInput when there is none."""
        ...

    def joined(self, report: Report) -> Assistant:
        """An assistant that answers from these files, too; called once the one without them is open."""
        ...


class Item(TypedDict):
    """An article of the list; ``own`` ones can be removed.

    ``copy_of`` is the title of an article that tells the same story, empty when there is none.
    """

    doc_id: str
    title: str
    publisher: str
    published: str
    passages: int
    copy_of: str
    own: bool


@dataclass(frozen=True, slots=True)
class Growth:
    """How far the taking in of uploads is: ``fraction`` in [0, 1]; ``error`` is one line, empty when all went well.

    ``version`` counts the changes of the articles; ``left_out`` is one line on files of archives that cannot be read.
    """

    stage: str = ""
    fraction: float = 0.0
    busy: bool = False
    error: str = ""
    version: int = 0
    left_out: str = ""


class Library:
    """The articles of the assistant that ``loader`` opens, and uploads. Made by ``of``."""

    def __init__(self, loader: Loader, uploads: Uploads | None) -> None:
        self.uploads = uploads
        self._loader = loader
        self._growth = Growth()
        self._changed = threading.Event()
        self._lock = threading.Lock()
        self._listing = threading.Lock()
        self._listed: tuple[Articles | None, list[Item]] = (None, [])

    @classmethod
    def of(cls, loader: Loader, uploads: Uploads | None = None) -> "Library":
        """The library; uploads that are there already are taken in as soon as the assistant is open."""
        library = cls(loader, uploads)
        if uploads is not None:
            if uploads.names():
                library._grow()
            threading.Thread(target=library._take_in_all, args=(uploads,), name="library", daemon=True).start()
        return library

    @property
    def growth(self) -> Growth:
        """Where the taking in of uploads stands now."""
        return self._growth

    def items(self) -> list[Item]:
        """All articles, the reader's own first, in the order of their names; none as long as there is no assistant."""
        assistant = self._loader.ready()
        if assistant is None:
            return []
        with self._listing:
            known, items = self._listed
            if known is not assistant.index:
                items = _items(assistant.index, self.uploads.names() if self.uploads else ())
                self._listed = assistant.index, items
        return items

    def add(self, name: str, data: bytes) -> str:
        """Keep an upload, take it in soon, and give back its ``doc_id``: of an archive, that of its first article.

        The files of an archive become uploads of their own; of those that cannot be read, ``growth`` tells. Raises
        UnreadableDocument, also for an archive with nothing to read, and InvalidInput.
        """
        uploads = self._own()
        kept: list[str] = []
        left_out: list[LeftOut] = []
        for part, read in unpacked(name, data, uploads.max_bytes):
            try:
                kept.append(uploads.add(part, read()))
            except (UnreadableDocument, InvalidInput) as error:
                left_out.append((part, error))
        if not kept:
            raise refusal(left_out)
        self._grow(told(name, len(kept), left_out))
        return kept[0]

    def remove(self, doc_id: str) -> None:
        """Delete an upload; it is searched until that is taken in, too. Raises InvalidInput."""
        self._own().remove(doc_id)
        self._grow()

    def _own(self) -> Uploads:
        if self.uploads is None:
            raise InvalidInput("This chat takes no uploads; put the file into its folder of articles.")
        return self.uploads

    def _grow(self, left_out: str = "") -> None:
        with self._lock:
            now = self._growth
            told_so_far = " ".join(filter(None, (now.left_out if now.busy else "", left_out)))
            self._growth = replace(now, stage="Waiting", fraction=0.0, busy=True, error="", left_out=told_so_far)
            self._changed.set()

    def _report(self, stage: str, fraction: float) -> None:
        self._growth = replace(self._growth, stage=stage, fraction=min(max(fraction, 0.0), 1.0))

    def _take_in_all(self, uploads: Uploads) -> None:
        taken = uploads.state()
        while True:
            if not self._changed.wait(_LOOK_SECONDS) and uploads.state() == taken:
                continue
            self._changed.clear()
            taken = uploads.state()
            error = ""
            try:
                self._loader.opened()
                self._loader.replace(uploads.joined(self._report))
            except Exception as failure:
                error = log_failure("Uploads were not taken in.", failure)
            with self._lock:
                busy = self._changed.is_set()  # another change came meanwhile
                now = self._growth
                self._growth = Growth(busy=busy, error=error, version=now.version + 1, left_out=now.left_out)


def _items(articles: Articles, own: tuple[str, ...]) -> list[Item]:
    listed = rows(articles.documents.values(), articles.passages)
    titles = {row.doc_id: row.title or row.doc_id for row in listed}
    items = [
        Item(
            doc_id=row.doc_id,
            title=titles[row.doc_id],
            publisher=row.publisher,
            published=row.published,
            passages=row.passages,
            copy_of=titles.get(row.copy_of, ""),
            own=row.doc_id in own,
        )
        for row in listed
    ]
    return sorted(items, key=lambda item: not item["own"])
