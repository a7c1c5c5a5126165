"""Vectors and articles made up to measure with, the same for the same seed."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from zlib import crc32

import numpy as np

from rag.text import words
from rag.types import FloatArray

DIMENSIONS = 384
_ROWS_OF_A_STORY = 20
_VOCABULARY = 20_000
_FREQUENCIES = 1 / np.arange(1, _VOCABULARY + 1)  # Zipf's law
_CUMULATED = np.cumsum(_FREQUENCIES) / _FREQUENCIES.sum()


def clustered(rows: int, queries: int, seed: int = 4) -> tuple[FloatArray, FloatArray]:
    """``(rows, 384)`` unit vectors that lie as those of news do, and ``queries`` more of the same kind.

    Topics hold stories, and a story some twenty passages. Without such clusters all neighbours would be equally far.
    """
    random = np.random.default_rng(seed)

    def scattered(centres: FloatArray, count: int) -> FloatArray:
        noise = random.standard_normal((count, DIMENSIONS), dtype=np.float32)
        return centres[random.integers(len(centres), size=count)] + noise

    topics = random.standard_normal((max(1, int(rows**0.5)), DIMENSIONS), dtype=np.float32)
    stories = scattered(topics, max(1, rows // _ROWS_OF_A_STORY))
    return _unit(scattered(stories, rows)), _unit(scattered(stories, queries))


def article(number: int, sentences: int = 30) -> str:
    """A made-up news article: headline, date, and paragraphs of three sentences of about sixteen words."""
    random = np.random.default_rng(number)
    day = date(2024, 1, 1) + timedelta(days=int(random.integers(700)))
    told = [_sentence(random) for _ in range(sentences)]
    paragraphs = [" ".join(told[start : start + 3]) for start in range(0, sentences, 3)]
    return "\n\n".join([_sentence(random).rstrip("."), day.isoformat(), *paragraphs])


def write_articles(folder: Path, numbers: range) -> None:
    """One file for each number."""
    for number in numbers:
        (folder / f"{number:06}.txt").write_text(article(number), encoding="utf-8")


class HashEmbedder:
    """An embedder that costs next to nothing: the mean of a fixed random vector for each word. Tokens are words."""

    name = "hash"
    dimensions = DIMENSIONS
    max_tokens = 256

    def __init__(self) -> None:
        self._words = np.random.default_rng(4).standard_normal((4096, DIMENSIONS), dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words of each text, and two more."""
        return [len(text.split()) + 2 for text in texts]

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """``(n, 384)`` rows of length 1."""
        return _unit(np.stack([self._words[list(_buckets(text, len(self._words)))].mean(axis=0) for text in texts]))


def _buckets(text: str, count: int) -> Iterator[int]:
    yield from (crc32(word.encode()) % count for word in words(text) or [""])


def _sentence(random: np.random.Generator) -> str:
    ranks = np.searchsorted(_CUMULATED, random.random(int(random.integers(10, 23))))
    return " ".join(map(_spelt, ranks.tolist())).capitalize() + "."


def _spelt(rank: int) -> str:
    """The word of a rank, a syllable for each digit."""
    syllables = ("ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "ru")
    return "".join(syllables[int(digit)] for digit in str(rank))


def _unit(vectors: FloatArray) -> FloatArray:
    rows: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return rows
