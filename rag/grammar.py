"""The GBNF grammar of one question: what the model may write at all.

A few sentences, one a line. Preambles, lists, invented sources and endless answers are not in the language. Nor is a
refusal: a small model that may refuse does so about half of the time when the answer is there; refusing is left to the
gate before and the verification after.

A point ends the sentence unless it belongs to a number, to an abbreviation, or to a word that the passages write with
one. A model that would rather go on behind it must not glue the next sentence to it, even where an article does.
"""

import json
import re
from collections.abc import Iterable

_SENTENCE = r"""
sentence ::= opening inner* end
opening ::= [A-ZÀ-ÞĀ-ſ0-9"'“‘$€£¥] | abbreviation " " | initials ". "?{dotted}
inner ::= letter | number | abbreviation " " | [ ("'“‘-] initials ". "? | [.!?] ["'”’,;:)%–-]{dotted}
letter ::= [^.!?\n\r\[\]<>{{}}|`*#_]
number ::= [0-9] ("." [0-9]+)+
initials ::= [A-Za-z] ("." [A-Za-z])+
abbreviation ::= [A-Z] "." | title "." | company "." | "No." | "vs."
title ::= "Mr" | "Mrs" | "Ms" | "Dr" | "Prof" | "St"
company ::= "Inc" | "Ltd" | "Co" | "Corp"
end ::= [.!?] ["'”’]?
"""
# "Olo.me", "ASP.NET", and no two sentences with nothing between them; looked at once, from its beginning.
_DOTTED = re.compile(r"(?<![\w.])\w++(?:\.(?:[a-z]\w*+|(?<=[A-Z]\.)[A-Z]++(?!\w)))+")
_MOST_DOTTED = 40


def answer_grammar(max_claims: int, texts: Iterable[str] = ()) -> str:
    """The language of answers of at most ``max_claims`` sentences, and at least one.

    Words with a point inside may be written that the ``texts`` hold.

    >>> print(answer_grammar(3).splitlines()[0])
    root ::= sentence ("\\n" sentence){0,2}
    >>> print(answer_grammar(1, ["Olo.me grew. Its app, too.And olo.me fell."]).splitlines()[-1])
    dotted ::= "Olo.me" | "olo.me"
    """
    found = dict.fromkeys(word for text in texts for word in _DOTTED.findall(text))
    words = [json.dumps(word, ensure_ascii=False) for word in list(found)[:_MOST_DOTTED]]
    sentence = _SENTENCE.format(dotted=" | dotted" if words else "")
    dotted = f"dotted ::= {' | '.join(words)}\n" if words else ""
    return f'root ::= sentence ("\\n" sentence){{0,{max_claims - 1}}}{sentence}{dotted}'
