"""The forms in which a text names a time, as regular expressions; what they mean is read in ``rag.corpus.dates``.

The group ``when`` holds the words of a form that name the time, the other groups their parts. Months need a capital,
and years, months and quarters that stand alone need a word before them ("in 2025"): "may" and "march" are verbs too,
and 2025 is also a number. All repetitions are bounded, so that reading takes time linear in the text.
"""

import re

MONTHS = "January February March April May June July August September October November December".split()
OTHER_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar jänner januari janvier enero janeiro gennaio يناير जनवरी",
            "februar februari février febrero fevereiro febbraio فبراير फरवरी",
            "märz maart mars marzo março مارس मार्च",
            "april avril abril aprile أبريل अप्रैल",
            "mai mei mayo maio maggio مايو मई",
            "juni juin junio junho giugno يونيو जून",
            "juli juillet julio julho luglio يوليو जुलाई",
            "august augustus août agosto أغسطس अगस्त",
            "september septembre septiembre setembro settembre سبتمبر सितंबर",
            "oktober octobre octubre outubro ottobre أكتوبر अक्टूबर",
            "november novembre noviembre novembro نوفمبر नवंबर",
            "dezember december décembre diciembre dezembro dicembre ديسمبر दिसंबर",
        ),
        start=1,
    )
    for name in names.split()
}
"""The months' names in eight more languages, in lower case, and their numbers."""
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
RANKS = "first second third fourth".split()
COUNTS = "one two three four five six seven eight nine ten eleven twelve".split()
NAMED_DAYS = {
    "day before yesterday": -2,
    "yesterday": -1,
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "tomorrow": 1,
    "day after tomorrow": 2,
}

_S = r"(?:[^\S\n]{1,3}|[^\S\n]?\n[^\S\n]?)"  # a few blanks or one line break, never a paragraph's end
_DASH = rf"(?:{_S})?[-–—](?:{_S})?"
_FREE = r"(?<![\w.,/-])"  # no part of a longer number, a name or an address
_END = r"(?![\w%]|[.,:/]\d|[-–]\d)"
_MONTH = rf"(?P<month>(?:{'|'.join(f'{m}|{m.upper()}|{m[:3]}|{m[:3].upper()}' for m in MONTHS)}|Sept)\b\.?)"
_LONE_MONTH = rf"(?P<month>(?:{'|'.join(f'{m}|{m.upper()}' for m in MONTHS)})\b(?!{_S}[A-Z]))"  # no "April Jones"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_ORDINAL = r"(?:st|nd|rd|th)?"
_DAY = rf"(?P<day>\d{{1,2}}){_ORDINAL}"
_LAST_DAY = rf"(?P<last_day>\d{{1,2}}){_ORDINAL}"
_WHAT_IS_COUNTED = (  # "by 2000 jobs", "from 2000 euros", but not "by 2030 as planned"
    rf"(?!{_S}(?:per ?cent|[mbtr]{{1,2}}illion|people)\b)"
    rf"(?!{_S}(?!(?:as|is|was|has|its|this|does|unless|plus|versus)\b)[a-z-]{{2,30}}s\b)"
)

_ISO = r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?=T\d|(?![\w-]))"
_TO_DAY = rf"(?:{_DASH}|{_S}(?:to|and){_S}(?=\d\d?,?{_S}(?:19|20)\d\d)){_LAST_DAY}"
_MONTH_DAY = rf"\b{_MONTH}{_S}{_DAY}(?:{_TO_DAY})?{_END}(?:,?{_S}{_YEAR}{_END})?"
_DAY_MONTH = (
    rf"{_FREE}{_DAY}(?:(?:{_DASH}|{_S}(?:to|and){_S}){_LAST_DAY})?(?:{_S}of)?{_S}{_MONTH}(?!\w)"
    rf"(?:,?{_S}{_YEAR}{_END})?"
)
_MONTH_YEAR = rf"\b{_MONTH}(?:,|{_S}of)?{_S}{_YEAR}{_END}"
_YEARS = rf"{_YEAR}(?:[-–/](?P<last_year>\d{{4}}|\d\d))?{_END}"

_DATED = (_ISO, _MONTH_DAY, _DAY_MONTH, _MONTH_YEAR)
_ANY = (*_DATED, rf"\b{_LONE_MONTH}", _YEARS + _WHAT_IS_COUNTED)

_IN = r"\b(?i:in|since|until|till|during|throughout|through|early|mid|late|(?:beginning|start|middle|end|half) of)"
_BY = r"\b(?i:by|before|after|from|for)"


def _one_of(*forms: str) -> str:
    """Any of these forms, without the names of their parts."""
    return "(?:" + "|".join(re.sub(r"\?P<\w+>", "?:", form) for form in forms) + ")"


def _when(words: str, before: str = "", after: str = "") -> re.Pattern[str]:
    return re.compile(f"{before}(?P<when>{words}){after}")


