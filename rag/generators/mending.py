"""A line that a model wrote freely → the lines that the grammar of an answer would have given it.

What is left out are marks of a list, of emphasis and of sources; no word is added or changed. What is no sentence even
then, is no claim.
"""

import re
from collections.abc import Iterable, Iterator

from rag.types import Piece

_BULLET = re.compile(r"^\s*(?:(?:[-*•–]|#{1,6}|\d{1,2}[.)])\s+)+")
_EMPHASIS = re.compile(r"\*\*|__|`")
_SOURCES = re.compile(r"\s*\[\s*(?:passages?\s*)?\d+(?:\s*(?:,|;|and|&)\s*(?:passages?\s*)?\d+)*\s*\]", re.IGNORECASE)
_NEXT = re.compile(
    r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!\b(?:Mr|Ms|Dr|St|Co|No|vs)\.)(?<!\b(?:Mrs|Inc|Ltd)\.) +(?=[A-ZÀ-Þ0-9\"“‘$€£¥])"
)


def mended(line: str) -> tuple[str, ...]:
    """The sentences of a line, plain.

    >>> mended("- **The ferry** sails in June [1, 3]. Mr. Berg has 40 of them [2].")
    ('The ferry sails in June.', 'Mr. Berg has 40 of them.')
    """
    plain = _SOURCES.sub("", _EMPHASIS.sub("", _BULLET.sub("", line)))
    return tuple(_NEXT.split(plain.strip()))


def mended_pieces(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces of a text with its lines mended, each line as soon as it ends; without text while one is written.

    A line that needs no mending keeps its pieces; the words of another one share the mean of its log-probabilities.
    """
    held: list[Piece] = []
    for piece in pieces:
        head, newline, tail = piece.text.rpartition("\n")
        if not newline:
            held.append(piece)
            yield Piece()
            continue
        yield from _line([*held, Piece(head, piece.log_probability)])
        yield Piece("\n")
        held = [Piece(tail, piece.log_probability)] if tail else []
    yield from _line(held)


def _line(pieces: list[Piece]) -> Iterator[Piece]:
    written = "".join(piece.text for piece in pieces)
    lines = [sentence for line in written.split("\n") if line.strip() for sentence in mended(line)]
    if "\n".join(lines) == written:
        yield from pieces
        return
    told = [piece.log_probability for piece in pieces if piece.text]
    for word in re.findall(r"\s*\S+", "\n".join(lines)):
        yield Piece(word, sum(told) / len(told))
