"""What a text has of another, worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag_eval.text_metrics import holds_facts, token_f1

QUOTE = "Acme, based in Oslo, hired 120 people for its 1,500 shops."


def test_token_f1_is_the_harmonic_mean_of_precision_and_recall() -> None:
    """Of 4 tokens 2 are expected, of 3 expected 2 are there: 2 * (2/4 * 2/3) / (2/4 + 2/3) = 4/7."""
    assert token_f1("Acme hires 120 people", "120 people, mostly") == pytest.approx(4 / 7)


def test_a_token_counts_as_often_as_both_texts_have_it() -> None:
    """One "120" of two is common: 2 * 1 / (2 + 1)."""
    assert token_f1("120 120", "120") == pytest.approx(2 / 3)


@pytest.mark.parametrize("answer", ["the 120 People!", "120 [1] people. [2, 13]", "A 120, an people"])
def test_case_punctuation_articles_and_citation_marks_do_not_matter(answer: str) -> None:
    assert token_f1(answer, "120 people") == 1.0


@pytest.mark.parametrize(("answer", "reference"), [("", "120"), ("Oslo", "120"), ("[120]", "120"), ("The.", "A!")])
def test_texts_without_a_common_token_score_nothing(answer: str, reference: str) -> None:
    assert token_f1(answer, reference) == 0.0


@given(st.text(), st.text())
def test_token_f1_lies_between_0_and_1(answer: str, reference: str) -> None:
    assert 0.0 <= token_f1(answer, reference) <= 1.0


@pytest.mark.parametrize(
    ("claim", "held"),
    [
        ("In Oslo, 120 found work.", True),
        ("The shops number 1500.", True),
        ("In Oslo, 130 found work.", False),
        ("In Oslo, 120 or 130 found work.", False),
        ("In Bergen, 120 found work.", False),
        ("They were hiring people with dogs.", True),  # hire and people of hire, people and dog
        ("They were hiring dogs.", True),  # hire of hire and dog
        ("They sell dogs.", False),
        ("It is.", False),
    ],
)
def test_a_quote_holds_all_numbers_and_names_else_half_of_the_words(claim: str, held: bool) -> None:
    assert holds_facts(QUOTE, claim) is held
