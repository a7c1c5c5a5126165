"""Questions that are made of the articles: what they look like on any corpus, and that retrieval finds their words."""

import re
from concurrent.futures import Future

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.types import ScoredPassage
from rag_ui.loading import Loader
from rag_ui.suggestions import Suggestions, questions_of, suggest
from tests.ui.fakes import COST, TAXIS, FakeArticles, FakeAssistant, document
from tests.ui.test_library import opened

GOOD = re.compile(r"(?:Who is|What did|When was|What do the articles say about) [\w .,’-]+\?")

names = st.sampled_from(["Acme", "Globex", "the Harbour Museum", "Ana Ruiz", "Ben O. Carter", "IBM", "Straße", "É"])
phrases = st.sampled_from(
    [
        "said the plan was",
        "says that",
        "was founded in 1907",
        "CEO",
        ", president of",
        "will",
        "is",
        "and",
        ",",
        ".",
        "he",
    ]
)
plain_forms = st.sampled_from(
    [
        "{} said the plan was {}.",
        "{}, president of {}, left.",
        "The {} was founded in 1907.",
        "He praised {} CEO {}.",
        "Much of what {} offers is {}.",
    ]
)
mixtures = st.lists(st.one_of(names, phrases, st.text(max_size=12)), max_size=9).map(" ".join)
sentences = mixtures | st.builds(str.format, plain_forms, names, names)
articles = st.lists(st.lists(sentences, min_size=1, max_size=4), max_size=4).map(
    lambda texts: FakeArticles(
        tuple(document(f"{number}.txt", text[0], "", "", *text) for number, text in enumerate(texts))
    )
)


class Deaf(FakeAssistant):
    """Finds nothing."""

    def retrieve(self, question: str, k: int = 10) -> tuple[ScoredPassage, ...]:
        return ()


@given(articles)
def test_whatever_the_articles_hold_few_plain_questions_are_made_of_which_retrieval_finds_the_names(
    made_up: FakeArticles,
) -> None:
    assistant = FakeAssistant(index=made_up)
    questions = suggest(assistant)
    assert len(questions) == len(set(questions)) <= 4
    for question in questions:
        assert GOOD.fullmatch(question)
        assert 4 <= len(re.findall(r"[\w’-]+", question)) <= 14
        (found,) = assistant.retrieve(question, 1)
        assert all(name in found.passage.text for name in re.findall(r"(?<! )[A-Z]\w+|(?<= )[A-Z]\w+", question)[1:])
    assert suggest(Deaf(index=made_up)) == ()


@pytest.mark.parametrize(
    ("sentence", "title", "questions"),
    [
        (
            "On Monday, Ana Ruiz, who drives line 5, said that the timetable is wrong.",
            "",
            ["What did Ana Ruiz say about the timetable?"],
        ),
        ("Ben O. Carter, the president of the Rovers, resigned.", "", ["Who is the president of the Rovers?"]),
        ("He praised Globex CEO Eva Lind.", "", ["Who is the CEO of Globex?"]),
        ("The Harbour Museum was founded in May 1907.", "", ["When was the Harbour Museum founded?"]),
        ("Much of what Acme offers is new.", "Acme grows", ["What do the articles say about Acme?"]),
        ("Much of what Acme offers is new.", "Globex grows", []),
        ("He said the plan was good.", "", []),
        ("Ana Ruiz said it was cold.", "", []),
        ("Ana Ruiz said this plan is good.", "", []),
        ("Der Präsident sagte, der Plan sei gut.", "", []),
        ("", "", []),
    ],
)
def test_a_sentence_of_a_plain_form_answers_a_question_and_others_none(
    sentence: str, title: str, questions: list[str]
) -> None:
    assert [question for _, question, _ in questions_of(sentence, title)] == questions


def test_specific_questions_come_first_and_every_article_and_form_has_its_turn() -> None:
    """Two articles: of the first the two forms come in turn, after it the second's."""
    first = document(
        "a.txt",
        "Acme",
        "",
        "",
        "Ana Ruiz said the ferry was late.",
        "Ana Ruiz said the harbour was full.",
        "Much of what Acme offers is new.",
    )
    second = document("b.txt", "Rovers", "", "", "Ben Carter said the pitch was wet.")
    assert suggest(FakeAssistant(index=FakeArticles((first, second)))) == (
        "What did Ana Ruiz say about the ferry?",
        "What did Ben Carter say about the pitch?",
        "What do the articles say about Acme?",
        "What did Ana Ruiz say about the harbour?",
    )


def test_of_articles_without_such_sentences_nothing_is_made() -> None:
    assert suggest(FakeAssistant(index=FakeArticles((TAXIS,)))) == suggest(FakeAssistant(index=FakeArticles(()))) == ()


def test_questions_are_made_once_for_an_index_and_given_ones_are_taken_as_they_are() -> None:
    ferry = document("a.txt", "", "", "", "Ana Ruiz said the ferry was late.")
    loader = opened(FakeAssistant(index=FakeArticles((ferry,))))
    made = Suggestions(loader)
    assert made.questions() == ("What did Ana Ruiz say about the ferry?",)
    assert made.questions() is made.questions()
    loader.replace(FakeAssistant(index=FakeArticles((TAXIS,))))
    assert made.questions() == ()
    assert Suggestions(loader, [COST]).questions() == (COST,)
    assert Suggestions(Loader(Future())).questions() == ()
