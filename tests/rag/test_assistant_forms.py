"""Questions of every form: lists, comparisons, sums, follow-ups, other languages, persons who are described."""

from pathlib import Path

import pytest

from rag.types import REFUSAL, Turn
from tests.rag.assistants import RETURN, WHEN, assistant, generator


def test_a_list_question_is_asked_of_each_article(articles: Path) -> None:
    asking = assistant(articles, "Ulm voted on Tuesday.", "Basel paid 9 million francs.", votes=(0.9, 0.9))
    answer = asking.ask("Which councils voted or paid?")
    assert [claim.text for claim in answer.claims] == ["Ulm voted on Tuesday.", "Basel paid 9 million francs."]
    assert answer.notes == ("Checked 2 of 2 articles.",)
    prompts = [asked.messages[-1].content for asked in generator(asking).asked]
    assert [("Ulm" in prompt, "Basel" in prompt) for prompt in prompts] in ([(True, False), (False, True)],)


def test_what_the_articles_say_each_is_told_side_by_side(articles: Path) -> None:
    (articles / "other.txt").write_text("Night buses\n\nNearly 40 night buses return to Ulm.", encoding="utf-8")
    (articles / "bus.txt").write_text(
        "Buses return\n\nThe city runs buses. 40 night buses return to Ulm.", encoding="utf-8"
    )
    answer = assistant(articles).ask("How many night buses return to Ulm? Do all reports agree?")
    told = {"40 night buses return to Ulm.", "Nearly 40 night buses return to Ulm."}
    assert {claim.text for claim in answer.claims} == {citation.quote for citation in answer.citations} == told
    assert "Checked 3 of 3 articles." in answer.notes


def test_the_outcome_of_a_comparison_is_worked_out(articles: Path) -> None:
    (articles / "bus.txt").write_text("Buses\n\nUlm has 40 buses. Basel has 90 buses.", encoding="utf-8")
    asking = assistant(articles, "Ulm has 40 buses.\nBasel has 90 buses.")
    answer = asking.ask("Who has more buses, Ulm or Basel?")
    assert (
        answer.text == "Ulm has 40 buses. [1] Basel has 90 buses. [2] The answer is Basel: Basel has 90, Ulm 40. [2][1]"
    )


def test_a_sum_over_articles_is_worked_out(articles: Path) -> None:
    (articles / "bus.txt").write_text("Buses\n\nUlm has 40 buses. Basel has 90 buses.", encoding="utf-8")
    asking = assistant(articles, "Ulm has 40 buses.\nBasel has 90 buses.")
    answer = asking.ask("How many buses do Ulm and Basel have together?")
    assert answer.claims[-1].text == "Together that is 130: Ulm 40, Basel 90."


def test_a_follow_up_is_rewritten_and_the_rewriting_is_told(articles: Path) -> None:
    asking = assistant(articles, WHEN, RETURN)
    answer = asking.ask("And when do they return?", [Turn("What returns to Ulm?", "Night buses return to Ulm.")])
    assert (answer.question, answer.text) == (WHEN, f"{RETURN} [1]")


def test_what_is_left_of_a_question_without_its_subject_is_not_answered(articles: Path) -> None:
    """The model writes the question before it once more, which is no rewriting."""
    asking = assistant(articles, "What returns to Ulm?", RETURN)
    answer = asking.ask("How many?", [Turn("What returns to Ulm?", "Night buses return to Ulm.")])
    assert (answer.question, answer.text) == ("How many?", REFUSAL)
    assert answer.notes == ("The question does not say what it is about; ask it in full.",)


def test_a_follow_up_in_another_language_is_translated_first(articles: Path) -> None:
    asking = assistant(articles, "And when do they return?", WHEN, RETURN)
    answer = asking.ask("Und wann kehren sie zurück?", [Turn("What returns to Ulm?", "Night buses return to Ulm.")])
    assert (answer.question, answer.text) == (WHEN, f"{RETURN} [1]")


def test_a_question_in_another_language_is_translated_and_told_so(articles: Path) -> None:
    asking = assistant(articles, WHEN, RETURN)
    answer = asking.ask("Wann kehren die Nachtbusse nach Ulm zurück?")
    assert (answer.question, answer.text) == (WHEN, f"{RETURN} [1]")
    assert answer.notes == ("The articles are in English, and so is the answer.",)


DESCRIBED = "Who leads the council of Ulm, sailed a bus to Bern, and writes novels about trams?"
IDA = "Councils\n\nIda Berg leads the council of Ulm. Ida Berg writes novels about old trams. Per Holm sleeps."


def test_one_who_is_described_is_named_with_a_quote_for_each_fact(articles: Path) -> None:
    (articles / "ida.txt").write_text(IDA, encoding="utf-8")
    asking = assistant(articles, "Ida Berg")
    generator(asking).log_probability = -0.1  # of each of eight characters: e^-0.8 = 0.449
    answer = asking.ask(DESCRIBED)
    assert answer.text == "The answer is Ida Berg. [1][2]"
    assert [citation.quote for citation in answer.citations] == [
        "Ida Berg leads the council of Ulm.",
        "Ida Berg writes novels about old trams.",
    ]
    assert answer.confidence == pytest.approx(0.449, abs=0.001)


@pytest.mark.parametrize(
    ("name", "log_probability"),
    [
        ("Ida Berg", -0.2),  # e^-1.6 = 0.2: the model is not sure
        ("Per Holm", -0.01),  # the articles tell no two of the facts of him
        ("", -0.01),
        ("Ida B", -0.01),  # cut off
    ],
)
def test_one_who_is_not_surely_meant_is_not_named(articles: Path, name: str, log_probability: float) -> None:
    (articles / "ida.txt").write_text(IDA, encoding="utf-8")
    asking = assistant(articles, name, votes=(0.1, 0.1))
    generator(asking).log_probability = log_probability
    assert asking.ask(DESCRIBED).text == REFUSAL
