"""A question that appeals to a source that is not here."""

import pytest

from rag.attribution import missing_sources
from rag.query import Publishers
from rag.types import Evidence, Passage

PUBLISHERS = Publishers.of(["The Harbour Gazette", "Valley Post | Sports"])


def evidence(text: str, publisher: str = "Valley Post | Sports") -> tuple[Evidence, ...]:
    return (Evidence(1, Passage("a.txt", "Ferries", publisher, "", 0, len(text), text, ()), ()),)


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("According to the Evening Courier, who owns the ferry?", ("Evening Courier",)),
        ("Which ferry, as reported by Norda News, sank?", ("Norda News",)),
        ("What does the article by Norda News on ferries say?", ("Norda News",)),
        ("Does the Norda News report agree with the Valley Post article?", ("Norda News",)),
        ("What do an article by Norda News and another by The Courier say?", ("Norda News", "The Courier")),
    ],
)
def test_a_source_that_is_neither_indexed_nor_quoted_is_missing(question: str, missing: tuple[str, ...]) -> None:
    assert missing_sources(question, evidence("A ferry sank."), PUBLISHERS) == missing


@pytest.mark.parametrize(
    "question",
    [
        "According to the Harbour Gazette, who owns the ferry?",  # a publisher of the index
        "What does the Valley Post article say?",  # one of its desks
        "According to Ida Berg, who owns the ferry?",  # quoted by the evidence
        "What was published in May about ferries?",  # a month
        "Who wrote the report on Orlan?",  # what it is about, not whom it is by
        "Which article gives a figure?",
        "Who owns the ferry?",
    ],
)
def test_other_questions_appeal_to_nobody_who_is_missing(question: str) -> None:
    assert missing_sources(question, evidence("The ferry is Orlan's, Ida Berg said."), PUBLISHERS) == ()
