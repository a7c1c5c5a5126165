"""Questions a second against a generation server, from 1, 2 and 4 readers at the same time, and what is refused.

The quick set of gold questions is asked of the settings' index, with the server that RAG_GENERATOR names:

    python -m llama_cpp.server --model models/….gguf --n_ctx 4096 --logits_all false --interrupt_requests false &
    RAG_GENERATOR=http://127.0.0.1:8000/v1 python -m benchmarks.remote

Without the last switch that server drops what it is doing whenever somebody else asks.
"""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from time import perf_counter
from typing import Annotated

import typer

from rag.assistant import Assistant
from rag.errors import RagError
from rag.generators import is_address
from rag.settings import Settings
from rag.uploads import TakingTurns
from rag_eval.gate import fast_subset
from rag_eval.opening import GOLD, open_set


def asked(assistant: Assistant, question: str) -> tuple[str, float]:
    """How a question ended, and after how many seconds."""
    started = perf_counter()
    try:
        ending = "refused" if assistant.ask(question).abstained else "answered"
    except RagError as error:
        ending = type(error).__name__
    return ending, perf_counter() - started


def row_of(assistant: Assistant, questions: Sequence[str], readers: int) -> str:
    """One row of the table: all questions, so many at a time."""
    started = perf_counter()
    with ThreadPoolExecutor(readers) as pool:
        found = list(pool.map(lambda question: asked(assistant, question), questions))
    whole = perf_counter() - started
    seconds = sorted(seconds for _, seconds in found)
    endings = Counter(ending for ending, _ in found)
    failed = sum(endings.values()) - endings["answered"] - endings["refused"]
    return (
        f"| {readers} | {len(found) / whole:.3f} | {median(seconds):.1f} | {seconds[int(0.95 * len(seconds))]:.1f} "
        f"| {endings['answered']} | {endings['refused']} | {failed} |"
    )


def main(
    readers: Annotated[str, typer.Option(help="Numbers of readers.")] = "1,2,4",
    limit: Annotated[int, typer.Option(help="Questions at most.")] = 20,
) -> None:
    """Print the table."""
    settings = Settings.load(cached_answers=0)
    if not is_address(settings.generator):
        raise typer.BadParameter("Name a server: RAG_GENERATOR=http://127.0.0.1:8000/v1")
    opened = Assistant.open(settings=settings)
    assistant = Assistant(opened.index, TakingTurns(opened.embedder), opened.generator, settings)
    questions = [gold.question for gold in fast_subset(open_set(str(GOLD), None, None, settings).questions)][:limit]
    print("| readers | questions/s | median s | p95 s | answered | refused | failed |", "|---" * 7 + "|", sep="\n")
    for number in map(int, readers.split(",")):
        print(row_of(assistant, questions, number), flush=True)


if __name__ == "__main__":
    typer.run(main)
