"""Documents → passages of whole sentences that the embedder reads to the end."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

import sentencex

from rag.errors import InvalidInput
from rag.types import Document, Passage, Section, Sentence

_PARAGRAPH_END = re.compile(r"\n\s*\n|(?<=[.!?。！？:”\"'’)])[ \t]*\n|\n(?=\s*[^a-z\s])")

_HEADING_LENGTH = 100
_TERMINALS = ".!?。！？:;”\"'’)"

CountTokens = Callable[[Sequence[str]], list[int]]
_Block: TypeAlias = list[tuple[Sentence, int]]


def passages_of(document: Document, count_tokens: CountTokens, limit: int) -> tuple[Passage, ...]:
    """Cut a document into passages, in the order of its text.

    A passage lies within one section (never boilerplate) and takes, with its title, at most ``limit`` tokens of
    ``count_tokens``, which counts the special tokens too. A sentence longer than that is cut between words.
    """
    sections = (section for section in document.sections if section.kind != "boilerplate")
    return tuple(
        passage for section in sections for passage in _section_passages(document, section, count_tokens, limit)
    )


def searchable_text(passage: Passage) -> str:
    """What stands for a passage in the embedder: its headline and its words."""
    return f"{passage.title}\n{passage.text}" if passage.title else passage.text


def sentences_of(text: str, start: int, end: int) -> tuple[Sentence, ...]:
    """The sentences of ``text[start:end]``, without the white space around them.

    A line break ends a sentence unless the next line goes on in lower case.
    """
    return tuple(
        Sentence(first, last, text[first:last])
        for left, right in _paragraphs(text, start, end)
        for first, last in _sentence_spans(text, left, right)
    )


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    left = start
    for match in _PARAGRAPH_END.finditer(text, start, end):
        yield left, match.end()
        left = match.end()
    yield left, end


def _sentence_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for boundary in sentencex.get_sentence_boundaries("en", text[start:end]):
        left, right = start + boundary["start_index"], start + boundary["end_index"]
        words = text[left:right]
        if stripped := words.strip():
            first = left + words.index(stripped)
            yield first, first + len(stripped)


def _section_passages(document: Document, section: Section, count_tokens: CountTokens, limit: int) -> Iterator[Passage]:
    title_tokens = count_tokens([section.title])[0]
    room = limit - title_tokens
    if room < limit // 4:
        raise InvalidInput(
            f"{document.doc_id}: the title takes {title_tokens} of the {limit} tokens of a passage; "
            "shorten it or raise RAG_PASSAGE_TOKENS."
        )
    for group in _packed(_blocks(document.text, section, count_tokens, room), room):
        start, end = group[0].start, group[-1].end
        yield Passage(
            doc_id=document.doc_id,
            title=section.title,
            publisher=section.publisher,
            published=document.published,
            start=start,
            end=end,
            text=document.text[start:end],
            sentences=tuple(group),
        )


def _fitting(sentence: Sentence, count_tokens: CountTokens, room: int) -> Iterator[Sentence]:
    """The sentence, or its halves cut near the middle between words, and so on until each part fits."""
    if count_tokens([sentence.text])[0] <= room:
        yield sentence
        return
    middle = len(sentence.text) // 2
    gaps = [match.start() for match in re.finditer(r"\s", sentence.text)]
    cut = min(gaps, key=lambda gap: abs(gap - middle), default=middle)
    for left, right in ((0, cut), (cut, len(sentence.text))):
        text = sentence.text[left:right].strip()
        start = sentence.start + left + sentence.text[left:right].index(text)
        if text:
            yield from _fitting(Sentence(start, start + len(text), text), count_tokens, room)


def _blocks(text: str, section: Section, count_tokens: CountTokens, room: int) -> Iterator[_Block]:
    """The paragraphs of a section, each as its fitting sentences with their sizes; a heading opens the next block."""
    block: _Block = []
    for left, right in _paragraphs(text, section.start, section.end):
        parts = [part for s in sentences_of(text, left, right) for part in _fitting(s, count_tokens, room)]
        block += zip(parts, count_tokens([part.text for part in parts]), strict=True)
        if parts and not _is_heading(parts):
            yield block
            block = []
    if block:
        yield block


def _is_heading(parts: list[Sentence]) -> bool:
    return len(parts) == 1 and len(parts[0].text) <= _HEADING_LENGTH and parts[0].text[-1] not in _TERMINALS


def _packed(blocks: Iterable[_Block], room: int) -> Iterator[list[Sentence]]:
    """Neighbouring sentences, as many as fit together; a block that fits into one passage is not torn apart.

    The sum of the sizes of sentences is never below the size of their text as a whole.
    """
    group: list[Sentence] = []
    used = 0
    for block in blocks:
        whole = sum(size for _, size in block)
        for number, (part, size) in enumerate(block):
            ahead = whole if number == 0 and whole <= room else size
            if group and used + ahead > room:
                yield group
                group, used = [], 0
            group.append(part)
            used += size
    if group:
        yield group
