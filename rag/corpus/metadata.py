"""What an article tells about itself: title, publisher, authors, date, language. What is not told stays empty.

The sources in the order of trust: ``metadata.toml``; what the file declares outside its text (JSON-LD, front matter);
the lines of the text; the file's name; the day in the running head of a PDF; and last that on which a PDF or Word file
was made.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.corpus import imprint
from rag.corpus.dates import first_day
from rag.corpus.imprint import Imprint, Told
from rag.corpus.language import language_of
from rag.corpus.raw import Declared, Field, RawFile

_TITLE_LENGTH = 160  # characters
_NAME_LENGTH = 100
_LAST = re.compile(r"running head|\w+ date")  # origins of days less trusted than those of the text: "PDF date"
_ADDRESS = re.compile(r"https?:|www\.|\S+@\w", re.I)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about an article; all may be empty but the title.

    ``published`` is an ISO date, ``language`` an ISO 639-1 code. ``origins`` tells of each field that is known where
    its value stands, in words: ``("published", "dateline in line 2")``.
    """

    title: str
    publisher: str
    authors: tuple[str, ...]
    published: str
    language: str
    origins: tuple[tuple[str, str], ...]


def read_metadata(file: RawFile, override: Sequence[Declared] = ()) -> Metadata:
    """What is known about the article in a file; the fields of ``override`` count more than all that is found.

    The file's name stands in for a missing title. A year alone is no day of publication.
    """
    lines = Imprint.of(file.text)
    known = {field: _settled(field, file, lines, override) for field in _READ}
    values = {field: tuple(dict.fromkeys(declared.value for declared in told)) for field, told in known.items()}
    return Metadata(
        title=values["title"][0],
        publisher="".join(values["publisher"]),
        authors=values["authors"],
        published="".join(values["published"]),
        language="".join(values["language"]),
        origins=tuple((field, told[0].origin) for field, told in known.items() if told),
    )


def _settled(field: Field, file: RawFile, lines: Imprint, override: Sequence[Declared]) -> list[Declared]:
    """The most trusted value of a field; of authors, all that stand in the same place."""
    told = [declared for declared in override if declared.field == field]
    if told:
        return [declared for declared in told if declared.value]
    found = filter(None, map(_usable, _found(field, file, lines)))
    first = next(found, None)
    if first is None or field != "authors":
        return [first] if first else []
    return [first, *(declared for declared in found if declared.origin == first.origin)]


def _found(field: Field, file: RawFile, lines: Imprint) -> Iterator[Declared]:
    """The values of a field, the most trusted first; the text is read only when it is asked for."""
    declared = [value for value in file.declared if value.field == field]
    yield from (value for value in declared if not _LAST.fullmatch(value.origin))
    yield from (Declared(field, value, origin) for value, origin in _READ[field](lines))
    yield from (Declared(field, value, "file name") for value in _named(field, file.doc_id))
    yield from (value for value in declared if _LAST.fullmatch(value.origin))


def _named(field: Field, doc_id: str) -> Iterator[str]:
    """What the name of a file tells: its date; and the name itself for a title."""
    if field in ("published", "title"):
        yield doc_id


def _language(lines: Imprint) -> Told:
    yield language_of("\n".join(line for _, line in lines.story)), "words of the text"


def _usable(declared: Declared) -> Declared | None:
    """The value in its usual form, without what cannot be one."""
    value = " ".join(declared.value.split())
    if declared.field == "title":
        value = _shortened(value)
    elif declared.field == "published":
        value = first_day(value)[0]
    elif len(value) > _NAME_LENGTH or _ADDRESS.match(value):
        value = ""
    elif declared.field == "authors" and value.lower().startswith("by "):
        value = value[3:]
    return replace(declared, value=value) if value else None


def _shortened(title: str) -> str:
    """The title; when it is a whole paragraph, its beginning up to a word's end."""
    if len(title) <= _TITLE_LENGTH:
        return title
    return title[: _TITLE_LENGTH // 2].rsplit(" ", 1)[0].rstrip(",;:") + " …"


_READ: Mapping[Field, Callable[[Imprint], Told]] = {
    "title": imprint.titles,
    "publisher": imprint.publishers,
    "authors": imprint.authors,
    "published": imprint.dates,
    "language": _language,
}
