"""In a review patterns and places are asked for until they fit the articles and the reference answer."""

from dataclasses import replace

import pytest

from rag_eval.candidates import append
from rag_eval.gold import Span
from tests.eval.review_desk import BEGUN, CANDIDATE, KEPT, QUOTE, REFERENCE, TAKEN, ReviewDesk


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("", "at least one pattern is needed"),
        ("Oslo", f"the reference answer does not pass: {REFERENCE}"),
        ("120 | (", "bad pattern '('"),
        ("{n:many}", "bad pattern '{n:many}'"),
    ],
)
def test_required_patterns_at_fault_are_asked_again(review_desk: ReviewDesk, line: str, fault: str) -> None:
    append(review_desk.candidates, CANDIDATE)
    outcome, terminal = review_desk.review(*BEGUN, line, "{n:120} | 120 & hires", *KEPT[7:])
    assert [question.required for question in outcome.kept] == [(("{n:120}", "120"), ("hires",))]
    assert terminal.defaults("Required") == ["{n:120}", line]
    assert any(fault in text for text in terminal.shown)


@pytest.mark.parametrize(("line", "fault"), [("hires", "does not pass"), ("robots | [", "bad pattern '['")])
def test_forbidden_patterns_at_fault_are_asked_again(review_desk: ReviewDesk, line: str, fault: str) -> None:
    append(review_desk.candidates, CANDIDATE)
    outcome, terminal = review_desk.review(*BEGUN, TAKEN, line, "robots | Globex", *KEPT[8:])
    assert [question.forbidden for question in outcome.kept] == [("robots", "Globex")]
    assert any(fault in text for text in terminal.shown)


def test_a_wrong_answer_that_passes_brings_the_patterns_back(review_desk: ReviewDesk) -> None:
    append(review_desk.candidates, CANDIDATE)
    outcome, terminal = review_desk.review(
        *BEGUN, TAKEN, TAKEN, "Globex hires 120.", "", TAKEN, "Globex", TAKEN, "Acme hires 12.", TAKEN, *KEPT[9:]
    )
    (question,) = outcome.kept
    assert (question.forbidden, question.wrong) == (("Globex",), ("Globex hires 120.", "Acme hires 12."))
    assert any("This wrong answer passes: “Globex hires 120.”" in text for text in terminal.shown)


def test_more_places_are_found_by_their_words(review_desk: ReviewDesk) -> None:
    append(review_desk.candidates, CANDIDATE)
    outcome, terminal = review_desk.review(
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


def test_all_places_can_be_taken_and_none_counts_twice(review_desk: ReviewDesk) -> None:
    append(review_desk.candidates, CANDIDATE)
    outcome, _ = review_desk.review(*BEGUN, TAKEN, TAKEN, TAKEN, "y", REFERENCE, "Oslo", TAKEN, TAKEN)
    assert [(span.file, span.start) for span in outcome.kept[0].spans] == [
        ("acme.txt", 0),
        ("acme.txt", 40),
        ("acme.txt", 46),
        ("globex.txt", 13),
    ]


def test_a_quote_that_has_moved_is_offered_where_it_stands_now(review_desk: ReviewDesk) -> None:
    moved = replace(QUOTE, start=5, end=27)
    gone = replace(QUOTE, quote="Acme has gone.", start=0, end=14)
    elsewhere = replace(QUOTE, doc_id="deleted.txt")
    append(review_desk.candidates, replace(CANDIDATE, citations=(moved, gone, elsewhere)))
    outcome, terminal = review_desk.review(*KEPT)
    assert outcome.kept[0].spans == (Span("acme.txt", 0, 22, REFERENCE),)
    assert len(terminal.defaults("Does this state the answer?")) == 1
