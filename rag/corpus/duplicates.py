"""Which articles, and which passages, are copies of one another.

Texts are compared by their shingles, the runs of five words (Broder 1997). Pairs that share many are found by an exact
set join with prefix filtering (Chaudhuri et al. 2006): whoever shares ``s`` of a text's ``n`` shingles has one of any
``n - s + 1`` of them, so that only the rarest are looked up. A shingle of one text alone is shared by nobody and is
dropped; in news that is nearly all of them. That takes no longer than MinHash, and no pair is left to its luck.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain, count, islice
from math import ceil
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from rag.text import names, numbers, stems, words
from rag.types import Passage

_RUN = 5  # words
_ARTICLE_JACCARD = 0.7  # of 609 news articles one pair has 0.66, two editions of a list of offers; the next has 0.18
_PART = 0.9  # of the shorter article's shingles; the same two editions share 0.82, the next pair 0.59
_SHORTEST_PART = 50 - _RUN + 1  # the shingles of 50 words
_PASSAGE_JACCARD = 0.8  # two words changed in 90
_OVERLAP = 0.5  # of the shorter passage's shingles, when the same text was cut at other places
_MOST_CANDIDATES = 100  # so that a form, filled in by thousands of texts, does not cost the square of their number

_UNSPACED = (  # Thai, Lao, Burmese, Khmer, Japanese and Chinese are written without spaces
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_PARTS = re.compile(rf"[{_UNSPACED}]|[^{_UNSPACED}]+")

_Shingles: TypeAlias = npt.NDArray[np.int64]
_Alike: TypeAlias = Callable[[int, int, int], bool]


def near_duplicates(texts: Sequence[str]) -> tuple[int, ...]:
    """For the text of each article the row of its cluster's first member: its own row when it is no copy.

    A copy shares at least 0.7 of the shingles that it and the longest text of its cluster have together (Jaccard), or
    it has 50 words or more and that text has 0.9 of its shingles. Nothing joins a cluster through another copy. Case,
    punctuation and white space do not count; in scripts without spaces each character is a word. The order of the
    texts does not change the clusters. A text without words is alone.
    """
    shingles = _Shingler().each(texts)

    def alike(longer: int, shorter: int, common: int) -> bool:
        size = shingles[shorter].size
        is_part = size >= _SHORTEST_PART and common >= _PART * size
        return is_part or common >= _ARTICLE_JACCARD * (shingles[longer].size + size - common)

    return _clusters(texts, shingles, 0.8, alike)  # a Jaccard of 0.7 takes 0.82 of the shorter text at least


def passage_copies(passages: Sequence[Passage]) -> tuple[int, ...]:
    """For each passage the row of its cluster's first member: its own row when it is no copy.

    A copy has a Jaccard similarity of at least 0.8 with the longest passage of its cluster, and no name or number that
    this one lacks: an update is news. Or both come from articles that each hold the two of them word for word, cut at
    other places, and they share half of the shorter one. For the rest see ``near_duplicates``.
    """
    texts = [passage.text for passage in passages]
    shingler = _Shingler()
    shingles = shingler.each(texts)
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, passage in enumerate(passages):
        rows_of[passage.doc_id].append(row)

    @cache
    def article(doc_id: str) -> _Shingles:
        return shingler.of("\n".join(texts[row] for row in rows_of[doc_id]))

    def stands_in(row: int, doc_id: str) -> bool:
        return bool(np.isin(shingles[row], article(doc_id), assume_unique=True).all())

    def alike(longer: int, shorter: int, common: int) -> bool:
        if common >= _PASSAGE_JACCARD * (shingles[longer].size + shingles[shorter].size - common):
            return _tells_no_more(texts[shorter], texts[longer])
        first, second = passages[longer].doc_id, passages[shorter].doc_id
        return first != second and stands_in(longer, second) and stands_in(shorter, first)

    return _clusters(texts, shingles, _OVERLAP, alike)


class _Shingler:
    """Texts → their different shingles, as numbers that are comparable within one shingler."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = defaultdict(count().__next__)

    def of(self, text: str) -> _Shingles:
        """The runs of five words; of fewer words the one run that there is."""
        run = [self._numbers[word] for word in _words(text)]
        shifted = (run[start:] for start in range(min(_RUN, len(run))))
        return np.array(sorted({hash(shingle) for shingle in zip(*shifted, strict=False)}), dtype=np.int64)

    def each(self, texts: Sequence[str]) -> list[_Shingles]:
        """Those of each text."""
        return [self.of(text) for text in texts]


def _words(text: str) -> list[str]:
    found = words(unicodedata.normalize("NFKC", text))
    return [part for word in found for part in ([word] if word.isascii() else _PARTS.findall(word))]


def _tells_no_more(text: str, other: str) -> bool:
    """Whether all names and numbers of ``text`` occur in the other."""
    return names(text) <= set(stems(other)) and set(numbers(text)) <= set(numbers(other))


def _clusters(texts: Sequence[str], shingles: Sequence[_Shingles], least: float, alike: _Alike) -> tuple[int, ...]:
    """For each row the first row of its cluster, which is a leader and all that joined it.

    The longest come first. Each joins the longest leader that it is ``alike``, else it leads. ``alike`` is asked with
    the leader's row, the text's row and the number of their common shingles, ``least`` of the text's or more. Only
    where its rarest shared shingles stand in a hundred other leaders may a leader be overlooked.
    """
    repeated = _repeated(shingles)
    order = sorted(range(len(texts)), key=lambda row: (-shingles[row].size, texts[row]))
    leads = list(range(len(texts)))
    leading: dict[int, list[int]] = defaultdict(list)  # shingle → places in the order of the leaders that have it
    for place, row in enumerate(order):
        held = repeated[row].tolist()
        needed = ceil(least * shingles[row].size)
        looked_up = held[: max(0, len(held) - needed + 1)]
        found = islice(chain.from_iterable(leading[shingle] for shingle in looked_up), _MOST_CANDIDATES)
        for leader in (order[earlier] for earlier in sorted(set(found))):
            common = len(set(held).intersection(repeated[leader].tolist()))
            if common >= needed and alike(leader, row, common):
                leads[row] = leader
                break
        else:
            for shingle in held:
                leading[shingle].append(place)
    first: dict[int, int] = {}
    return tuple(first.setdefault(leader, row) for row, leader in enumerate(leads))


def _repeated(shingles: Sequence[_Shingles]) -> list[_Shingles]:
    """Of each text the shingles that another text has too, as numbers that grow with their frequency, in order."""
    if not shingles:
        return []
    _, number, frequency = np.unique(np.concatenate(shingles), return_inverse=True, return_counts=True)
    rarity = np.argsort(np.argsort(frequency, kind="stable"))[number]
    repeated = frequency[number] > 1
    ends = np.cumsum([text.size for text in shingles])[:-1]
    return [np.sort(r[kept]) for r, kept in zip(np.split(rarity, ends), np.split(repeated, ends), strict=True)]
