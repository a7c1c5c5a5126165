"""Prompts of a given length, of which nothing was read before."""

from collections.abc import Sequence

import numpy as np

from rag.backends import Generator
from rag.types import Message


def prompt(tokens: int, generator: Generator) -> tuple[Message, ...]:
    """A prompt of so many tokens, or a few less. Another one each time, from the first sentence on."""
    numbers = np.random.default_rng().integers(10, 99, tokens).tolist()
    low, high = 0, tokens
    while low < high:
        middle = (low + high + 1) // 2
        fits = generator.count_tokens(_story(numbers[:middle])) <= tokens
        low, high = (middle, high) if fits else (low, middle - 1)
    return _story(numbers[:low])


def _story(numbers: Sequence[int]) -> tuple[Message, ...]:
    return Message("system", f"Ferries: {' '.join(map(str, numbers))}."), Message(
        "user", "Write a long story of these."
    )
