"""Documents → passages of whole sentences that the embedder reads to the end."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TypeAlias

import sentencex

from rag.types import Document, Passage, Section, Sentence

_PARAGRAPH_END = re.compile(r"\n\s*\n|(?<=[.!?。！？:”\"'’)])[ \t]*\n|\n(?=\s*[^a-z\s])")
_EDGES = re.compile(r"^[\s\ufeff\u200b]+|[\s\ufeff\u200b]+$")  # a byte order mark is no word either
_HEADING_LENGTH = 100  # characters
_TERMINALS = ".!?。！？:;”\"'’)"
_LONGEST_PARAGRAPH = 5000  # characters that are looked at together for sentences, which takes the square of them
_CHARACTERS_PER_TOKEN = 8  # at most: a tokenizer counts whatever it does not know, however long, as one

CountTokens: TypeAlias = Callable[[Sequence[str]], list[int]]
"""Tokens of each of some texts, special tokens included."""

_Sized: TypeAlias = tuple[Sentence, int]
"""A sentence and its tokens."""


def passages_of(document: Document, count_tokens: CountTokens, limit: int) -> tuple[Passage, ...]:
    """Cut a document into passages, in the order of its text.

    A passage lies within one stretch of a story, its headline included, never across boilerplate. It takes, with its
    title, at most ``limit`` tokens of ``count_tokens``. A sentence longer than that is cut between words; of a headline
    that takes more than half of it only the beginning is kept.
    """
    stretches = _stretches(document.sections)
    return tuple(passage for section in stretches for passage in _passages(document, section, count_tokens, limit))


def sentences_of(text: str, start: int, end: int) -> tuple[Sentence, ...]:
    """The sentences of ``text[start:end]``, without the white space around them.

    A line break ends a sentence unless the next line goes on in lower case.
    """
    paragraphs = _paragraphs(text, start, end)
    return tuple(sentence for left, right in paragraphs for sentence in _sentences(text, left, right))


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    left = start
    for match in _PARAGRAPH_END.finditer(text, start, end):
        yield left, match.end()
        left = match.end()
    yield left, end


def _sentences(text: str, start: int, end: int) -> Iterator[Sentence]:
    """The sentences of one paragraph, ``text[start:end]``."""
    for left, right in _boundaries(text, start, end):
        words = text[left:right]
        if stripped := _EDGES.sub("", words):
            first = left + words.index(stripped)
            yield Sentence(first, first + len(stripped), stripped)


def _boundaries(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where sentences begin and end; a long paragraph is looked at in stretches, each from the last whole sentence."""
    while end - start > _LONGEST_PARAGRAPH:
        *whole, (last, cut) = _split(text, start, start + _LONGEST_PARAGRAPH)
        yield from whole or [(last, cut)]
        start = last if whole else cut
    yield from _split(text, start, end)


def _split(text: str, start: int, end: int) -> list[tuple[int, int]]:
    found = sentencex.get_sentence_boundaries("en", text[start:end])
    return [(start + boundary["start_index"], start + boundary["end_index"]) for boundary in found]


def _stretches(sections: Sequence[Section]) -> Iterator[Section]:
    """Neighbouring sections of one story as one; boilerplate is left out, and parts what stands around it."""
    for (is_noise, *_), run in groupby(sections, key=lambda s: (s.kind == "boilerplate", s.title, s.publisher)):
        if not is_noise:
            first, *others = run
            yield replace(first, end=others[-1].end) if others else first


def _passages(document: Document, section: Section, count_tokens: CountTokens, limit: int) -> Iterator[Passage]:
    title = _short_title(section.title, count_tokens, limit // 2)
    room = limit - _sizes([title], count_tokens)[0]
    for group in _packed(_blocks(document.text, section, count_tokens, room), room):
        start, end = group[0].start, group[-1].end
        yield Passage(
            doc_id=document.doc_id,
            title=title,
            publisher=section.publisher,
            published=document.published,
            start=start,
            end=end,
            text=document.text[start:end],
            sentences=tuple(group),
            page=bisect_right(document.pages, start),
        )


def _short_title(title: str, count_tokens: CountTokens, limit: int) -> str:
    """The title, or its first half, or the first half of that: what takes at most ``limit`` tokens."""
    while len(title) > 1 and _sizes([title], count_tokens)[0] > limit:
        title = _halves(Sentence(0, len(title), title))[0].text
    return title


def _sizes(texts: Sequence[str], count_tokens: CountTokens) -> list[int]:
    """Tokens of each text, and never fewer than its length allows."""
    counts = count_tokens(texts)
    return [max(count, len(text) // _CHARACTERS_PER_TOKEN) for text, count in zip(texts, counts, strict=True)]


def _blocks(text: str, section: Section, count_tokens: CountTokens, room: int) -> Iterator[list[_Sized]]:
    """The paragraphs of a section, each as its fitting sentences with their sizes; a heading opens the next block."""
    paragraphs = [list(_sentences(text, left, right)) for left, right in _paragraphs(text, section.start, section.end)]
    sizes = iter(_sizes([sentence.text for paragraph in paragraphs for sentence in paragraph], count_tokens))
    block: list[_Sized] = []
    for paragraph in paragraphs:
        block += [part for sentence in paragraph for part in _fitting(sentence, next(sizes), count_tokens, room)]
        if paragraph and not _is_heading(paragraph):
            yield block
            block = []
    if block:
        yield block


def _fitting(sentence: Sentence, size: int, count_tokens: CountTokens, room: int) -> Iterator[_Sized]:
    """The sentence, or its halves cut near the middle between words, and so on until each part fits."""
    if size <= room or len(sentence.text) == 1:
        yield sentence, size
        return
    halves = _halves(sentence)
    for half, half_size in zip(halves, _sizes([half.text for half in halves], count_tokens), strict=True):
        yield from _fitting(half, half_size, count_tokens, room)


def _halves(sentence: Sentence) -> tuple[Sentence, Sentence]:
    text = sentence.text
    middle = len(text) // 2
    gaps = (match.span() for match in re.finditer(r"\s+", text))
    left, right = min(gaps, key=lambda gap: abs(gap[0] - middle), default=(middle, middle))
    return (
        Sentence(sentence.start, sentence.start + left, text[:left]),
        Sentence(sentence.start + right, sentence.end, text[right:]),
    )


def _is_heading(paragraph: Sequence[Sentence]) -> bool:
    first = paragraph[0].text
    return len(paragraph) == 1 and len(first) <= _HEADING_LENGTH and first[-1] not in _TERMINALS


def _packed(blocks: Iterable[list[_Sized]], room: int) -> Iterator[list[Sentence]]:
    """Neighbouring sentences, greedily as many as fit; a block that fits into one passage is not torn apart.

    The sum of the sizes of sentences is never below the size of their text as a whole.
    """
    group: list[Sentence] = []
    used = 0
    for block in blocks:
        whole = sum(size for _, size in block)
        for number, (sentence, size) in enumerate(block):
            ahead = whole if number == 0 and whole <= room else size
            if group and used + ahead > room:
                yield group
                group, used = [], 0
            group.append(sentence)
            used += size
    if group:
        yield group
