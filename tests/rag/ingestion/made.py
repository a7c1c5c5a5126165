"""Made-up articles, workers of this process, and embedders that are loaded where the work is done."""

import os
import signal
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.index import Index
from rag.ingestion.batches import Batch, Result, Task
from rag.types import FloatArray
from tests.rag.fakes import FakeEmbedder

WORDS = ("bus", "tram", "ferry", "bridge", "harbour", "mayor", "strike", "night")
TOKENS = 32  # of a passage


def embedder() -> FakeEmbedder:
    """One whose vectors count the words of the made-up articles."""
    return FakeEmbedder(*WORDS)


def write_articles(folder: Path, numbers: Sequence[int]) -> None:
    """Articles of these numbers in folders by tens; every seventh is a copy of the one before but for its title."""
    for number in numbers:
        told = number - 1 if number % 7 == 0 else number
        subject, other = WORDS[told % len(WORDS)], WORDS[(told // 3) % len(WORDS)]
        path = folder / f"{number // 10:02}" / f"{number:03}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f"Report {number} on the {subject}\n2025-03-{1 + number % 28:02}\n\n"
            f"The {subject} number {told} met the {other}. It was seen {told % 5} times by the {subject}.\n\n"
            f"Nobody had heard of case {told} before, said the {other}.\n",
            encoding="utf-8",
        )


def assert_same(found: Index, wanted: Index) -> None:
    """Both hold the same; vectors may differ by what the texts that are embedded together make of each other."""
    assert found.manifest == wanted.manifest
    assert dict(found.documents.items()) == dict(wanted.documents.items())
    assert tuple(found.documents) == tuple(wanted.documents)
    assert found.passages == wanted.passages
    assert found.copies == wanted.copies
    assert found.lexical.columns == wanted.lexical.columns
    for name in ("starts", "rows", "counts", "lengths"):
        assert getattr(found.lexical, name).tolist() == getattr(wanted.lexical, name).tolist()
    assert [file.doc_id for file in found.skipped] == [file.doc_id for file in wanted.skipped]
    cosines = (found.vectors.rows() * wanted.vectors.rows()).sum(axis=1)
    assert cosines.min() > 1 - 1e-3


@dataclass
class Here:
    """Workers in this process: they do at most so many batches, then the user interrupts them."""

    most: int = 1_000_000
    embedded: int = 0

    def __call__(self, task: Task, batches: Sequence[Batch]) -> Generator[tuple[Batch, Result]]:
        """The batches from the last to the first: in which order they are done must not matter."""
        worker = task.load()
        for done, batch in enumerate(reversed(batches)):
            if done == self.most:
                raise KeyboardInterrupt
            result = task.result(batch, worker)
            self.embedded += result[1].embedded
            yield batch, result


class DeadlyEmbedder(FakeEmbedder):
    """One whose process, when it meets ``word``, writes its number to a file and waits to be killed, so many times."""

    def __init__(self, word: str, folder: Path, times: int) -> None:
        super().__init__(*WORDS)
        self.word, self.folder, self.times = word, folder, times

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """As ever, when nothing deadly is among the texts or enough have died of it."""
        died = len(list(self.folder.glob("*.pid")))
        if died < self.times and any(self.word in text for text in texts):
            (self.folder / f"{os.getpid()}.new").write_text("", encoding="ascii")
            (self.folder / f"{os.getpid()}.new").rename(self.folder / f"{os.getpid()}.pid")
            signal.pause()
        return super().embed(texts)
