"""Malformed calls, and what the log says of them; parts of Gradio that are not there; names that are not ours."""

import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient

from rag_ui.access import PasswordRequired
from rag_ui.app import Chat, create_app
from rag_ui.loading import Loader
from rag_ui.screening import KnownHosts, told_discreetly
from rag_ui.server import create_server
from tests.safety.calls import SECRET, statuses
from tests.safety.visitors import API, EchoAssistant, crowd, lost
from tests.ui.conftest import NOWHERE, running_chat

EVIL = {"Origin": "http://evil.test"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_chat(lambda report: EchoAssistant()) as address:
        yield address


def test_malformed_calls_harm_nobody_and_are_not_logged(
    url: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    counts = Counter(statuses(urlsplit(url).netloc, range(300)))
    assert counts.total() == 300
    assert counts[200] + counts[422] + counts[400] + counts[404] + counts[405] > 200
    assert httpx.get(f"{url}/healthz").json()["ready"]
    assert lost(crowd(url, 4)) == []
    told = capfd.readouterr()
    assert SECRET not in told.out + told.err + caplog.text


def test_an_error_is_told_by_its_type_and_place_alone() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        told = told_discreetly(error)
    assert told.startswith("ValueError in test_server_calls.py, line ")
    assert SECRET not in told


def test_a_failing_function_of_the_page_is_one_line_here_and_in_the_log(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    components = httpx.get(f"{url}/config").json()["components"]
    panel = next(one["id"] for one in components if one["props"].get("elem_id") == "panel")
    called = {"session_hash": "s", "component_id": panel, "fn_name": "open_article", "data": SECRET}
    answer = httpx.post(f"{url}{API}/component_server", json=called)
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    eventually(lambda: "A request failed: TypeError in page.py, line " in caplog.text)  # logged after it was sent
    assert SECRET not in caplog.text


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something holds; for ever, unless it does."""
    while not holds():
        time.sleep(0.05)


def test_a_failing_route_of_our_own_is_one_line_too(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ValueError(SECRET)

    server = create_server(Loader(Future()))
    server.get("/fails")(fail)
    answer = TestClient(server, base_url="http://127.0.0.1").get("/fails")
    assert (answer.status_code, answer.json()) == (500, {"error": "The request could not be understood."})
    assert "ValueError in test_server_calls.py, line " in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "path",
    ["upload", "upload_progress?upload_id=x", "file=/etc/passwd", "file=rag/cli.py", "file/etc/passwd", "token", "user",
     "proxy=http://127.0.0.1:1/", "proxy=https://a.hf.space/", "deep_link?session_hash=x", "stream/a/1/2/playlist.m3u8",
     "process_recording", "reset", "run/ask", "api/ask", "login_check", "dev/reload", "vibe-edit", "runs",
     "custom_component/a/b/c/d.js", "queue/status", "", "queue/join/x", "UPLOAD"],
)  # fmt: skip
def test_of_gradio_only_what_the_page_needs_is_there(url: str, path: str) -> None:
    for method in ("GET", "POST", "PUT"):
        answer = httpx.request(method, f"{url}{API}/{path}", files={"files": ("a\u202etxt.exe", b"MZ")})
        assert (answer.status_code, answer.text) == (404, "Not found.")


def test_another_page_reads_nothing_and_changes_nothing(url: str) -> None:
    """Gradio would let any page read the answers of a server that is not on this machine."""
    for host in ("127.0.0.1:1", "192.168.0.9:7860"):
        client = TestClient(create_app(Chat(lambda report: EchoAssistant(), (), NOWHERE, passwords={"a": "b"})))
        headers = {**EVIL, "Host": host}
        for method in ("GET", "POST", "OPTIONS", "PUT", "DELETE"):
            for path in ("/", "/config", "/articles", f"{API}/queue/join"):
                answer = client.request(method, path, headers=headers, auth=("a", "b"))
                assert (answer.status_code, answer.text) == (403, "From another page.")
                assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("origin", ["null", "http://[", "file://", "", "http://127.0.0.1:1@evil.test"])
def test_odd_origins_are_other_pages(url: str, origin: str) -> None:
    assert httpx.get(f"{url}/articles", headers={"Origin": origin}).status_code == 403


def hosts(name: str, *names: str) -> bool:
    """Whether a request under this name is taken."""

    async def app(scope: object, receive: object, send: object) -> None: ...

    return KnownHosts(app, names)._is_ours(name)


def test_a_guarded_page_goes_by_addresses_and_names_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag_ui.screening.gethostname", lambda: "Desk.example.org")
    for name in ("192.168.0.9:7860", "127.0.0.1", "[::1]:7860", "[fe80::1]", "localhost:1", "desk", "DESK.local:7860",
                 "desk.fritz.box", "desk."):  # fmt: skip
        assert hosts(name), name
    for name in (
        "evil.test",
        "evil.test:7860",
        "desk-evil.test",
        "",
        ":",
        "[",
        "1.2.3",
        "192.168.0.9.evil.test",
        "a@b",
    ):
        assert not hosts(name), name
    assert hosts("chat.example.net", "chat.example.net")
    assert not hosts("other.example.net", "chat.example.net")


def test_a_guarded_page_is_refused_under_another_name_before_a_password_is_asked_for() -> None:
    client = TestClient(create_app(Chat(lambda report: EchoAssistant(), (), NOWHERE, passwords={"a": "b"})))
    answer = client.get("/", headers={"Host": "evil.test"}, auth=("a", "b"))
    assert (answer.status_code, answer.text) == (400, "This page has another name.")


def guarded() -> PasswordRequired:
    async def app(scope: object, receive: object, send: object) -> None: ...

    return PasswordRequired(app, {"ana": "right", "ben": "right, too"})


def knock(door: PasswordRequired, address: str, name: str, password: str) -> int:
    """The status of one try; 200 when it is let in."""
    given = b"Basic " + b64encode(f"{name}:{password}".encode())
    scope = {"type": "http", "path": "/", "client": (address, 1), "headers": [(b"authorization", given)]}
    refusal = door._refusal(scope)
    return refusal.status_code if refusal else 200


def test_guessing_at_a_name_from_many_addresses_is_slowed_down() -> None:
    """Ten guesses at a name are free, wherever they come from; the eleventh costs everybody a wait."""
    door = guarded()
    assert [knock(door, f"10.0.0.{n}", "ana", "guess") for n in range(11)] == [401] * 11
    assert knock(door, "10.0.1.1", "ana", "right") == 429
    assert knock(door, "10.0.1.1", "ben", "right, too") == 200


def test_who_was_in_before_is_not_locked_out_by_guesses_from_elsewhere() -> None:
    door = guarded()
    assert knock(door, "10.0.1.1", "ana", "right") == 200
    assert [knock(door, f"10.0.0.{n}", "ana", "guess") for n in range(11)] == [401] * 11
    assert knock(door, "10.0.1.1", "ana", "right") == 200
    assert knock(door, "10.0.0.99", "ana", "right") == 429


def test_a_name_that_nobody_has_is_throttled_alike() -> None:
    door = guarded()
    assert [knock(door, f"10.0.0.{n}", "nobody", "guess") for n in range(11)] == [401] * 11
    assert knock(door, "10.0.1.1", "nobody", "guess") == 429


def test_the_addresses_of_one_ipv6_network_are_one() -> None:
    door = guarded()
    assert [knock(door, f"2001:db8:0:1::{n:x}", f"name{n}", "guess") for n in range(6)] == [401] * 6
    assert knock(door, "2001:db8:0:1:ffff::1", "ana", "right") == 429
    assert knock(door, "2001:db8:0:2::1", "ana", "right") == 200


def test_an_ipv4_address_is_the_same_in_the_guise_of_ipv6() -> None:
    door = guarded()
    assert [knock(door, "::ffff:10.0.0.7", f"name{n}", "guess") for n in range(6)] == [401] * 6
    assert knock(door, "10.0.0.7", "ana", "right") == 429
    assert knock(door, "::ffff:10.0.0.8", "ana", "right") == 200


def test_what_is_remembered_of_guesses_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag_ui.access._REMEMBERED", 50)
    door = guarded()
    for number in range(500):
        knock(door, f"10.0.{number // 250}.{number % 250}", f"{number}" + "x" * 1000, "guess")
        knock(door, f"10.1.{number // 250}.{number % 250}", "ana", "right")
    for kept in (door._addresses._failures, door._names._failures, door._at_home):
        assert len(kept) <= 50
    assert max(map(len, door._names._failures)) <= 100
