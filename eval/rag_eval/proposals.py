"""What a reviewer is offered to accept or to change: kind, split, id, patterns, and places of quoted words. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TypeAlias

from rag.text import capitalised, name_keys
from rag_eval.gold import GoldQuestion, Span, Split

Groups: TypeAlias = tuple[tuple[str, ...], ...]
"""Groups of patterns as ``GoldQuestion.required`` holds them."""

_MONTHS = "January February March April May June July August September October November December".split()
_MONTH = "|".join(rf"{month[:3]}(?:{month[3:]})?" for month in _MONTHS)
_SCALES = {"thousand": 10**3, "k": 10**3, "million": 10**6, "mn": 10**6, "m": 10**6, "billion": 10**9, "bn": 10**9}
_VALUE = re.compile(
    rf"\b(?P<month>{_MONTH})\.?,?(?: of)? (?P<year>\d{{4}})\b"
    r"|(?<![\d.,])(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"(?:[\s-]?(?:(?P<percent>%|per\s?cent\b)|(?P<scale>{'|'.join(_SCALES)})\b))?",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:[.'’-][^\W\d_]+)*")


def propose_kind(answerable: bool, is_follow_up: bool, reference: str) -> str:
    """The kind that a question most likely is of, judged by the first value in its answer."""
    if not answerable:
        return "near_miss_fact"
    if is_follow_up:
        return "follow_up"
    first = next(_values(reference), "")
    if first.startswith("{m:"):
        return "fact_date"
    return "fact_number" if first else "fact_name"


def propose_split(kind: str, existing: Iterable[GoldQuestion]) -> Split:
    """The half of the set that has fewer questions of this kind."""
    splits = [question.split for question in existing if question.kind == kind]
    return "train" if splits.count("train") <= splits.count("test") else "test"


def next_id(kind: str, existing: Iterable[GoldQuestion]) -> str:
    """``kind-NNN`` with the number after the highest one of that kind."""
    found = (re.fullmatch(rf"{kind}-(\d+)", question.id) for question in existing)
    return f"{kind}-{1 + max((int(match[1]) for match in found if match), default=0):03}"


def propose_patterns(question: str, reference: str) -> Groups:
    """One group for each value and name of a reference answer that the question does not have; if it has all: for all.

    >>> propose_patterns("How many people does Acme hire in 2025?", "In 2025, Acme hires 1,200 people for Oslo.")
    (('{n:1200}',), ('Oslo',))
    >>> propose_patterns("Is Acme or Globex older?", "Acme")
    (('Acme',),)
    """
    told, asked = list(_values(reference)), set(_values(question))
    rest = _VALUE.sub("…", reference)
    keys = name_keys(rest)
    new = [*(value for value in told if value not in asked), *_names(rest, keys - capitalised(question))]
    return tuple((pattern,) for pattern in dict.fromkeys(new or [*told, *_names(rest, keys)]))


def shown(groups: Groups) -> str:
    """Groups in one line that can be edited; ``parsed`` reads it.

    >>> shown((("{n:2}",), ("Oslo", "Bergen")))
    '{n:2} & Oslo | Bergen'
    """
    return " & ".join(" | ".join(group) for group in groups)


def parsed(line: str) -> Groups:
    """The groups of a line: " & " between groups, " | " between the patterns of one.

    >>> parsed("{n:2} & Oslo | Bergen")
    (('{n:2}',), ('Oslo', 'Bergen'))
    """
    groups = (alternatives(group) for group in line.split(" & "))
    return tuple(group for group in groups if group)


def alternatives(line: str) -> tuple[str, ...]:
    """The patterns of a line, " | " between them."""
    return tuple(pattern.strip() for pattern in line.split(" | ") if pattern.strip())


def places_of(words: str, texts: Mapping[str, str]) -> tuple[Span, ...]:
    """Every place of these words in the articles, however they are spaced or broken into lines there.

    >>> places_of("in  Oslo", {"acme.txt": "Acme is in\\nOslo."})
    (Span(file='acme.txt', start=8, end=15, quote='in\\nOslo'),)
    """
    pattern = re.compile(r"\s+".join(map(re.escape, words.split())))
    if not pattern.pattern:
        return ()
    return tuple(
        Span(file, match.start(), match.end(), match.group())
        for file, text in texts.items()
        for match in pattern.finditer(text)
    )


def surroundings(span: Span, text: str, characters: int = 50) -> str:
    """A place with some of what stands around it, in one line."""
    around = text[max(0, span.start - characters) : span.start], span.quote, text[span.end : span.end + characters]
    return " ".join("{}»{}«{}".format(*around).split())


def _values(text: str) -> Iterator[str]:
    """Placeholders for the months, shares and numbers of a text, in its order."""
    for match in _VALUE.finditer(text):
        if match["month"]:
            month = next(n for n, name in enumerate(_MONTHS, 1) if name[:3] == match["month"][:3].title())
            yield f"{{m:{match['year']}-{month:02}}}"
        else:
            value = Decimal(match["number"].replace(",", "")) * _SCALES.get((match["scale"] or "").lower(), 1)
            yield f"{{{'p' if match['percent'] else 'n'}:{value.normalize():f}}}"


def _names(text: str, keys: set[str]) -> Iterator[str]:
    """The words behind these keys of ``name_keys`` as patterns, in the order of the text."""
    for match in _WORD.finditer(text):
        word = re.sub(r"['’]s$", "", match.group())
        if name_keys(word) & keys:
            yield re.escape(word)
