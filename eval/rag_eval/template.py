"""A gold set to start from, for articles of one's own."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from rag.chunking import sentences_of
from rag.errors import InvalidInput
from rag.text import words
from rag.types import Document, Sentence
from rag_eval.gold import GoldQuestion, Span, judge
from rag_eval.lines import question_line

_REPLACE = "EXAMPLE, to be replaced:"
_MIN_WORDS = 6


def write_template(path: Path, documents: Mapping[str, Document]) -> None:
    """Write a set of two examples that ``load_gold`` reads at once: one that the articles answer, one that they do not.

    The place of the first is a real sentence of the first article. What is to be replaced says so. Raises InvalidInput
    when the file exists already or cannot be written, or when no article has a sentence.
    """
    document, sentence = _first_sentence(documents)
    examples = _answerable(document, sentence), _unanswerable()
    content = b"".join(map(question_line, examples))
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise InvalidInput(f"{path} exists already, and stays as it is; give another name.") from error
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}; give another name.") from error


def _first_sentence(documents: Mapping[str, Document]) -> tuple[Document, Sentence]:
    found = [(document, sentence) for document in documents.values() for sentence in _sentences(document)]
    if not found:
        raise InvalidInput(f"None of the {len(documents)} articles has a sentence; expected one to make an example of.")
    # A headline is a sentence to the eye of a splitter, but a poor example.
    return next((pair for pair in found if len(words(pair[1].text)) >= _MIN_WORDS), found[0])


def _sentences(document: Document) -> Iterator[Sentence]:
    for section in document.sections:
        if section.kind == "body":
            yield from sentences_of(document.text, section.start, section.end)


def _answerable(document: Document, sentence: Sentence) -> GoldQuestion:
    longest = sorted(filter(str.isalpha, words(sentence.text)), key=len, reverse=True)
    patterns = (f"(?#{_REPLACE} what a right answer must have){re.escape(word)}" for word in longest)
    question = GoldQuestion(
        id="fact_name-001",
        kind="fact_name",
        split="test",
        question=f"{_REPLACE} What does {document.title or document.doc_id} say?",
        answerable=True,
        answer=sentence.text,
        spans=(Span(document.doc_id, sentence.start, sentence.end, sentence.text),),
    )
    asked = (replace(question, required=((pattern,),)) for pattern in (*patterns, "."))
    return next(each for each in asked if judge(each, each.answer, abstained=False) == "correct")


def _unanswerable() -> GoldQuestion:
    return GoldQuestion(
        id="other_topic-001",
        kind="other_topic",
        split="test",
        question=f"{_REPLACE} Who runs the buses on the Moon?",
        answerable=False,
    )
