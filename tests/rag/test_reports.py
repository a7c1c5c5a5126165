"""What several articles say of one matter, side by side."""

from rag.reports import reports
from rag.types import Evidence
from tests.rag.fakes import passage


def readings(*texts: str) -> list[list[Evidence]]:
    return [[Evidence(n, passage(text, doc_id=f"{n}.txt"), ())] for n, text in enumerate(texts, start=1)]


def told(question: str, *texts: str) -> list[str]:
    return [statement.quoted.quote for statement in reports(question, readings(*texts))]


def test_each_article_tells_with_the_sentence_that_holds_most_of_the_question() -> None:
    texts = ("The city of Ulm is old. Ulm bought 40 new trams.", "Nearly 40 new trams were bought by Ulm. It rained.")
    assert told("Do all articles say that Ulm bought trams?", *texts) == [
        "Ulm bought 40 new trams.",
        "Nearly 40 new trams were bought by Ulm.",
    ]


def test_a_question_for_a_figure_wants_figures() -> None:
    texts = ("Ulm bought many new trams. Ulm bought 40 vehicles called trams.", "Ulm paid for 41 trams in spring.")
    assert told("Do the reports give the same number of trams for Ulm?", *texts) == [
        "Ulm bought 40 vehicles called trams.",
        "Ulm paid for 41 trams in spring.",
    ]


def test_a_figure_of_the_question_must_be_told() -> None:
    texts = ("Ulm bought exactly 40 trams today.", "Nearly 40 trams came to Ulm.", "Ulm bought 7 old trams.")
    assert told("Did Ulm buy exactly 40 trams? What do the reports say?", *texts) == [
        "Ulm bought exactly 40 trams today.",
        "Nearly 40 trams came to Ulm.",
    ]


def test_one_article_alone_is_no_comparison_of_reports() -> None:
    assert (
        told("Do all articles name the price of trams?", "The price of trams fell again.", "Cats sleep all day.") == []
    )


def test_headlines_and_scraps_are_not_quoted() -> None:
    assert told("What do the reports say on trams?", "Trams", "trams grow longer and", "Trams grow.") == []
