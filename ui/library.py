"""The articles that can be asked, the reader's own among them: what there is, and how it grows. Knows no Gradio."""

import threading
from dataclasses import dataclass, replace
from typing import Protocol, TypedDict

from rag.docs import rows
from rag.errors import InvalidInput
from ui.loading import Articles, Assistant, Loader, Report, log_failure


class Uploads(Protocol):
    """What the page needs of a reader's own articles; ``rag.uploads.Uploads`` are some."""

    max_bytes: int

    def names(self) -> tuple[str, ...]:
        """The ``doc_id``s of the files."""
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

    ``version`` counts the changes of the articles.
    """

    stage: str = ""
    fraction: float = 0.0
    busy: bool = False
    error: str = ""
    version: int = 0


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
        """All articles in the order of their names; none as long as there is no assistant."""
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
        """Keep an upload, take it in soon, and give back its ``doc_id``. Raises UnreadableDocument, InvalidInput."""
        doc_id = self._own().add(name, data)
        self._grow()
        return doc_id

    def remove(self, doc_id: str) -> None:
        """Delete an upload; it is searched until that is taken in, too. Raises InvalidInput."""
        self._own().remove(doc_id)
        self._grow()

    def _own(self) -> Uploads:
        if self.uploads is None:
            raise InvalidInput("This chat takes no uploads.")
        return self.uploads

    def _grow(self) -> None:
        with self._lock:
            self._growth = replace(self._growth, stage="Waiting", fraction=0.0, busy=True, error="")
            self._changed.set()

    def _report(self, stage: str, fraction: float) -> None:
        self._growth = replace(self._growth, stage=stage, fraction=min(max(fraction, 0.0), 1.0))

    def _take_in_all(self, uploads: Uploads) -> None:
        while self._changed.wait():
            self._changed.clear()
            error = ""
            try:
                self._loader.opened()
                self._loader.replacement = uploads.joined(self._report)
            except Exception as failure:
                error = log_failure("Uploads were not taken in.", failure)
            with self._lock:
                busy = self._changed.is_set()  # another change came meanwhile
                self._growth = Growth(busy=busy, error=error, version=self._growth.version + 1)


def _items(articles: Articles, own: tuple[str, ...]) -> list[Item]:
    listed = rows(articles.documents.values(), articles.passages)
    titles = {row.doc_id: row.title or row.doc_id for row in listed}
    return [
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
