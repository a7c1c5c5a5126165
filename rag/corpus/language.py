"""The language that a text is written in, by a model that comes with py3langid and needs no network."""

from functools import cache
from typing import TYPE_CHECKING

from rag.errors import InvalidInput

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_ENOUGH_LETTERS = 20  # below, even the right guess is luck
_ENOUGH_CHARACTERS = 10_000  # of the beginning: more does not change the outcome
_SURE = 0.8  # probability


def language_of(text: str) -> str:
    """The ISO 639-1 code of the language of ``text``; empty when it is short, mixed, or none of those with a code.

    Raises InvalidInput when there is no room for the model, which the library unpacks into a temporary file.
    """
    beginning = text[:_ENOUGH_CHARACTERS]
    if sum(map(str.isalpha, beginning)) < _ENOUGH_LETTERS:
        return ""
    code, probability = _identifier().classify(beginning)
    return str(code) if probability >= _SURE and len(code) == 2 else ""


def likeliest(text: str, languages: tuple[str, ...]) -> tuple[str, float]:
    """The code of the likeliest of some languages, and its probability among them. Raises as ``language_of``."""
    code, probability = _identifier(languages).classify(text)
    return str(code), float(probability)


@cache
def _identifier(languages: tuple[str, ...] = ()) -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    try:
        identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    except OSError as error:
        raise InvalidInput(
            f"The model of languages cannot be unpacked in the folder for temporary files ({error.strerror}); "
            "make room there."
        ) from error
    if languages:
        identifier.set_languages(list(languages))
    return identifier
