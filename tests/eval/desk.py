"""`rag eval` as it is typed in a folder of two articles and three questions, with models that are fakes."""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.cli import main
from rag.index import Index
from rag.settings import Settings
from rag_eval.gold import GoldQuestion
from rag_eval.lines import append_question
from tests.eval.small_world import EMBEDDER, right
from tests.rag.fakes import FakeGenerator


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


@dataclass
class Desk:
    """A folder with a saved index and a gold file, in which ``rag eval`` is typed; its models are fakes."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def type(self, *arguments: str, typed: str = "") -> Done:
        """``rag eval`` with these arguments, and with these lines on its standard input."""
        self.monkeypatch.setattr(sys, "argv", ["rag", "eval", *arguments])
        self.monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as stopped:
            main()
        printed = self.capsys.readouterr()
        return Done(int(stopped.value.code or 0), printed.out, printed.err)

    def run(self, model: Callable[[], FakeGenerator] = right, out: str = "run.jsonl", *more: str) -> Done:
        """``rag eval run`` on the gold file, answered by this model."""
        self.answering(model)
        return self.type("run", "--set", "gold.jsonl", "--index", "index", "--out", out, *more)

    def answering(self, model: Callable[[], FakeGenerator]) -> None:
        def opened(index_dir: Path | None, settings: Settings, report: object) -> Assistant:
            return Assistant(Index.load(index_dir or settings.index_dir), EMBEDDER, model(), settings)

        self.monkeypatch.setattr(Assistant, "open", opened)

    def gold(self, *questions: GoldQuestion) -> None:
        """Let the gold file hold these questions."""
        (self.folder / "gold.jsonl").unlink(missing_ok=True)
        for question in questions:
            append_question(self.folder / "gold.jsonl", question)


def assert_refused(done: Done, reason: str) -> None:
    """Fail unless a command ended with 2 and one line on stderr that gives this reason."""
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: ")
    assert reason in done.err
    assert len(done.err.splitlines()) == 1
