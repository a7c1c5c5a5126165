"""A review turns candidates into gold questions, and whoever leaves it loses nothing."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import InvalidInput
from rag.types import Turn
from rag_eval.candidates import append, read
from rag_eval.gold import GoldQuestion, Span
from rag_eval.review import Outcome, review
from tests.eval.review_desk import (
    CANDIDATE,
    EXISTING,
    KEPT,
    QUOTE,
    REFUSED,
    TAKEN,
    TEXTS,
    WRONG,
    ReviewDesk,
    ScriptedTerminal,
)


def test_an_answer_that_is_right_becomes_a_gold_question_as_it_is_proposed(review_desk: ReviewDesk) -> None:
    append(review_desk.candidates, CANDIDATE)
    outcome, _ = review_desk.review(*KEPT)
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
    assert review_desk.questions() == (question,)
    assert read(review_desk.candidates) == ()


def test_the_line_has_the_keys_in_the_order_of_the_gold_set(review_desk: ReviewDesk) -> None:
    append(review_desk.candidates, CANDIDATE)
    review_desk.review(*KEPT)
    keys = " ".join(json.loads(review_desk.gold.read_text(encoding="utf-8")))
    assert keys == "id kind split question history sources answerable answer required forbidden spans wrong"


def test_a_wrong_answer_and_the_right_one_are_both_proposed(review_desk: ReviewDesk) -> None:
    append(review_desk.candidates, WRONG)
    _, terminal = review_desk.review("keep", *[TAKEN] * 11)
    (question,) = review_desk.questions()
    assert (question.answer, question.wrong) == ("120 people", ("Acme hires 12 people.",))
    assert terminal.defaults("Reference answer") == ["120 people"]


def test_a_refusal_becomes_an_unanswerable_question(review_desk: ReviewDesk) -> None:
    append(review_desk.candidates, REFUSED)
    outcome, _ = review_desk.review("keep", TAKEN, TAKEN, "false_premise", "test")
    assert review_desk.questions() == outcome.kept
    (question,) = outcome.kept
    assert (question.id, question.answerable, question.split) == ("false_premise-001", False, "test")


def test_a_wrong_refusal_is_proposed_as_answerable(review_desk: ReviewDesk) -> None:
    append(review_desk.candidates, replace(REFUSED, verdict="wrong"))
    _, terminal = review_desk.review("keep", TAKEN)
    assert terminal.defaults("Do the articles state the answer?") == ["y"]


def test_history_and_sources_are_kept_and_make_a_follow_up(review_desk: ReviewDesk) -> None:
    turns = (Turn("Where is Acme?", "Acme is in Oslo. [1]"),)
    append(review_desk.candidates, replace(CANDIDATE, history=turns, sources=("acme.txt", "gone.txt")))
    outcome, terminal = review_desk.review(*KEPT)
    (question,) = outcome.kept
    assert (question.kind, question.history, question.sources) == ("follow_up", turns, ("acme.txt",))
    assert any("gone.txt" in text for text in terminal.shown)


def test_ids_and_splits_follow_the_set(review_desk: ReviewDesk) -> None:
    append(review_desk.candidates, CANDIDATE)
    outcome, _ = review_desk.review(*KEPT, existing=[EXISTING])
    assert [(question.id, question.split) for question in outcome.kept] == [("fact_number-008", "test")]


def test_questions_are_added_behind_those_of_the_file(review_desk: ReviewDesk) -> None:
    review_desk.gold.write_text('{"by": "hand"}', encoding="utf-8")
    append(review_desk.candidates, CANDIDATE)
    review_desk.review(*KEPT)
    before, after = review_desk.gold.read_text(encoding="utf-8").splitlines()
    assert before == '{"by": "hand"}'
    assert json.loads(after)["id"] == "fact_number-001"


def test_skipped_candidates_stay_dropped_ones_go_and_quit_ends(review_desk: ReviewDesk) -> None:
    candidates = [replace(CANDIDATE, question=f"Question {number}?") for number in range(4)]
    for candidate in candidates:
        append(review_desk.candidates, candidate)
    outcome, terminal = review_desk.review("skip", "drop", "quit")
    assert outcome == Outcome(kept=(), dropped=1, left=3)
    assert read(review_desk.candidates) == (candidates[0], *candidates[2:])
    assert len(terminal.asked) == 3


def test_everything_known_of_a_candidate_is_shown(review_desk: ReviewDesk) -> None:
    append(review_desk.candidates, replace(WRONG, history=(Turn("Where is it?", "In Oslo."),), sources=("acme.txt",)))
    _, terminal = review_desk.review("quit")
    shown = "\n".join(terminal.shown)
    for part in ("1 of 1", "Where is it?", "In Oslo.", WRONG.question, WRONG.answer, f"“{QUOTE.quote}”", "acme.txt"):
        assert part in shown
    assert "wrong" in shown
    assert "120 people" in shown


def test_a_question_that_the_set_has_is_told_and_asked_again(review_desk: ReviewDesk) -> None:
    append(review_desk.candidates, CANDIDATE)
    twin = replace(EXISTING, question=CANDIDATE.question)
    outcome, terminal = review_desk.review("keep", TAKEN, "", "How many does it hire?", *KEPT[2:], existing=[twin])
    assert [question.question for question in outcome.kept] == ["How many does it hire?"]
    assert "the gold set has this question already, as fact_number-007" in terminal.shown[0]
    assert terminal.shown[1:3] == [
        "Not so: the gold set has this question already, as fact_number-007",
        "Not so: this cannot be empty",
    ]


def test_a_question_of_several_lines_becomes_one_line(review_desk: ReviewDesk) -> None:
    append(review_desk.candidates, replace(CANDIDATE, question="How many people\ndoes Acme hire?"))
    outcome, terminal = review_desk.review(*KEPT, existing=[replace(EXISTING, history=(Turn("A?", "B."),))])
    assert [question.question for question in outcome.kept] == [CANDIDATE.question]
    assert "Remark" not in terminal.shown[0]


def test_the_same_question_is_not_kept_twice_in_one_review(review_desk: ReviewDesk) -> None:
    append(review_desk.candidates, CANDIDATE)
    append(review_desk.candidates, replace(CANDIDATE, verdict=""))
    outcome, terminal = review_desk.review(*KEPT, "keep", TAKEN)
    assert len(outcome.kept) == 1
    assert terminal.shown[-2] == "Not so: the gold set has this question already, as fact_number-001"


@pytest.mark.parametrize("leaving", [KeyboardInterrupt, EOFError])
@pytest.mark.parametrize("answers", range(len(KEPT)))
def test_leaving_at_any_prompt_loses_nothing(
    review_desk: ReviewDesk, answers: int, leaving: type[BaseException]
) -> None:
    append(review_desk.candidates, CANDIDATE)
    terminal = ScriptedTerminal(KEPT[:answers], leaving=leaving)
    outcome = review(review_desk.candidates, review_desk.gold, (), TEXTS, terminal)
    assert outcome == Outcome(kept=(), dropped=0, left=1)
    assert read(review_desk.candidates) == (CANDIDATE,)
    assert not review_desk.gold.exists()


def test_a_gold_file_that_cannot_be_written_keeps_the_candidate(review_desk: ReviewDesk, tmp_path: Path) -> None:
    append(review_desk.candidates, CANDIDATE)
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match=r"cannot be added .*; give another file"):
        review(review_desk.candidates, tmp_path / "file" / "gold.jsonl", (), TEXTS, ScriptedTerminal(KEPT))
    assert read(review_desk.candidates) == (CANDIDATE,)


def test_what_is_appended_during_a_review_stays(review_desk: ReviewDesk) -> None:
    append(review_desk.candidates, CANDIDATE)
    later = replace(CANDIDATE, question="And Globex?")

    class Meanwhile(ScriptedTerminal):
        def confirm(self, label: str, default: bool) -> bool:
            if label.startswith("Do the articles"):
                append(review_desk.candidates, later)
            return super().confirm(label, default)

    outcome = review(review_desk.candidates, review_desk.gold, (), TEXTS, Meanwhile(KEPT))
    assert (len(outcome.kept), outcome.left) == (1, 1)
    assert read(review_desk.candidates) == (later,)
