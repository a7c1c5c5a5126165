"""Conversations that a page finds again, without a browser."""

import os
import time
from pathlib import Path

import pytest

from rag_ui import sessions
from rag_ui.conversation import INTERRUPTED, Conversation
from rag_ui.loading import Loader
from tests.ui.fakes import COST, MOON, FakeAssistant


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


def answered(folder: Path | None, *questions: str) -> tuple[sessions.Conversations, Conversation]:
    """A chat that keeps conversations in a folder, and one with these questions, answered."""
    chat, conversation = sessions.Conversations(folder), Conversation()
    loader = Loader.start(lambda report: FakeAssistant())
    for question in questions:
        conversation.ask(question)
        chat.keep(conversation)
        list(conversation.answer_next(loader))
        chat.save(conversation)
    return chat, conversation


def test_another_chat_finds_a_conversation_as_it_was(tmp_path: Path) -> None:
    """Also this one after a restart: what a page shows of it is the same."""
    _, before = answered(tmp_path, COST, MOON)
    after = sessions.Conversations(tmp_path).taken_up(before.key)
    assert after is not None
    assert after.exchanges == before.exchanges
    assert after.messages()[:2] == before.messages()[:2]
    assert (after.panel(), after.tools(), after.turns()) == (before.panel(), before.tools(), before.turns())
    assert after.key != before.key


def test_what_another_chat_has_added_is_found_here(tmp_path: Path) -> None:
    first, conversation = answered(tmp_path, COST)
    elsewhere = sessions.Conversations(tmp_path).taken_up(conversation.key)
    assert elsewhere is not None
    elsewhere.ask(MOON)
    sessions.Conversations(tmp_path).keep(elsewhere)
    here = first.taken_up(elsewhere.key)
    assert here is not None
    assert [exchange.question for exchange in here.exchanges] == [COST, MOON]


def test_a_question_whose_answer_a_restart_cut_off_is_there_as_interrupted(tmp_path: Path) -> None:
    chat, conversation = answered(tmp_path, COST)
    conversation.ask(MOON)
    chat.keep(conversation)
    after = sessions.Conversations(tmp_path).taken_up(conversation.key)
    assert after is not None
    assert [(exchange.question, exchange.open) for exchange in after.exchanges] == [(COST, False), (MOON, False)]
    assert after.exchanges[1].notice == INTERRUPTED
    assert not after.busy


def test_a_cleared_conversation_is_deleted_and_can_be_brought_back(tmp_path: Path) -> None:
    chat, conversation = answered(tmp_path, COST)
    conversation.clear()
    chat.save(conversation)
    assert list(tmp_path.iterdir()) == []
    conversation.restore()
    chat.save(conversation)
    assert len(list(tmp_path.iterdir())) == 1


def test_the_folder_tells_no_key_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    _, conversation = answered(tmp_path / "kept", COST)
    (file,) = (tmp_path / "kept").iterdir()
    assert conversation.key not in str(file)
    assert conversation.key.encode() not in file.read_bytes()
    assert ((tmp_path / "kept").stat().st_mode & 0o077, file.stat().st_mode & 0o077) == (0, 0)


def test_what_is_older_than_thirty_days_goes_when_another_begins(tmp_path: Path) -> None:
    answered(tmp_path, COST)
    (old,) = tmp_path.iterdir()
    os.utime(old, (0, time.time() - 31 * 24 * 3600))
    answered(tmp_path, MOON)
    assert not old.exists()
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_of_another_version_is_no_conversation(tmp_path: Path) -> None:
    chat, conversation = answered(tmp_path, COST)
    (file,) = tmp_path.iterdir()
    file.write_text('[{"question": 7}]', encoding="utf-8")
    assert sessions.Conversations(tmp_path).taken_up(conversation.key) is None
    assert chat.taken_up(conversation.key) is not None


def test_a_folder_that_cannot_be_written_costs_the_reader_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    chat, conversation = answered(tmp_path / "file" / "below", COST)
    assert chat.taken_up(conversation.key) is not None


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answered(None, COST)
    assert list(tmp_path.iterdir()) == []
