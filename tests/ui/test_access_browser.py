"""A chat that asks for a password, in a real browser and for programs."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.ui.conftest import DESKTOP, OpenPage, running_chat
from tests.ui.fakes import COST, FakeAssistant, FakeUploads
from tests.ui.test_chat_browser import ask, chips, expect
from tests.ui.test_library_browser import rows, show

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

ANA = {"username": "ana", "password": "geheim"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    fake = FakeAssistant()
    with running_chat(lambda report: fake, uploads=FakeUploads(fake), passwords={"ana": "geheim"}) as address:
        yield address


def test_with_the_password_everything_works_as_without(url: str, open_page: OpenPage) -> None:
    page = open_page(url, **DESKTOP, http_credentials=ANA)
    ask(page, COST)
    expect(chips(page)).to_have_count(3)
    show(page)
    expect(rows(page)).to_have_count(3)


def test_without_it_nothing_is_shown(url: str, browser: "Browser") -> None:
    context = browser.new_context()
    answer = context.request.get(url)
    assert (answer.status, answer.text()) == (401, "Name and password, please.")
    for path in ("articles", "uploads", "gradio_api/info", "config"):
        assert context.request.get(f"{url}/{path}").status == 401
    context.close()


def test_a_program_gives_the_password_with_every_request(url: str) -> None:
    from gradio_client import Client  # type: ignore[import-untyped]

    client: Any = Client(url, verbose=False, httpx_kwargs={"auth": ("ana", "geheim")})
    assert client.predict(COST, api_name="/ask")["citations"]
