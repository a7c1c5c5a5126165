"""Words, stems, numbers and names of a text: what retrieval and verification compare."""

import re
from functools import cache, lru_cache
from typing import Any

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:[.'’][^\W\d_]+)*|[^\W_]+")
_NUMBER = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")

STOPWORDS = frozenset(
    """a about above according after again against all also am an and any are as at be because been before being below
    between both but by can could did do does doing down during each few for from further had has have having he her
    here hers him his how i if in into is it its itself just many me more most much must my no nor not now of off on
    once only or other our out over own please said same say says shall she should so some such tell than that the
    their them then there these they this those through to too under until up upon us was we were what when where
    whether which while who whom whose why will with would you your""".split()
)


def words(text: str) -> list[str]:
    """The words and numbers of ``text`` in lower case; thousands separators are dropped (10,000 → 10000)."""
    return [_plain(match.group()) for match in _WORD.finditer(text)]


def stems(text: str) -> list[str]:
    """The stems (Porter 2) of the words that carry meaning."""
    return [_stem(word) for word in words(text) if word not in STOPWORDS]


def numbers(text: str) -> list[str]:
    """The numbers of ``text`` in digits, thousands separators dropped, in the order of the text."""
    return [match.group().replace(",", "") for match in _NUMBER.finditer(text)]


def _plain(word: str) -> str:
    word = word.lower().replace("’", "'")
    if word[0].isdigit():
        return word.replace(",", "")
    return word.removesuffix("'s")


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


_CALENDAR = frozenset(
    """january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday""".split()
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|\n)[\"'“‘(\[]*$")


def names(text: str) -> set[str]:
    """Stems of the words that a capital marks as names: neither the first of a sentence, nor an acronym, nor a date.

    >>> sorted(names("Yesterday Huawei and the AI lab of ByteDance met in May."))
    ['bytedanc', 'huawei']
    """
    return {
        _stem(_plain(match.group()))
        for match in _WORD.finditer(text)
        if _is_capitalised(match.group()) and not _SENTENCE_START.search(text, max(0, match.start() - 8), match.start())
    }


def capitalised(text: str) -> set[str]:
    """Stems of all capitalised words, those at the beginning of sentences included; no acronyms, no dates."""
    return {_stem(_plain(match.group())) for match in _WORD.finditer(text) if _is_capitalised(match.group())}


def common_words(text: str) -> set[str]:
    """Stems of the words that occur in lower case."""
    return {_stem(_plain(match.group())) for match in _WORD.finditer(text) if match.group().islower()}


def _is_capitalised(word: str) -> bool:
    plain = _plain(word)
    return word[0].isupper() and not word.isupper() and plain not in _CALENDAR and plain not in STOPWORDS
