"""The figures of a run, for the terminal."""

from collections.abc import Sequence

from rich.table import Table

from eval.gold import GoldQuestion
from eval.metrics import Scores


def table(scores: Scores, questions: Sequence[GoldQuestion]) -> Table:
    """One row a figure, with what it was counted over; always refusing stands beside it as the measure to beat."""
    answerable = sum(question.answerable for question in questions)
    unanswerable = len(questions) - answerable
    grid = Table(title=f"{len(questions)} gold questions", title_justify="left")
    for heading in ("figure", "assistant", "always refuse", "over"):
        grid.add_column(heading, justify="left" if heading in ("figure", "over") else "right")
    truthfulness_of_refusing = unanswerable / len(questions) if questions else None
    for name, value, baseline, over in (
        ("answered correctly", scores.correct, 0.0, f"{answerable} answerable questions"),
        ("refused wrongly", scores.over_refused, 1.0, f"{answerable} answerable questions"),
        ("refused rightly", scores.refused, 1.0, f"{unanswerable} unanswerable questions"),
        (
            "truthfulness",
            scores.truthfulness,
            truthfulness_of_refusing,
            "(right answers + right refusals - wrong) / all",
        ),
        ("quotes exact", scores.quotes_exact, None, "all citations"),
        ("citations on a gold span", scores.citations_on_gold, None, "citations of right answers"),
    ):
        grid.add_row(name, _percent(value), _percent(baseline), over)
    grid.add_row("seconds, median", _seconds(scores.seconds), "", "to the end of the answer")
    grid.add_row("seconds, median", _seconds(scores.seconds_to_first_token), "", "to the model's first token")
    return grid


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
