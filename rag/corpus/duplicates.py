"""Which articles, and which passages, are copies of one another.

Texts are compared by their shingles, the runs of five words (Broder 1997). Pairs that share many are found by an exact
set join with prefix filtering (Chaudhuri et al. 2006): whoever shares ``s`` of a text's ``n`` shingles has one of any
``n - s + 1`` of them, so that only the rarest are looked up. A shingle of one text alone is shared by nobody and is
dropped; in news that is nearly all of them. That takes no longer than MinHash, and no pair is left to its luck.

Shingles are kept as hashes of 32 bits, which tell nothing of other texts, so that a text's are made once. That two
of a pair of passages have the same hash by accident happens to one pair in a million, and moves its similarity by 0.01.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import chain, islice, takewhile
from math import ceil
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from rag.ragged import Numbers, Ragged
from rag.text import names, numbers, stems, words
from rag.types import Passage

_RUN = 5  # words
_ARTICLE_JACCARD = 0.7  # of 609 news articles one pair has 0.66, two editions of a list of offers; the next has 0.18
_PART = 0.9  # of the shorter article's shingles; the same two editions share 0.82, the next pair 0.59
_SHORTEST_PART = 50 - _RUN + 1  # the shingles of 50 words
_PASSAGE_JACCARD = 0.8  # two words changed in 90
_OVERLAP = 0.5  # of the shorter passage's shingles, when the same text was cut at other places
_MOST_CANDIDATES = 100  # so that a form, filled in by thousands of texts, does not cost the square of their number

_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio, odd (Knuth 1973)

_UNSPACED = (  # Thai, Lao, Burmese, Khmer, Japanese and Chinese are written without spaces
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_PARTS = re.compile(rf"[{_UNSPACED}]|[^{_UNSPACED}]+")

Shingles: TypeAlias = npt.NDArray[np.uint32]
_Alike: TypeAlias = Callable[[int, int, int], bool]


def near_duplicates(texts: Sequence[str]) -> tuple[int, ...]:
    """For the text of each article the row of its cluster's first member: its own row when it is no copy.

    A copy shares at least 0.7 of the shingles that it and the longest text of its cluster have together (Jaccard), or
    it has 50 words or more and that text has 0.9 of its shingles; and it has no name or number that this text lacks: a
    form that tells of another town is another story. Nothing joins a cluster through another copy. Case, punctuation
    and white space do not count; in scripts without spaces each character is a word. The order of the texts does not
    change the clusters. A text without words is alone.
    """
    shingles = shingles_of(texts)
    sizes: list[int] = shingles.sizes().tolist()

    def alike(longer: int, shorter: int, common: int) -> bool:
        size = sizes[shorter]
        is_part = size >= _SHORTEST_PART and common >= _PART * size
        is_copy = is_part or common >= _ARTICLE_JACCARD * (sizes[longer] + size - common)
        return is_copy and _tells_no_more(texts[shorter], texts[longer])

    return _clusters(texts.__getitem__, shingles, 0.8, alike)  # Jaccard 0.7: 0.82 of the shorter text at least


def passage_copies(passages: Sequence[Passage], shingles: Ragged) -> tuple[int, ...]:
    """For each passage the row of its cluster's first member: its own row when it is no copy.

    ``shingles`` are those of the passages' texts; the passages of an article follow each other. A copy has a Jaccard
    similarity of at least 0.8 with the longest passage of its cluster, and no name or number that this one lacks: an
    update is news. Or both come from articles that each hold the two of them word for word, cut at other places, and
    they share half of the shorter one. For the rest see ``near_duplicates``.
    """
    sizes = shingles.sizes().tolist()

    @cache
    def text(row: int) -> str:
        return passages[row].text

    @cache
    def article(row: int) -> Shingles:
        """The shingles of the article that a passage is from."""

        def is_of_it(other: int) -> bool:
            return passages[other].doc_id == passages[row].doc_id

        before, after = range(row - 1, -1, -1), range(row, len(passages))
        rows = (*reversed([*takewhile(is_of_it, before)]), *takewhile(is_of_it, after))
        return _shingles("\n".join(map(text, rows)))

    def stands_in(row: int, other: int) -> bool:
        return bool(np.isin(shingles[row], article(other), assume_unique=True).all())

    def alike(longer: int, shorter: int, common: int) -> bool:
        if common >= _PASSAGE_JACCARD * (sizes[longer] + sizes[shorter] - common):
            return _tells_no_more(text(shorter), text(longer))
        others = passages[longer].doc_id != passages[shorter].doc_id
        return others and stands_in(longer, shorter) and stands_in(shorter, longer)

    return _clusters(text, shingles, _OVERLAP, alike)


def shingles_of(texts: Sequence[str]) -> Ragged:
    """The different shingles of each text as ascending numbers of 32 bits, which depend on nothing but their words."""
    return Ragged.of([_shingles(text) for text in texts], np.uint32)


def _shingles(text: str) -> Shingles:
    """The runs of five words; of fewer words the one run that there is."""
    run = np.array([_number(word) for word in _words(text)], np.uint64)
    length = min(_RUN, run.size)
    hashes = np.zeros(run.size - length + 1 if length else 0, np.uint64)
    for start in range(length):
        hashes = hashes * _MIX + run[start : start + len(hashes)]
    mixed = (hashes ^ (hashes >> 32)) * _MIX
    return np.unique((mixed >> 32).astype(np.uint32))


@lru_cache(maxsize=65_536)
def _number(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(errors="surrogatepass"), digest_size=8).digest())


def _words(text: str) -> list[str]:
    found = words(unicodedata.normalize("NFKC", text))
    return [part for word in found for part in ([word] if word.isascii() else _PARTS.findall(word))]


def _tells_no_more(text: str, other: str) -> bool:
    """Whether all names and numbers of ``text`` occur in the other."""
    text, other = (unicodedata.normalize("NFKC", each) for each in (text, other))
    return names(text) <= set(stems(other)) and set(numbers(text)) <= set(numbers(other))


def _clusters(text: Callable[[int], str], shingles: Ragged, least: float, alike: _Alike) -> tuple[int, ...]:
    """For each row the first row of its cluster, which is a leader and all that joined it.

    The longest come first. Each joins the longest leader that it is ``alike``, else it leads. ``alike`` is asked with
    the leader's row, the text's row and the number of their common shingles, ``least`` of the text's or more. Only
    where its rarest shared shingles stand in a hundred other leaders may a leader be overlooked. ``text`` is asked
    for those only that share what might make them copies.
    """
    sizes = shingles.sizes()
    held = _held(shingles, np.ceil(least * sizes).astype(np.int64))
    order = sorted(held, key=lambda row: (-sizes[row], text(row)))
    leads = list(range(len(sizes)))
    leading: dict[int, list[int]] = defaultdict(list)  # shingle → places in the order of the leaders that have it
    for place, row in enumerate(order):
        own, needed = held[row], ceil(least * sizes[row])
        looked_up = own[: max(0, len(own) - needed + 1)]
        found = islice(chain.from_iterable(leading[shingle] for shingle in looked_up), _MOST_CANDIDATES)
        for leader in (order[earlier] for earlier in sorted(set(found))):
            common = len(set(own).intersection(held[leader]))
            if common >= needed and alike(leader, row, common):
                leads[row] = leader
                break
        else:
            for shingle in own:
                leading[shingle].append(place)
    first: dict[int, int] = {}
    return tuple(first.setdefault(leader, row) for row, leader in enumerate(leads))


def _held(shingles: Ragged, needed: Numbers) -> dict[int, list[int]]:
    """The texts that may be copies, or have some, with their shingles that another text has too, the rarest first.

    A text may be a copy when ``needed`` or more of its shingles are such. The others of whom it may be one hold one of
    those of its shingles that are looked up.
    """
    rows, repeated, starts = _repeated(shingles)
    counts = np.diff(starts)
    place = np.arange(len(rows)) - np.repeat(starts[:-1], counts)
    looked_up = place <= np.repeat(counts - needed, counts)
    met = np.zeros(repeated.max(initial=-1) + 1, np.bool_)
    met[repeated[looked_up]] = True
    concerned = np.unique(rows[met[repeated]]).tolist()
    return {row: repeated[starts[row] : starts[row + 1]].tolist() for row in concerned}


def _repeated(shingles: Ragged) -> tuple[Numbers, Numbers, Numbers]:
    """The shingles that stand in several texts, as numbers that grow with their frequency: their rows, those numbers,
    both sorted, and where in them each row begins.
    """
    rows = np.repeat(np.arange(len(shingles), dtype=np.uint64), shingles.sizes())
    pairs = np.sort((shingles.values.astype(np.uint64) << 32) | rows)  # each shingle with its rows
    hashes = (pairs >> 32).astype(np.uint32)
    several = np.zeros(len(hashes), np.bool_)
    several[1:] = hashes[1:] == hashes[:-1]
    several[:-1] |= several[1:]
    _, number, frequency = np.unique(hashes[several], return_inverse=True, return_counts=True)
    rarity = np.argsort(np.argsort(frequency, kind="stable"))[number]
    of_row = (pairs[several] & 0xFFFFFFFF).astype(np.int64)
    order = np.lexsort((rarity, of_row))
    return of_row[order], rarity[order], np.searchsorted(of_row[order], np.arange(len(shingles) + 1))
