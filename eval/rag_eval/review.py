"""From candidates to gold questions, one after the other, with a person at the terminal.

A question is added to the gold file before its candidate is taken out of the review file, and each in one step: whoever
leaves in between, by Ctrl-C or because the power fails, loses nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias, TypeVar, cast, get_args

from rag.errors import InvalidInput
from rag.types import Turn
from rag_eval import candidates, proposals
from rag_eval.candidates import Candidate
from rag_eval.gold import ANSWERABLE_KINDS, UNANSWERABLE_KINDS, GoldQuestion, Span, Split, compile_pattern, judge
from rag_eval.lines import append_question
from rag_eval.terminal import Terminal
from rag_eval.text import unmarked

ACTIONS = ("keep", "skip", "drop", "quit")

Texts: TypeAlias = Mapping[str, str]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a review: the questions added, and how many candidates were dropped and are left."""

    kept: tuple[GoldQuestion, ...]
    dropped: int
    left: int


def review(
    candidates_file: Path, gold_file: Path, existing: Sequence[GoldQuestion], texts: Texts, terminal: Terminal
) -> Outcome:
    """Ask what shall become of each candidate: keep it as a gold question, skip it, drop it, or quit.

    ``existing`` is the whole gold set, ``texts`` are the articles by file name. Ctrl-C and the end of the input end the
    review; the candidate at hand stays. Raises InvalidInput when a file cannot be read or written.
    """
    kept: list[GoldQuestion] = []
    dropped = 0
    waiting = candidates.read(candidates_file)
    try:
        for number, candidate in enumerate(waiting, start=1):
            known = (*existing, *kept)
            terminal.show(f"\nCandidate {number} of {len(waiting)}\n{described(candidate, known)}")
            action = terminal.choose("What shall become of it?", ACTIONS, "skip")
            if action == "quit":
                break
            if action == "keep":
                question = _question_of(candidate, known, texts, terminal)
                append_question(gold_file, question)
                kept.append(question)
                terminal.show(f"Added to {gold_file} as {question.id}.")
            if action in ("keep", "drop"):
                candidates.remove(candidates_file, candidate)
                dropped += action == "drop"
    except (KeyboardInterrupt, EOFError):
        terminal.show("\nInterrupted: this candidate and those after it stay.")
    return Outcome(tuple(kept), dropped, len(candidates.read(candidates_file)))


def described(candidate: Candidate, existing: Sequence[GoldQuestion] = ()) -> str:
    """All that is known of a candidate, a line each; also that the gold set has the question already."""
    return "\n".join(_description(candidate, existing))


def _description(candidate: Candidate, existing: Sequence[GoldQuestion]) -> Iterator[str]:
    for turn in candidate.history:
        yield f"Earlier:    {turn.question}\n            {turn.answer}"
    yield f"Question:   {candidate.question}"
    if candidate.sources:
        yield f"Asked of:   {', '.join(candidate.sources)}"
    if candidate.answer:
        yield f"Answer:     {candidate.answer}"
    for citation in candidate.citations:
        yield f"            [{citation.number}] “{_one_line(citation.quote)}” ({citation.doc_id})"
    if candidate.verdict:
        yield f"The user:   that is {candidate.verdict}"
    if candidate.right_answer:
        yield f"Right is:   {candidate.right_answer}"
    if twin := _twin(candidate.question, candidate.history, existing):
        yield f"Remark:     the gold set has this question already, as {twin.id}"


def _question_of(
    candidate: Candidate, existing: Sequence[GoldQuestion], texts: Texts, terminal: Terminal
) -> GoldQuestion:
    """Ask for every field of the gold question."""
    if gone := [source for source in candidate.sources if source not in texts]:
        terminal.show(f"No longer among the articles, and left out: {', '.join(gone)}")
    text = _asked(
        terminal, "Question", _one_line(candidate.question), lambda line: _new(line, candidate.history, existing)
    )
    answerable = terminal.confirm("Do the articles state the answer?", not _was_right_to_refuse(candidate))
    kinds = ANSWERABLE_KINDS if answerable else UNANSWERABLE_KINDS
    proposed = proposals.propose_kind(answerable, bool(candidate.history), _reference(candidate))
    kind = terminal.choose("Kind", kinds, proposed)
    split = terminal.choose("Split", get_args(Split), proposals.propose_split(kind, existing))
    question = GoldQuestion(
        id=proposals.next_id(kind, existing),
        kind=kind,
        split=cast(Split, split),
        question=text,
        answerable=answerable,
        history=candidate.history,
        sources=tuple(source for source in candidate.sources if source in texts),
    )
    if answerable:
        question = _answered(question, candidate, texts, terminal)
    question.check(texts)
    return question


def _answered(question: GoldQuestion, candidate: Candidate, texts: Texts, terminal: Terminal) -> GoldQuestion:
    answer = _asked(terminal, "Reference answer", _reference(candidate), _not_empty)
    judged = _with_patterns(replace(question, answer=answer), _refuted(candidate), terminal)
    return replace(judged, spans=_places(candidate, texts, terminal))


def _was_right_to_refuse(candidate: Candidate) -> bool:
    return candidate.abstained and candidate.verdict != "wrong" and not candidate.right_answer


def _reference(candidate: Candidate) -> str:
    """What the user says is right, else the answer unless it is a refusal or said to be wrong."""
    usable = not candidate.abstained and candidate.verdict != "wrong"
    return _one_line(candidate.right_answer or (unmarked(candidate.answer) if usable else ""))


