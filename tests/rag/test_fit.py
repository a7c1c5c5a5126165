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
        ("How much does the ferry cost?", "A trip is 4 euros."),
        ("What did the repair cost?", "The repair cost 5.4 million euros."),
        ("What did the strike cost the town?", "The strike cost the town its ferry."),
        ("What fine did the port pay?", "It paid USD 300."),
        ("What share of the crews is on strike?", "Two out of three crews are."),
        ("What is the name of the ferry in Ulm?", "The ferry in Ulm is called Ida."),
        ("Which ferries do not run in May?", "Ida does not run in May."),
        ("Which ferries run in May?", "Not only Ida runs in May, Per does too."),
        ("Do the ferries run in May?", "The ferries do not run in May."),
        ("Do the ferries run in May?", "The ferries run in May."),
        ("Which runs in May, Ida or Per?", "Ida runs in May."),
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
        ("How much does the ferry cost?", "The ferry costs 400 people their sleep."),
        ("What do the boats cost?", "The ferry line ordered four boats on Monday."),
        ("What fine did the port pay?", "The port paid 300 guards."),
        ("What share of the crews is on strike?", "30 crews are on strike."),
        ("What is the name of the town near Ulm?", "The name of the town near Ulm is Ulm Town."),
        ("Which ferries do not run in May?", "Ida runs in May."),
        ("Which ferries run in May?", "Ida does not run in May."),
        ("What did the port have to pay for?", "The port had to pay."),
    ],
)
def test_a_claim_without_it_does_not(question: str, claim: str) -> None:
    assert not fits(question, claim)
