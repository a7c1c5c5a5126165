"""The gold set: questions whose right answers are known, with the places in the articles that state them.

One JSON object a line, one ``GoldQuestion`` each; ``README.md`` beside this file explains every field.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias, get_args

from pydantic import ConfigDict, TypeAdapter, ValidationError

from rag.errors import InvalidInput
from rag.types import Turn
from rag_eval.text import unmarked

AnswerableKind: TypeAlias = Literal[
    "fact_number", "fact_date", "fact_name", "fact_place", "list", "aggregate", "comparison",
    "paraphrase", "noisy", "follow_up", "teaser", "disagreement",
]  # fmt: skip
UnanswerableKind: TypeAlias = Literal[
    "near_miss_fact", "near_miss_company", "near_miss_year", "false_premise",
    "other_topic", "not_a_question", "injection",
]  # fmt: skip
Split: TypeAlias = Literal["train", "test"]
Verdict: TypeAlias = Literal["correct", "wrong", "refused"]

ANSWERABLE_KINDS: tuple[AnswerableKind, ...] = get_args(AnswerableKind)
UNANSWERABLE_KINDS: tuple[UnanswerableKind, ...] = get_args(UnanswerableKind)
KINDS: tuple[str, ...] = (*ANSWERABLE_KINDS, *UNANSWERABLE_KINDS)

_STRICT = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, slots=True)
class Span:
    """A place that states the answer: ``quote`` is ``text[start:end]`` of ``file`` decoded as UTF-8."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    file: str
    start: int
    end: int
    quote: str

    def check(self, text: str) -> None:
        """Raise InvalidInput unless the span cuts a non-empty quote out of ``text``."""
        found = text[self.start : self.end] if 0 <= self.start < self.end else ""
        if not found or found != self.quote:
            place = f"{self.file}[{self.start}:{self.end}]"
            raise InvalidInput(f"span {place} is {found!r}, expected its quote {self.quote!r}")


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and all that is needed to judge an answer to it.

    An answer is right if every group of ``required`` has a pattern that occurs in it and no ``forbidden``
    pattern does; without ``answerable``, only a refusal is right. ``spans`` are all places that state the
    answer, ``wrong`` are answers that must not pass. ``sources`` are the articles that it is asked about, none: all.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    id: str
    kind: str
    split: Split
    question: str
    answerable: bool
    history: tuple[Turn, ...] = ()
    sources: tuple[str, ...] = ()
    answer: str = ""
    required: tuple[tuple[str, ...], ...] = ()
    forbidden: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    wrong: tuple[str, ...] = ()

    def check(self, texts: Mapping[str, str]) -> None:
        """Raise InvalidInput for a contradiction, a gap, or a place that the articles, ``texts`` by file, lack."""
        if not (self.id.strip() and self.question.strip()):
            raise InvalidInput("the id or the question is empty")
        if self.kind not in KINDS:
            raise InvalidInput(f"unknown kind {self.kind!r}; the kinds are {', '.join(KINDS)}")
        if self.answerable != (self.kind in ANSWERABLE_KINDS):
            raise InvalidInput(f"kind {self.kind!r} does not go with answerable={self.answerable}")
        if self.answerable and not (self.answer and self.required and all(self.required) and self.spans):
            raise InvalidInput("an answerable question needs an answer, required patterns and spans")
        if not self.answerable and (self.answer or self.required or self.forbidden or self.spans or self.wrong):
            raise InvalidInput("an unanswerable question has no answer, patterns, spans or wrong answers")
        for source in (*self.forbidden, *(source for group in self.required for source in group)):
            compile_pattern(source)
        for file in (*self.sources, *(span.file for span in self.spans)):
            if file not in texts:
                raise InvalidInput(f"there is no article {file!r}; expected a file of the indexed folder")
        for span in self.spans:
            span.check(texts[span.file])
        if self.answerable and judge(self, self.answer, abstained=False) != "correct":
            raise InvalidInput(f"the reference answer {self.answer!r} does not pass the patterns")
        if passed := [text for text in self.wrong if judge(self, text, abstained=False) == "correct"]:
            raise InvalidInput(f"the wrong answer {passed[0]!r} passes the patterns")


_QUESTION = TypeAdapter(GoldQuestion)


def load_gold(path: Path, texts: Mapping[str, str]) -> tuple[GoldQuestion, ...]:
    """Every question of a ``.jsonl`` file, or of all such files in a folder, in the order of name and line.

    ``texts`` are the articles by file name. Raises InvalidInput, as ``file:line: reason``, for the first line that is
    not a sound question or repeats an earlier one.
    """
    seen: dict[object, str] = {}
    questions = []
    for place, line in _lines(path):
        try:
            question = parse_question(line)
            question.check(texts)
            _check_new(question, seen, place)
        except InvalidInput as error:
            raise InvalidInput(f"{place}: {error}") from error
        questions.append(question)
    return tuple(questions)


def parse_question(line: str) -> GoldQuestion:
    """The question in one line of JSON. Raises InvalidInput; what the fields say is for ``check`` to judge."""
    try:
        return _QUESTION.validate_json(line)
    except ValidationError as error:
        raise InvalidInput(reason_of(error)) from error


def judge(question: GoldQuestion, text: str, abstained: bool) -> Verdict:
    """The verdict on an answer: ``text`` as shown, citation marks and all, and whether it is a refusal.

    A refusal is "correct" for an unanswerable question and "refused" for an answerable one.
    """
    if abstained:
        return "refused" if question.answerable else "correct"
    return "correct" if question.answerable and _passes(question, _plain(text)) else "wrong"


