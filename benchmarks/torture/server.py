"""The chat server under load and abuse, at full length: figures of ``docs/safety.md``. ``make test`` runs a few.

The language model is scripted, so that the figures are those of everything around it; the embedder is the real one
where memory is measured. Every line is a number of trials, and how many did not end as promised: 0 is promised of all.
"""

import asyncio
import gc
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Annotated
from urllib.parse import urlsplit

import httpx
import typer

from benchmarks.synthetic import article, write_articles
from rag.assistant import Assistant
from rag.embedder import SentenceTransformerEmbedder
from rag.index import Index
from rag.models import locate
from rag.settings import Settings
from rag.types import Message, Piece
from tests.safety.calls import statuses
from tests.safety.visitors import EchoAssistant, ask_as_page, ask_as_program, connection, crowd, lost, stop_storm
from tests.ui.conftest import running_chat

_MEMORY_EVERY = 100  # questions
_MOST_GROWTH = 0.05
_ARTICLES = 50
_ANSWER_SECONDS = 0.05
_SENTENCE = re.compile(r"^[A-Z][^.\n]*\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    trials: int
    failed: int
    seen: str = ""

    def __str__(self) -> str:
        return f"| {self.what} | {self.trials:,} | {self.failed} | {self.seen} |"


def users(number: int) -> Row:
    """So many at once, half of them pages, half programs."""
    with running_chat(lambda report: EchoAssistant(seconds=_ANSWER_SECONDS)) as url:
        begun = perf_counter()
        outcomes = crowd(url, number)
        seconds = perf_counter() - begun
    busy = sum(outcome.busy > 0 for outcome in outcomes)
    return Row(f"{number} users at once", number, len(lost(outcomes)), f"{busy} told busy first; {seconds:.0f} s")


def storms(number: int) -> Row:
    """Thirty clicks on Stop in the middle of an answer, so many times, each followed by another question."""
    with running_chat(lambda report: EchoAssistant()) as url:
        outcomes = [stop_storm(url, clicks=30) for _ in range(number)]
    return Row("Stop storms of 30 clicks", number, len(lost(outcomes)))


def calls(number: int) -> Row:
    """Malformed calls; then a question is asked. Without an answer: requests whose end never comes."""
    with running_chat(lambda report: EchoAssistant()) as url:
        counts = Counter(statuses(urlsplit(url).netloc, range(number)))
        healthy = httpx.get(f"{url}/healthz").status_code == httpx.codes.OK
        after = lost(crowd(url, 2))
    told = ", ".join(f"{status or 'none'}: {count}" for status, count in sorted(counts.items()))
    return Row("malformed calls", number, len(after) + (not healthy), told)


def memory(number: int) -> Row:
    """So many questions to a whole assistant with the real embedder, by pages and programs: the resident megabytes."""
    marks: list[float] = []
    with TemporaryDirectory() as folder, running_chat(lambda report: _assistant(Path(folder))) as url:
        for done in range(1, number + 1):
            asyncio.run(_ask(url, _question(done), as_page=done % 2 == 0))
            if done % _MEMORY_EVERY == 0:
                gc.collect()
                marks.append(_resident_megabytes())
    growth = marks[-1] / marks[0] - 1
    told = f"{growth:+.1%}; MB after each {_MEMORY_EVERY}: {', '.join(f'{mark:.0f}' for mark in marks)}"
    return Row("questions, memory within 5 %", number, int(growth > _MOST_GROWTH), told)


class _Quoting:
    """A language model that says the first sentence of the first passage, and remembers nothing."""

    name = "quoting"
    context_tokens = 4096
    kept_bytes = 0

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Words of all messages."""
        return sum(len(message.content.split()) for message in messages)

    def read(self, messages: Sequence[Message]) -> Iterator[None]:
        """A heartbeat."""
        yield None

    def stream(self, messages: Sequence[Message], *, grammar: str | None, max_tokens: int) -> Iterator[Piece]:
        """The sentence, word by word."""
        quoted = _SENTENCE.search(messages[-1].content)
        said = quoted.group() if quoted else "Nothing."
        yield from (Piece(f"{word} ", -0.1) for word in said.split())

    def probabilities(self, prompts: Sequence[Sequence[Message]], yes: str, no: str) -> Iterator[float]:
        """Nearly certain."""
        yield from (0.95 for _ in prompts)


def _assistant(folder: Path) -> Assistant:
    """One over made-up articles, with the real embedder; its answers are sentences of the article asked about."""
    settings = Settings.load()
    embedder = SentenceTransformerEmbedder.load(locate(settings.embedder, "embedder", settings.models_dir), threads=1)
    write_articles(folder, range(_ARTICLES))
    index = Index.build(folder, embedder, settings.passage_tokens)
    return Assistant(index, embedder, _Quoting(), settings)


def _sentence_of(number: int) -> str:
    """One of the sentences of a made-up article."""
    return article(number).splitlines()[4].split(".")[0] + "."


def _question(number: int) -> str:
    """What an article tells; of each in turn."""
    return f"What about {' '.join(_sentence_of(number % _ARTICLES).lower().split()[:8])} {number}?"


async def _ask(url: str, question: str, *, as_page: bool) -> None:
    async with connection(url) as client:
        await (ask_as_page if as_page else ask_as_program)(client, question)


def _resident_megabytes() -> float:
    """What of this process lies in memory. Linux only."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1000


def main(
    parts: Annotated[list[str] | None, typer.Argument(help="users, storms, calls, memory. (default: all)")] = None,
    questions: Annotated[int, typer.Option(help="Questions while memory is measured.")] = 1000,
    malformed: Annotated[int, typer.Option(help="Malformed calls.")] = 3000,
) -> None:
    """Print the table, line by line."""
    runs: dict[str, list[Callable[[], Row]]] = {
        "users": [partial(users, 50), partial(users, 120)],
        "storms": [partial(storms, 20)],
        "calls": [partial(calls, malformed)],
        "memory": [partial(memory, questions)],
    }
    print("| what | trials | not as promised | seen |", "|---|---|---|---|", sep="\n")
    failed = False
    for run in (run for part in parts or runs for run in runs[part]):
        row = run()
        print(row, flush=True)
        failed = failed or row.failed > 0
    raise typer.Exit(failed)


if __name__ == "__main__":
    typer.run(main)