def _refuted(candidate: Candidate) -> tuple[str, ...]:
    """The answer that the user says is wrong."""
    refuted = candidate.verdict == "wrong" and candidate.answer and not candidate.abstained
    return (unmarked(candidate.answer),) if refuted else ()


def _with_patterns(question: GoldQuestion, wrong: tuple[str, ...], terminal: Terminal) -> GoldQuestion:
    """Ask for patterns until the reference answer passes and every wrong answer fails."""
    required = proposals.shown(proposals.propose_patterns(question.question, question.answer))
    forbidden = ""
    while True:
        required = _asked(
            terminal, 'Required patterns: " & " between groups, " | " within', required, _requiring(question)
        )
        question = replace(question, required=proposals.parsed(required), forbidden=())
        forbidden = _asked(terminal, 'Forbidden patterns, " | " between them', forbidden, _forbidding(question))
        wrong = _wrong_answers(wrong, terminal)
        question = replace(question, forbidden=proposals.alternatives(forbidden), wrong=wrong)
        passed = [text for text in wrong if judge(question, text, abstained=False) == "correct"]
        if not passed:
            return question
        terminal.show(f"This wrong answer passes: “{passed[0]}”; the patterns must be stricter, or it is not wrong.")


def _requiring(question: GoldQuestion) -> Callable[[str], str]:
    def check(line: str) -> str:
        groups = proposals.parsed(line)
        if not groups:
            raise InvalidInput("at least one pattern is needed, such as {n:120} or a word")
        for group in groups:
            _compile(group)
        return _passing(replace(question, required=groups, forbidden=()), line)

    return check


def _forbidding(question: GoldQuestion) -> Callable[[str], str]:
    def check(line: str) -> str:
        patterns = proposals.alternatives(line)
        _compile(patterns)
        return _passing(replace(question, forbidden=patterns), line)

    return check


def _compile(patterns: Sequence[str]) -> None:
    for pattern in patterns:
        compile_pattern(pattern)


def _passing(question: GoldQuestion, line: str) -> str:
    if judge(question, question.answer, abstained=False) != "correct":
        raise InvalidInput(f"the reference answer does not pass: {question.answer}")
    return line


def _wrong_answers(before: Sequence[str], terminal: Terminal) -> tuple[str, ...]:
    """Wrong answers, one a line, up to an empty line; those of before are offered again."""
    offered = iter(before)
    return tuple(iter(lambda: terminal.ask("A wrong answer that must fail, or nothing", next(offered, "")), ""))


def _places(candidate: Candidate, texts: Texts, terminal: Terminal) -> tuple[Span, ...]:
    """The cited places that the reviewer agrees with, and those found by words that the reviewer types."""
    chosen = [span for span in _cited(candidate, texts) if _states_the_answer(span, terminal)]
    while True:
        words = terminal.ask("Another place: its exact words, or nothing")
        if words:
            chosen += _found(words, texts, terminal)
        elif chosen:
            return tuple(dict.fromkeys(chosen))
        else:
            terminal.show("At least one place is needed.")


def _cited(candidate: Candidate, texts: Texts) -> Iterator[Span]:
    """Where the citations stand, wherever that is by now."""
    for citation in candidate.citations:
        span = Span(citation.doc_id, citation.start, citation.end, citation.quote)
        places = proposals.places_of(citation.quote, {span.file: texts.get(span.file, "")})
        yield from [span] if span in places else places


def _states_the_answer(span: Span, terminal: Terminal) -> bool:
    return terminal.confirm(f"Does this state the answer? “{_one_line(span.quote)}” ({span.file})", True)


def _found(words: str, texts: Texts, terminal: Terminal) -> tuple[Span, ...]:
    """The places of the words; of several those that the reviewer chooses."""
    places = proposals.places_of(words, texts)
    if not places:
        terminal.show(f"No article has the words “{words}”.")
    if len(places) < 2:
        return places
    for number, span in enumerate(places, start=1):
        terminal.show(f"{number:>3}  {span.file}: {proposals.surroundings(span, texts[span.file])}")
    return _asked(terminal, 'Which of them? Numbers, or "all"', "all", lambda line: _picked(line, places))


def _picked(line: str, places: tuple[Span, ...]) -> tuple[Span, ...]:
    if line == "all":
        return places
    numbers = line.replace(",", " ").split()
    if not all(number.isdecimal() and 1 <= int(number) <= len(places) for number in numbers):
        raise InvalidInput(f'found {line!r}, expected "all", or numbers from 1 to {len(places)}')
    return tuple(places[int(number) - 1] for number in numbers)


def _asked(terminal: Terminal, label: str, default: str, check: Callable[[str], _T]) -> _T:
    """What ``check`` makes of the line typed; what it finds fault with is asked again."""
    while True:
        default = terminal.ask(label, default)
        try:
            return check(default)
        except InvalidInput as fault:
            terminal.show(f"Not so: {fault}")


def _not_empty(line: str) -> str:
    if not line:
        raise InvalidInput("this cannot be empty")
    return line


def _new(line: str, history: tuple[Turn, ...], existing: Sequence[GoldQuestion]) -> str:
    if twin := _twin(_not_empty(line), history, existing):
        raise InvalidInput(f"the gold set has this question already, as {twin.id}")
    return line


def _twin(text: str, history: tuple[Turn, ...], existing: Sequence[GoldQuestion]) -> GoldQuestion | None:
    asked = (_one_line(text), history)
    return next((known for known in existing if (_one_line(known.question), known.history) == asked), None)


def _one_line(text: str) -> str:
    return " ".join(text.split())
