"""The seams where backends plug in: one small Protocol each."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from rag.types import FloatArray, Message, Piece

Mask: TypeAlias = npt.NDArray[np.bool_]
"""For each row of an index whether it is meant."""


class Embedder(Protocol):
    """Turns texts into unit vectors. The index refuses vectors of an embedder with another ``name``."""

    name: str
    dimensions: int
    max_tokens: int

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Word pieces that each text takes, special tokens included."""
        ...

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """``(n, dimensions)`` float32 rows of length 1, in the order of ``texts``."""
        ...


class Generator(Protocol):
    """A language model that writes freely or under a grammar."""

    name: str
    context_tokens: int
    kept_bytes: int
    """Bytes that it keeps of each token that was read ahead; 0 if it keeps nothing of its own."""

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the whole prompt that the messages make, the chat template included."""
        ...

    def read(self, messages: Sequence[Message]) -> Iterator[None]:
        """Read ahead what of the prompt comes again, or all of it if nothing does. Yields at least once a second."""
        ...

    def stream(self, messages: Sequence[Message], *, grammar: str | None, max_tokens: int) -> Iterator[Piece]:
        """Pieces of the model's text, in the order of their making; a GBNF ``grammar`` limits what it may write.

        Empty pieces come while the prompt is being read, so that a consumer regains control at least once a
        second; closing the iterator stops the model. Greedy: the same messages give the same text.
        """
        ...

    def probabilities(self, prompts: Sequence[Sequence[Message]], yes: str, no: str) -> Iterator[float]:
        """P(yes) / (P(yes) + P(no)) of the first token of the model's turn after each of these prompts, in [0, 1].

        What of the prompts comes again was read ahead, so that the next one comes within a second.
        """
        ...


class VectorStore(Protocol):
    """Exact or approximate search by inner product over unit rows, wherever they lie."""

    def search(self, query: FloatArray, k: int, allowed: Mask | None = None) -> list[tuple[int, float]]:
        """The ``k`` nearest rows to the ``(d,)`` query as ``(row, cosine)``, best first; only rows that are allowed."""
        ...

    def rows(self) -> FloatArray:
        """The ``(n, d)`` rows it was built from, bit for bit: whoever compresses them keeps them beside."""
        ...

    def save(self, path: Path) -> None:
        """Write the store to ``path``, and what else it needs to files beside whose names begin with that."""
        ...
