"""A review turns candidates into gold questions, and whoever leaves it loses nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from rag.errors import InvalidInput
from rag.types import REFUSAL, Citation, Turn
from rag_eval.candidates import Candidate, append, read
from rag_eval.gold import GoldQuestion, Span, load_gold
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
class Desk:
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


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


KEPT = ("keep", *[TAKEN] * 10)
"""Keeps CANDIDATE as it is proposed: question, answerable, kind, split, reference, patterns, wrong, quote, no more."""


def test_an_answer_that_is_right_becomes_a_gold_question_as_it_is_proposed(desk: Desk) -> None:
    append(desk.candidates, CANDIDATE)
    outcome, _ = desk.review(*KEPT)
    question = GoldQuestion(
        id="fact_number-001",
        kind="fact_number",
        split="train",
        question="How many people does Acme hire?",
        answerable=True,
        answer="Acme hires 120 people.",
        required=(("{n:120}",),),
        spans=(Span("acme.txt", 0, 22, "Acme hires 120 people."),),
    )
    assert outcome == Outcome(kept=(question,), dropped=0, left=0)
    assert desk.questions() == (question,)
    assert read(desk.candidates) == ()


def test_the_line_has_the_keys_in_the_order_of_the_gold_set(desk: Desk) -> None:
    append(desk.candidates, CANDIDATE)
    desk.review(*KEPT)
    keys = " ".join(json.loads(desk.gold.read_text(encoding="utf-8")))
    assert keys == "id kind split question history sources answerable answer required forbidden spans wrong"


def test_a_wrong_answer_and_the_right_one_are_both_proposed(desk: Desk) -> None:
    append(desk.candidates, WRONG)
    _, terminal = desk.review("keep", *[TAKEN] * 11)
    (question,) = desk.questions()
    assert (question.answer, question.wrong) == ("120 people", ("Acme hires 12 people.",))
    assert terminal.defaults("Reference answer") == ["120 people"]


def test_a_refusal_becomes_an_unanswerable_question(desk: Desk) -> None:
    append(desk.candidates, REFUSED)
    outcome, _ = desk.review("keep", TAKEN, TAKEN, "false_premise", "test")
    assert desk.questions() == outcome.kept
    (question,) = outcome.kept
    assert (question.id, question.answerable, question.split) == ("false_premise-001", False, "test")


def test_a_wrong_refusal_is_proposed_as_answerable(desk: Desk) -> None:
    append(desk.candidates, replace(REFUSED, verdict="wrong"))
    _, terminal = desk.review("keep", TAKEN)
    assert terminal.defaults("Do the articles state the answer?") == ["y"]


def test_history_and_sources_are_kept_and_make_a_follow_up(desk: Desk) -> None:
    turns = (Turn("Where is Acme?", "Acme is in Oslo. [1]"),)
    append(desk.candidates, replace(CANDIDATE, history=turns, sources=("acme.txt", "gone.txt")))
    outcome, terminal = desk.review(*KEPT)
    (question,) = outcome.kept
    assert (question.kind, question.history, question.sources) == ("follow_up", turns, ("acme.txt",))
    assert any("gone.txt" in text for text in terminal.shown)


def test_ids_and_splits_follow_the_set(desk: Desk) -> None:
    append(desk.candidates, CANDIDATE)
    outcome, _ = desk.review(*KEPT, existing=[EXISTING])
    assert [(question.id, question.split) for question in outcome.kept] == [("fact_number-008", "test")]


def test_questions_are_added_behind_those_of_the_file(desk: Desk) -> None:
    desk.gold.write_text('{"by": "hand"}', encoding="utf-8")
    append(desk.candidates, CANDIDATE)
    desk.review(*KEPT)
    before, after = desk.gold.read_text(encoding="utf-8").splitlines()
    assert before == '{"by": "hand"}'
    assert json.loads(after)["id"] == "fact_number-001"


def test_skipped_candidates_stay_dropped_ones_go_and_quit_ends(desk: Desk) -> None:
    candidates = [replace(CANDIDATE, question=f"Question {number}?") for number in range(4)]
    for candidate in candidates:
        append(desk.candidates, candidate)
    outcome, terminal = desk.review("skip", "drop", "quit")
    assert outcome == Outcome(kept=(), dropped=1, left=3)
    assert read(desk.candidates) == (candidates[0], *candidates[2:])
    assert len(terminal.asked) == 3


def test_everything_known_of_a_candidate_is_shown(desk: Desk) -> None:
    append(desk.candidates, replace(WRONG, history=(Turn("Where is it?", "In Oslo."),), sources=("acme.txt",)))
    _, terminal = desk.review("quit")
    shown = "\n".join(terminal.shown)
    for part in ("1 of 1", "Where is it?", "In Oslo.", WRONG.question, WRONG.answer, f"“{QUOTE.quote}”", "acme.txt"):
        assert part in shown
    assert "wrong" in shown
    assert "120 people" in shown


def test_a_question_that_the_set_has_is_told_and_asked_again(desk: Desk) -> None:
    append(desk.candidates, CANDIDATE)
    twin = replace(EXISTING, question=CANDIDATE.question)
    outcome, terminal = desk.review("keep", TAKEN, "", "How many does it hire?", *KEPT[2:], existing=[twin])
    assert [question.question for question in outcome.kept] == ["How many does it hire?"]
    assert "the gold set has this question already, as fact_number-007" in terminal.shown[0]
    assert terminal.shown[1:3] == [
        "Not so: the gold set has this question already, as fact_number-007",
        "Not so: this cannot be empty",
    ]


def test_a_question_of_several_lines_becomes_one_line(desk: Desk) -> None:
    append(desk.candidates, replace(CANDIDATE, question="How many people\ndoes Acme hire?"))
    outcome, terminal = desk.review(*KEPT, existing=[replace(EXISTING, history=(Turn("A?", "B."),))])
    assert [question.question for question in outcome.kept] == [CANDIDATE.question]
    assert "Remark" not in terminal.shown[0]


def test_the_same_question_is_not_kept_twice_in_one_review(desk: Desk) -> None:
    append(desk.candidates, CANDIDATE)
    append(desk.candidates, replace(CANDIDATE, verdict=""))
    outcome, terminal = desk.review(*KEPT, "keep", TAKEN)
    assert len(outcome.kept) == 1
    assert terminal.shown[-2] == "Not so: the gold set has this question already, as fact_number-001"


REFERENCE = "Acme hires 120 people."
BEGUN = ("keep", TAKEN, TAKEN, TAKEN, TAKEN, TAKEN)
"""Keeps CANDIDATE up to its reference answer; the patterns come next."""


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("", "at least one pattern is needed"),
        ("Oslo", f"the reference answer does not pass: {REFERENCE}"),
        ("120 | (", "bad pattern '('"),
        ("{n:many}", "bad pattern '{n:many}'"),
    ],
)
def test_required_patterns_at_fault_are_asked_again(desk: Desk, line: str, fault: str) -> None:
    append(desk.candidates, CANDIDATE)
    outcome, terminal = desk.review(*BEGUN, line, "{n:120} | 120 & hires", *KEPT[7:])
    assert [question.required for question in outcome.kept] == [(("{n:120}", "120"), ("hires",))]
    assert terminal.defaults("Required") == ["{n:120}", line]
    assert any(fault in text for text in terminal.shown)


@pytest.mark.parametrize(("line", "fault"), [("hires", "does not pass"), ("robots | [", "bad pattern '['")])
def test_forbidden_patterns_at_fault_are_asked_again(desk: Desk, line: str, fault: str) -> None:
    append(desk.candidates, CANDIDATE)
    outcome, terminal = desk.review(*BEGUN, TAKEN, line, "robots | Globex", *KEPT[8:])
    assert [question.forbidden for question in outcome.kept] == [("robots", "Globex")]
    assert any(fault in text for text in terminal.shown)


def test_a_wrong_answer_that_passes_brings_the_patterns_back(desk: Desk) -> None:
    append(desk.candidates, CANDIDATE)
    outcome, terminal = desk.review(
        *BEGUN, TAKEN, TAKEN, "Globex hires 120.", "", TAKEN, "Globex", TAKEN, "Acme hires 12.", TAKEN, *KEPT[9:]
    )
    (question,) = outcome.kept
    assert (question.forbidden, question.wrong) == (("Globex",), ("Globex hires 120.", "Acme hires 12."))
    assert any("This wrong answer passes: “Globex hires 120.”" in text for text in terminal.shown)


def test_more_places_are_found_by_their_words(desk: Desk) -> None:
    append(desk.candidates, CANDIDATE)
    outcome, terminal = desk.review(
        *BEGUN, TAKEN, TAKEN, TAKEN, "n", TAKEN, "Globex is  in Oslo", "Acme hires nobody", "Oslo", "2 9", "1, 3", TAKEN
    )
    (question,) = outcome.kept
    assert question.spans == (
        Span("globex.txt", 0, 17, "Globex is in\nOslo"),
        Span("acme.txt", 40, 44, "Oslo"),
        Span("globex.txt", 13, 17, "Oslo"),
    )
    shown = "\n".join(terminal.shown)
    assert "At least one place is needed." in shown
    assert "No article has the words “Acme hires nobody”." in shown
    assert "  2  acme.txt:" in shown
    assert 'expected "all", or numbers from 1 to 3' in shown


def test_all_places_can_be_taken_and_none_counts_twice(desk: Desk) -> None:
    append(desk.candidates, CANDIDATE)
    outcome, _ = desk.review(*BEGUN, TAKEN, TAKEN, TAKEN, "y", REFERENCE, "Oslo", TAKEN, TAKEN)
    assert [(span.file, span.start) for span in outcome.kept[0].spans] == [
        ("acme.txt", 0),
        ("acme.txt", 40),
        ("acme.txt", 46),
        ("globex.txt", 13),
    ]


def test_a_quote_that_has_moved_is_offered_where_it_stands_now(desk: Desk) -> None:
    moved = replace(QUOTE, start=5, end=27)
    gone = replace(QUOTE, quote="Acme has gone.", start=0, end=14)
    elsewhere = replace(QUOTE, doc_id="deleted.txt")
    append(desk.candidates, replace(CANDIDATE, citations=(moved, gone, elsewhere)))
    outcome, terminal = desk.review(*KEPT)
    assert outcome.kept[0].spans == (Span("acme.txt", 0, 22, REFERENCE),)
    assert len(terminal.defaults("Does this state the answer?")) == 1


@pytest.mark.parametrize("leaving", [KeyboardInterrupt, EOFError])
@pytest.mark.parametrize("answers", range(len(KEPT)))
def test_leaving_at_any_prompt_loses_nothing(desk: Desk, answers: int, leaving: type[BaseException]) -> None:
    append(desk.candidates, CANDIDATE)
    terminal = ScriptedTerminal(KEPT[:answers], leaving=leaving)
    outcome = review(desk.candidates, desk.gold, (), TEXTS, terminal)
    assert outcome == Outcome(kept=(), dropped=0, left=1)
    assert read(desk.candidates) == (CANDIDATE,)
    assert not desk.gold.exists()


def test_a_gold_file_that_cannot_be_written_keeps_the_candidate(desk: Desk, tmp_path: Path) -> None:
    append(desk.candidates, CANDIDATE)
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match=r"cannot be added .*; give another file"):
        review(desk.candidates, tmp_path / "file" / "gold.jsonl", (), TEXTS, ScriptedTerminal(KEPT))
    assert read(desk.candidates) == (CANDIDATE,)


def test_what_is_appended_during_a_review_stays(desk: Desk) -> None:
    append(desk.candidates, CANDIDATE)
    later = replace(CANDIDATE, question="And Globex?")

    class Meanwhile(ScriptedTerminal):
        def confirm(self, label: str, default: bool) -> bool:
            if label.startswith("Do the articles"):
                append(desk.candidates, later)
            return super().confirm(label, default)

    outcome = review(desk.candidates, desk.gold, (), TEXTS, Meanwhile(KEPT))
    assert (len(outcome.kept), outcome.left) == (1, 1)
    assert read(desk.candidates) == (later,)
