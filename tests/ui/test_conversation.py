"""The story of answering one page's questions, without Gradio and without a browser."""

import html
from collections.abc import Collection, Generator, Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest

from rag.errors import ModelMissing, PromptTooLong
from rag.types import Answer, Turn
from rag_eval.candidates import read
from rag_ui.conversation import Conversation
from rag_ui.exchange import Scope
from rag_ui.loading import Assistant, Loader, Report
from tests.ui.fakes import COST, COST_CLAIMS, MOON, SLOW, FakeAssistant

WAIT_SECONDS = 10
"""More than a thread ever takes; a test that waits this long has failed."""


def loader_of(assistant: Assistant) -> Loader:
    outcome: Future[Assistant] = Future()
    outcome.set_result(assistant)
    return Loader(outcome)


def asked(*questions: str) -> Conversation:
    conversation = Conversation()
    for question in questions:
        assert conversation.ask(question)
    return conversation


def reply(conversation: Conversation) -> str:
    """The last reply as a reader sees it."""
    return html.unescape(conversation.messages()[-1]["content"])


class FailingAssistant(FakeAssistant):
    """Fails in the middle of an answer."""

    def stream(
        self, question: str, history: Sequence[Turn] = (), sources: Collection[str] | None = None
    ) -> Generator[Answer, None, None]:
        yield Answer(question=question, claims=COST_CLAIMS[:1])
        raise PromptTooLong("The question is 9,000 tokens long: expected at most 4,096.")


class RewritingAssistant(FakeAssistant):
    """Understands every question as COST."""

    def stream(
        self, question: str, history: Sequence[Turn] = (), sources: Collection[str] | None = None
    ) -> Generator[Answer, None, None]:
        yield Answer(question=COST, claims=COST_CLAIMS[:1], done=True)


def test_a_question_of_blanks_is_not_taken() -> None:
    conversation = Conversation()
    assert not conversation.ask(" \n ")
    assert conversation.messages() == []


def test_an_answer_grows_and_the_next_waits() -> None:
    conversation = asked(COST, MOON)
    replies = []
    for exchange in conversation.answer_next(loader_of(FakeAssistant())):
        replies.append(html.unescape(exchange.messages()[1]["content"]))
        assert reply(conversation) == "*Waiting for its turn…*"
    assert replies[:2] == ["*Searching the articles…*", "*Reading 2 passages…*"]
    assert replies[2].startswith(COST_CLAIMS[0].text)
    assert replies[2].endswith("*Writing…*")
    assert replies[-1].endswith("*3 quotes from 2 articles · 1.5 s*")
    assert conversation.busy


def test_only_answered_questions_become_history() -> None:
    conversation = asked(MOON, COST)
    fake = FakeAssistant()
    for _ in range(2):
        for _ in conversation.answer_next(loader_of(fake)):
            pass
    assert [turn.question for turn in conversation.turns()] == [COST]
    assert not conversation.busy


def test_a_rewritten_question_is_shown_and_is_what_the_next_one_follows() -> None:
    conversation = asked("And its cost?")
    for _ in conversation.answer_next(loader_of(RewritingAssistant())):
        pass
    assert html.unescape(conversation.messages()[0]["content"]) == "And its cost?"
    assert reply(conversation).startswith(f"*Understood as: {COST}*\n\n{COST_CLAIMS[0].text}")
    assert [turn.question for turn in conversation.turns()] == [COST]


def test_stopping_closes_the_assistants_iterator_and_keeps_what_is_written() -> None:
    conversation = asked(SLOW, COST)
    fake = FakeAssistant()
    for count, _ in enumerate(conversation.answer_next(loader_of(fake))):
        if count == 3:
            conversation.stop()
            assert not conversation.busy
    assert fake.closed == [SLOW]
    assert reply(conversation) == "*Stopped.*"
    assert list(conversation.answer_next(loader_of(fake))) == []


