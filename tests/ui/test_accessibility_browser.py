"""The page for everybody: axe-core finds nothing in any state, the keyboard does everything, text grows."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.ui.conftest import DESKTOP, PHONE, OpenPage, running_chat
from tests.ui.fakes import COST, COST_QUOTE, DISPUTED, LISTED, MOON, TAXIS, UNION_QUOTE, FakeAssistant, FakeUploads
from tests.ui.test_chat_browser import ask, chips, expect, mark
from tests.ui.test_library_browser import open_row, rows, show
from tests.ui.test_tools_browser import tool

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

DOUBLE_TEXT = "document.documentElement.style.fontSize = '200%'"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    fake, review_file = FakeAssistant(), tmp_path_factory.mktemp("review") / "candidates.jsonl"
    with running_chat(lambda report: fake, review_file=review_file, uploads=FakeUploads(fake)) as address:
        yield address


def violations(page: "Page") -> list[str]:
    """What axe-core finds, as ``rule: element``."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state_of_the_page(url: str, open_page: OpenPage, scheme: str) -> None:
    page = open_page(url, **DESKTOP, color_scheme=scheme)
    assert violations(page) == []
    ask(page, LISTED)
    expect(chips(page)).to_have_count(3)
    chips(page).nth(1).focus()
    expect(page.get_by_role("tooltip")).to_be_visible()
    assert violations(page) == []
    chips(page).nth(1).click()
    expect(mark(page)).to_be_visible()
    assert violations(page) == []
    tool(page, "Wrong").click()
    expect(page.get_by_role("textbox", name="What is right?")).to_be_visible()
    ask(page, MOON)
    expect(page.locator("#chat")).to_contain_text("The articles do not say.")
    assert violations(page) == []
    tool(page, "Details").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    show(page)
    page.locator("summary", has_text="More").click()
    assert violations(page) == []
    open_row(page, TAXIS.title)
    page.get_by_role("button", name="Ask only this article").click()
    expect(page.locator("#scope")).to_contain_text(TAXIS.title)
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_phone(url: str, open_page: OpenPage, scheme: str) -> None:
    page = open_page(url, **PHONE, color_scheme=scheme)
    ask(page, COST)
    chips(page).first.tap()
    expect(mark(page)).to_be_visible()
    assert violations(page) == []
    page.get_by_role("tab", name="All articles").tap()
    assert violations(page) == []


@pytest.mark.parametrize(
    "options",
    [DESKTOP | {"color_scheme": "light"}, PHONE | {"color_scheme": "dark"}],
    ids=["light desktop", "dark phone"],
)
def test_figures_that_differ_are_a_table_whose_chips_open_the_quotes(
    url: str, open_page: OpenPage, options: dict[str, Any]
) -> None:
    page = open_page(url, **options)
    ask(page, DISPUTED)
    expect(page.get_by_role("heading", name="The articles give different figures")).to_be_visible()
    expect(page.locator("#chat").get_by_role("columnheader")).to_have_text(["Figure", "Article", "Quote"])
    row = page.locator("#chat").get_by_role("row").filter(has_text="4.6 million")
    expect(row).to_contain_text(f"{TAXIS.title} · The Northern Post · 2025-11-06")
    assert page.evaluate("document.documentElement.scrollWidth") <= options["viewport"]["width"]
    assert violations(page) == []
    row.get_by_role("link", name="Source 2: strong support").click()
    expect(mark(page)).to_have_text(UNION_QUOTE)


def test_everything_is_done_by_the_keyboard(url: str, open_page: OpenPage) -> None:
    """From the question through the answer and its quote to the list, another article, and back to all of them."""
    page = open_page(url)
    expect(page.get_by_role("textbox", name="Question")).to_be_focused()
    page.keyboard.type(COST)
    page.keyboard.press("Enter")
    expect(chips(page)).to_have_count(3)
    expect(page.locator("#chat .tools")).to_be_visible()
    reach(page, "a", backwards=True)
    while page.evaluate("document.activeElement.textContent") != "1":
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(mark(page)).to_have_text(COST_QUOTE)
    reach(page, '[data-act="close-article"]')
    page.keyboard.press("Enter")
    reach(page, "#tab-answer", backwards=True)
    page.keyboard.press("ArrowRight")
    expect(rows(page).first).to_be_visible()
    reach(page, "[data-doc]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article")).to_be_focused()
    reach(page, '[data-act="ask-only"]')
    page.keyboard.press("Enter")
    expect(page.locator("#scope")).to_contain_text("Only in:")
    reach(page, '[data-part="all"]', backwards=True)
    page.keyboard.press("Enter")
    expect(page.locator("#scope p")).to_be_hidden()


def reach(page: "Page", selector: str, backwards: bool = False) -> None:
    """Tab until the focus is on such an element."""
    for _ in range(80):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"The keyboard does not reach {selector}")


@pytest.mark.parametrize("options", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_text_of_twice_the_size_cuts_nothing_off(url: str, open_page: OpenPage, options: dict[str, Any]) -> None:
    page = open_page(url, **options)
    page.evaluate(DOUBLE_TEXT)
    ask(page, COST)
    expect(chips(page)).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= options["viewport"]["width"]
    for part in (page.get_by_role("textbox", name="Question"), page.get_by_role("button", name="Ask", exact=True)):
        expect(part).to_be_in_viewport(ratio=1)


def test_nothing_moves_for_those_who_asked_for_that(url: str, open_page: OpenPage) -> None:
    page = open_page(url, **PHONE, reduced_motion="reduce")
    assert page.locator("#evidence").evaluate("e => getComputedStyle(e).transitionDuration") == "0s"
