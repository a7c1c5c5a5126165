"""Whatever a server does wrong: one clear line, tried again only as long as nothing was heard, and no key in sight."""

import logging
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from pydantic import SecretStr

from rag.errors import InvalidInput, PromptTooLong, ServerFailed
from rag.generators import connection
from rag.generators.connection import Access, Connection
from tests.rag.generators.fake_server import FakeServer, Reply, events_of, serving

KEY = "sk-very-secret"
ASKED = {"model": "tiny", "messages": [{"role": "user", "content": "the secret question"}], "max_tokens": 1}
WORDS = (("A", -0.1), (" bus", -0.2))


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_FIRST_WAIT", 0.01)


def connected(fake: FakeServer, key: str = KEY, silence: float = 20, tries: int = 3) -> Connection:
    return Connection(Access.checked(fake.address, SecretStr(key), silence, tries))


def scripted(*replies: Reply) -> Any:
    """Each reply once, the last one from then on."""
    left = list(replies)
    return lambda path, body: left.pop(0) if len(left) > 1 else left[0]


def test_what_is_replied_is_given_and_the_key_is_sent() -> None:
    with serving(scripted(Reply(body={"data": [1]}))) as fake:
        assert connected(fake).get("models") == {"data": [1]}
        assert fake.asked == [("/v1/models", None, f"Bearer {KEY}")]


def test_without_a_key_none_is_sent_and_a_path_with_a_slash_is_below_the_server() -> None:
    with serving(scripted(Reply(body={"count": 3}))) as fake:
        assert connected(fake, key="").post("/tokenize", ASKED) == {"count": 3}
        assert fake.asked == [("/tokenize", ASKED, "")]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again_until_it_answers(status: int) -> None:
    with serving(scripted(Reply(status, {}), Reply(status, {}), Reply(body="1"))) as fake:
        assert connected(fake).post("x", ASKED) == 1
        assert len(fake.asked) == 3