def _span(left: str, between: str, right: str, before: str = "", after: str = "") -> re.Pattern[str]:
    return _when(f"(?P<left>{left}){between}(?P<right>{right})", before, after)


DATE_PARTS = tuple(re.compile(form) for form in _ANY)
"""A date in full, to be matched from its beginning to its end."""

COMPLETE_DAYS = tuple(
    re.compile(form, re.I)
    for form in (
        r"(?<![0-9a-z])(?P<year>(?:19|20)\d\d)(?P<mark>[-_./]?)(?P<month>\d\d)(?P=mark)(?P<day>\d\d)(?!\d)",
        rf"\b{_MONTH}{_S}{_DAY},?{_S}{_YEAR}(?!\w)",
        rf"(?<!\w){_DAY}(?:{_S}of)?[\s-]{{1,3}}{_MONTH},?[\s-]{{1,3}}{_YEAR}(?!\w)",
        rf"(?<!\w)(?P<day>\d{{1,2}})(?:\.|er|º)?{_S}(?:de{_S})?(?P<month>{'|'.join(OTHER_MONTHS)})"
        rf",?{_S}(?:del?{_S})?{_YEAR}(?!\w)",
        rf"(?<![\w.])(?P<day>\d{{1,2}})\.{_S}?(?P<month>\d{{1,2}})\.{_S}?{_YEAR}(?!\w)",  # Americans write slashes
        rf"{_YEAR} ?[年년] ?(?P<month>\d{{1,2}}) ?[月월] ?(?P<day>\d{{1,2}}) ?[日일]",
    )
)
"""A day with its year, in any letter case: where it is known that a date is to be found."""

DATES = (
    *(_when(form) for form in (rf"{_FREE}{_ISO}", _MONTH_DAY, _DAY_MONTH, _MONTH_YEAR)),
    _when(_LONE_MONTH, rf"{_IN}[\s-]{{1,3}}"),
    _when(_YEARS, rf"{_IN}[\s-]{{1,3}}(?:the{_S}year{_S})?"),
    _when(_YEARS + _WHAT_IS_COUNTED + rf"(?!{_S}(?:to|and|or){_S}\d)", rf"{_BY}{_S}(?:the{_S}year{_S})?"),
)
PARTS_OF_A_YEAR = (
    _when(rf"(?i:(?P<rank>first|second|third|fourth){_S}(?P<part>quarter|half)(?:{_S}of)?{_S}){_YEAR}{_END}", r"\b"),
    _when(rf"(?P<part>Q|H)(?P<rank>[1-4])(?:,|{_S}of)?{_S}{_YEAR}{_END}", r"\b"),
    _when(rf"{_YEAR}{_S}(?P<part>Q|H)(?P<rank>[1-4])\b", _FREE),
)
RANGES = (
    _span(_one_of(*_ANY), rf"{_S}(?:and|to|until|through|till){_S}", _one_of(*_ANY), rf"\b(?i:between|from){_S}"),
    _span(_one_of(*_DATED), rf"(?:{_DASH}|{_S}(?:to|until|through|till){_S})", _one_of(*_DATED)),
    _span(rf"\b{_one_of(_LONE_MONTH)}", rf"(?:{_DASH}|{_S}to{_S})", _one_of(_MONTH_YEAR)),
)

_OPENING = r"(?:(?=[a-z])|(?<=[.!?]\s)|(?<=[\n“\"])|(?<![\s\S]))"  # a capital elsewhere makes a name of the word
_STEP = r"(?i:(?P<step>last|this|next))"
_WEEKDAY = (
    rf"(?P<weekday>{'|'.join(WEEKDAYS)})\b"
    rf"(?!,?{_S}(?:the{_S})?(?:\d|{_one_of(_MONTH)}{_S}\d))(?!{_S}of\b)"  # what has its date beside it
)

NAMED_DAY = _when(f"(?i:(?P<name>{'|'.join(NAMED_DAYS).replace(' ', _S)}))", rf"(?<![\w-]){_OPENING}", r"\b(?!['’]s)")
STEPPED_UNIT = _when(rf"{_STEP}{_S}(?P<unit>week|month|quarter|year)\b", r"(?<![\w-])(?<![Tt]he\s)", rf"(?!{_S}of\b)")
STEPPED_MONTH = _when(rf"{_STEP}{_S}{_LONE_MONTH}", r"(?<![\w-])", rf"(?!{_S}(?:of{_S})?\d)")
WEEKDAY = _when(_WEEKDAY, rf"\b(?i:on){_S}")
STEPPED_WEEKDAY = _when(rf"{_STEP}{_S}{_WEEKDAY}", r"(?<![\w-])")
AGO = _when(
    rf"(?i:(?P<count>\d{{1,3}}|an?|{'|'.join(COUNTS)})){_S}(?P<unit>day|week|month|year)s?{_S}ago\b",
    _FREE,
)
