"""What the readers of benchmarks share: rows of files, articles, places in them, and how answers are compared."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from rag.errors import InvalidInput
from rag.text import words
from rag.types import Document, Section
from rag_eval.gold import GoldQuestion, Span, Verdict, reason_of
from rag_eval.text import unmarked

Row = TypeVar("Row")

_ARTICLES = frozenset(("a", "an", "the"))


def rows(path: Path, row_type: type[Row], key: Callable[[Row], str]) -> Iterator[tuple[str, Row]]:
    """``(file:line, row)`` of every line that is not blank; what ``row_type`` does not name is ignored.

    Raises InvalidInput for a file that cannot be read, a line that is no such row, or one that repeats a ``key``.
    """
    adapter = TypeAdapter(row_type)
    seen: dict[str, str] = {}
    for place, line in _lines(path):
        try:
            row = adapter.validate_json(line, strict=True)
        except ValidationError as error:
            raise InvalidInput(f"{place}: {reason_of(error)}") from error
        if key(row) in seen:
            raise InvalidInput(f"{place}: the id {key(row)!r} stands already in {seen[key(row)]}")
        seen[key(row)] = place
        yield place, row


def article(doc_id: str, text: str, title: str = "", publisher: str = "", published: str = "") -> Document:
    """A document that is one story from its first character to its last."""
    body = Section("body", title, publisher, 0, len(text))
    return Document(doc_id, text, title, publisher, published, (body,))


def known(place: str, doc_id: str, documents: Mapping[str, Document]) -> Document:
    """The document of that id. Raises InvalidInput, naming the place of the row that asks for it."""
    if doc_id not in documents:
        raise InvalidInput(f"{place}: there is no article {doc_id!r}; expected one of the corpus")
    return documents[doc_id]


def located(quote: str, document: Document) -> Span | None:
    """The first place of ``quote``, white space in it and in the text disregarded; None if the document lacks it.

    >>> located("in Oslo .", article("acme", "Acme sits in\\nOslo."))
    Span(file='acme', start=10, end=18, quote='in\\nOslo.')
    """
    place = _place(quote.strip(), document.text) if quote.strip() else None
    return place and Span(document.doc_id, *place, document.text[slice(*place)])


def squeezed(text: str) -> str:
    """``text`` without white space."""
    return "".join(text.split())


def answer_words(text: str) -> list[str]:
    """The words of an answer in lower case, without citation marks, punctuation and articles.

    This is the normalisation of SQuAD (Rajpurkar et al. 2016), but for points within numbers, which stay, and for
    hyphens and the possessive 's, which end a word.

    >>> answer_words("The Nobel-winner's 2.5 tons of A, [1][2]")
    ['nobel', 'winner', '2.5', 'tons', 'of']
    """
    return [word for word in words(unmarked(text)) if word not in _ARTICLES]


def states(text: str, answer: str) -> bool:
    """Whether the words of ``answer`` stand in ``text``, whole and one after the other; one without words never does.

    >>> states("It was the Acme Group's. [1]", "Acme group"), states("Acmes", "Acme")
    (True, False)
    """
    wanted = answer_words(answer)
    return bool(wanted) and f" {' '.join(wanted)} " in f" {' '.join(answer_words(text))} "


def verdict(question: GoldQuestion, refused: bool, right: bool) -> Verdict:
    """The verdict on an answer that is a refusal, or that says what is ``right``, or neither."""
    if refused:
        return "refused" if question.answerable else "correct"
    return "correct" if question.answerable and right else "wrong"


def _place(quote: str, text: str) -> tuple[int, int] | None:
    if (start := text.find(quote)) >= 0:
        return start, start + len(quote)
    wanted = squeezed(quote)
    found = squeezed(text).find(wanted)
    if found < 0:
        return None
    solid = [place for place, character in enumerate(text) if not character.isspace()]
    return solid[found], solid[found + len(wanted) - 1] + 1


def _lines(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInput(
            f"cannot read {path}: {error.strerror}; give the folder that holds the benchmarks"
        ) from error
    # Not splitlines(): JSON strings may hold U+2028 and its kin unescaped.
    for number, line in enumerate(content.split(b"\n"), start=1):
        if line.strip():
            yield f"{path}:{number}", line
