"""Two systems side by side, worked out by hand."""

import re
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from rag.errors import InvalidInput
from rag.types import Timings
from rag_eval.comparison import Change, Comparison, compare, shown
from rag_eval.gold import GoldQuestion, Verdict
from rag_eval.metrics import JudgedQuestion, Scores
from rag_eval.runs import Record
from rag_eval.statistics import PairedTest
from rag_eval.text import printable


def judged(name: str, verdict: Verdict, text: str = "Acme hires 120.", total: float = 2.0) -> JudgedQuestion:
    """An answered question; x and y are unanswerable. A right answer has F1 1, others 0."""
    answerable = name not in ("x", "y")
    kind = "fact_number" if answerable else "other_topic"
    question = GoldQuestion(name, kind, "test", f"Question {name}?", answerable)
    record = Record(
        "assistant", name, question.question, text, verdict == "refused", 0.5, (), (), (), Timings(total=total)
    )
    return JudgedQuestion(question, record, verdict, float(verdict == "correct") if answerable else None, (), {})


def scores(*questions: JudgedQuestion, system: str = "assistant") -> Scores:
    return Scores(system, questions, {}, {}, (), None, (), None, {})


def ids(changes: tuple[Change, ...]) -> list[str]:
    return [change.question.id for change in changes]


def printed(comparison: Comparison) -> str:
    out = StringIO()
    Console(file=out, width=120).print(shown(comparison))
    return out.getvalue()


def with_test(test: PairedTest) -> Comparison:
    return replace(compare(scores(judged("a", "correct")), scores(judged("a", "correct"))), tests={"token F1": test})


def test_questions_are_sorted_into_better_worse_other_words_and_unchanged() -> None:
    first = scores(
        judged("a", "wrong"),
        judged("b", "refused"),
        judged("c", "correct"),
        judged("d", "correct", "120."),
        judged("e", "correct"),
        judged("x", "correct"),
    )
    second = scores(
        judged("a", "refused"),
        judged("b", "correct"),
        judged("c", "refused"),
        judged("d", "correct", "About 120."),
        judged("e", "correct"),
        judged("x", "wrong"),
    )
    comparison = compare(first, second)
    assert ids(comparison.better) == ["a", "b"]
    assert ids(comparison.worse) == ["x", "c"]
    assert ids(comparison.other) == ["d"]
    assert (comparison.unchanged, comparison.left_out) == (1, 0)


def test_the_largest_change_comes_first_and_equal_ones_stay_in_the_order_of_the_questions() -> None:
    """b rises by 2 (wrong to right), c and a by 1 each (refused to right, wrong to refused)."""
    first = scores(judged("c", "refused"), judged("a", "wrong"), judged("b", "wrong"))
    second = scores(judged("a", "refused"), judged("b", "correct"), judged("c", "correct"))
    assert ids(compare(first, second).better) == ["b", "c", "a"]
    assert ids(compare(second, first).worse) == ["b", "a", "c"]


def test_a_change_holds_both_answers() -> None:
    change = compare(
        scores(judged("a", "refused", "No idea.")), scores(judged("a", "correct", "120.")), shared_only=True
    ).better[0]
    assert (change.before.verdict, change.after.verdict, change.gain) == ("refused", "correct", 1)
    assert change.before.record is not None
    assert change.before.record.text == "No idea."


def test_the_differences_of_the_tests_are_second_minus_first() -> None:
    """Worth of a, b, x, y goes from -1, 0, 1, -1 to 1, 0, 1, 1: (2 + 0 + 0 + 2) / 4 = 1.

    Of the answerable a and b, first none is right, then one: 1/2, and so for F1. Of x and y, one is, then both: 1/2.
    """
    first = scores(judged("a", "wrong"), judged("b", "refused"), judged("x", "correct"), judged("y", "wrong"))
    second = scores(judged("a", "correct"), judged("b", "refused"), judged("x", "correct"), judged("y", "correct"))
    tests = compare(first, second).tests
    assert {name: (test.difference, test.over) for name, test in tests.items()} == {
        "truthfulness": (1.0, 4),
        "answered correctly": (0.5, 2),
        "refused rightly": (0.5, 2),
        "token F1": (0.5, 2),
    }


def test_figures_over_nothing_have_no_test() -> None:
    tests = compare(scores(judged("x", "correct")), scores(judged("x", "wrong"))).tests
    assert list(tests) == ["truthfulness", "refused rightly"]


