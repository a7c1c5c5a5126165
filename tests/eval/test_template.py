"""The template is a sound set over anybody's articles."""

from pathlib import Path

import pytest

from rag.errors import InvalidInput
from rag.types import Document, Section
from rag_eval.gold import judge, load_gold
from rag_eval.template import write_template

HEADLINE = "Acme grows"
STORY = "Acme hires 120 people for its\nnew “office” in Oslo. More will follow."
SENTENCE = "Acme hires 120 people for its\nnew “office” in Oslo."


def document(doc_id: str, *parts: tuple[str, str]) -> Document:
    sections, start = [], 0
    for kind, text in parts:
        end = start + len(text)
        sections.append(Section("body" if kind == "body" else "boilerplate", HEADLINE, "", start, end))
        start = end
    return Document(doc_id, "".join(text for _, text in parts), HEADLINE, "", "", tuple(sections))


def documents(*given: Document) -> dict[str, Document]:
    return {one.doc_id: one for one in given}


ACME = document(
    "acme.txt", ("boilerplate", "Subscribe to the best newsletter now!\n"), ("body", f"{HEADLINE}\n{STORY}")
)


def texts(given: dict[str, Document]) -> dict[str, str]:
    return {name: one.text for name, one in given.items()}


def test_the_template_is_a_gold_set_over_these_articles(tmp_path: Path) -> None:
    given = documents(ACME)
    write_template(tmp_path / "mine.jsonl", given)
    answerable, unanswerable = load_gold(tmp_path / "mine.jsonl", texts(given))
    assert (answerable.answerable, unanswerable.answerable) == (True, False)
    assert answerable.spans[0].quote == answerable.answer == SENTENCE
    assert judge(answerable, answerable.answer, abstained=False) == "correct"
    assert judge(answerable, "Nothing of the kind.", abstained=False) == "wrong"


def test_every_example_says_that_it_is_one(tmp_path: Path) -> None:
    write_template(tmp_path / "mine.jsonl", documents(ACME))
    answerable, unanswerable = load_gold(tmp_path / "mine.jsonl", texts(documents(ACME)))
    for text in (answerable.question, answerable.required[0][0], unanswerable.question):
        assert "EXAMPLE, to be replaced" in text


@pytest.mark.parametrize("text", ["一二三四。", "10,000!", "Oslo", "(a) [b] {n:1} C++?"])
def test_any_sentence_will_do(tmp_path: Path, text: str) -> None:
    given = documents(document("empty.txt"), document("a.txt", ("body", text)))
    write_template(tmp_path / "mine.jsonl", given)
    assert load_gold(tmp_path / "mine.jsonl", texts(given))[0].spans[0].file == "a.txt"


def test_a_file_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text("my work", encoding="utf-8")
    with pytest.raises(InvalidInput, match="exists already"):
        write_template(path, documents(ACME))
    assert path.read_text(encoding="utf-8") == "my work"


def test_a_folder_that_is_missing_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be written: No such file or directory"):
        write_template(tmp_path / "none" / "mine.jsonl", documents(ACME))


@pytest.mark.parametrize("given", [(), (document("a.txt", ("boilerplate", "Subscribe now!")),)])
def test_articles_without_a_sentence_are_refused(tmp_path: Path, given: tuple[Document, ...]) -> None:
    with pytest.raises(InvalidInput, match="has a sentence"):
        write_template(tmp_path / "mine.jsonl", documents(*given))
    assert not (tmp_path / "mine.jsonl").exists()