def test_closing_the_story_stops_the_model() -> None:
    conversation = asked(SLOW)
    fake = FakeAssistant()
    story = conversation.answer_next(loader_of(fake))
    next(story), next(story)
    story.close()
    assert fake.closed == [SLOW]
    assert not conversation.busy


def test_an_error_is_told_below_what_is_written() -> None:
    conversation = asked(COST)
    for _ in conversation.answer_next(loader_of(FailingAssistant())):
        pass
    assert reply(conversation).startswith(COST_CLAIMS[0].text)
    assert reply(conversation).endswith("*The question is 9,000 tokens long: expected at most 4,096.*")
    assert not conversation.busy


def test_a_question_tells_how_far_loading_is_and_can_be_stopped_meanwhile() -> None:
    conversation = asked(COST)
    story = conversation.answer_next(Loader(Future()))
    next(story)
    assert reply(conversation) == "*Starting… 0%*"
    conversation.stop()
    assert [exchange.phase for exchange in story] == ["finished"]


def test_clearing_takes_everything_away_and_stops() -> None:
    conversation = asked(COST)
    conversation.clear()
    assert (conversation.messages(), conversation.panel(), conversation.busy) == ([], None, False)
    assert (conversation.turns(), conversation.asked()) == ([], [])


def test_the_panel_belongs_to_the_latest_question_that_was_begun_and_names_it_while_others_wait() -> None:
    conversation, hints = asked(COST, MOON), []
    for _ in conversation.answer_next(loader_of(FakeAssistant())):
        panel = conversation.panel()
        hints += [panel["hint"]] if panel else []
    assert hints[0] == f"For “{COST}”. Found in the articles. The answer will be written from these and quote them."
    assert hints[-1] == f"For “{COST}”."
    assert panel is not None
    assert [card["number"] for card in panel["cards"]] == [1, 2, 3]
    for _ in conversation.answer_next(loader_of(FakeAssistant())):
        panel = conversation.panel()
    assert panel is not None
    assert panel["hint"] == "These come nearest to the question, but they do not answer it."


def answered(*questions: str, assistant: Assistant | None = None) -> Conversation:
    conversation = asked(*questions)
    for _ in questions:
        for _ in conversation.answer_next(loader_of(assistant or FakeAssistant())):
            pass
    return conversation


def test_an_opinion_is_kept_with_the_question_as_it_was_typed_and_its_own_history(tmp_path: Path) -> None:
    conversation = answered("And its cost?", "And now?", assistant=RewritingAssistant())
    conversation.rate(1, "wrong", " 5 million ", tmp_path / "c.jsonl")
    (candidate,) = read(tmp_path / "c.jsonl")
    answer = str(COST_CLAIMS[0])
    assert (candidate.question, candidate.answer, candidate.history) == ("And now?", answer, (Turn(COST, answer),))
    assert (candidate.verdict, candidate.right_answer) == ("wrong", "5 million")
    opinions = [tools["opinion"] for tools in conversation.tools() if tools]
    assert [bar and (bar["verdict"], bar["asks"]) for bar in opinions] == [("", False), ("wrong", False)]


@pytest.mark.parametrize("number", [-1, 1, 2])
def test_an_opinion_of_what_is_no_answer_is_not_kept(tmp_path: Path, number: int) -> None:
    conversation = answered(COST)
    assert conversation.ask(SLOW)
    conversation.rate(number, "right", "", tmp_path / "c.jsonl")
    assert read(tmp_path / "c.jsonl") == ()
    assert conversation.tools()[1] is None


def test_a_verdict_that_is_none_takes_the_opinion_back(tmp_path: Path) -> None:
    conversation = answered(COST)
    for verdict, kept in (("right", 1), ("wrong", 1), ("maybe", 0), ("", 0)):
        conversation.rate(0, verdict, "", tmp_path / "c.jsonl")
        assert len(read(tmp_path / "c.jsonl")) == kept