@cache
def compile_pattern(source: str) -> re.Pattern[str]:
    """The regular expression ``source``, case-insensitive, its placeholders filled in; else InvalidInput.

    ``{n:10000}`` matches 10,000, 10 000, 10k and ten thousand, but neither 110,000 nor 10,000 million;
    ``{p:80}`` matches 80%, 80 per cent and eighty percent; ``{m:2025-11}`` matches November 2025.
    """
    filled = _PLACEHOLDER.sub(_fill, source)
    if re.search(r"\{[a-z]:", filled):
        raise InvalidInput(f"bad pattern {source!r}: placeholders are {{n:10000}}, {{p:80}} and {{m:2025-11}}")
    try:
        return re.compile(filled, re.IGNORECASE)
    except re.error as error:
        raise InvalidInput(f"bad pattern {source!r}: {error}") from error


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """``(file:line, text)`` of every line that is not blank."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise InvalidInput(f"{path} holds no .jsonl file, expected a gold set")
    for file in files:
        # Not splitlines(): JSON strings may hold U+2028 and its kin unescaped.
        for number, line in enumerate(_read(file).split("\n"), start=1):
            if line.strip():
                yield f"{file}:{number}", line


def _read(path: Path) -> str:
    """The file decoded as UTF-8, line ends untouched so that offsets hold."""
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        advice = "`rag eval new FILE` begins questions on your own articles, --set FILE takes them"
        raise InvalidInput(f"cannot read {path}: {error.strerror}; {advice}") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{path} is not UTF-8 text: byte {error.start} is {error.reason}; save it as UTF-8"
        ) from error


def reason_of(error: ValidationError) -> str:
    """What is wrong with one line of JSON, in a few words."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    match first["type"]:
        case "json_invalid":
            return first["msg"].replace("line 1 column", "column")
        case "unexpected_keyword_argument":
            return f"unknown key {key!r}"
        case "missing":
            return f"missing key {key!r}"
        case _:
            return f"{key or 'the line'}: {first['msg']} (found {first['input']!r})"


def _check_new(question: GoldQuestion, seen: dict[object, str], place: str) -> None:
    """Refuse an id, or a question with the same history, that an earlier place has; else remember both."""
    for name, key in (("id", question.id), ("question", (question.question.strip(), question.history))):
        if key in seen:
            raise InvalidInput(f"the {name} of {question.id!r} stands already in {seen[key]}")
        seen[key] = place


def _passes(question: GoldQuestion, text: str) -> bool:
    def occurs(source: str) -> bool:
        return compile_pattern(source).search(text) is not None

    return all(any(map(occurs, group)) for group in question.required) and not any(map(occurs, question.forbidden))


_ASCII = str.maketrans("‘’“”‐‑‒–—−", "''\"\"------")


def _plain(text: str) -> str:
    """The words of an answer: citation marks and bold stars dropped, quotes, dashes and spaces made plain."""
    plain = unicodedata.normalize("NFKC", text).translate(_ASCII)
    return " ".join(unmarked(plain).replace("*", "").split())


_PLACEHOLDER = re.compile(
    r"\{(?:n:(?P<number>\d+(?:\.\d+)?)|p:(?P<percent>\d+(?:\.\d+)?)|m:(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2]))\}"
)
_SCALES = {
    1: "",
    1_000: r"[\s-]?(?:thousand|k)\b",
    1_000_000: r"[\s-]?(?:million|mn|m)\b",
    1_000_000_000: r"[\s-]?(?:billion|bn|b)\b",
}
_WORDS = {
    1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine",
    10: "ten", 11: "eleven", 12: "twelve", 13: "thirteen", 14: "fourteen", 15: "fifteen", 16: "sixteen",
    17: "seventeen", 18: "eighteen", 19: "nineteen", 20: "twenty", 30: "thirty", 40: "forty", 50: "fifty",
    60: "sixty", 70: "seventy", 80: "eighty", 90: "ninety",
}  # fmt: skip
_MONTHS = {
    "01": "jan(?:uary)?", "02": "feb(?:ruary)?", "03": "mar(?:ch)?", "04": "apr(?:il)?", "05": "may",
    "06": "june?", "07": "july?", "08": "aug(?:ust)?", "09": "sept?(?:ember)?", "10": "oct(?:ober)?",
    "11": "nov(?:ember)?", "12": "dec(?:ember)?",
}  # fmt: skip


def _fill(found: re.Match[str]) -> str:
    if found["number"]:
        return _number(Decimal(found["number"]))
    if found["percent"]:
        return _number(Decimal(found["percent"])) + r"[\s-]?(?:%|per[\s-]?cent|pct)"
    return _month(found["year"], found["month"])


def _number(value: Decimal) -> str:
    """``value`` in figures and words on every scale, but not as a part of another number."""
    scales = [scale for scale in _SCALES if scale == 1 or value >= scale]
    forms = "|".join(form for scale in scales for form in _forms(value / scale, _SCALES[scale]))
    return rf"(?:{forms})(?![.,]?\d)(?![\s-]?(?:hundred|thousand|k|million|mn|m|billion|bn|trillion|tn)\b)"


def _forms(value: Decimal, unit: str) -> Iterator[str]:
    yield r"(?<!\d)(?<!\d[.,])" + f"{value:,}".replace(".", r"\.").replace(",", "[, ]?") + unit
    if value in _WORDS:
        yield rf"(?<!ty-)\b{_WORDS[int(value)]}\b{unit}"


def _month(year: str, month: str) -> str:
    return rf"(?:\b{_MONTHS[month]}\.?,?(?: of)? {year}\b|\b{year}-{month}\b|\b{month}/{year}\b)"
