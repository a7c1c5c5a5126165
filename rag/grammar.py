"""The GBNF grammar of one question: what the model may write at all.

Either exactly the refusal, or a few sentences, one a line, each followed by the numbers of passages that are really
there. Preambles, lists without sources, invented numbers and endless answers are not in the language.
"""

from collections.abc import Iterable

from rag.types import REFUSAL

_SENTENCE = r"""
claim ::= sentence " " cite cite? cite?
sentence ::= opening inner* end
opening ::= [A-Z0-9"'“‘$€£¥]
inner ::= [^.!?\n\r\[\]<>{}|`*#_] | [.!?] [^ \n\r\[\]<>{}|`*#_] | abbreviation " "
abbreviation ::= [A-Z] "." | "Mr." | "Mrs." | "Ms." | "Dr." | "Prof." | "St." | "Inc." | "Ltd." | "Co." | "Corp." | "No." | "vs."
end ::= [.!?] ["'”’]?
"""


def answer_grammar(numbers: Iterable[int], max_claims: int) -> str:
    """The language of answers that cite some of ``numbers``, in at most ``max_claims`` sentences.

    >>> print(answer_grammar([1, 2], 3).splitlines()[0])
    root ::= "The articles do not say." | claim ("\\n" claim){0,2}
    """
    allowed = " | ".join(f'"[{number}]"' for number in numbers)
    return f'root ::= "{REFUSAL}" | claim ("\\n" claim){{0,{max_claims - 1}}}\ncite ::= {allowed}{_SENTENCE}'
