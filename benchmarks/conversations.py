"""What becomes of a question that has nothing to do with those before it: a rewriting should leave it as it is.

Each gold question that stands alone is put behind one to three others with their right answers:

    python -m benchmarks.conversations --split test
"""

from collections.abc import Generator
from random import Random
from statistics import median
from time import perf_counter
from typing import Annotated, TypeVar

import typer

from rag.generators import generator_of
from rag.rewriting import standalone
from rag.settings import Settings
from rag.types import Turn
from rag_eval.opening import GOLD, open_set
from rag_eval.sets import select

_TURNS = 3
_T = TypeVar("_T")


def result_of(steps: Generator[None, None, _T]) -> _T:
    """What the steps give back at their end."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            found: _T = stop.value
            return found


def main(split: Annotated[str, typer.Option(help="Gold questions: train, test or all.")] = "test") -> None:
    """Print each question that is reworded, then how many are, and how long it takes to leave the others alone."""
    settings, random = Settings.load(), Random(7)
    generator = generator_of(settings)()
    chosen = select(open_set(str(GOLD), None, None, settings).questions, split, None)
    alone = [question for question in chosen if not question.history and question.kind != "not_a_question"]
    told = [question for question in alone if question.answerable]
    seconds, reworded = [], 0
    for question in alone:
        before = random.sample([one for one in told if one is not question], random.randint(1, _TURNS))
        started = perf_counter()
        found = result_of(standalone(question.question, [Turn(one.question, one.answer) for one in before], generator))
        seconds.append(perf_counter() - started)
        if found != question.question:
            reworded += 1
            print(f"{question.question} → {found}", flush=True)
    print(
        f"{reworded} of {len(alone)} reworded; median {median(seconds):.2f} s, mean {sum(seconds) / len(alone):.2f} s"
    )


if __name__ == "__main__":
    typer.run(main)
