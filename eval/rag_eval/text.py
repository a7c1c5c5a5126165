"""Answers as they are compared and shown: without citation marks, without characters that a terminal would obey."""

import re

_MARKS = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")


def unmarked(answer: str) -> str:
    """An answer without its citation marks.

    >>> unmarked("Acme hires 120 people. [1][2] Oslo is next [3].")
    'Acme hires 120 people. Oslo is next.'
    """
    return _MARKS.sub("", answer).strip()


def printable(text: str) -> str:
    """``text`` in one line, each run of white space and control characters a single blank.

    >>> printable("Oslo\\x1b[31m,\\n Bergen")
    'Oslo [31m, Bergen'
    """
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
