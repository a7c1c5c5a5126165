"""What a page shows of a long conversation, and of one that was cleared, without a browser."""

import html

from hypothesis import given
from hypothesis import strategies as st

from rag.types import Answer
from rag_ui.conversation import Conversation
from rag_ui.exchange import Exchange
from rag_ui.reading import reference
from tests.ui.fakes import COST, COST_CLAIMS, DISPUTED, DISPUTED_CLAIMS, MOON
from tests.ui.test_conversation import answered


def test_what_was_cleared_comes_back_until_something_is_asked() -> None:
    conversation = answered(COST, MOON)
    before = conversation.messages()
    conversation.clear()
    conversation.clear()
    conversation.restore()
    conversation.restore()
    assert conversation.messages() == before
    conversation.clear()
    assert conversation.ask(DISPUTED)
    conversation.restore()
    assert [exchange.question for exchange in conversation.exchanges] == [DISPUTED]


def test_the_last_ten_questions_are_shown_and_ten_more_when_they_are_asked_for_until_the_next_question() -> None:
    """Of 25: 16 to 25 (15 before), 6 to 25 (5 before), all; then one is asked, and of 26 there are 17 to 26."""
    conversation = answered(*(f"Question {number}?" for number in range(1, 26)))
    shown = [(conversation.first, len(conversation.messages()), len(conversation.tools()))]
    for _ in range(2):
        conversation.show_earlier()
        shown.append((conversation.first, len(conversation.messages()), len(conversation.tools())))
    assert shown == [(15, 20, 10), (5, 40, 20), (0, 50, 25)]
    assert conversation.ask(COST)
    assert (conversation.first, len(conversation.messages())) == (16, 20)
    assert html.unescape(conversation.messages()[0]["content"]) == "Question 17?"
    assert len(conversation.asked()) == 26


@given(count=st.integers(0, 30), more=st.integers(0, 4))
def test_what_is_shown_are_the_last_messages_of_all(count: int, more: int) -> None:
    conversation = Conversation(exchanges=[Exchange(str(n), Answer(question=str(n))) for n in range(count)])
    every = [message for exchange in conversation.exchanges for message in exchange.messages()]
    for _ in range(more):
        conversation.show_earlier()
    assert conversation.messages() == every[2 * conversation.first :]
    assert len(conversation.tools()) == count - conversation.first == min(count, 10 * (more + 1))


def test_an_opened_article_marks_what_answers_cited_that_are_shown_no_more() -> None:
    conversation = answered(COST, DISPUTED, *["Next?"] * 10)
    panel = conversation.panel()
    assert panel is not None
    quotes = [citation for claim in (*COST_CLAIMS, DISPUTED_CLAIMS[1]) for citation in claim.citations]
    assert panel["cited"] == [reference(c.doc_id, c.start, c.quote) for c in quotes]
