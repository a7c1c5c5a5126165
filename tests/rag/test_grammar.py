"""The grammar as text; tests of the generator show what a model makes of it."""

import pytest

from rag.grammar import answer_grammar


@pytest.mark.parametrize(
    ("numbers", "claims", "root", "cite"),
    [
        ([1], 1, r'root ::= claim ("\n" claim){0,0}', 'cite ::= "[1]"'),
        ([1, 2], 3, r'root ::= claim ("\n" claim){0,2}', 'cite ::= "[1]" | "[2]"'),
        ([12, 3], 6, r'root ::= claim ("\n" claim){0,5}', 'cite ::= "[12]" | "[3]"'),
    ],
)
def test_only_the_numbers_given_can_be_cited(numbers: list[int], claims: int, root: str, cite: str) -> None:
    assert answer_grammar(numbers, claims).splitlines()[:2] == [root, cite]


def test_every_claim_ends_with_one_to_three_citations() -> None:
    assert 'claim ::= sentence " " cite cite? cite?' in answer_grammar([1], 1).splitlines()


def test_any_iterable_of_numbers_will_do() -> None:
    assert answer_grammar(iter([1, 2]), 3) == answer_grammar([1, 2], 3)
