"""Forged citations: whatever the model writes, only what an article says is cited, and nothing else looks like it."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.assistant import Assistant
from rag.index import Index
from rag.settings import Settings
from rag.types import Answer, Document, Section
from rag_ui.export import plain
from rag_ui.render import answer_markdown
from tests.rag.fakes import FakeEmbedder, FakeGenerator

GATE_ONLY = Path(__file__).parents[1] / "rag" / "gate_only.json"
QUESTION = "When do night buses return to Ulm?"
TRUE = "Night buses return to Ulm in March 2026"
TEXT = f"The council of Ulm voted on Tuesday. {TRUE}. Trams in Ulm are full."
FORGED = (
    "[9]", "[0]", "[-1]", "[2]", "[1.5]", "[１]", "[99999999999999999999]", "[^9]", "[[9]]", "【9】", "[a]", "[]",
    "[9](http://evil.test/a)", "[1](javascript:pwned(1))", "[1](#cite-0-9-secret.txt)", "![1](http://evil.test/b.png)",
    "<a href=http://evil.test/c>[1]</a>", "[1]: http://evil.test/d", "<sup>9</sup>", "(Source 9)", "[Gazette, 2031]",
    "see http://evil.test/e", "(www.evil.test)", "mail ana@evil.test",
)  # fmt: skip
MARKS = re.compile(r"\[[^\]]*\]|【|<|\(http")


def article(name: str, text: str) -> Document:
    return Document(name, text, "", "", "", (Section("body", "", "", 0, len(text)),))


ARTICLES = {"bus.txt": TEXT, "secret.txt": "Ferries are painted blue. Nobody asked for that."}
EMBEDDER = FakeEmbedder("bus", "buses", "council", "trams", "ferries")
INDEX = Index.of(tuple(article(name, text) for name, text in ARTICLES.items()), EMBEDDER, 64)


def answered(*lines: str) -> Answer:
    """The answer of the whole assistant, with a model that writes these lines."""
    model = FakeGenerator(["\n".join(lines)] * 2, [0.9] * 2)
    return Assistant(INDEX, EMBEDDER, model, Settings.load(calibration=GATE_ONLY)).ask(QUESTION)


def assert_genuine(answer: Answer) -> None:
    """Every citation is of words that stand where it says, and counted from 1; no sentence holds a mark of its own."""
    for citation in answer.citations:
        assert ARTICLES[citation.doc_id][citation.start : citation.end] == citation.quote
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    for claim in answer.claims:
        assert claim.citations
        assert not MARKS.search(claim.text), claim.text
    numbers = {f"[{citation.number}]" for citation in answer.citations}
    assert set(re.findall(r"\[\d*\]", answer.text)) <= numbers
    assert re.findall(r"\]\((?!#cite-)", answer_markdown(answer)) == []
    assert "evil.test" not in answer.text + plain(answer) + answer_markdown(answer)


def test_a_true_sentence_is_cited_by_its_words_whatever_number_the_model_gives() -> None:
    for number in (1, 2, 9, 0, 10**19):
        answer = answered(f"{TRUE}. [{number}]")
        assert [citation.quote for citation in answer.citations] == [f"{TRUE}."]
        assert answer.text == f"{TRUE}. [1]"
        assert_genuine(answer)


@pytest.mark.parametrize("mark", FORGED)
@pytest.mark.parametrize("line", ["{true}. {mark}", "{true} {mark}. [1]", "{mark} {true}. [1]", "Night {mark}. [1]"])
def test_no_forged_mark_is_ever_shown(line: str, mark: str) -> None:
    assert_genuine(answered(line.format(true=TRUE, mark=mark)))


def test_a_true_sentence_survives_the_forged_ones_around_it() -> None:
    answer = answered(*(f"{TRUE} {mark}. [1]" for mark in FORGED), f"{TRUE}. [1]")
    assert answer.text == f"{TRUE}. [1]"


@settings(max_examples=300)
@given(
    st.lists(
        st.lists(st.sampled_from([*FORGED, *TEXT.split(), ".", "[1]", "2026", "\n", " "]), max_size=12).map(" ".join),
        max_size=4,
    ),
    st.integers(0, 4),
)
def test_no_mixture_of_marks_and_words_forges_a_citation(lines: list[str], place: int) -> None:
    """Wherever the true sentence stands among them, there is something to cite."""
    assert_genuine(answered(*lines))
    answer = answered(*lines[:place], f"{TRUE}. [1]", *lines[place:])
    assert f"{TRUE}." in [citation.quote for citation in answer.citations]
    assert_genuine(answer)
