"""Lines of the model become claims; what is said twice is said once, with the citations of both."""

from dataclasses import replace

import pytest

from rag.claims import Draft, in_full, sentence_of, with_claim
from rag.types import Answer, Piece
from rag.verification import Support
from tests.rag.fakes import passage

BUSES = passage("Night buses return. Fares stay.", doc_id="bus.txt")
TRAMS = passage("Trams grow.", doc_id="tram.txt")
RETURN, STAY, GROW = Support(BUSES, 0, 19, 0.9), Support(BUSES, 20, 31, 0.8), Support(TRAMS, 0, 11, 0.7)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Buses return.", "Buses return."),
        ("  Do buses return?\n", "Do buses return?"),
        ("He said: “Buses return.”", "He said: “Buses return.”"),
        ("In 3.5 years, buses return.", "In 3.5 years, buses return."),
        ("According to the passage, buses return.", "Buses return."),
        ("The article states that buses return.", "Buses return."),
        ("The passage between the houses is closed.", "The passage between the houses is closed."),
    ],
)
@pytest.mark.parametrize("marks", ["", " [2]", "[2]", " [1][12]"])
def test_a_line_is_a_sentence_without_marks_that_nobody_asked_for(written: str, text: str, marks: str) -> None:
    assert sentence_of(written.rstrip() + marks) == text


@pytest.mark.parametrize(
    "unfinished",
    [
        "",
        "Buses ret",
        "Buses return [1]",
        "Buses return. [",
        "[1]",
        "Buses [1] return.",
        f"Buses return. [{'9' * 5000}]",
    ],
)
def test_an_unfinished_line_is_none(unfinished: str) -> None:
    assert sentence_of(unfinished) is None


def test_a_claim_quotes_the_words_of_its_supports_and_is_as_strong_as_the_weakest() -> None:
    (claim,) = with_claim(Answer("?"), "All change.", [RETURN, GROW], merging=False).claims
    assert [(c.number, c.doc_id, c.start, c.end, c.quote) for c in claim.citations] == [
        (1, "bus.txt", 0, 19, "Night buses return."),
        (2, "tram.txt", 0, 11, "Trams grow."),
    ]
    assert claim.support == 0.7


def test_numbers_go_on_and_equal_quotes_share_theirs() -> None:
    answer = with_claim(Answer("?"), "Buses return.", [RETURN], merging=False)
    answer = with_claim(answer, "Fares stay and buses return.", [STAY, RETURN], merging=False)
    assert [[c.number for c in claim.citations] for claim in answer.claims] == [[1], [2, 1]]
    assert answer.text == "Buses return. [1] Fares stay and buses return. [2][1]"


def test_the_same_words_are_one_claim() -> None:
    answer = with_claim(Answer("?"), "Buses return.", [RETURN], merging=False)
    answer = with_claim(answer, "Buses return.", [GROW], merging=False)
    assert answer.text == "Buses return. [1][2]"


@pytest.mark.parametrize(
    ("text", "repeated"),
    [
        ("Alibaba hires in 2026.", True),
        ("Alibaba Group Holding hires in 2026.", True),
        ("Alibaba hires 3,000 interns.", False),
        ("Huawei hires in 2026.", False),
        ("half of the roles are new.", False),
    ],
)
def test_merging_joins_what_tells_the_same_numbers_of_the_same_names(text: str, repeated: bool) -> None:
    first = with_claim(Answer("?"), "Alibaba is hiring students who graduate in 2026.", [RETURN], merging=True)
    assert len(with_claim(first, text, [GROW], merging=True).claims) == (1 if repeated else 2)
    assert len(with_claim(first, text, [GROW], merging=False).claims) == 2


def test_only_the_numbers_of_the_question_count_when_it_has_some() -> None:
    first = with_claim(Answer("Which companies hire in 2026?"), "Alibaba hires in 2026.", [RETURN], merging=True)
    assert with_claim(first, "Alibaba hires 3,000 people in 2026.", [GROW], merging=True).text == (
        "Alibaba hires in 2026. [1][2]"
    )


def test_a_quote_of_two_subjects_is_cited_once() -> None:
    assert with_claim(Answer("?"), "A and B hire.", [RETURN, GROW, RETURN], merging=True).text == "A and B hire. [1][2]"


def test_a_claim_has_at_most_three_citations() -> None:
    answer = Answer("?")
    for start in range(5):
        answer = with_claim(answer, "Buses return.", [Support(BUSES, start, 19, 0.9)], merging=True)
    assert [citation.number for citation in answer.citations] == [1, 2, 3]


def test_a_citation_tells_its_page_and_the_articles_that_say_the_same() -> None:
    support = replace(RETURN, passage=replace(BUSES, page=2), also_in=("copy.txt",))
    (claim,) = with_claim(Answer("?"), "Buses return.", [support], merging=False).claims
    assert [(c.page, c.also_in) for c in claim.citations] == [(2, ("copy.txt",))]


def drafted(*pieces: tuple[str, float]) -> list[Draft]:
    """The drafts of a text that comes in these pieces, the unfinished one last."""
    finished: list[Draft] = []
    draft = Draft()
    for text, log_probability in pieces:
        *lines, draft = draft.longer(Piece(text, log_probability))
        finished += lines
    return [*finished, draft]


def test_a_draft_is_as_likely_as_the_tokens_of_its_sentence() -> None:
    # (-0.2 - 0.4 - 0.6) / (3 + 8 certain ones)
    (draft,) = drafted(("Buses", -0.2), ("", 0.0), (" return", -0.4), (".", -0.6))
    assert draft.text == "Buses return."
    assert draft.log_probability == pytest.approx(-1.2 / 11)


def test_a_line_ends_wherever_the_break_stands_in_a_piece() -> None:
    one, two, three = drafted(("A b.\nC", -0.1), (" d.\n", -0.3), ("E", -0.5))
    assert [draft.text for draft in (one, two, three)] == ["A b.", "C d.", "E"]


def test_reading_adds_nothing_to_a_draft() -> None:
    assert drafted(("", 0.0), ("", 0.0)) == [Draft()]


@pytest.mark.parametrize(
    ("claim", "quote", "full"),
    [
        (
            "Northwind and Orlan Lab lead it.",
            "It is led by the Northwind Cloud unit and Orlan Lab.",
            "Northwind Cloud and Orlan Lab lead it.",
        ),
        ("Northwind leads it.", "Northwind leads it with Northwind Cloud.", "Northwind leads it."),  # both are there
        ("Northwind's boss came.", "The boss of Northwind Cloud came.", "Northwind Cloud's boss came."),
        ("Northwind met.", "The board of Northwind Tuesday met.", "Northwind met."),  # a day is no name
        ("AI grows.", "The AI Clouder of the town grows.", "AI grows."),  # nor is an acronym
        ("Northwind hires.", "Northwind Hires More Graduates", "Northwind hires."),  # a headline
        ("Southgate hires.", "The firm hires.", "Southgate hires."),
    ],
)
def test_names_are_given_as_the_quote_has_them(claim: str, quote: str, full: str) -> None:
    assert in_full(claim, [quote]) == full
