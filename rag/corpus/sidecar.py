"""``metadata.toml`` at the top of a folder: what its articles' metadata should be, whatever the files say.

::

    ["2025/bridge.pdf"]
    title = "A bridge opens"
    publisher = "Harbour Gazette"
    authors = ["Jane Doe"]
    published = 2025-03-03
    language = "en"

Every key may be left out; an empty publisher, date or language, and an empty list of authors, mean that it is unknown.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

from rag.corpus.raw import Declared, Field
from rag.corpus.readers import SIDECAR
from rag.errors import InvalidInput

_LANGUAGE = re.compile(r"[a-z]{2}|")


def read_sidecar(folder: Path) -> Mapping[str, tuple[Declared, ...]]:
    """What the ``metadata.toml`` of ``folder`` says, by ``doc_id``; nothing when there is none.

    A member of an archive is named by its ``doc_id`` too; whether there is such an article is not asked. Raises
    InvalidInput, with the file and the key, for an unknown key, and for a value of the wrong kind.
    """
    try:
        content = tomllib.loads((folder / SIDECAR).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InvalidInput(
            f"{SIDECAR} cannot be read ({' '.join(str(error).split())}); correct or remove it."
        ) from error
    return {doc_id: tuple(_declared(doc_id, table)) for doc_id, table in content.items()}


def _declared(doc_id: str, table: object) -> Iterator[Declared]:
    place = f"{SIDECAR}, [{doc_id!r}]"
    if not isinstance(table, dict):
        raise InvalidInput(f'{place}: {table!r} is no table; write a line ["FILE"] and the keys below it.')
    for key, value in table.items():
        if key not in _EXPECTED:
            raise InvalidInput(f"{place}: unknown key {key!r}; the keys are {', '.join(_EXPECTED)}.")
        expected, read = _EXPECTED[key]
        values = read(value)
        if values is None:
            raise InvalidInput(f"{place}: {key} is {value!r}; expected {expected}.")
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
