"""Conversations that a page finds again, without a browser."""

import pytest

from ui import sessions
from ui.conversation import Conversation


def test_conversations_are_found_by_their_keys_and_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two are kept: the first was looked for last, so that the second goes."""
    monkeypatch.setattr(sessions, "_MOST", 2)
    kept = sessions.Conversations()
    first, second, third = Conversation(), Conversation(), Conversation()
    kept.keep(first)
    kept.keep(second)
    assert kept.find(first.key) is first
    kept.keep(third)
    assert [kept.find(one.key) for one in (first, second, third)] == [first, None, third]
    assert len({first.key, second.key, third.key, ""}) == 4
    assert kept.find("") is None
