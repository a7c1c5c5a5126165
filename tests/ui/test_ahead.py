"""Reading ahead goes on while nobody asks, and stops for whoever does."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from rag_ui.ahead import read_ahead
from rag_ui.loading import Loader
from tests.ui.fakes import FakeAssistant

_LONG = 30  # seconds after which a thread hangs


def test_it_begins_when_the_assistant_is_open_and_reads_to_the_end() -> None:
    may_open, read = threading.Event(), list[int]()

    def opened(report: Any) -> FakeAssistant:
        may_open.wait(_LONG)
        return FakeAssistant()

    def reading() -> Iterator[None]:
        for number in range(3):
            read.append(number)
            yield

    thread = read_ahead(Loader.start(opened), reading)
    assert read == []
    may_open.set()
    thread.join(_LONG)
    assert read == [0, 1, 2]


def test_while_a_question_is_answered_nothing_is_read() -> None:
    loader = Loader.start(lambda report: FakeAssistant())
    read, first = list[int](), threading.Event()

    def reading() -> Iterator[None]:
        for number in range(3):
            read.append(number)
            first.set()
            yield

    with loader.turn:
        thread = read_ahead(loader, reading)
        first.wait(_LONG)
        thread.join(timeout=1.2)  # it looks twice
        assert (read, thread.is_alive()) == ([0], True)
    thread.join(_LONG)
    assert read == [0, 1, 2]


def test_it_waits_for_the_last_of_several_that_ask_at_once() -> None:
    loader = Loader.start(lambda report: FakeAssistant(), turns=2)
    with loader.turn:
        assert not loader.is_idle()
    assert loader.is_idle()
    with loader.turn, loader.turn:  # whose looks took no turn away
        assert not loader.is_idle()


def test_a_model_that_fails_ends_it_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def reading() -> Iterator[None]:
        yield
        raise OSError("gone")

    read_ahead(Loader.start(lambda report: FakeAssistant()), reading).join(_LONG)
    assert "Nothing more is read ahead." in caplog.text


def test_an_assistant_that_does_not_open_is_not_read_for() -> None:
    def broken(report: Any) -> FakeAssistant:
        raise OSError("gone")

    read_ahead(Loader.start(broken), lambda: pytest.fail("read")).join(_LONG)
