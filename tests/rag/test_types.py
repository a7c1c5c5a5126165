"""What answers and passages say of themselves."""

from rag.types import REFUSAL, Answer, Citation, Claim
from tests.rag.fakes import passage


def citation(number: int) -> Citation:
    return Citation(number, "a.txt", "", "", "", number, number + 1, "x")


def test_a_passage_is_named_by_its_place() -> None:
    assert passage("Buses run.", doc_id="news/a.txt", start=7).passage_id == "news/a.txt:7-17"


def test_an_answer_reads_as_its_claims_with_their_marks() -> None:
    claims = (Claim("Buses run.", (citation(1), citation(3)), 1.0), Claim("Taxis wait.", (citation(2),), 1.0))
    assert Answer("Who?", claims=claims).text == "Buses run. [1][3] Taxis wait. [2]"


def test_a_refusal_reads_the_same_always_and_an_unfinished_answer_is_empty() -> None:
    assert Answer("Who?", abstained=True).text == REFUSAL
    assert Answer("Who?").text == ""


def test_citations_come_once_and_by_number() -> None:
    claims = (Claim("A.", (citation(2), citation(1)), 1.0), Claim("B.", (citation(1),), 1.0))
    assert Answer("Who?", claims=claims).citations == (citation(1), citation(2))
