"""A question in another language than the articles → the same question in theirs.

Search, gate and verification compare words, so that they need a question in the language of the articles. The answer
stays in that language: of twelve verified sentences that the default model translated into four languages, four said
something else afterwards, two of them without any number or name to tell by.
"""

from collections import Counter, abc
from collections.abc import Iterable
from itertools import islice

from rag.backends import Generator
from rag.corpus.language import likeliest
from rag.prompt import translation_messages
from rag.text import STOPWORDS, numbers, words
from rag.types import Document

LANGUAGES = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "th": "Thai",
    "tr": "Turkish",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
"""Those that the default model was trained on; what else a question may be written in, is not looked for."""

_SURE = 0.6  # probability: of 3,642 English questions it takes two, on French songs, for another language
_ENGLISH = 0.2  # share of the words that only English has: not "was", "in" or "on"
_ONLY_ENGLISH = STOPWORDS - frozenset(
    """a all also am an as be been by do during had has he her here i if in is it me most my no not of on or out over
    said same so some such to under until up us was will""".split()
)
_SAMPLE = 100  # articles
_MAX_TOKENS = 96
_GRAMMAR = r'root ::= ([^?？؟\n\[\].!] | "." [^ ?\n\[\]])+ [?？؟]'  # no sentence: the model would rather answer


def main_language(documents: Iterable[Document]) -> str:
    """The code of the language that most of the first hundred articles are in; English when none is known."""
    known = Counter(document.language for document in islice(documents, _SAMPLE) if document.language in LANGUAGES)
    return known.most_common(1)[0][0] if known else "en"


def asked_in(question: str, articles: str) -> str:
    """The code of the question's language if that is surely another one than the articles', else empty.

    >>> asked_in("Wie viele Züge fahren im Mai nach Ulm?", "en"), asked_in("How many trains run to Ulm?", "en")
    ('de', '')
    """
    told = words(question)
    if articles == "en" and sum(word in _ONLY_ENGLISH for word in told) >= _ENGLISH * len(told):
        return ""
    code, probability = likeliest(question, tuple(LANGUAGES))
    return code if code != articles and probability >= _SURE else ""


def translated(question: str, language: str, generator: Generator) -> abc.Generator[None, None, str]:
    """Gives the question in the language of that code; itself when a number got lost.

    Yields while the model works, at least once a second, so that a consumer can stop.
    """
    written = ""
    for piece in generator.stream(
        translation_messages(question, LANGUAGES[language]), grammar=_GRAMMAR, max_tokens=_MAX_TOKENS
    ):
        written += piece.text
        yield
    found = written.strip()
    whole = found.endswith(("?", "？", "؟")) and set(numbers(question)) <= set(numbers(found))
    return found if whole else question
