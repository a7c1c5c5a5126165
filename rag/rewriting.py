"""A follow-up question → the same question, to be understood without the conversation before it.

Most questions of a conversation need nothing of it, and a small model that is asked to rewrite them changes some into
others. So it is asked only where a question leans on what was said, and what it writes must keep the question's words.
"""

import re
from collections import abc
from collections.abc import Sequence

from rag.backends import Generator
from rag.listing import asks_for_several, form_of
from rag.prompt import rewrite_messages
from rag.text import names, numbers, stems, words
from rag.types import Turn

_REMEMBERED_TURNS = 3
_MAX_TOKENS = 96
_GRAMMAR = r'root ::= [^?\n\[\]]+ "?"'
_STATEMENT = re.compile(r"\w{3}[.!]\s")  # a sentence before the question; an abbreviation is shorter
_FRAGMENT = 4  # words: below that, something is left out
_SHORT = 5  # words: below that, a rewriting may put all of them otherwise ("For how many weeks?", "How long …?")
_LEANING = re.compile(
    r"""^\W*(?:and|but|or|so|then|also|what\ about|how\ about)\b
    |\b(?:it|they|them|theirs|he|him|she|hers|these|those|ones?|such|same|others?|another|else|former|latter|both|either|neither|too|also|instead)\b
    |\bthis\b(?!\ (?:year|month|week|day))
    |\b(?:before|after|since|than|like|of|for|about|by|with|in|from|to|is|was|do|does|did|has|have)\ that\b
    |\b(?:that|there|then)\W*$""",
    re.I | re.X,
)
_POSSESSIVE = re.compile(r"\b(?:its|their|his|her)\b", re.I)
_STANDING_FOR = re.compile(r"\b(?:the|this|that|these|those)\s+\w+", re.I)


def standalone(
    question: str, history: Sequence[Turn], generator: Generator, language: str = "en"
) -> abc.Generator[None, None, str]:
    """Gives the question with what it takes from the last turns written out; itself when there is nothing to write out.

    The model rewrites it. A rewriting is not used that lost names, numbers or more than one of the other words of the
    question, but for those that stood for something; that no longer asks which there are, or what the articles say
    each; that begins with a statement; or that only asks again what was asked before. ``language`` is the code of the
    question's; of another than English only names and numbers are looked for, and each question is rewritten. Yields
    while the model works, at least once a second, so that a consumer can stop.
    """
    is_english = language == "en"
    if not history or (is_english and not leans(question)):
        return question
    turns = history[-_REMEMBERED_TURNS:]
    rewritten = ""
    for piece in generator.stream(rewrite_messages(question, turns), grammar=_GRAMMAR, max_tokens=_MAX_TOKENS):
        rewritten += piece.text
        yield
    rewritten = rewritten.strip().removeprefix("Q:").lstrip()
    return rewritten if _asks_the_same(question, rewritten, turns, is_english) else question


def leans(question: str) -> bool:
    """Whether a question in English may take something from what was said before it.

    "Its" and the like behind a name are taken to be of that.

    >>> leans("And outside Norway?"), leans("When do they arrive?"), leans("Who leads the union?")
    (True, True, True)
    >>> leans("How many sailors does Northwind hire this year?")
    False
    """
    if len(words(question)) < _FRAGMENT or not names(f"… {question}") or _LEANING.search(question):
        return True
    possessive = _POSSESSIVE.search(question)
    return possessive is not None and not names(f"… {question[: possessive.start()]}")


def _asks_the_same(question: str, rewritten: str, turns: Sequence[Turn], is_english: bool) -> bool:
    told = set(stems(rewritten))
    if not rewritten.endswith("?") or _STATEMENT.search(rewritten):
        return False
    if any(told == set(stems(turn.question)) for turn in turns):
        return False
    before = "… " if is_english else ""  # with it, the first word counts as one within a sentence
    if not names(before + question) <= names(f"… {rewritten}") or not set(numbers(question)) <= set(numbers(rewritten)):
        return False
    return not is_english or (_keeps(_meant(question), told) and _is_as_wide(question, rewritten))


def _meant(question: str) -> set[str]:
    """The stems that a rewriting should keep: not those of what may stand for something that was named before."""
    if len(words(question)) < _SHORT:
        return set()
    return set(stems(_LEANING.sub(" ", _STANDING_FOR.sub(" ", question))))


def _keeps(meant: set[str], told: set[str]) -> bool:
    """Whether all of these stems but one, and at least one, are told."""
    return not meant or len(meant - told) <= min(1, len(meant) - 1)


def _is_as_wide(question: str, rewritten: str) -> bool:
    """Whether it still asks for several things, or for what the articles say each, if the question does."""
    if form_of(question) == "reports":
        return form_of(rewritten) == "reports"
    return asks_for_several(rewritten) or not asks_for_several(question)
