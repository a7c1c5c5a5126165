"""Words, stems, numbers and names of a text: what retrieval and verification compare."""

import re
from bisect import bisect_left
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

# 10,000 and 1,00,000, but not the years of 2025,2026. Of the groups there is an end: from each number of a table with
# commas the rest of the table would be looked at otherwise.
_GROUPED = r"(?<!\d)\d{1,3}(?:,\d{2,3}){0,8},\d{3}(?!\d)"
_NUMBER = re.compile(rf"{_GROUPED}(?:\.\d+)?|\d+(?:\.\d+)?")
_WORD = re.compile(rf"{_GROUPED}(?:\.\d+)*|\d+(?:\.\d+)*|[^\W\d_]+(?:[.'’][^\W\d_]+)*|[^\W_]+")

STOPWORDS = frozenset(
    """a about above according after again against all also am an and any are as at be because been before being below
    between both but by can could did do does doing down during each few for from further had has have having he her
    here hers him his how i if in into is it its itself just many me more most much must my no nor not now of off on
    once only or other our out over own please said same say says shall she should so some such tell than that the
    their them then there these they this those through to too under until up upon us was we were what when where
    whether which while who whom whose why will with would you your""".split()
)


def words(text: str) -> list[str]:
    """The words and numbers of ``text`` in lower case; thousands separators are dropped.

    >>> words("Huawei's 10,000 graduates, up 2.5%")
    ['huawei', '10000', 'graduates', 'up', '2.5']
    """
    return [_plain(match.group()) for match in _WORD.finditer(text)]


def stems(text: str) -> list[str]:
    """The stems (Porter 2) of the words that carry meaning."""
    return [_stem(word) for word in words(text) if word not in STOPWORDS]


def numbers(text: str) -> list[str]:
    """The numbers of ``text`` in digits, thousands separators dropped, in the order of the text."""
    return [match.group().replace(",", "") for match in _NUMBER.finditer(text)]


def beginning(text: str, fits: Callable[[str], bool]) -> str:
    """``text``, or as much of its beginning as ``fits``, cut between words where it has any.

    >>> beginning("one two three", lambda text: len(text) <= 10)
    'one two'
    """
    if not text or fits(text):
        return text
    misfit = bisect_left(range(1, len(text)), True, key=lambda length: not fits(text[:length]))
    longest = text[:misfit]
    whole_words = longest if text[misfit].isspace() else re.sub(r"\s\S*\Z", "", longest)
    return whole_words.rstrip()


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
_DEMONYMS = ("ese", "ish", "ian", "ean", "ican")  # "Chinese" and "China" are no two names
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|\n)[\"'“‘(\[]*$")


def names(text: str) -> set[str]:
    """Stems of the words that a capital marks as names: neither the first of a sentence, nor an acronym, nor a date.

    >>> sorted(names("Yesterday Huawei and the AI lab of ByteDance met in May."))
    ['byted', 'huawei']
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
    common = plain in _CALENDAR or plain in STOPWORDS or plain.endswith(_DEMONYMS)
    return word[0].isupper() and not word.isupper() and not common


def name_keys(text: str) -> set[str]:
    """The first word of each name, as a stem: what stays when a name is given in full or in short.

    >>> sorted(name_keys("Alibaba Group Holding and Huawei hire."))
    ['alibaba', 'huawei']
    """
    keys, previous_end, previous_named = set(), -2, False
    for match in _WORD.finditer(text):
        named = _is_capitalised(match.group())
        if named and not (previous_named and match.start() == previous_end + 1):
            keys.add(_stem(_plain(match.group())))
        previous_end, previous_named = match.end(), named
    return keys


def calendar_words(text: str) -> set[str]:
    """The months and days of the week that ``text`` names, in lower case."""
    return {plain for match in _WORD.finditer(text) if (plain := _plain(match.group())) in _CALENDAR}