def test_seconds_are_compared_question_by_question() -> None:
    """The ratios are 4/2, 5/10 and 12/4: their median is 2. The medians of the seconds, 4 and 5, would give 1.25."""
    first = scores(judged("a", "correct", total=2), judged("b", "correct", total=10), judged("c", "correct", total=4))
    second = scores(judged("a", "correct", total=4), judged("b", "correct", total=5), judged("c", "correct", total=12))
    assert compare(first, second).seconds_ratio == 2.0


def test_questions_that_took_no_time_or_were_not_answered_have_no_ratio() -> None:
    unanswered = replace(judged("b", "wrong"), record=None)
    first = scores(judged("a", "correct", total=0.0), unanswered)
    second = scores(judged("a", "correct"), judged("b", "correct"))
    comparison = compare(first, second)
    assert comparison.seconds_ratio is None
    assert ids(comparison.better) == ["b"]
    assert "(no answer)" in printed(comparison)


def test_different_questions_are_refused_with_their_number() -> None:
    first = scores(*(judged(name, "correct") for name in "abcd"))
    second = scores(*(judged(name, "correct") for name in "de"))
    with pytest.raises(InvalidInput, match=r"differ in 4 questions \(3 only in the first, 1 only in the second\)"):
        compare(first, second)


def test_on_request_the_shared_questions_are_compared_and_the_others_counted() -> None:
    first = scores(judged("a", "correct"), judged("b", "wrong"))
    second = scores(judged("b", "correct"), judged("c", "correct"))
    comparison = compare(first, second, shared_only=True)
    assert ids(comparison.better) == ["b"]
    assert (comparison.left_out, comparison.tests["truthfulness"].over) == (2, 1)
    assert "2 questions that only one of the two has were left out" in printed(comparison)


def test_nothing_shared_is_refused() -> None:
    with pytest.raises(InvalidInput, match="share no question"):
        compare(scores(judged("a", "correct")), scores(judged("b", "correct")), shared_only=True)


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (PairedTest(0.042, 0.011, 0.073, 0.0104, 90), "+4.2 points [1.1, 7.3], p = 0.01"),
        (PairedTest(-0.042, -0.073, -0.011, 0.0004, 90), "-4.2 points [-7.3, -1.1], p < 0.001"),
        (PairedTest(0.0, -0.0001, 0.0, 1.0, 90), "+0.0 points [0.0, 0.0], p = 1"),
    ],
)
def test_a_difference_is_shown_in_points_with_interval_and_chance(test: PairedTest, expected: str) -> None:
    assert expected in printed(with_test(test))


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.01, 0.09, "better"), (-0.01, 0.09, "no clear difference"), (0.0, 0.1, "no clear difference")],
)
def test_a_difference_is_read_in_words(low: float, high: float, words: str) -> None:
    row = next(line for line in printed(with_test(PairedTest(0.05, low, high, 0.5, 90))).splitlines() if "F1" in line)
    assert words in row
    assert ("better" in row) == (words == "better")


def test_a_clear_fall_is_called_worse() -> None:
    assert re.search(r"F1.*worse", printed(with_test(PairedTest(-0.05, -0.09, -0.01, 0.01, 90))))


def test_what_got_worse_is_shown_before_what_got_better_with_verdicts_and_texts() -> None:
    first = scores(judged("a", "refused", "No idea."), judged("b", "correct", "120 people."), system="old")
    second = scores(judged("a", "correct", "Oslo."), judged("b", "wrong", "12 people."), system="new")
    output = printed(compare(first, second))
    parts = ["old → new", "Got worse: 1", "b  correct → wrong", "Question b?", "120 people.", "12 people."]
    parts += ["Got better: 1", "a  refused → correct", "Question a?", "No idea.", "Oslo."]
    positions = [output.index(part) for part in parts]
    assert positions == sorted(positions)


def test_nothing_worse_is_said() -> None:
    same = scores(judged("a", "correct"))
    output = printed(compare(same, same))
    assert "Got worse: nothing" in output
    assert "Got better: nothing" in output


def test_texts_are_shown_as_they_are_and_do_not_steer_the_terminal() -> None:
    hostile = "[bold]loud[/bold] [/] :smile: \x1b[31mred\x1b]0;title\x07\r\n\u202eevil\x9b2J"
    output = printed(compare(scores(judged("a", "refused")), scores(judged("a", "correct", hostile), system="[red]s")))
    assert "[bold]loud[/bold] [/] :smile: [31mred ]0;title evil 2J" in output
    assert "[red]s" in output
    assert not set(output) & set("\x1b\x07\r\x9b\u202e")


def test_printable_text_stands_in_one_line() -> None:
    assert printable(" Zürich,\n\t“Ōsaka”\u2028 東京 ") == "Zürich, “Ōsaka” 東京"
