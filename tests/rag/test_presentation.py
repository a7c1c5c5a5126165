"""What every front end tells of an answer."""

import json
from dataclasses import asdict

from rag.presentation import as_dict, disputes
from rag.types import Answer, Citation, Claim, Conflict, ScoredPassage, Timings
from tests.rag.fakes import passage


def cited(number: int, name: str, quote: str) -> Citation:
    """The quote as the whole text of an article by the Gazette."""
    return Citation(number, f"{name}.txt", "Seats", "Gazette", "2025-03-01", 0, len(quote), quote)


FEWER, MORE = cited(1, "a", "It has 20 seats."), cited(2, "b", "It has 30 seats.")
SEATS = Conflict("20", FEWER, "over 30", MORE)


def test_figures_belong_together_when_they_share_one() -> None:
    """20 or 30 seats, 20 or 25 seats: one thing with three figures. 4 or 5 doors: another."""
    third, doors, wide = cited(3, "c", "It has 25 seats."), cited(4, "a", "It has 4 doors."), cited(5, "c", "5 doors")
    swapped = Conflict("over 30", MORE, "20", FEWER)
    conflicts = (SEATS, Conflict("20", FEWER, "25", third), Conflict("4", doors, "5", wide), swapped)
    found = disputes(Answer("How many?", conflicts=conflicts))
    assert found == ((("20", FEWER), ("over 30", MORE), ("25", third)), (("4", doors), ("5", wide)))


def test_for_programs_an_answer_is_plain_data_in_which_citations_are_named_by_their_numbers() -> None:
    found = ScoredPassage(passage("It has 20 seats.", doc_id="a.txt", start=7), 0.123456)
    claim = Claim(FEWER.quote, (FEWER,), 0.98765)
    answer = Answer("How many?", (found,), claims=(claim,), done=True, confidence=0.87654, conflicts=(SEATS,))
    told = json.loads(json.dumps(as_dict(answer.noted("One was left out."))))
    assert told["answer"] == "It has 20 seats. [1]"
    assert (told["abstained"], told["confidence"]) == (False, 0.8765)
    assert told["claims"] == [{"text": "It has 20 seats.", "support": 0.9877, "citations": [1]}]
    assert told["conflicts"] == [{"first": "20", "first_citation": 1, "other": "over 30", "other_citation": 2}]
    assert told["passages"] == [{"doc_id": "a.txt", "start": 7, "end": 23, "score": 0.1235}]
    assert told["notes"] == ["One was left out."]
    assert told["timings"] == asdict(Timings())
