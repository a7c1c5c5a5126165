"""What was understood of the articles in an index, and why: ``rag docs list`` and ``rag docs show DOC``.

Values first (``rows``, ``described``), then their tables for a terminal, in which no character of an article can move
the cursor, change a colour or turn the direction of writing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeAlias

from rag.corpus.duplicates import near_duplicates
from rag.errors import InvalidInput
from rag.text import beginning, words
from rag.types import DateMention, Document, Passage, SectionKind

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

_Columns: TypeAlias = Mapping[str, Sequence[str]]
_KINDS: tuple[SectionKind, ...] = ("title", "body", "teaser", "boilerplate")
_FIRST_WORDS = 60  # characters
_WIDE = 140  # columns of a terminal that hold all that is known of an article
_LEAST_TITLE = 20  # columns
_GAP = 2  # between two columns of a table
_JOINERS = "\u200c\u200d"  # without them Persian, Hindi and emoji are other words


@dataclass(frozen=True, slots=True)
class Row:
    """One article of the list. ``words`` are those of its whole text, ``sections`` how many there are of each kind.

    ``copy_of`` is the first article of the list that tells the same story in the same words; empty: it is that itself.
    """

    doc_id: str
    title: str
    publisher: str
    published: str
    authors: tuple[str, ...]
    language: str
    words: int
    passages: int
    sections: Mapping[SectionKind, int]
    copy_of: str


@dataclass(frozen=True, slots=True)
class SectionLine:
    """A section on the map of an article: its kind, its offsets, the story it belongs to, and its first words."""

    kind: SectionKind
    start: int
    end: int
    title: str
    first_words: str


@dataclass(frozen=True, slots=True)
class Description:
    """An article in full; ``origins`` tell where its values stand, ``dates`` are its words with the days they mean."""

    row: Row
    pages: int
    origins: Mapping[str, str]
    sections: tuple[SectionLine, ...]
    dates: tuple[tuple[str, DateMention], ...]


def rows(documents: Iterable[Document], passages: Iterable[Passage]) -> tuple[Row, ...]:
    """One row for each article, in their order; ``passages`` are those of the index."""
    listed = tuple(documents)
    counts = Counter(passage.doc_id for passage in passages)
    leaders = near_duplicates([_story(document) for document in listed])
    originals = (listed[leader].doc_id if leader != row else "" for row, leader in enumerate(leaders))
    return tuple(
        _row(document, counts[document.doc_id], original) for document, original in zip(listed, originals, strict=True)
    )


def described(document: Document, passages: Iterable[Passage]) -> Description:
    """All that was understood of one article; ``passages`` are those of the index."""
    return Description(
        row=rows([document], passages)[0],
        pages=len(document.pages),
        origins=dict(document.origins),
        sections=tuple(
            SectionLine(s.kind, s.start, s.end, s.title, _first_words(document.text[s.start : s.end]))
            for s in document.sections
        ),
        dates=tuple((document.text[date.start : date.end], date) for date in document.dates),
    )


def named(documents: Mapping[str, Document], name: str) -> Document:
    """The article called ``name``, or the only one whose ``doc_id`` holds it. Raises InvalidInput."""
    if name in documents:
        return documents[name]
    holding = [doc_id for doc_id in documents if name and name in doc_id]
    if len(holding) == 1:
        return documents[holding[0]]
    near = holding[:3] or get_close_matches(name, documents, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else "; see rag docs list."
    raise InvalidInput(f"{'Several articles are' if holding else 'No article is'} called {name!r}{hint}")


def table(listed: Sequence[Row], width: int) -> "Table":
    """The list for a terminal of ``width`` columns, one line for each article; a narrow one gets what matters most.

    Where that does not fit, titles are cut. A line that is still too long goes on beyond the edge: to be printed with
    ``soft_wrap``, so that no name of a file is broken.
    """
    from rich.cells import cell_len

    wide = {"authors", "language", "words", "sections"} if width < _WIDE else set()
    shown = _table({name: values for name, values in _columns(listed).items() if name not in wide})
    widths = {column.header: max(map(cell_len, map(str, (column.header, *column.cells)))) for column in shown.columns}
    gaps = _GAP * (len(widths) - 1)
    if "title" in widths:
        others = sum(widths.values()) - widths["title"] + gaps
        widths["title"] = min(widths["title"], max(_LEAST_TITLE, width - others))
    for column in shown.columns:
        column.width, column.no_wrap, column.overflow = widths[column.header], True, "ellipsis"
    shown.width = sum(widths.values()) + gaps
    return shown


def tabbed(listed: Sequence[Row]) -> Iterator[str]:
    """The list for a program: the headings, then a line for each article, with a tab between two columns."""
    columns = _columns(listed)
    yield "\t".join(columns)
    for values in zip(*columns.values(), strict=True):
        yield "\t".join(_plain(value).plain for value in values)


def _columns(listed: Sequence[Row]) -> _Columns:
    return {
        "article": [row.doc_id for row in listed],
        "title": [row.title for row in listed],
        "publisher": [row.publisher for row in listed],
        "published": [row.published for row in listed],
        "authors": [", ".join(row.authors) for row in listed],
        "language": [row.language for row in listed],
        "words": [f"{row.words:,}" for row in listed],
        "passages": [f"{row.passages:,}" for row in listed],
        "sections": [_counted(row.sections) for row in listed],
        "copy of": [row.copy_of for row in listed],
    }


def page(description: Description) -> "Group":
    """One article for a terminal: its values with their origins, the map of its sections, the dates it names."""
    from rich.console import Group

    row = description.row
    counts = ((row.words, "word"), (row.passages, "passage"), (description.pages, "page"))
    size = ", ".join(f"{count:,} {what}{'s' * (count != 1)}" for count, what in counts if count)
    tables = (_values(description), _section_map(description), _dates(description))
    return Group(
        _plain(f"{row.doc_id}: {size}"),
        *(part for columns in tables if any(columns.values()) for part in ("", _table(columns))),
    )


def _values(description: Description) -> _Columns:
    row = description.row
    values = {
        "title": row.title,
        "publisher": row.publisher,
        "published": row.published,
        "authors": ", ".join(row.authors),
        "language": row.language,
    }
    return {
        "field": list(values),
        "value": [value or "unknown" for value in values.values()],
        "from": [description.origins.get(field, "") for field in values],
    }


def _section_map(description: Description) -> _Columns:
    own, sections = description.row.title, description.sections
    return {
        "section": [section.kind for section in sections],
        "offsets": [f"{section.start}–{section.end}" for section in sections],
        "other story": [section.title if section.title != own else "" for section in sections],
        "begins": [section.first_words for section in sections],
    }


def _dates(description: Description) -> _Columns:
    dates = description.dates
    return {
        "date": [said for said, _ in dates],
        "offsets": [f"{date.start}–{date.end}" for _, date in dates],
        "means": [date.first if date.first == date.last else f"{date.first} to {date.last}" for _, date in dates],
    }


def _story(document: Document) -> str:
    """The body alone: menus and notices make no copies of the stories of one publisher."""
    return "".join(document.text[part.start : part.end] for part in document.sections if part.kind == "body")


def _row(document: Document, passages: int, copy_of: str) -> Row:
    kinds = Counter(section.kind for section in document.sections)
    return Row(
        doc_id=document.doc_id,
        title=document.title,
        publisher=document.publisher,
        published=document.published,
        authors=document.authors,
        language=document.language,
        words=len(words(document.text)),
        passages=passages,
        sections={kind: kinds[kind] for kind in _KINDS if kinds[kind]},
        copy_of=copy_of,
    )


def _first_words(text: str) -> str:
    """The beginning of a section in one line, cut between words."""
    line = " ".join(text.split())
    cut = beginning(line, lambda part: len(part) <= _FIRST_WORDS)
    return cut if cut == line else f"{cut} …"


def _counted(sections: Mapping[SectionKind, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sections.items())


def _table(columns: _Columns) -> "Table":
    """A table of these columns; those without any word are left out."""
    from rich.table import Table

    filled = {heading: cells for heading, cells in columns.items() if any(cells)}
    shown = Table(box=None, header_style="bold", pad_edge=False)
    for heading in filled:
        shown.add_column(heading, overflow="fold")
    for line in zip(*filled.values(), strict=True):
        shown.add_row(*map(_plain, line))
    return shown


def _plain(value: str) -> "Text":
    """Characters as they stand: no markup, one line, and a mark in place of what a terminal would obey."""
    from rich.text import Text

    line = " ".join(value.split())
    return Text("".join(char if char.isprintable() or char in _JOINERS else "\ufffd" for char in line))
