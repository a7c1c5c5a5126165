"""An answer is given again for the same question, history and articles, and for nothing else."""

import pytest

from rag.answer_cache import AnswerCache
from rag.types import Answer, Turn

BUS = Answer("When do buses return?", done=True)
TURN = Turn("What returns?", "Buses return.")


def test_the_same_question_has_the_same_answer() -> None:
    cache = AnswerCache(2)
    cache.put("When?", [TURN], ["b.txt", "a.txt"], BUS)
    assert cache.get("When?", (TURN,), {"a.txt", "b.txt"}) is BUS


@pytest.mark.parametrize(
    ("question", "history", "sources"),
    [("When ?", [TURN], ["a.txt"]), ("When?", [], ["a.txt"]), ("When?", [TURN], []), ("When?", [TURN], None)],
)
def test_another_question_history_or_choice_of_articles_has_not(
    question: str, history: list[Turn], sources: list[str] | None
) -> None:
    cache = AnswerCache(2)
    cache.put("When?", [TURN], ["a.txt"], BUS)
    assert cache.get(question, history, sources) is None


def test_what_was_not_wanted_for_the_longest_time_is_forgotten() -> None:
    cache = AnswerCache(2)
    cache.put("a", (), None, BUS)
    cache.put("b", (), None, BUS)
    cache.get("a", (), None)
    cache.put("c", (), None, BUS)
    assert [cache.get(name, (), None) is not None for name in "abc"] == [True, False, True]


def test_a_cache_of_no_size_remembers_nothing() -> None:
    cache = AnswerCache(0)
    cache.put("a", (), None, BUS)
    assert cache.get("a", (), None) is None
