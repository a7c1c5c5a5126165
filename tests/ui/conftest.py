"""Pages in a real browser: a chat server inside the test process, pages that record what they may not do."""

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

import pytest

from rag_ui.app import Chat, create_app
from rag_ui.loading import OpenAssistant
from tests.ui.fakes import COST, MOON, FakeAssistant

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Playwright

EXAMPLES = (COST, MOON)
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
WAIT_MS = 20_000

_BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
_BROWSER_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NO_BROWSER = "No Chromium found: `apt-get install chromium`, or set CHROMIUM_PATH to a browser of its family."


NOWHERE = Path(os.devnull) / "candidates.jsonl"
"""A review file that cannot be written: of a chat to which nobody gives an opinion."""


_contexts: "list[BrowserContext]" = []


def leave_pages() -> None:
    """Close all pages that are open."""
    while _contexts:
        _contexts.pop().close()


@contextmanager
def running_chat(
    open_assistant: OpenAssistant,
    examples: tuple[str, ...] = EXAMPLES,
    review_file: Path = NOWHERE,
    **more: Any,
) -> Iterator[str]:
    """The address of a chat server that runs in a thread for as long as the context lasts; ``more`` of a ``Chat``."""
    import uvicorn

    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = create_app(Chat(open_assistant, examples, review_file, **more))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            leave_pages()  # a page that outlives its server complains
            server.should_exit = True
            thread.join(timeout=10)


@dataclass
class Opened:
    """A page, the requests it made to other machines (all aborted), and the errors of its console."""

    page: "Page"
    external: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @classmethod
    def at(cls, context: "BrowserContext", url: str) -> "Opened":
        """Opens ``url`` and waits for the question box."""
        opened = cls(context.new_page())
        page = opened.page
        server = "{0.scheme}://{0.netloc}/".format(urlsplit(url))
        page.route(lambda target: not target.startswith((server, "data:", "blob:")), opened._refuse)
        page.on("pageerror", lambda error: opened.errors.append(str(error)))
        page.on("console", lambda line: opened.errors.append(line.text) if line.type == "error" else None)
        page.goto(url)
        page.get_by_role("textbox", name="Question").wait_for()
        return opened

    def _refuse(self, route: Any) -> None:
        self.external.append(route.request.url)
        route.abort()

    def check(self) -> None:
        """Nothing left the machine, and no script failed."""
        assert self.external == []
        assert self.errors == []


OpenPage: TypeAlias = Callable[..., "Page"]


@contextmanager
def launched() -> "Iterator[Browser | None]":
    """The system's Chromium; None where there is none."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = _browser_path(playwright)
        if path is None:
            yield None
            return
        browser = playwright.chromium.launch(executable_path=path, args=list(_BROWSER_ARGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """The system's Chromium. Without one tests are skipped, or fail when REQUIRE_BROWSER=1."""
    from playwright.sync_api import expect

    expect.set_options(timeout=WAIT_MS)
    with launched() as browser:
        if browser is None:
            (pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip)(NO_BROWSER)
        yield browser


def _browser_path(playwright: "Playwright") -> str | None:
    named = [shutil.which(name) for name in _BROWSER_NAMES]
    candidates = [os.environ.get("CHROMIUM_PATH"), *named, playwright.chromium.executable_path]
    return next((path for path in candidates if path and Path(path).exists()), None)


@pytest.fixture
def open_page(browser: "Browser") -> Iterator[OpenPage]:
    """``open_page(url, **context options)``: a page that is checked and closed at the end of the test."""
    opened: list[Opened] = []

    def open_page(url: str, **options: Any) -> "Page":
        context = browser.new_context(**(options or DESKTOP))
        context.set_default_timeout(WAIT_MS)
        _contexts.append(context)
        opened.append(Opened.at(context, url))
        return opened[-1].page

    yield open_page
    leave_pages()
    for one in opened:
        one.check()


@pytest.fixture
def open_rough(browser: "Browser") -> Iterator[OpenPage]:
    """``open_rough(url)``: a page in whose console the browser may complain, of what the test makes go wrong."""

    def opened(url: str) -> "Page":
        context = browser.new_context(**DESKTOP)
        context.set_default_timeout(WAIT_MS)
        _contexts.append(context)
        page = context.new_page()
        page.goto(url)
        return page

    yield opened
    leave_pages()


@pytest.fixture(scope="module")
def fake_server() -> Iterator[tuple[str, FakeAssistant]]:
    """A chat over a scripted assistant, shared by the tests of a file."""
    fake = FakeAssistant()
    with running_chat(lambda report: fake) as url:
        yield url, fake


@pytest.fixture
def chat(fake_server: tuple[str, FakeAssistant], open_page: OpenPage) -> "tuple[Page, FakeAssistant]":
    """A fresh page at the shared server; the assistant has no memory of earlier tests."""
    url, fake = fake_server
    fake.reset()
    return open_page(url), fake
