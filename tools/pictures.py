"""Pictures of every state of the chat page, for the eye: the real page over a scripted assistant.

``python -m tools.pictures FOLDER [NAME…]`` writes ``NAME-desktop-light.png`` and its like; needs Chromium.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tests.ui.conftest import DESKTOP, EXAMPLES, NO_BROWSER, PHONE, WAIT_MS, launched, running_chat
from tests.ui.fakes import COST, DISPUTED, LISTED, MOON, FakeAssistant, FakeUploads
from tests.ui.test_chat_browser import ask, cards, chips, expect, mark
from tests.ui.test_library_browser import EMPTY, FERRY, choose, own, rows
from tests.ui.test_tools_browser import tool
from tests.ui.test_trial import FakeExamination

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Scene: TypeAlias = Callable[["Page", FakeAssistant], None]
"""Brings a fresh page into the state of a picture."""

DEVICES: dict[str, dict[str, Any]] = {"desktop": DESKTOP, "phone": PHONE | {"device_scale_factor": 2}}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def start(page: "Page", fake: FakeAssistant) -> None:
    """The empty page."""
    expect(page.locator("#chat .example").first).to_be_visible()


def streaming(page: "Page", fake: FakeAssistant) -> None:
    """The passages are there, the answer is not."""
    fake.paused.set()
    ask(page, COST)
    expect(page.locator("#chat")).to_contain_text("Reading 2 passages…")


def answer(page: "Page", fake: FakeAssistant) -> None:
    """An answer with a citation opened."""
    _answered(page, COST)
    chips(page).nth(1).click()
    expect(mark(page)).to_be_visible()


def listed(page: "Page", fake: FakeAssistant) -> None:
    """A list answer."""
    _answered(page, LISTED)


def conflict(page: "Page", fake: FakeAssistant) -> None:
    """Articles that give different figures."""
    _answered(page, DISPUTED)


def refusal(page: "Page", fake: FakeAssistant) -> None:
    """What the articles do not say."""
    _answered(page, MOON)


def upload(page: "Page", fake: FakeAssistant) -> None:
    """Two files, one of which cannot be read."""
    _show_articles(page)
    choose(page, FERRY, EMPTY)
    expect(page.get_by_text("Not added: the file is empty")).to_be_visible()
    expect(own(page)).to_have_count(1)


def sources(page: "Page", fake: FakeAssistant) -> None:
    """All articles."""
    _show_articles(page)


def details(page: "Page", fake: FakeAssistant) -> None:
    """How an answer was made."""
    _answered(page, COST)
    tool(page, "Details").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def wrong(page: "Page", fake: FakeAssistant) -> None:
    """A reader says that an answer is wrong."""
    _answered(page, COST)
    tool(page, "Wrong").click()
    expect(page.get_by_role("textbox", name="What is right?")).to_be_visible()


def evaluation(page: "Page", fake: FakeAssistant) -> None:
    """The evaluation page while it runs."""
    page.request.post(f"{page.url}eval/run")
    page.goto(f"{page.url}eval")
    expect(page.get_by_text("Question 1 of 2")).to_be_visible()


SCENES: tuple[Scene, ...] = (
    start,
    streaming,
    answer,
    listed,
    conflict,
    refusal,
    upload,
    sources,
    details,
    wrong,
    evaluation,
)


def draw(folder: Path, names: list[str]) -> None:
    """Writes the pictures of these scenes, or of all if none is named, in both sizes and both schemes."""
    folder.mkdir(parents=True, exist_ok=True)
    fake, examination = FakeAssistant(), FakeExamination(folder / "report.html")
    more: dict[str, Any] = {"uploads": FakeUploads(fake), "examination": examination}
    scenes = [scene for scene in SCENES if not names or scene.__name__ in names]
    with launched() as browser, running_chat(lambda report: fake, EXAMPLES, folder / "candidates.jsonl", **more) as url:
        if browser is None:
            sys.exit(NO_BROWSER)
        for scene, device, scheme in product(scenes, DEVICES, SCHEMES):
            with fresh_page(browser, url, DEVICES[device] | {"color_scheme": scheme}) as page:
                scene(page, fake)
                page.mouse.move(0, 0)
                page.screenshot(path=folder / f"{scene.__name__}-{device}-{scheme}.png", animations="disabled")
            fake.reset()
        examination.go.set()


@contextmanager
def fresh_page(browser: "Browser", url: str, options: dict[str, Any]) -> Iterator["Page"]:
    """The chat page in a context of its own, ready to be asked."""
    with browser.new_context(**options) as context:
        context.set_default_timeout(WAIT_MS)
        page = context.new_page()
        page.goto(url)
        page.get_by_role("textbox", name="Question").wait_for()
        yield page


def _answered(page: "Page", question: str) -> None:
    ask(page, question)
    expect(page.locator("#chat .tools")).to_be_visible()
    expect(cards(page)).not_to_have_count(0)


def _show_articles(page: "Page") -> None:
    if page.get_by_role("button", name="Sources", exact=True).is_visible():
        page.get_by_role("button", name="Sources", exact=True).click()
    page.get_by_role("tab", name="All articles").click()
    expect(rows(page).first).to_be_visible()


if __name__ == "__main__":
    draw(Path(sys.argv[1]), sys.argv[2:])
