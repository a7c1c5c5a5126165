"""Many at once, slow ones, impatient ones, and very long questions: nothing is lost, and who has to wait is told."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from rag_ui.blocks import DiscreetBlocks
from tests.safety.visitors import (
    API,
    ENDLESS,
    EchoAssistant,
    Outcome,
    ask_as_page,
    ask_as_program,
    connection,
    crowd,
    finished,
    lost,
    stop_storm,
)
from tests.ui.conftest import running_chat


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, EchoAssistant]]:
    assistant = EchoAssistant()
    with running_chat(lambda report: assistant) as url:
        yield url, assistant


def one(url: str, as_page: bool, question: str) -> Outcome:
    async def ask() -> Outcome:
        async with connection(url) as client:
            return await (ask_as_page if as_page else ask_as_program)(client, question)

    return finished(ask())


def test_forty_at_once_each_get_their_own_answer_one_after_the_other(server: tuple[str, EchoAssistant]) -> None:
    url, assistant = server
    outcomes = crowd(url, 40)
    assert len(outcomes) == 40
    assert lost(outcomes) == []
    assert assistant.most == 1  # there is one model


def test_more_than_fit_are_told_that_the_server_is_busy_and_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag_ui.page._MAX_WAITING", 4)
    with running_chat(lambda report: EchoAssistant(seconds=0.05)) as url:
        outcomes = crowd(url, 16)
    assert lost(outcomes) == []
    assert sum(outcome.busy for outcome in outcomes) > 0


def test_programs_leave_nothing_in_memory_and_pages_are_kept_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradio would keep the state of 10,000 callers, programs among them, of some 50 KB each."""
    made: list[DiscreetBlocks] = []

    def blocks(**options: Any) -> DiscreetBlocks:
        made.append(DiscreetBlocks(**options))
        return made[-1]

    monkeypatch.setattr("rag_ui.page.DiscreetBlocks", blocks)
    with running_chat(lambda report: EchoAssistant()) as url:
        assert lost(crowd(url, 8)) == []  # four pages, four programs
    holder = made[0].state_holder
    assert (len(holder.session_data), len(holder.time_last_used), holder.capacity) == (4, 4, 1000)


def test_slow_clients_keep_nobody_waiting(server: tuple[str, EchoAssistant]) -> None:
    """Thirty connections that send a part of a request each, and then nothing more."""
    url, _ = server
    place = urlsplit(url)
    with ExitStack() as slow:
        for number in range(30):
            held = slow.enter_context(socket.create_connection((place.hostname or "", place.port or 0)))
            whole = f"POST {API}/queue/join HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 99\r\n\r\n{{"
            held.sendall(whole[: 5 + 3 * number].encode())
        assert lost([one(url, as_page=True, question="question1x")]) == []


def test_who_reads_nothing_of_an_answer_keeps_nobody_waiting(server: tuple[str, EchoAssistant]) -> None:
    url, _ = server
    place = urlsplit(url)
    with ExitStack() as deaf:
        for number in range(10):
            event = httpx.post(f"{url}{API}/call/ask", json={"data": [f"question{number}x", None]}).json()["event_id"]
            held = deaf.enter_context(socket.create_connection((place.hostname or "", place.port or 0)))
            held.sendall(f"GET {API}/call/ask/{event} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())
        assert lost([one(url, as_page=False, question="question1x")]) == []


def test_a_storm_of_clicks_on_stop_stops_the_model_once_and_the_page_goes_on(
    server: tuple[str, EchoAssistant],
) -> None:
    url, assistant = server
    assistant.closed.clear()
    assert lost([stop_storm(url, clicks=30)]) == []
    assert assistant.closed == [ENDLESS]


@pytest.mark.parametrize("as_page", [True, False])
def test_a_question_of_200_kilobytes_is_answered_like_any_other_here(
    server: tuple[str, EchoAssistant], as_page: bool
) -> None:
    """The assistant itself refuses it (``rag.assistant.validated``); the server must only survive it."""
    long = "x" * 200_000
    assert one(server[0], as_page, long).got.count("x") >= len(long)


def test_a_request_of_more_than_a_megabyte_is_not_read(server: tuple[str, EchoAssistant]) -> None:
    url, assistant = server
    before = len(assistant.asked)
    for path in ("call/ask", "queue/join", "run/predict", "component_server"):
        body = b'{"data": ["' + b"x" * 1_100_000 + b'", null], "session_hash": "s", "fn_index": 0}'
        told = httpx.post(f"{url}{API}/{path}", content=body, headers={"Content-Type": "application/json"})
        assert told.status_code in (400, 413), path
    assert len(assistant.asked) == before
