"""The grammar as text; tests of the generator show what a model makes of it."""

import numpy as np
import pytest

from rag.generator import LlamaCppGenerator
from rag.grammar import answer_grammar
from rag.sampling import Grammar

ARTICLE = "Olo.me grew, Port.news reports in ASP.NET.The rest fell; so did sailing.Half of it stays.And a part."


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
    assert all(letter in rules["letter"] for letter in r"\n\r\[\]<>{}|`*#_")
    assert rules["sentence"] == "opening inner* end"


def test_words_with_a_point_are_those_of_the_texts_and_not_where_a_space_is_missing() -> None:
    """The, Half and And begin sentences."""
    assert answer_grammar(2, [ARTICLE]).splitlines()[-1] == 'dotted ::= "Olo.me" | "Port.news" | "ASP.NET"'
    assert "dotted" not in answer_grammar(2, ["Nothing of that kind. Version 3.5 came."])


def is_allowed(model: LlamaCppGenerator, text: str) -> bool:
    """Whether the model, for which one token after the other of the text is the likeliest, may write it and end."""
    llama = model._llama
    with Grammar(llama, answer_grammar(2, [ARTICLE])) as grammar:
        for token in [*llama.tokenize(text.encode(), add_bos=False), llama.token_eos()]:
            logits = np.zeros(llama.n_vocab(), np.float32)
            logits[token] = 1.0
            if grammar.choose(logits) != token:
                return False
    return True


@pytest.mark.real
@pytest.mark.parametrize(
    "text",
    [
        "It costs 3.5 euros, 4.5% more than version 1.5.2.",
        "The U.S. economy grew.",
        "U.S.-based firms left at 5 p.m. on Monday.",
        "Mr. Li works for Foo Inc. in Ulm.",
        "J. Smith and P. J. Lee met in Washington, D.C.",
        'He said "We won." and left.',
        "Yahoo!, too, hires.",
        "Olo.me hires, as Port.news says.",
        "One came.\nTwo left.",
    ],
)
def test_what_belongs_to_a_sentence_may_be_written(real_generator: LlamaCppGenerator, text: str) -> None:
    assert is_allowed(real_generator, text)


@pytest.mark.real
@pytest.mark.parametrize(
    "text",
    [
        "One came.Two left.",
        "One came.two left.",
        "One came.华为 left.",
        "One came. Two left.",
        "Ule.me hires.",
        "A\nB\nC",
    ],
)
def test_a_point_ends_a_sentence_and_nothing_is_glued_to_it(real_generator: LlamaCppGenerator, text: str) -> None:
    assert not is_allowed(real_generator, text)
