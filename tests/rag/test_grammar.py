"""The grammar as text; tests of the generator show what a model makes of it."""

import pytest

from rag.grammar import answer_grammar


@pytest.mark.parametrize(
    ("claims", "root"),
    [
        (1, r'root ::= sentence ("\n" sentence){0,0}'),
        (3, r'root ::= sentence ("\n" sentence){0,2}'),
        (6, r'root ::= sentence ("\n" sentence){0,5}'),
    ],
)
def test_an_answer_has_one_sentence_or_a_few_one_a_line(claims: int, root: str) -> None:
    assert answer_grammar(claims).splitlines()[0] == root


def test_no_sentence_holds_a_mark_of_a_source_of_a_list_or_of_a_table() -> None:
    rules = dict(rule.split(" ::= ") for rule in answer_grammar(2).splitlines())
    assert all(letter in rules["inner"] for letter in r"\n\r\[\]<>{}|`*#_")
    assert rules["sentence"] == "opening inner* end"
