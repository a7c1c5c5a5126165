"""Conversations that a page finds again, without a browser."""

import pytest

from rag_ui import sessions
from rag_ui.conversation import Conversation
from tests.ui.fakes import COST, MOON


def begun(question: str = COST) -> Conversation:
    conversation = Conversation()
    conversation.ask(question)
    return conversation


def test_conversations_are_found_by_their_keys_and_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two are kept: after the third there is no room for the first, and what goes on from the second takes its room."""
    monkeypatch.setattr(sessions, "_MOST", 2)
    kept = sessions.Conversations()
    first, second, third = begun(), begun(), begun()
    for one in (first, second, third):
        kept.keep(one)
    assert kept.taken_up(first.key) is None
    after = kept.taken_up(third.key)
    assert after is not None
    assert kept.taken_up(second.key) is None
    assert len({first.key, second.key, third.key, after.key, ""}) == 5


def test_two_tabs_share_what_was_asked_before_and_go_their_own_ways() -> None:
    kept = sessions.Conversations()
    first = begun()
    kept.keep(first)
    second = kept.taken_up(first.key)
    assert second is not None
    assert second.exchanges == first.exchanges
    assert second.exchanges[0] is first.exchanges[0]
    first.ask("And then?")
    second.ask(MOON)
    assert [e.question for e in first.exchanges] == [COST, "And then?"]
    assert [e.question for e in second.exchanges] == [COST, MOON]


def test_nothing_goes_on_from_a_conversation_that_was_not_begun_or_never_was() -> None:
    kept = sessions.Conversations()
    empty = Conversation()
    kept.keep(empty)
    assert [kept.taken_up(key) for key in (empty.key, "", "guessed")] == [None] * 3