def test_failed_and_stopped_answers_can_be_asked_again_but_not_be_rated() -> None:
    (failed,) = answered(COST, assistant=FailingAssistant()).tools()
    assert failed is not None
    assert (failed["opinion"], failed["copy"].splitlines()[0]) == (None, f"{COST_CLAIMS[0].text} [1]")
    stopped = asked(SLOW)
    stopped.stop()
    assert stopped.tools() == [{"opinion": None, "copy": "", "question": SLOW, "source": ""}]


def test_an_opinion_that_cannot_be_written_is_told_in_one_line_and_the_one_before_stays(tmp_path: Path) -> None:
    conversation = answered(COST)
    conversation.rate(0, "right", "", tmp_path / "c.jsonl")
    (tmp_path / "file").touch()
    conversation.rate(0, "wrong", "", tmp_path / "file" / "c.jsonl")
    (tools,) = conversation.tools()
    bar = tools and tools["opinion"]
    assert bar is not None
    assert (bar["verdict"], bar["asks"]) == ("right", True)
    assert "cannot be written" in bar["remark"]
    assert "\n" not in bar["remark"]
    assert [candidate.verdict for candidate in read(tmp_path / "c.jsonl")] == ["right"]


def test_a_failed_load_is_told_in_one_line_and_answers_with_it() -> None:
    def open_assistant(report: Report) -> FakeAssistant:
        raise ModelMissing("No model on disk:\n  run `rag models pull`.")

    loader = Loader.start(open_assistant)
    with pytest.raises(ModelMissing):
        loader.assistant(timeout=WAIT_SECONDS)
    assert loader.progress.error == "No model on disk: run `rag models pull`."
    conversation = asked(COST)
    assert len(list(conversation.answer_next(loader))) == 1
    assert reply(conversation) == "*No model on disk: run `rag models pull`.*"


def test_quiet_ticks_are_counted_from_the_last_time_that_the_page_was_busy() -> None:
    conversation = Conversation()
    assert [conversation.tick(), conversation.tick()] == [1, 2]
    conversation.ask(COST)
    assert [conversation.tick(), conversation.tick()] == [0, 0]
    conversation.stop()
    assert [conversation.tick(), conversation.tick()] == [1, 2]


def test_a_question_is_asked_again_in_the_same_article_and_a_number_without_one_is_passed_over() -> None:
    conversation = Conversation()
    conversation.ask(COST, Scope("taxis.txt", "Taxis"))
    for number in (0, 7, -1):
        conversation.ask_again(number)
    assert [(e.question, e.sources) for e in conversation.exchanges] == [(COST, ("taxis.txt",))] * 2


def test_a_question_about_one_article_says_so() -> None:
    conversation = Conversation()
    conversation.ask(COST, Scope("taxis.txt", "Shift *workers*"))
    fake = FakeAssistant()
    list(conversation.answer_next(loader_of(fake)))
    assert reply(conversation).startswith(f"*Only in: Shift *workers**\n\n{COST_CLAIMS[0].text}")
    assert fake.sources == [("taxis.txt",)]


def test_a_refusal_comes_with_examples_not_asked_yet_as_long_as_it_is_the_latest() -> None:
    conversation = Conversation((COST, MOON, "One?", "Two?", "Three?"))
    conversation.ask(MOON)
    list(conversation.answer_next(loader_of(FakeAssistant())))
    assert conversation.messages()[-1]["options"] == [{"value": text} for text in (COST, "One?", "Two?")]
    conversation.ask(COST)
    assert not any("options" in message for message in conversation.messages())


def test_an_interrupted_answer_says_so() -> None:
    conversation = asked(SLOW)
    story = conversation.answer_next(loader_of(FakeAssistant()))
    next(story), next(story)
    story.close()
    assert reply(conversation) == "*Interrupted: the connection was lost. Ask again.*"
