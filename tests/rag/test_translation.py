"""A question in another language is asked in that of the articles; one that is in it is left alone."""

from dataclasses import replace

import pytest

from rag.backends import Generator
from rag.translation import asked_in, main_language, translated
from tests.rag.fakes import FakeGenerator, document

ENGLISH_QUESTION = "How many trains run to Ulm?"


def translate(question: str, model: Generator, language: str = "en") -> str:
    """What the steps of a translation give in the end."""
    steps = translated(question, language, model)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return str(stop.value)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("Wie viele Züge fahren im Mai nach Ulm?", "de"),
        ("¿Cuántos trenes van a Ulm en mayo?", "es"),
        ("Combien de trains circulent vers Ulm en mai ?", "fr"),
        ("五月有多少列火车开往乌尔姆？", "zh"),
        ("Сколько поездов идёт в Ульм в мае?", "ru"),
        ("5月にウルムへ行く列車は何本ですか", "ja"),
        ("Was kostet die Fähre?", "de"),
        ("In welcher Stadt sitzt die Firma?", "de"),
        ("On ferme des magasins ?", "fr"),
    ],
)
def test_another_language_is_noticed(question: str, code: str) -> None:
    assert asked_in(question, "en") == code
    assert asked_in(question, code) == ""


@pytest.mark.parametrize(
    "question",
    [ENGLISH_QUESTION, "trains to ulm in may?", "ULM TRAINS MAY", "how mny trians run 2 ulm??", "Ulm?", "42"],
)
def test_english_is_not_taken_for_another_language(question: str) -> None:
    assert asked_in(question, "en") == ""


def test_english_is_another_language_where_the_articles_are_german() -> None:
    assert asked_in("How many trains of the new line run to Ulm in the month of May?", "de") == "en"


def test_the_language_of_most_articles_counts_and_english_where_none_is_known() -> None:
    german, french, unknown = (replace(document("Ulm."), language=code) for code in ("de", "fr", ""))
    assert main_language([german, unknown, unknown, french, german]) == "de"
    assert main_language([unknown]) == main_language([]) == "en"


def test_the_translation_is_used() -> None:
    model = FakeGenerator([f" {ENGLISH_QUESTION} "])
    assert translate("Wie viele Züge fahren nach Ulm?", model) == ENGLISH_QUESTION
    told = model.asked[0].messages[-1].content
    assert "English" in told
    assert told.endswith("Wie viele Züge fahren nach Ulm?")


@pytest.mark.parametrize("written", ["How many trains run to Ulm in May?", "How many trains run to Ulm in 2025", ""])
def test_a_translation_that_lost_a_number_or_its_end_is_not(written: str) -> None:
    question = "Wie viele Züge fahren 2025 nach Ulm?"
    assert translate(question, FakeGenerator([written])) == question


def test_a_consumer_regains_control_while_the_model_writes() -> None:
    model = FakeGenerator(["Why?"])
    steps = translated("Warum?", "en", model)
    next(steps)
    steps.close()
    assert model.closed_early == 1
