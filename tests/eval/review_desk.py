"""A place to review candidates in, with a person whose answers are scripted."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rag.types import REFUSAL, Citation
from rag_eval.candidates import Candidate
from rag_eval.gold import GoldQuestion, load_gold
from rag_eval.review import Outcome, review

ARTICLE = "Acme hires 120 people. The office is in Oslo.\nOslo is cold."
OTHER = "Globex is in\nOslo. It hires nobody."
TEXTS = {"acme.txt": ARTICLE, "globex.txt": OTHER}
QUOTE = Citation(1, "acme.txt", "Acme grows", "The Post", "2025-01-02", 0, 22, "Acme hires 120 people.")
CANDIDATE = Candidate(
    question="How many people does Acme hire?",
    history=(),
    sources=(),
    answer="Acme hires 120 people. [1]",
    abstained=False,
    citations=(QUOTE,),
    verdict="right",
    right_answer="",
    created="2025-01-02T03:04:05+00:00",
)
REFUSED = replace(CANDIDATE, question="Who leads Acme?", answer=REFUSAL, abstained=True, citations=())
WRONG = replace(CANDIDATE, verdict="wrong", answer="Acme hires 12 people. [1]", right_answer="120 people")
EXISTING = GoldQuestion("fact_number-007", "fact_number", "train", "How many does Globex hire?", True)

TAKEN = None
"""Takes the default."""

KEPT = ("keep", *[TAKEN] * 10)
"""Keeps CANDIDATE as it is proposed: question, answerable, kind, split, reference, patterns, wrong, quote, no more."""
REFERENCE = "Acme hires 120 people."
BEGUN = ("keep", TAKEN, TAKEN, TAKEN, TAKEN, TAKEN)
"""Keeps CANDIDATE up to its reference answer; the patterns come next."""


@dataclass
class ScriptedTerminal:
    """Gives the scripted answers, one after the other, and keeps what it shows and what it is asked.

    TAKEN takes the default; when the script is over, the person presses ``Ctrl-C``.
    """

    script: Sequence[str | None]
    shown: list[str] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    leaving: type[BaseException] = KeyboardInterrupt

    def show(self, text: str) -> None:
        self.shown.append(text)

    def ask(self, label: str, default: str = "") -> str:
        self.asked.append((label, default))
        if len(self.asked) > len(self.script):
            raise self.leaving
        answer = self.script[len(self.asked) - 1]
        return default if answer is TAKEN else answer

    def choose(self, label: str, options: Sequence[str], default: str) -> str:
        chosen = self.ask(label, default)
        assert chosen in options
        return chosen

    def confirm(self, label: str, default: bool) -> bool:
        return self.ask(label, "y" if default else "n") == "y"

    def defaults(self, label: str) -> list[str]:
        """What was offered each time that a question beginning like this was asked."""
        return [default for asked, default in self.asked if asked.startswith(label)]


@dataclass(frozen=True)
class ReviewDesk:
    """The two files of a review, in a folder of their own."""

    folder: Path

    @property
    def candidates(self) -> Path:
        return self.folder / "candidates.jsonl"

    @property
    def gold(self) -> Path:
        return self.folder / "gold.jsonl"

    def review(self, *script: str | None, existing: Sequence[GoldQuestion] = ()) -> tuple[Outcome, ScriptedTerminal]:
        terminal = ScriptedTerminal(script)
        return review(self.candidates, self.gold, existing, TEXTS, terminal), terminal

    def questions(self) -> tuple[GoldQuestion, ...]:
        return load_gold(self.gold, TEXTS) if self.gold.exists() else ()
