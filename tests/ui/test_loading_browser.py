"""A page that is opened before the models are there, in a real browser."""

import threading
from collections.abc import Callable

import pytest

from rag.errors import ModelMissing
from tests.ui.conftest import OpenPage, running_chat
from tests.ui.fakes import COST, FakeAssistant
from tests.ui.test_chat_browser import ask, chips, expect, stop

pytestmark = pytest.mark.browser


def test_loading_is_shown_and_a_question_waits_for_it(open_page: OpenPage) -> None:
    loaded = threading.Event()

    def open_assistant(report: Callable[[str, float], None]) -> FakeAssistant:
        report("Loading the language model", 0.42)
        loaded.wait()
        return FakeAssistant()

    with running_chat(open_assistant) as url:
        page = open_page(url)
        status = page.get_by_text("Loading the language model… 42%")
        expect(status).to_be_visible()
        ask(page, COST)
        expect(page.locator("#chat").get_by_text("Loading the language model… 42%")).to_be_visible()
        loaded.set()
        expect(chips(page)).to_have_count(3)
        expect(status).to_have_count(0)


def test_a_failed_load_shows_its_line(open_page: OpenPage) -> None:
    line = "The model is not on disk: run `rag models pull`."

    def open_assistant(report: Callable[[str, float], None]) -> FakeAssistant:
        raise ModelMissing(line)

    with running_chat(open_assistant) as url:
        page = open_page(url)
        expect(page.locator("#header").get_by_text(line)).to_be_visible()
        ask(page, COST)
        expect(page.locator("#chat").get_by_text(line)).to_be_visible()
        expect(stop(page)).to_be_hidden()
