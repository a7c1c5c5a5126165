"""Question + claim → whether the claim is of the kind that was asked for.

A sentence can be true, and supported, and no answer: "How many roles …?" asks for a quantity, "When …?" for a time,
"Who …?" for a name, and each must be something that the question itself does not hold already. A claim about another
year than the question's is no answer either, nor one that says the contrary of what was asked for, or only says the
question again.
"""

import re

from rag.text import calendar_words, capitalised, name_keys, numbers, stems

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_QUANTITY = re.compile(
    r"^(?:\w+ ){0,2}(?:how (?:many|much)\b"
    r"|(?:what|which) (?:number|percentage|percent|per cent|proportion|share|fraction|amount|sum)\b)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"^(?:when|since when|until when)\b|\b(?:what|which) (?:date|day|month|year|months|dates)\b", re.IGNORECASE
)
_MONEY = re.compile(
    r"^(?:\w+ ){0,2}how much\b.*\b(?:costs?|pay|pays|paid|spends?|spent|invest(?:s|ed)?|earn(?:s|ed)?|worth|charged?"
    r"|donated?|raised?|owed?)\b"
    r"|^(?:\w+ ){0,2}what (?:do|does|did|will|would)\b.*\bcost\W*$"
    r"|\b(?:what|which) (?:\w+ ){0,2}(?:price|cost|fine|salary|wage|fee|revenue|profit|budget)s?\b",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"^(?:\w+ ){0,2}(?:what|which) (?:percentage|percent|per cent|proportion|share|fraction)\b", re.IGNORECASE
)
_NAME = re.compile(r"^(?:\w+ ){0,2}(?:what|which) (?:is|was|are|were) the (?:\w+ )?names?\b", re.IGNORECASE)
_YES_OR_NO = re.compile(
    r"^(?:(?:and|but|so|then) )?(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|might)\b",
    re.IGNORECASE,
)
_CHOICE = re.compile(r"\bor\b", re.IGNORECASE)  # the question itself holds the answer
_NOT = re.compile(r"\b(?:not(?! (?:only|just|yet)\b)|never|cannot)\b|n['’]t\b", re.IGNORECASE)
_PERSON = re.compile(r"^(?:who|whom)\b(?!.*\bor\b)", re.IGNORECASE)  # "Who …, A or B?" names the answer itself
_QUANTITY_WORDS = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty"
    r"|ninety|hundreds?|thousands?|millions?|billions?|dozens?|half|halves|third|quarter|double[ds]?|triple[ds]?|twice"
    r"|none|all|most|majority|several)\b",
    re.IGNORECASE,
)
_MONEY_WORDS = re.compile(
    r"[$€£¥₹]|\b(?:dollars?|euros?|pounds?|yuan|yen|rupees?|francs?|won|pesos?|kron\w+|cents?|[A-Z]{3}(?= ?\d)|free)\b"
)
_SHARE_WORDS = re.compile(
    r"%|\bper ?cent\b|\b(?:half|halves|thirds?|quarters?|fifths?|tenths?|all|none|most|majority|minority"
    r"|(?:in|out of) (?:\d+|two|three|four|five|ten))\b",
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
    if not _YES_OR_NO.search(question) and not (_says_something_new(question, claim) and _agrees(question, claim)):
        return False
    return _is_of_the_kind(question, claim)


def _says_something_new(question: str, claim: str) -> bool:
    return bool(_CHOICE.search(question) or set(stems(claim)) - set(stems(question)))


def _agrees(question: str, claim: str) -> bool:
    """Whether both deny something, or neither does."""
    return bool(_NOT.search(question)) == bool(_NOT.search(claim))


def _is_of_the_kind(question: str, claim: str) -> bool:
    new_numbers = set(numbers(claim)) - set(numbers(question))
    if _MONEY.search(question):
        return bool(_MONEY_WORDS.search(claim))
    if _SHARE.search(question):
        return bool(_SHARE_WORDS.search(claim))
    if _QUANTITY.search(question) and not _TIME.search(question):
        return bool(new_numbers or _QUANTITY_WORDS.search(claim))
    if _TIME.search(question):
        return bool(new_numbers or calendar_words(claim) - calendar_words(question) or _TIME_WORDS.search(claim))
    if _PERSON.search(question):
        return bool(capitalised(claim) - capitalised(question))
    if _NAME.search(question):
        return bool(name_keys(f"… {claim}") - capitalised(question))
    return True
