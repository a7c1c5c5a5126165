"""Another article's other figure for the same thing is shown, and nothing else is called a conflict."""

import pytest

from rag.claims import with_claim
from rag.conflicts import with_conflicts
from rag.types import Answer, Evidence
from rag.verification import Support
from tests.rag.fakes import passage

CLAIM = "Northwind hires 300 sailors in spring."


def answered(
    *others: str, question: str = "How many sailors does Northwind hire?", also_in: tuple[str, ...] = ()
) -> Answer:
    """CLAIM, quoted from a.txt, with the evidence of that article and of b.txt, c.txt and so on."""
    texts = (CLAIM, *others)
    evidence = tuple(
        Evidence(number, passage(text, doc_id=f"{chr(96 + number)}.txt"), (), also_in if number == 1 else ())
        for number, text in enumerate(texts, start=1)
    )
    support = Support(evidence[0].passage, 0, len(CLAIM), 1.0, also_in)
    return with_conflicts(with_claim(Answer(question, evidence=evidence), CLAIM, (support,), merging=False))


def test_both_figures_are_told_with_where_they_stand() -> None:
    other = "In spring Northwind hires 250 sailors."
    answer = answered(other)
    (conflict,) = answer.conflicts
    assert (conflict.first, conflict.first_citation.doc_id) == ("300", "a.txt")
    assert (conflict.other, conflict.other_citation.quote, conflict.other_citation.doc_id) == ("250", other, "b.txt")
    assert answer.text == f"{CLAIM} [1] {other} [2]"


@pytest.mark.parametrize(
    "other",
    [
        "Northwind hires 300 sailors in spring, too.",
        "Northwind hires over 300 sailors in spring.",
        "Northwind hires nearly 310 sailors in spring.",  # rounded
        "Southgate hires 250 sailors in spring.",  # somebody else
        "Northwind hires 250 cooks in spring.",  # something else
        "Northwind hires 250 sailors in spring 2024.",  # another year
        "Northwind paid 250 sailors late.",  # another matter
        "Northwind hires sailors in spring.",
    ],
)
def test_what_is_no_contradiction_is_not_shown(other: str) -> None:
    assert answered(other).conflicts == ()


@pytest.mark.parametrize(
    ("claim", "other"),
    [
        ("The ferry costs 62 million euros together.", "The repair cost 5.4 million euros."),
        ("The repair cost 5.4 million euros.", "The ferries cost 62 million euros together."),
    ],
)
def test_the_same_unit_does_not_make_it_the_same_thing(claim: str, other: str) -> None:
    """The two have "cost" in common; "million euros" is no word of the matter."""
    evidence = tuple(
        Evidence(number, passage(text, doc_id=f"{number}.txt"), ()) for number, text in enumerate((claim, other), 1)
    )
    answer = Answer("How much does the ferry cost?", evidence=evidence)
    support = Support(evidence[0].passage, 0, len(claim), 1.0)
    assert with_conflicts(with_claim(answer, claim, (support,), merging=False)).conflicts == ()


def test_a_copy_of_the_article_is_no_other_article() -> None:
    assert answered("In spring Northwind hires 250 sailors.", also_in=("b.txt",)).conflicts == ()


def test_the_figure_of_the_question_itself_is_not_disputed() -> None:
    asked = "Why does Northwind hire 300 sailors?"
    assert answered("In spring Northwind hires 250 sailors.", question=asked).conflicts == ()


def test_of_many_articles_that_contradict_alike_as_many_are_named_as_a_claim_cites() -> None:
    answer = answered(*["In spring Northwind hires 250 sailors."] * 5)
    assert [conflict.other_citation.doc_id for conflict in answer.conflicts] == ["b.txt", "c.txt", "d.txt"]


def test_an_article_contradicts_once() -> None:
    assert len(answered("In spring Northwind hires 250 sailors. Northwind hires 260 sailors in spring.").conflicts) == 1


@pytest.mark.parametrize(
    ("other", "figures"),
    [
        ("The port trained 20 pilots, who guided 700 ships.", [("900", "700")]),
        ("The port trained 30 pilots, who guided 900 ships.", [("20", "30")]),
        ("The port trained 30 pilots, who guided 700 ships.", []),  # another year, perhaps
    ],
)
def test_of_several_figures_one_may_differ_beside_the_same_others(other: str, figures: list[tuple[str, str]]) -> None:
    claim = "The port trained 20 pilots, who guided 900 ships."
    evidence = tuple(
        Evidence(number, passage(text, doc_id=f"{number}.txt"), ()) for number, text in enumerate((claim, other), 1)
    )
    support = Support(evidence[0].passage, 0, len(claim), 1.0)
    asked = Answer("How many ships did the port's pilots guide?", evidence=evidence)
    answer = with_conflicts(with_claim(asked, claim, (support,), merging=False))
    assert [(conflict.first, conflict.other) for conflict in answer.conflicts] == figures
