"""``metadata.toml`` at the top of a folder: what its articles' metadata should be, whatever the files say.

::

    ["2025/bridge.pdf"]
    title = "A bridge opens"
    publisher = "Harbour Gazette"
    authors = ["Jane Doe"]
    published = 2025-03-03
    language = "en"

Every key may be left out; an empty publisher, date or language, and an empty list of authors, mean that it is unknown.
A key or value that cannot be used is named and does not count; the others do.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Self

from rag.corpus.raw import Declared, Field, unified
from rag.corpus.readers import SIDECAR
from rag.corpus.sources import Place, source_of
from rag.errors import InvalidInput

_LANGUAGE = re.compile(r"[a-z]{2}|")
# A key of many parts, which tomllib needs memory for as the square of their number. No key of ours has more than one.
_MANY_PARTS = re.compile(r"""^[ \t]*+\[{0,2}(?:[ \t]*+(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*+\.){8}""", re.M)


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What the ``metadata.toml`` of a folder says, by ``doc_id``, and a line for each thing that cannot be used.

    A member of an archive is named by its ``doc_id`` too; whether there is such an article is not asked.
    """

    declared: Mapping[str, tuple[Declared, ...]] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    @classmethod
    def read(cls, place: Place) -> Self:
        """That of a place, empty when there is none. Raises InvalidInput for a file that is no TOML."""
        try:
            content = _parsed(unified((source_of(place).read(SIDECAR) or b"").decode()))
        except (OSError, ValueError, RecursionError) as error:
            raise InvalidInput(
                f"{SIDECAR} cannot be read ({' '.join(str(error).split())}); correct or remove it."
            ) from error
        told = {doc_id: tuple(_told(table)) for doc_id, table in content.items()}
        return cls(
            {doc_id: tuple(item for item in said if isinstance(item, Declared)) for doc_id, said in told.items()},
            tuple(
                f"{SIDECAR}, {doc_id!r}: {item}"
                for doc_id, said in told.items()
                for item in said
                if isinstance(item, str)
            ),
        )


def _parsed(text: str) -> dict[str, object]:
    """The tables of a TOML file. Raises ValueError and RecursionError."""
    if _MANY_PARTS.search(text):
        raise ValueError("a key of many parts; write it in quotation marks")
    return tomllib.loads(text)


def _told(table: object) -> Iterator[Declared | str]:
    """What is said of an article, or why that cannot be used."""
    if not isinstance(table, dict):
        yield f'{table!r} is no table; write a line ["FILE"] and the keys below it'
        return
    for key, value in table.items():
        if key not in _EXPECTED:
            yield f"unknown key {key!r}; the keys are {', '.join(_EXPECTED)}"
            continue
        expected, read = _EXPECTED[key]
        values = read(value)
        if values is None:
            yield f"{key} is {value!r}; expected {expected}"
        else:
            yield from (Declared(key, text, SIDECAR) for text in values)


def _text(value: object) -> list[str] | None:
    return [" ".join(value.split())] if isinstance(value, str) else None


def _headline(value: object) -> list[str] | None:
    return _text(value) if isinstance(value, str) and value.strip() else None


def _names(value: object) -> list[str] | None:
    """The names of a list; of an empty one the empty name, which says that there are none."""
    if not isinstance(value, list) or not all(isinstance(name, str) and name.strip() for name in value):
        return None
    return [" ".join(name.split()) for name in value] or [""]


def _day(value: object) -> list[str] | None:
    with suppress(ValueError):
        if value == "" or (isinstance(value, str) and date.fromisoformat(value).isoformat() == value):
            return [value]
    if isinstance(value, datetime):
        return [value.date().isoformat()]
    return [value.isoformat()] if isinstance(value, date) else None


def _code(value: object) -> list[str] | None:
    return [value] if isinstance(value, str) and _LANGUAGE.fullmatch(value) else None


_EXPECTED: Mapping[Field, tuple[str, Callable[[object], list[str] | None]]] = {
    "title": ("text in quotation marks", _headline),
    "publisher": ("text in quotation marks", _text),
    "authors": ("a list of names", _names),
    "published": ("a date such as 2025-03-03", _day),
    "language": ('two letters such as "en"', _code),
}
