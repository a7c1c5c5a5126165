"""A follow-up question → the same question, to be understood without the conversation before it."""

from collections import abc
from collections.abc import Sequence

from rag.backends import Generator
from rag.prompt import rewrite_messages
from rag.text import names, numbers
from rag.types import Turn

_REMEMBERED_TURNS = 3
_MAX_TOKENS = 96
_GRAMMAR = r'root ::= [^?\n\[\]]+ "?"'


def standalone(question: str, history: Sequence[Turn], generator: Generator) -> abc.Generator[None, None, str]:
    """Gives the question with what it takes from the last turns written out; itself when there are none.

    The model rewrites it; a rewriting that lost a name or a number of the question is not used. Yields while the
    model works, at least once a second, so that a consumer can stop.
    """
    if not history:
        return question
    messages = rewrite_messages(question, history[-_REMEMBERED_TURNS:])
    rewritten = ""
    for piece in generator.stream(messages, grammar=_GRAMMAR, max_tokens=_MAX_TOKENS):
        rewritten += piece.text
        yield
    rewritten = rewritten.strip()
    kept = names(f"… {question}") <= names(f"… {rewritten}") and set(numbers(question)) <= set(numbers(rewritten))
    return rewritten if kept and rewritten.endswith("?") else question
