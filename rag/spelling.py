"""Words that nobody knows → the nearest that are known. The only file that imports rapidfuzz."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

_SHORTEST = 4  # letters of a word that may be a misspelt one
_TWO_ERRORS_FROM = 8  # letters
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Spelling:
    """Known words of letters only, with how often each occurs."""

    words: Sequence[str]
    frequencies: Mapping[str, int]

    @classmethod
    def of(cls, frequencies: Mapping[str, int]) -> Self:
        """Of the words that are known, with their frequencies, those that a misspelt one can be compared with."""
        return cls([word for word in frequencies if _is_comparable(word)], frequencies)

    def corrected(self, word: str) -> str:
        """The word itself if it is known, or nothing is near; else the nearest one that is known.

        Near is one insertion, deletion, substitution or swap of neighbours away (optimal string alignment distance),
        or two from eight letters on. Of words that are equally near, the more frequent one is taken.

        >>> Spelling.of({"minist": 3, "mint": 9}).corrected("minsit")
        'minist'
        """
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        if word in self.frequencies or not _is_comparable(word):
            return word
        most = 2 if len(word) >= _TWO_ERRORS_FROM else 1
        near = process.extract(word, self.words, scorer=OSA.distance, score_cutoff=most, limit=None)
        found = ((distance, -self.frequencies[known], known) for known, distance, _ in near)
        return min(found, default=(0, 0, word))[2]


def similar(name: str, names: Sequence[str]) -> list[str]:
    """Up to three of the names that look most like this one, the most similar first."""
    from rapidfuzz import fuzz, process

    def plain(text: str) -> str:
        return text.casefold()

    found = process.extract(name, names, scorer=fuzz.WRatio, processor=plain, score_cutoff=60, limit=_NAMED)
    return [known for known, _, _ in found]


def _is_comparable(word: str) -> bool:
    return len(word) >= _SHORTEST and word.isalpha()
