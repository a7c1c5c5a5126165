"""Answers that were given, to be given again at once: the same question to the same articles has the same answer.

The model writes greedily, so that asking again would only cost time. An assistant has one index and one set of
settings, so that the question, what was said before it and the articles that it is asked of make the whole key. Kept
in memory only.
"""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from threading import Lock

from rag.types import Answer, Turn


class AnswerCache:
    """The last ``size`` finished answers, the one that was not wanted for the longest time forgotten first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._answers: OrderedDict[object, Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, question: str, history: Sequence[Turn], sources: Collection[str] | None) -> Answer | None:
        """The answer that was given to just this; None if there is none."""
        key = _key(question, history, sources)
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, question: str, history: Sequence[Turn], sources: Collection[str] | None, answer: Answer) -> None:
        """Remember a finished answer."""
        with self._lock:
            self._answers[_key(question, history, sources)] = answer
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)


def _key(question: str, history: Sequence[Turn], sources: Collection[str] | None) -> object:
    return question, tuple(history), None if sources is None else frozenset(sources)
