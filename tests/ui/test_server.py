"""Health routes, security headers and the ways in which serving is refused."""

import base64
import hashlib
import socket
from concurrent.futures import Future

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.testclient import TestClient

from rag.errors import InvalidInput, ModelMissing
from rag_ui.app import Chat, serve
from rag_ui.loading import Loader, Report
from rag_ui.server import create_server
from tests.ui.conftest import NOWHERE
from tests.ui.fakes import FakeAssistant


def missing(report: Report) -> FakeAssistant:
    report("Loading", 0.5)
    raise ModelMissing("No model: run `rag models pull`.")


def client(app: FastAPI) -> TestClient:
    return TestClient(app, base_url="http://127.0.0.1")


def test_the_server_is_healthy_but_not_ready_while_it_loads() -> None:
    page = client(create_server(Loader(Future())))
    health, ready = page.get("/healthz"), page.get("/readyz")
    assert (health.status_code, ready.status_code) == (200, 503)
    assert health.json() == {"stage": "Starting", "fraction": 0.0, "ready": False, "error": "", "changes": 0}


def test_the_server_is_ready_once_loaded() -> None:
    loader = Loader.start(lambda report: FakeAssistant())
    loader.assistant(timeout=10)
    assert client(create_server(loader)).get("/readyz").status_code == 200


def test_a_failed_load_is_a_server_error_with_its_line() -> None:
    loader = Loader.start(missing)
    with pytest.raises(ModelMissing):
        loader.assistant(timeout=10)
    ready = client(create_server(loader)).get("/readyz")
    assert (ready.status_code, ready.json()["error"]) == (500, "No model: run `rag models pull`.")


def test_other_host_names_are_turned_down() -> None:
    page = client(create_server(Loader(Future())))
    assert page.get("/healthz", headers={"Host": "evil.test"}).status_code == 400


def test_a_page_may_run_its_own_scripts_only() -> None:
    app = create_server(Loader(Future()))

    @app.get("/page", response_class=HTMLResponse)
    def page() -> str:
        return '<script>own()</script><script type="module" src="./a.js"></script>'

    response = client(app).get("/page")
    own = base64.b64encode(hashlib.sha256(b"own()").digest()).decode()
    scripts = next(
        rule for rule in response.headers["Content-Security-Policy"].split("; ") if rule.startswith("script-src")
    )
    assert scripts == f"script-src 'self' 'unsafe-eval' 'sha256-{own}'"
    assert response.text.startswith("<script>own()</script>")


def test_every_response_forbids_sniffing_and_framing() -> None:
    headers = client(create_server(Loader(Future()))).get("/healthz").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "Content-Security-Policy" not in headers


def test_a_taken_port_is_named_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InvalidInput, match=rf"^Port {port} of 127\.0\.0\.1 is in use, .* --port {port + 1}$"):
            serve(Chat(missing, (), NOWHERE), port=port, open_browser=False)


def test_an_impossible_port_is_an_error_of_ours() -> None:
    with pytest.raises(InvalidInput, match=r"Port 70000 of 127\.0\.0\.1 cannot be used"):
        serve(Chat(missing, (), NOWHERE), port=70000, open_browser=False)


def test_the_chat_is_served_on_this_machine_only() -> None:
    with pytest.raises(InvalidInput, match=r"reaches '0\.0\.0\.0' .*expected 127\.0\.0\.1 or localhost, or a password"):
        serve(Chat(missing, (), NOWHERE), host="0.0.0.0", open_browser=False)
