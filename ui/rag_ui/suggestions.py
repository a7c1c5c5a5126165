"""Questions to offer on an empty page, made from the articles at hand, without a language model.

A sentence of one of a few plain forms is turned into a question that it answers, by moving its words; the question is
offered only if retrieval finds what it is about first. Rules over the syntax of statements, which make more questions
than are wanted, and of these the best: Heilman and Smith, "Good Question! Statistical Ranking for Question Generation",
NAACL 2010. Here the rules are few, and what is doubtful is left out: nobody misses a question that is not offered.
"""

import re
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rag.types import Passage
from rag_ui.loading import Articles, Assistant, Loader

_MOST = 4  # questions that are offered
_READ = 5000  # passages, spread over all articles
_TRIED = 24  # questions that are looked for
_LENGTHS = range(4, 15)  # words of a good question

_WORD = r"[^\W\d_]+"
_NAME = r"[A-Z][^\W\d_]*[a-z](?:-[A-Z][^\W\d_]*[a-z])?"
_NAMES = rf"(?:{_NAME}|[A-Z]{{2,}})(?: (?:(?:of|for) (?:the )?)?(?:{_NAME}|[A-Z]{{2,}})){{0,4}}"
_PERSON = rf"(?P<person>{_NAME}(?: [A-Z]\.)?(?: {_NAME}){{1,2}})"
_BODY = rf"(?P<body>(?:the )?{_NAMES})"
_OFFICES = "CEO|chief executive|chief economist|founder|co-founder|chairman|chairwoman"
_ROLE = f"(?P<role>{_OFFICES}|president|(?:general |managing |executive )?director|mayor|editor-in-chief)"
_SAID = "(?:said|says|warned|argued|explained)"
_IS = "(?:is|are|was|were|will|would|has|have|had|can|could|should)"
_MADE = "(?P<made>founded|established|built|opened|launched|created|introduced|published|completed|invented)"

_FORMS = tuple(
    (re.compile(form), question)
    for form, question in (
        (
            rf"\b{_PERSON}(?:, [^,.]+,)? {_SAID} (?:that )?(?P<topic>the {_WORD}(?: {_WORD})?|{_NAMES}) {_IS}\b",
            "What did {person} say about {topic}?",
        ),
        (rf"\b{_PERSON}, (?:the )?{_ROLE} (?:of|at) {_BODY}[,.]", "Who is the {role} of {body}?"),
        (
            rf"(?:\b[a-z]+|,) (?P<body>{_NAME}(?: {_NAME}){{0,2}})(?:[’']s)? (?P<role>{_OFFICES}) {_PERSON}\b",
            "Who is the {role} of {body}?",
        ),
        (rf"^[Tt]he (?P<thing>{_NAMES}) was {_MADE} (?:in|on) [\w ]*\d", "When was the {thing} {made}?"),
        (
            rf"\b[a-z]+ (?P<the>the )?(?P<title>{_NAMES}) (?:{_IS}|plans|expects|offers|announced|became)\b",
            "What do the articles say about {the}{title}?",
        ),
    )
)
"""What a sentence looks like, and its question. What a form calls ``title`` has to stand in the title, too."""

_VAGUE = frozenset(
    """i you he she it we they me him her us them my your his its our their this that these those there here such one
    now then today yesterday tomorrow last next earlier later former latter previous same other though although if when
    while as company group team man woman situation but not no dr mr mrs ms""".split()
)
"""Words that mean something only where they stand."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question made of an article, and ``words`` of that which answer it; ``form`` counts from the most specific."""

    question: str
    form: int
    doc_id: str
    words: str


class Suggestions:
    """The questions that are offered: those that were ``given``, or else some made from the articles there are now."""

    def __init__(self, loader: Loader, given: Sequence[str] = ()) -> None:
        self._loader = loader
        self._given = tuple(given)
        self._making = threading.Lock()
        self._made: tuple[Articles | None, tuple[str, ...]] = (None, ())

    def questions(self) -> tuple[str, ...]:
        """At most four if they are made; none while the models load."""
        assistant = self._loader.ready()
        if self._given or assistant is None:
            return self._given
        with self._making:
            if self._made[0] is not assistant.index:
                self._made = assistant.index, suggest(assistant)
        return self._made[1]


def suggest(assistant: Assistant) -> tuple[str, ...]:
    """The best questions that can be made of its articles: specific ones first, of many forms and articles."""
    passages = assistant.index.passages
    made = list(_made(passages[:: 1 + len(passages) // _READ]))
    found = [one for one in islice(_varied(made), _TRIED) if _is_found(one, assistant)]
    return tuple(one.question for one in islice(_varied(found), _MOST))


def questions_of(sentence: str, title: str = "") -> Iterator[tuple[int, str, str]]:
    """For each form that this sentence of a story of that ``title`` has: its number, the question, the words to find.

    >>> [question for _, question, _ in questions_of("Ana Ruiz, president of the Rovers, said the pitch was wet.")]
    ['What did Ana Ruiz say about the pitch?', 'Who is the president of the Rovers?']
    >>> list(questions_of("Much of what Acme offers is new.", "Acme grows"))
    [(4, 'What do the articles say about Acme?', 'Acme')]
    """
    for number, (form, question) in enumerate(_FORMS):
        match = form.search(sentence)
        named = match.groupdict(default="") if match else {}
        if match and named.get("title", "") in title:
            asked = question.format(**named)
            words = re.findall(r"[\w’-]+", asked.lower())
            if len(words) in _LENGTHS and _VAGUE.isdisjoint(words[1:]):
                yield number, asked, named.get("title", sentence)


def _made(passages: Sequence[Passage]) -> Iterator[Suggestion]:
    for passage in passages:
        for sentence in passage.sentences:
            for form, question, words in questions_of(_line(sentence.text), _line(passage.title)):
                yield Suggestion(question, form, passage.doc_id, words)


def _varied(suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    """No question twice, and first those of articles and of forms that did not have a turn yet; else as they came."""
    turns: Counter[object] = Counter()
    ranked = []
    for one in {one.question: one for one in suggestions}.values():
        kinds = one.form, one.doc_id, (one.form, one.doc_id)
        ranked.append((sum(turns[kind] for kind in kinds), one.form, one))
        turns.update(kinds)
    return [one for *_, one in sorted(ranked, key=lambda entry: entry[:2])]


def _is_found(suggestion: Suggestion, assistant: Assistant) -> bool:
    found = assistant.retrieve(suggestion.question, 1)
    return bool(found) and suggestion.words in _line(found[0].passage.text)


def _line(text: str) -> str:
    return " ".join(text.split())
