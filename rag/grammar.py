"""The GBNF grammar of one question: what the model may write at all.

A few sentences, one a line, each followed by the numbers of passages that are really there. Preambles, lists without
sources, invented numbers and endless answers are not in the language. Nor is a refusal: a small model that may refuse
does so about half of the time when the answer is there; refusing is left to the gate before and the verification after.
"""

from collections.abc import Iterable

_SENTENCE = r"""
claim ::= sentence " " cite cite? cite?
sentence ::= opening inner* end
opening ::= [A-ZÀ-ÞĀ-ſ0-9"'“‘$€£¥]
inner ::= [^.!?\n\r\[\]<>{}|`*#_] | [.!?] [^ \n\r\[\]<>{}|`*#_] | abbreviation " "
abbreviation ::= [A-Z] "." | title "." | company "." | "No." | "vs."
title ::= "Mr" | "Mrs" | "Ms" | "Dr" | "Prof" | "St"
company ::= "Inc" | "Ltd" | "Co" | "Corp"
end ::= [.!?] ["'”’]?
"""


def answer_grammar(numbers: Iterable[int], max_claims: int) -> str:
    """The language of answers that cite some of ``numbers``, in at most ``max_claims`` sentences; at least one of each.

    >>> print(answer_grammar([1, 2], 3).splitlines()[0])
    root ::= claim ("\\n" claim){0,2}
    """
    allowed = " | ".join(f'"[{number}]"' for number in numbers)
    return f'root ::= claim ("\\n" claim){{0,{max_claims - 1}}}\ncite ::= {allowed}{_SENTENCE}'
