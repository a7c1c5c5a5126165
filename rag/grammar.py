"""The GBNF grammar of one question: what the model may write at all.

A few sentences, one a line. Preambles, lists, invented sources and endless answers are not in the language. Nor is a
refusal: a small model that may refuse does so about half of the time when the answer is there; refusing is left to the
gate before and the verification after.
"""

_SENTENCE = r"""
sentence ::= opening inner* end
opening ::= [A-ZÀ-ÞĀ-ſ0-9"'“‘$€£¥]
inner ::= [^.!?\n\r\[\]<>{}|`*#_] | [.!?] [^ \n\r\[\]<>{}|`*#_] | abbreviation " "
abbreviation ::= [A-Z] "." | title "." | company "." | "No." | "vs."
title ::= "Mr" | "Mrs" | "Ms" | "Dr" | "Prof" | "St"
company ::= "Inc" | "Ltd" | "Co" | "Corp"
end ::= [.!?] ["'”’]?
"""


def answer_grammar(max_claims: int) -> str:
    """The language of answers of at most ``max_claims`` sentences, and at least one.

    >>> print(answer_grammar(3).splitlines()[0])
    root ::= sentence ("\\n" sentence){0,2}
    """
    return f'root ::= sentence ("\\n" sentence){{0,{max_claims - 1}}}{_SENTENCE}'
