"""Passwords, their throttle, and requests from other pages."""

from concurrent.futures import Future

import pytest
from fastapi.testclient import TestClient

from rag_ui.access import Throttle
from rag_ui.loading import Loader
from rag_ui.server import create_server

ANA = ("ana", "geheim: 7ß")


@pytest.fixture
def guarded() -> TestClient:
    """A page that only Ana may see."""
    server = create_server(Loader(Future()), dict([ANA]))
    server.get("/page")(lambda: "in")
    server.post("/change")(lambda: "done")
    return TestClient(server, base_url="http://192.168.0.9:7860")


def test_without_a_password_nothing_but_health_is_shown(guarded: TestClient) -> None:
    answer = guarded.get("/page")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert guarded.get("/healthz").status_code == 200
    assert guarded.get("/nothing").status_code == 401


def test_the_right_password_opens_under_any_name_of_the_machine(guarded: TestClient) -> None:
    assert guarded.get("/page", auth=ANA).json() == "in"


@pytest.mark.parametrize(
    "given", ["Basic", "Basic !", "Basic YW5h", "Bearer YW5hOmdlaGVpbTogN8Of", "Basic bm9ib2R5Og==", "Basic /w=="]
)
def test_anything_else_is_refused(guarded: TestClient, given: str) -> None:
    assert guarded.get("/page", headers={"Authorization": given}).status_code == 401


def test_who_guesses_has_to_wait_even_with_the_right_password(guarded: TestClient) -> None:
    for _ in range(6):
        assert guarded.get("/page", auth=("ana", "guess")).status_code == 401
    answer = guarded.get("/page", auth=ANA)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 2


def test_asking_without_a_password_is_no_guess(guarded: TestClient) -> None:
    for _ in range(20):
        guarded.get("/page")
    assert guarded.get("/page", auth=ANA).status_code == 200


def test_the_wait_doubles_up_to_five_minutes_and_a_right_password_ends_it() -> None:
    """Five guesses are free; the sixth costs 2 s, the seventh 4 s, the thirteenth 256 s, all others 300 s."""
    throttle = Throttle()
    waits = []
    for _ in range(15):
        throttle.failed("a", now=0.0)
        waits.append(throttle.wait("a", now=0.0))
    assert waits == [0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    throttle.succeeded("a")
    assert throttle.wait("a", now=0.0) == 0


def test_a_change_is_taken_from_our_own_pages_and_from_programs_only(guarded: TestClient) -> None:
    own = {"Origin": "http://192.168.0.9:7860"}
    assert guarded.post("/change", auth=ANA).status_code == 200
    assert guarded.post("/change", auth=ANA, headers=own).status_code == 200
    for foreign in ("http://evil.test", "null", "http://192.168.0.9"):
        assert guarded.post("/change", auth=ANA, headers={"Origin": foreign}).status_code == 403


def test_a_page_without_passwords_goes_by_the_names_of_this_machine_only() -> None:
    page = TestClient(create_server(Loader(Future())), base_url="http://192.168.0.9")
    assert page.get("/healthz").status_code == 400
