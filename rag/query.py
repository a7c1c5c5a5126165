"""What a question says besides its words: its parts, the publishers and the times that it names.

A question may ask for several things at once ("… as reported by A, and … as reported by B?"). Each of its parts is
searched for itself, so that no article has to fit all of them.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self, TypeAlias

from rag.corpus.dates import date_mentions
from rag.text import stems
from rag.types import DateMention

_Words: TypeAlias = tuple[str, ...]

_CUT = re.compile(
    r"(?<=[.?!;:])\s+|,\s+(?!(?:19|20)\d\d\b)|\s+(?=(?:and|or|but|while|whereas)\s)",  # a comma may belong to a date
    re.IGNORECASE,
)
_LEAST_STEMS = 3  # of a part; a shorter one joins its neighbour
_MOST_PARTS = 8

_WORD = re.compile(r"[^\W_]+")
_SECTION = re.compile(r"\s+[|–—-]\s+|:\s+")  # "Gazette | Sports"


@dataclass(frozen=True, slots=True)
class Publishers:
    """The publishers of an index, found by name in a question.

    ``meant`` maps the words of a name, in lower case, to the numbers of the publishers that may be called so.
    """

    meant: Mapping[_Words, frozenset[int]]
    longest: int

    @classmethod
    def of(cls, names: Sequence[str]) -> Self:
        """These publishers, numbered from 0. An empty name is none.

        One may be called without what follows " | ", " - " or ": ", without "The", or without "com". A name in full
        means nobody else; a short one means everybody who may be called so, such as the desks of one house.

        >>> found = Publishers.of(["Gazette | Sports", "Gazette | Travel", "The Evening Post"])
        >>> found.named("Gazette and Evening Post say"), found.named("Gazette Travel says")
        ((frozenset({0, 1}), frozenset({2})), (frozenset({1}),))
        """
        meant: dict[_Words, set[int]] = defaultdict(set)
        for number, name in enumerate(names):
            for words in _callings(name):
                meant[words].add(number)
        whole = {_words(name): {number} for number, name in enumerate(names) if _words(name)}
        named = {words: frozenset(numbers) for words, numbers in (meant | whole).items()}
        return cls(named, max(map(len, named), default=0))

    def named(self, question: str) -> tuple[frozenset[int], ...]:
        """The publishers that a question names, in its order, each group once; the longest name wins.

        The last word of a name does not begin in lower case, unless the question has no capitals at all.
        """
        return tuple(dict.fromkeys(self._found(question)))

    def called(self, name: str) -> frozenset[int]:
        """The publishers that may be called by this name, in any letter case; none: there is no such one."""
        return self.meant.get(_words(name), frozenset())

    def _found(self, question: str) -> Iterator[frozenset[int]]:
        any_case = not any(map(str.isupper, question))
        words = _WORD.findall(question)
        start = 0
        while start < len(words):
            end = self._end(words, start, any_case)
            if end > start:
                yield self.meant[_lower(words[start:end])]
            start = max(end, start + 1)

    def _end(self, words: Sequence[str], start: int, any_case: bool) -> int:
        """Where the longest name ends that begins there; ``start`` if none does."""
        ends = range(min(start + self.longest, len(words)), start, -1)
        names = (end for end in ends if any_case or not words[end - 1][0].islower())
        return next((end for end in names if _lower(words[start:end]) in self.meant), start)


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it is searched: with its parts, the groups of publishers, and the times that it names.

    "Before" and "after" a day count as that day: read as all days before or after, they found less.
    """

    text: str
    parts: tuple[str, ...]
    publishers: tuple[frozenset[int], ...] = ()
    times: tuple[DateMention, ...] = ()

    @classmethod
    def of(cls, question: str, publishers: Publishers, today: str) -> Self:
        """What a question says. ``today`` is the ISO date that "last week" is understood from, empty if unknown."""
        return cls(question, parts_of(question), publishers.named(question), date_mentions(question, today))


def parts_of(question: str) -> tuple[str, ...]:
    """The clauses of a question, each with at least three words that carry meaning, at most eight of them.

    A short question is one part: itself.

    >>> parts_of("Which firm moved to Ulm in May, 2023, and who leads the new office there, as of today?")
    ('Which firm moved to Ulm in May, 2023,', 'and who leads the new office there, as of today?')
    """
    cuts = [0, *(match.end() for match in _CUT.finditer(question)), len(question)]
    clauses = [question[start:end] for start, end in pairwise(cuts) if start < end]
    least = _LEAST_STEMS
    while len(parts := _merged(clauses, least)) > _MOST_PARTS:
        least += 1
    return tuple(part.strip() for part in parts) or (question,)


def _merged(clauses: Sequence[str], least: int) -> list[str]:
    """The clauses, in which one of fewer stems than ``least`` is joined with the one before, or the next with it."""
    merged: list[str] = []
    for clause in clauses:
        if merged and min(len(stems(clause)), len(stems(merged[-1]))) < least:
            merged[-1] += clause
        else:
            merged.append(clause)
    return merged


def _callings(name: str) -> Iterator[_Words]:
    for words in (_words(name), _words(_SECTION.split(name)[0])):
        yield from filter(None, {words, _without_the(words), words[:-1] if words[-1:] == ("com",) else words})


def _without_the(words: _Words) -> _Words:
    """The words without a leading "the", if more than one word stays: "The Post" is no common noun."""
    return words[1:] if words[:1] == ("the",) and len(words) > 2 else words


def _words(text: str) -> _Words:
    return _lower(_WORD.findall(text))


def _lower(words: Sequence[str]) -> _Words:
    return tuple(map(str.lower, words))