def test_a_busy_server_says_how_long_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("asyncio.sleep", wait)
    with serving(scripted(Reply(429, {}, headers={"Retry-After": "7"}), Reply(429, {}), Reply(body="1"))) as fake:
        connected(fake).post("x", ASKED)
    assert waits[0] == 7.0
    assert 0.01 <= waits[1] <= 0.02  # twice 0.01 s, of which half at least


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        (
            Reply(401, {}),
            r"lets nobody in without a key, and ours is not the one it wants \(401\): set RAG_SERVER_KEY\.",
        ),
        (
            Reply(404, {"error": {"message": "The model `tiny` does not exist."}}),
            r"has no model 'tiny' or nothing at /v1/x \(404: .*does not exist.*\): correct RAG_GENERATOR or RAG_SERVER",
        ),
        (Reply(429, {}), r"is busy \(429, asked 3 times\); ask again later\."),
        (Reply(500, {"error": "the secret question"}), r"fails \(status 500, asked 3 times\); its own log tells why\."),
        (
            Reply(422, {"input": "the secret question"}),
            r"does not take our request \(status 422\); its own log tells wh",
        ),
        (Reply(307, {}, headers={"Location": "http://127.0.0.1:9/"}), r"does not take our request \(status 307\)"),
        (
            Reply(body="<html>the secret question</html>"),
            r"replies something else than an OpenAI-comp",
        ),
    ],
)
def test_each_fault_is_one_line_without_what_was_asked(
    reply: Reply, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(scripted(reply)) as fake:
        with pytest.raises(ServerFailed, match=line) as raised:
            connected(fake).post("x", ASKED)
        assert str(raised.value).startswith(f"The server of the language model at {fake.address} ")
    for told in (str(raised.value), repr(raised.value), caplog.text):
        assert KEY not in told
        assert "secret question" not in told


def test_a_missing_key_is_named_as_missing() -> None:
    with serving(scripted(Reply(401, {}))) as fake, pytest.raises(ServerFailed, match="ours is missing"):
        connected(fake, key="").get("models")


@pytest.mark.parametrize(
    "said",
    [
        {"error": {"code": "context_length_exceeded", "message": "…"}},
        {"message": "This model's maximum context length is 512 tokens."},
        {"error": {"message": "the request exceeds the available context size (1024 tokens)"}},
    ],
)
def test_a_prompt_that_is_too_long_is_told_as_such(said: Any) -> None:
    with serving(scripted(Reply(400, said))) as fake, pytest.raises(PromptTooLong, match="lower RAG_CONTEXT_TOKENS"):
        connected(fake).post("x", ASKED)


def test_where_nothing_listens_the_address_is_to_be_corrected() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    away = Connection(Access.checked(f"http://127.0.0.1:{port}/v1", SecretStr(KEY), 5, 2))
    with pytest.raises(ServerFailed, match=rf"at http://127\.0\.0\.1:{port}/v1 does not answer .*: start it, or corr"):
        away.get("models")


def test_a_silent_server_is_given_up_and_heartbeats_come_meanwhile() -> None:
    never = threading.Event()
    with serving(scripted(Reply(body="1", hold=never))) as fake:
        heard: list[Any] = []
        with pytest.raises(ServerFailed, match=r"has been silent for 1\.2 seconds \(RAG_SERVER_SECONDS\)"):
            heard.extend(connected(fake, silence=1.2).waiting("x", ASKED))
        never.set()
        assert heard
        assert set(heard) == {None}
        assert len(fake.asked) == 1  # asking again would only keep it busier


def test_events_come_one_by_one() -> None:
    with serving(scripted(Reply(events=events_of(WORDS)))) as fake:
        events = [event for event in connected(fake).stream("chat/completions", ASKED) if event is not None]
    assert [event["choices"][0]["delta"].get("content") for event in events] == [None, "A", " bus", None]


def test_a_stream_that_breaks_off_before_its_first_word_is_asked_for_again() -> None:
    with serving(scripted(Reply(events=()), Reply(events=events_of(WORDS)))) as fake:
        assert sum(event is not None for event in connected(fake).stream("x", ASKED)) == 4
        assert len(fake.asked) == 2


@pytest.mark.parametrize("end", [(), ('{"error": {"message": "the secret question"}}',)])
def test_a_server_that_is_gone_in_mid_answer_is_not_asked_again(end: tuple[str, ...]) -> None:
    begun = events_of(WORDS)[:2]
    heard: list[Any] = []
    with serving(scripted(Reply(events=(*begun, *end)))) as fake:
        with pytest.raises(ServerFailed, match=r"ended in the middle of an answer; ask again\.$"):
            heard.extend(connected(fake).stream("x", ASKED))
        assert len(fake.asked) == 1
    assert [event for event in heard if event is not None] == begun


@pytest.mark.parametrize("garbage", ["no JSON", "[]", '"text"', "{}", '{"choices": 7}'])
def test_a_garbled_stream_is_told_as_such(garbage: str) -> None:
    with (
        serving(scripted(Reply(events=(garbage,)))) as fake,
        pytest.raises(ServerFailed, match="replies something else"),
    ):
        list(connected(fake).stream("x", ASKED))


def test_a_page_in_place_of_a_stream_is_told_as_such() -> None:
    with serving(scripted(Reply(body="<html>"))) as fake, pytest.raises(ServerFailed, match="replies something else"):
        list(connected(fake).stream("x", ASKED))


def test_closing_a_stream_hangs_up() -> None:
    """The server's next words meet a closed connection: a model behind it would stop."""
    more = threading.Event()
    broken = threading.Event()

    def endless() -> Iterator[Any]:
        try:
            yield events_of(WORDS)[1]
            more.wait()
            while True:
                yield events_of(WORDS)[1]
        finally:
            broken.set()

    class Endless(tuple[Any, ...]):
        def __iter__(self) -> Iterator[Any]:
            return endless()

    with serving(scripted(Reply(events=Endless()))) as fake:
        with closing(connected(fake).stream("x", ASKED)) as events:
            next(event for event in events if event is not None)
        more.set()
        assert broken.wait(20)


def test_several_threads_ask_at_the_same_time() -> None:
    """Four requests that each wait for the others to be there."""
    together = threading.Barrier(4, timeout=20)

    def answer(path: str, body: Any) -> Reply:
        together.wait()
        return Reply(body=body)

    with serving(answer) as fake:
        server = connected(fake)
        found: list[Any] = []
        threads = [threading.Thread(target=lambda i=i: found.append(server.post("x", i))) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(found) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "address", ["http://", "http://user:pass@host/v1", "http://host/v1?key=7", "https://host/v1#part"]
)
def test_an_address_that_may_hold_a_secret_is_refused_without_being_shown(address: str) -> None:
    with pytest.raises(InvalidInput, match="a key belongs into RAG_SERVER_KEY") as raised:
        Access.checked(address, SecretStr(""), 1, 1)
    assert not re.search("user|key=7|part", str(raised.value))


def test_an_access_does_not_show_its_key() -> None:
    assert KEY not in repr(Access.checked("http://host:8000/v1/", SecretStr(KEY), 1, 1))
