"""Question + claim → whether the claim is of the kind that was asked for.

A sentence can be true, and supported, and no answer: "How many roles …?" asks for a quantity, "When …?" for a time,
"Who …?" for a name, and each must be something that the question itself does not hold already. A claim about another
year than the question's is no answer either.
"""

import re

from rag.text import calendar_words, capitalised, numbers

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_QUANTITY = re.compile(
    r"^(?:\w+ ){0,2}(?:how (?:many|much)\b"
    r"|(?:what|which) (?:number|percentage|percent|per cent|proportion|share|fraction|amount|sum)\b)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"^(?:when|since when|until when)\b|\b(?:what|which) (?:date|day|month|year|months|dates)\b", re.IGNORECASE
)
_PERSON = re.compile(r"^(?:who|whom)\b(?!.*\bor\b)", re.IGNORECASE)  # "Who …, A or B?" names the answer itself
_QUANTITY_WORDS = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty"
    r"|ninety|hundreds?|thousands?|millions?|billions?|dozens?|half|halves|third|quarter|double[ds]?|triple[ds]?|twice"
    r"|none|all|most|majority|several)\b",
    re.IGNORECASE,
)
_TIME_WORDS = re.compile(
    r"\b(?:today|yesterday|tomorrow|ago|spring|summer|autumn|winter|morning|evening|night|noon"
    r"|(?:this|last|next|every|same) (?:week|month|year|decade|century|day))\b",
    re.IGNORECASE,
)


def fits(question: str, claim: str) -> bool:
    """Whether ``claim`` holds the kind of thing that ``question`` asks for.

    >>> fits("How many people live in Ulm in 2020?", "In 2020 many people live in Ulm.")
    False
    >>> fits("How many people live in Ulm in 2020?", "In 2020 Ulm had 126,000 inhabitants.")
    True
    """
    years_asked, years_told = set(_YEAR.findall(question)), set(_YEAR.findall(claim))
    if years_asked and years_told and not years_asked & years_told:
        return False
    new_numbers = set(numbers(claim)) - set(numbers(question))
    if _QUANTITY.search(question) and not _TIME.search(question):
        return bool(new_numbers or _QUANTITY_WORDS.search(claim))
    if _TIME.search(question):
        return bool(new_numbers or calendar_words(claim) - calendar_words(question) or _TIME_WORDS.search(claim))
    if _PERSON.search(question):
        return bool(capitalised(claim) - capitalised(question))
    return True
