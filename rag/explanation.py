"""Why each passage was found, as a table for a terminal: ``rag ask --explain``.

A cell such as "3 .81" is the rank in a list, among the candidates and from 1 on, and the score in it.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rag.fusion import Choice, ranks
from rag.retriever import Ranking
from rag.types import FloatArray, ScoredPassage, Step

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

_FIRST_WORDS = 60  # characters


def explained(ranking: Ranking, publishers: Sequence[str]) -> "Group":
    """What was understood of a question, and the passages that were chosen with all that speaks for each.

    ``publishers`` are the names of those of the index, by their numbers.
    """
    from rich.console import Group
    from rich.text import Text

    return Group(Text("\n".join(_understood(ranking, publishers))), _table(ranking))


def told(step: Step) -> str:
    """A step of ``Answer.trace`` in one line.

    >>> told(Step("gate", "the passages hold the answer", (("probability", 0.9312),)))
    'gate: the passages hold the answer (probability .931)'
    """
    figures = ", ".join(f"{name} {value:.3g}".replace(" 0.", " .") for name, value in step.figures)
    return f"{step.stage}: {step.decision}" + (f" ({figures})" if figures else "")


def _understood(ranking: Ranking, publishers: Sequence[str]) -> list[str]:
    """The parts of the question, and whom and when it names, one a line."""
    query = ranking.query
    parts = [f"part {number}: {part}" for number, part in enumerate(query.parts, start=1)]
    named = [f"publisher: {' or '.join(publishers[number] for number in sorted(group))}" for group in query.publishers]
    times = [f"time: {query.text[time.start : time.end]}, {time.first} to {time.last}" for time in query.times]
    counted = [f"candidates: {len(ranking.scores.rows)}, in {1000 * sum(ranking.seconds.values()):.0f} ms"]
    return parts + named + times + counted


def _table(ranking: Ranking) -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    scores = ranking.scores
    lists = [(_cells(lexical), _cells(dense)) for lexical, dense in zip(scores.lexical, scores.dense, strict=True)]
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("", "passage", "BM25", "dense", "parts\nBM25", "parts\ndense", "bonus,\npenalty", "score"):
        is_text = heading == "passage"
        table.add_column(heading, justify="left" if is_text else "right", no_wrap=not is_text, overflow="fold")
    for number, (choice, found) in enumerate(zip(ranking.choices, ranking.passages, strict=True), start=1):
        (words, vectors), *parts = ((lexical[choice.place], dense[choice.place]) for lexical, dense in lists)
        table.add_row(
            str(number),
            Text(_named(found)),
            words,
            vectors,
            "\n".join(lexical for lexical, _ in parts),
            "\n".join(dense for _, dense in parts),
            "\n".join(_changes(ranking, choice)),
            _short(found.score),
        )
    return table


def _named(found: ScoredPassage) -> str:
    """The article, and the first words of the passage."""
    passage = found.passage
    source = ", ".join(filter(None, (passage.doc_id, passage.publisher, passage.published)))
    words = " ".join(passage.text.split())
    return f"{source}\n{words[:_FIRST_WORDS].rstrip()}{'…' if len(words) > _FIRST_WORDS else ''}"


def _changes(ranking: Ranking, choice: Choice) -> Iterator[str]:
    """The bonuses that a passage has, and what was taken off when its turn came."""
    if ranking.scores.publishers[:, choice.place].any():
        yield f"publisher +{_short(ranking.recipe.publisher)}"
    if ranking.scores.in_time[choice.place]:
        yield f"time +{_short(ranking.recipe.time)}"
    if choice.penalty:
        yield f"−{_short(choice.penalty)}"


def _cells(scores: FloatArray) -> list[str]:
    """Rank and score of each candidate; a score of 0 has no rank."""
    found = zip(ranks(scores).tolist(), scores.tolist(), strict=True)
    return [f"{rank} {_short(score)}" if score > 0 else "–" for rank, score in found]


def _short(score: float) -> str:
    """Two places, without the 0 before them."""
    return f"{score:.2f}".removeprefix("0")
