"""A true sentence of another kind than was asked for is no answer."""

import pytest

from rag.fit import fits


@pytest.mark.parametrize(
    ("question", "claim"),
    [
        ("How many jobs are there?", "There are 5,000 jobs."),
        ("How many jobs are there?", "Half of them are new."),
        ("By how much do roles grow in 2026?", "In 2026 they grow by 23 per cent."),
        ("What percentage of roles is new?", "More than 80 per cent are."),
        ("When does it open?", "It opens on Tuesday."),
        ("When does it open?", "It opened three months ago, in spring."),
        ("On which date did it open?", "It opened on February 27, 2025."),
        ("Who leads the lab?", "Jane Fang leads the lab."),
        ("Who hires more, Northwind or Contoso?", "Northwind hires more."),
        ("How many jobs were there by 2024?", "Between 2019 and 2024 there were 5,000 jobs."),
        ("Where is the lab?", "It is by the sea."),
        ("Why did it close?", "It had no visitors."),
    ],
)
def test_a_claim_with_what_was_asked_for_fits(question: str, claim: str) -> None:
    assert fits(question, claim)


@pytest.mark.parametrize(
    ("question", "claim"),
    [
        ("How many jobs are there in 2026?", "There are jobs in 2026."),
        ("What percentage of roles is new?", "The plan draws attention to new roles."),
        ("When did the mayor meet the council?", "The mayor met the council in the town hall."),
        ("When in 2025 did it open?", "It opened in 2025."),
        ("How many jobs were there by 2019?", "By the end of 2024 there were 5,000 jobs."),
        ("Who leads the lab of Northwind?", "The lab of Northwind is led with care."),
    ],
)
def test_a_claim_without_it_does_not(question: str, claim: str) -> None:
    assert not fits(question, claim)
