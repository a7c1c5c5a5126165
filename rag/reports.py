"""What each article says about one matter, in its own words: the answer to "Do the reports agree?".

A small model that is asked what several articles say tells of one, or of none. Nothing has to be written here: from
each article the sentence is taken that tells most of the question, and a reader sees them side by side.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.evidence import term_overlaps
from rag.quantities import quantities
from rag.text import names, numbers, stems
from rag.types import Evidence, Sentence
from rag.verification import Support

_ABOUT_SOURCES = re.compile(
    r"\b(?:all|both|different|various|other|the|do|does|did|what|is|are|same|exactly|that|many|or|more|than|say|says|give"
    r"|report|tell|agree|disagree|differ|articles?|reports?|sources?|outlets?|newspapers?|papers?|publications?)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\b(?:number|figure|how many|how much|amount|share|percentage|exactly|total)\b", re.IGNORECASE)
_LEAST_OVERLAP = 0.4
_LEAST_WORDS = 5
_WHOLE = re.compile(r"[A-ZÀ-Þ0-9\"'“‘].*[.!?][\"'”’]?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an article, word for word, and the share of the question's words that it holds, in [0, 1]."""

    quoted: Support
    share: float


def reports(question: str, readings: Sequence[Sequence[Evidence]]) -> tuple[Statement, ...]:
    """One sentence of each article that tells of the matter; none unless at least two do.

    It holds a figure of the question, or some figure if the question asks for one.
    """
    matter = _ABOUT_SOURCES.sub(" ", question)
    found = [told for reading in readings if (told := _told(question, matter, reading))]
    return tuple(found) if len(found) > 1 else ()


def _told(question: str, matter: str, reading: Sequence[Evidence]) -> Statement | None:
    """The sentence of one article that holds most of the words of the matter."""
    candidates = [(item, sentence) for item in reading for sentence in _candidates(question, item)]
    overlaps = term_overlaps(matter, [sentence.text for _, sentence in candidates])
    scored = [(overlap, -place) for place, overlap in enumerate(overlaps) if overlap >= _LEAST_OVERLAP]
    if not scored:
        return None
    share, place = max(scored)
    item, sentence = candidates[-place]
    return Statement(Support(item.passage, sentence.start, sentence.end, 1.0, item.also_in), share)


def _candidates(question: str, item: Evidence) -> Iterator[Sentence]:
    """The whole sentences with the question's names, and a figure of it, or some figure if it asks for one."""
    wanted, named = set(numbers(question)), names(question)
    for sentence in item.passage.sentences:
        if not named <= set(stems(sentence.text)):
            continue
        if wanted:
            fits = bool(wanted & set(numbers(sentence.text)))
        else:
            fits = not _FIGURE.search(question) or bool(quantities(sentence.text))
        if fits and _WHOLE.fullmatch(sentence.text) and len(sentence.text.split()) >= _LEAST_WORDS:
            yield sentence
