"""The language that a text is written in, by a model that comes with py3langid and needs no network."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_ENOUGH_LETTERS = 20  # below, even the right guess is luck
_ENOUGH_CHARACTERS = 10_000  # of the beginning: more does not change the outcome
_SURE = 0.8  # probability


def language_of(text: str) -> str:
    """The ISO 639-1 code of the language of ``text``; empty when it is short, mixed, or none of those with a code."""
    beginning = text[:_ENOUGH_CHARACTERS]
    if sum(map(str.isalpha, beginning)) < _ENOUGH_LETTERS:
        return ""
    code, probability = _identifier().classify(beginning)
    return str(code) if probability >= _SURE and len(code) == 2 else ""


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
