"""What the model reads: rules, passages, then the question, within a budget of tokens.

The passages come before the question, so that what the model made of the rules and the first passage serves every
prompt that begins with them: the gate's and the answer's of this question, and those of other questions. They bear no
numbers, because these would make the same passage another one from question to question; verification finds the
passage that states a sentence, whatever number a small model would give it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

from rag.errors import PromptTooLong
from rag.types import Evidence, Message, Turn

Wanted: TypeAlias = Literal["one", "list", "sides", "name"]
"""One answer, one item of a list after the other, the sides of a comparison, or nothing but a name."""

_RULES = (
    "You answer questions about news articles with what the passages state. "
    "Write one or a few short, complete sentences; say who or what they are about; "
    "copy names, numbers and dates exactly."
)
_TASKS: Mapping[Wanted, str] = {
    "one": "Answer the question.",
    "list": "Answer the question. Write one sentence for each item of the answer, with its name and the dates and "
    "numbers that the passage gives for it.",
    "name": "Answer the question with one name.",
    "sides": "Write one sentence for each side of the comparison, with its name and its number.",
}
_GATE = "Do the passages state the answer to this question? Answer with one word, Yes or No."
_LONGEST = max(_GATE, *_TASKS.values(), key=len)  # if that fits, all does
_REWRITE = (
    "Rewrite the last question of a conversation so that it can be understood alone. Replace pronouns and omissions by "
    "what they stand for. Write only the question."
)
_TRANSLATOR = "You are a translator. You never answer questions, you only translate them."
_TRANSLATE = "Translate this question into {}. Copy names and numbers exactly."


def answer_messages(question: str, evidence: Sequence[Evidence], wanted: Wanted = "one") -> tuple[Message, ...]:
    """The prompt of an answer."""
    return _about(question, evidence, _TASKS[wanted])


def gate_messages(question: str, evidence: Sequence[Evidence]) -> tuple[Message, ...]:
    """The prompt whose first word, Yes or No, tells whether the passages hold the answer."""
    return _about(question, evidence, _GATE)


def rewrite_messages(question: str, history: Sequence[Turn]) -> tuple[Message, ...]:
    """The prompt that makes a follow-up question stand alone."""
    turns = "\n".join(f"Q: {_inert(turn.question)}\nA: {_inert(turn.answer)}" for turn in history)
    return Message("system", _REWRITE), Message("user", f"{turns}\nQ: {_inert(question)}")


def translation_messages(question: str, language: str) -> tuple[Message, ...]:
    """The prompt that tells a question in the language of that name."""
    return Message("system", _TRANSLATOR), Message("user", f"{_TRANSLATE.format(language)}\n\n{_inert(question)}")


def fitting(
    question: str, evidence: Sequence[Evidence], count: Callable[[Sequence[Message]], int], budget: int
) -> tuple[Evidence, ...]:
    """As many of the first passages as fit into ``budget`` tokens, whatever of them is asked.

    Raises PromptTooLong when not even one does.
    """
    for kept in range(len(evidence), 0, -1):
        if count(_about(question, evidence[:kept], _LONGEST)) <= budget:
            return tuple(evidence[:kept])
    raise _too_long(budget)


def fitting_alone(
    question: str, evidence: Sequence[Evidence], count: Callable[[Sequence[Message]], int], budget: int
) -> tuple[Evidence, ...]:
    """The passages of which each fits into ``budget`` tokens by itself, for one answer.

    The gate's question is longer than the answer's, but by less than an answer. Raises PromptTooLong when none fits.
    """
    found = tuple(item for item in evidence if count(_about(question, (item,), _TASKS["one"])) <= budget)
    if evidence and not found:
        raise _too_long(budget)
    return found


def _too_long(budget: int) -> PromptTooLong:
    return PromptTooLong(
        f"The question is too long: not even one passage fits beside it into {budget} tokens; ask in fewer words."
    )


def _about(question: str, evidence: Sequence[Evidence], task: str) -> tuple[Message, ...]:
    first, *others = [f"{_headed(item)}\n\n" for item in evidence]
    beginning = f"Passages:\n\n{first}"
    end = f"{''.join(others)}Question: {_inert(question)}\n{task}"
    # Of several passages the whole prompt is read ahead, and serves the gate's question and the answer's.
    kept = 0 if others else len(beginning)
    return Message("system", _RULES), Message("user", beginning + end, kept)


def _headed(evidence: Evidence) -> str:
    passage = evidence.passage
    source = ", ".join(filter(None, (passage.publisher, passage.published)))
    heading = passage.title + (f" ({source})" if source else "")
    return f"{_inert(heading)}\n{_inert(passage.text)}"


def _inert(text: str) -> str:
    """Text in which the marks of a chat template are no marks: a document must not open a turn of its own."""
    return text.replace("<|", "< |").replace("|>", "| >")
