"""Lines that the lines around them make boilerplate: menus, tables of contents, the comments of readers."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, groupby

from rag.corpus.boilerplate import is_entry
from rag.corpus.phrases import CONTENTS, HOMES, SECTIONS, core_of

_LEAST_SECTIONS = 3  # of a menu; a story may well name two
_ENTRY_LENGTH = 200  # characters
_SENTENCE_ENDS = (".", "。")
_LINK = re.compile(r"\[([^\[\]]{1,200})\]\([^()\s]{1,200}\)")
_PAGE = re.compile(r" ?(?:[.…·] ?){3,100}\d{1,4}")  # "Range ........ 7"
_NUMBER = re.compile(r"(?:\d{1,2}[.)]? ){1,3}")
_WRITES = re.compile(r"[^!?]{1,60} (?:says|said|writes|schreibt|sagt|dit|dice|escribe|diz|zegt) ?:")
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")
_TIME_LENGTH = 60
_REPLIES = frozenset("reply antworten répondre responder rispondi beantwoorden 回复 回覆 返信 답글 رد".split())
_LONGEST_COMMENT = 12  # lines


def furniture(texts: Sequence[str]) -> frozenset[int]:
    """The numbers of such lines; ``texts`` are the lines of an article that are not empty."""
    return frozenset(chain(_menus(texts), _contents(texts), _comments(texts)))


def _menus(texts: Sequence[str]) -> Iterator[int]:
    """Runs of short lines that all could stand in a menu: "Home", and a few sections."""
    for could, run in groupby(range(len(texts)), key=lambda number: is_entry(texts[number])):
        entries = {number: core_of(texts[number]) for number in run} if could else {}
        if not HOMES.isdisjoint(entries.values()) and len(SECTIONS & {*entries.values()}) >= _LEAST_SECTIONS:
            yield from entries


def _contents(texts: Sequence[str]) -> Iterator[int]:
    """A heading such as "On this page", and the lines below it that come again as headings of the text."""
    headings = [number for number, text in enumerate(texts) if len(text) <= _ENTRY_LENGTH and core_of(text) in CONTENTS]
    if not headings:
        return
    last = {_entry(text): number for number, text in enumerate(texts) if len(text) <= _ENTRY_LENGTH}
    for heading in headings:
        end = heading + 1
        while end < len(texts) and not texts[end].endswith(_SENTENCE_ENDS) and last.get(_entry(texts[end]), end) > end:
            end += 1
        if end > heading + 1:
            yield from range(heading, end)


def _entry(text: str) -> str:
    core = core_of(_PAGE.sub("", _LINK.sub(r"\1", text)))
    return _NUMBER.sub("", core, count=1) or core


def _comments(texts: Sequence[str]) -> Iterator[int]:
    """ "Jane says:", the time, what she says, and the button that answers her."""
    for number in range(len(texts) - 1):
        time = texts[number + 1]
        if _WRITES.fullmatch(texts[number]) and len(time) <= _TIME_LENGTH and _CLOCK.search(time):
            following = range(number + 2, min(len(texts), number + 2 + _LONGEST_COMMENT))
            ends = (place + 1 for place in following if core_of(texts[place]) in _REPLIES)
            yield from range(number, next(ends, number + 2))
