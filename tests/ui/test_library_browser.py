"""All articles in a real browser: the list, reading one, asking it alone, adding and removing one's own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.ui.conftest import PHONE, OpenPage, running_chat
from tests.ui.fakes import BUSES, COST, COST_QUOTE, FARES_QUOTE, HOSTILE, MOON, TAXIS, FakeAssistant, FakeUploads
from tests.ui.test_chat_browser import ask, cards, chips, eventually, expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

FERRY = {"name": "ferry list.txt", "mimeType": "text/plain", "buffer": b"Ferries cost nine euros.\nSince May."}
EMPTY = {"name": "empty.pdf", "mimeType": "application/pdf", "buffer": b""}
DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  for (const kind of ["dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, FakeAssistant, FakeUploads]]:
    """A chat with uploads, shared by the tests of this file."""
    fake = FakeAssistant()
    uploads = FakeUploads(fake)
    with running_chat(lambda report: fake, uploads=uploads) as url:
        yield url, fake, uploads


@pytest.fixture
def library(server: tuple[str, FakeAssistant, FakeUploads], open_page: OpenPage) -> "tuple[Page, FakeUploads]":
    """A fresh page with all articles shown."""
    url, fake, uploads = server
    fake.reset()
    page = open_page(url)
    show(page)
    return page, uploads


def show(page: "Page") -> None:
    page.get_by_role("tab", name="All articles").click()
    expect(rows(page).first).to_be_visible()


def rows(page: "Page") -> "Locator":
    return page.get_by_role("list", name="Articles").get_by_role("listitem")


def open_row(page: "Page", title: str) -> None:
    rows(page).get_by_role("button").filter(has_text=title).first.click()


def choose(page: "Page", *files: Any) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Add files…").click()
    chooser.value.set_files(list(files))


def own(page: "Page") -> "Locator":
    return rows(page).filter(has_text="Ferries cost nine euros.")


def remove(page: "Page") -> None:
    page.get_by_role("button", name="Remove Ferries cost nine euros.").click()
    expect(own(page)).to_have_count(0)


def test_all_articles_are_listed_with_what_is_known_of_them(library: "tuple[Page, Any]") -> None:
    page, _ = library
    expect(rows(page)).to_have_count(3)
    expect(rows(page).first).to_have_text(f"{BUSES.title}Harbour Gazette · 2025-11-04 · 1 passage")
    expect(page.get_by_text("3 articles", exact=True)).to_be_visible()


def test_the_list_is_filtered_by_all_words(library: "tuple[Page, Any]") -> None:
    page, _ = library
    page.get_by_role("searchbox", name="Filter").fill("northern 2025-11")
    expect(rows(page)).to_have_text([f"{TAXIS.title}The Northern Post · 2025-11-06 · 1 passage"])
    expect(page.get_by_text("1 of 3 articles")).to_be_visible()


def test_an_article_is_read_in_full_with_all_that_was_cited_so_far(library: "tuple[Page, Any]") -> None:
    page, _ = library
    ask(page, COST)
    expect(chips(page)).to_have_count(3)
    show(page)
    open_row(page, BUSES.title)
    article = page.get_by_role("article")
    expect(article.locator("mark")).to_have_text([COST_QUOTE, FARES_QUOTE])
    assert page.locator("#panel article .text").text_content() == BUSES.text
    page.get_by_role("button", name="Close article").click()
    expect(rows(page).first).to_be_visible()
    expect(rows(page).get_by_role("button").filter(has_text=BUSES.title)).to_be_focused()


def test_a_question_is_about_one_article_until_that_is_taken_back(
    library: "tuple[Page, Any]", server: tuple[str, FakeAssistant, Any]
) -> None:
    page, _ = library
    open_row(page, TAXIS.title)
    page.get_by_role("button", name="Ask only this article").click()
    expect(page.get_by_role("textbox", name="Question")).to_be_focused()
    expect(page.locator("#scope")).to_contain_text(f"Only in: {TAXIS.title}")
    ask(page, COST)
    expect(page.locator("#chat [data-testid=bot]")).to_contain_text(f"Only in: {TAXIS.title}")
    page.get_by_role("button", name="Ask all articles again").click()
    ask(page, MOON)
    assert eventually(page, lambda: server[1].sources == [("taxis.txt",), ()])


def test_evidence_of_a_question_takes_the_place_of_the_list(library: "tuple[Page, Any]") -> None:
    page, _ = library
    ask(page, COST)
    expect(cards(page)).to_have_count(3)
    expect(cards(page).first).to_be_visible()


def test_files_are_added_told_one_by_one_searchable_at_once_and_removed(
    server: tuple[str, FakeAssistant, FakeUploads], open_rough: OpenPage
) -> None:
    page = open_rough(server[0])
    show(page)
    server[2].paused.set()
    choose(page, FERRY, EMPTY)
    transfers = page.get_by_role("list", name="Files being added").get_by_role("listitem")
    expect(transfers.filter(has_text="ferry list.txt")).to_contain_text("Added")
    expect(transfers.filter(has_text="empty.pdf")).to_contain_text("Not added: the file is empty")
    expect(page.get_by_text("Making them searchable: Reading file 1 of 2 50%")).to_be_visible()
    server[2].paused.clear()
    expect(own(page)).to_have_count(1)
    expect(page.get_by_text("4 articles", exact=True)).to_be_visible()
    page.get_by_role("button", name="Dismiss empty.pdf").click()
    expect(transfers.filter(has_text="empty.pdf")).to_have_count(0)
    open_row(page, "Ferries")
    expect(page.get_by_role("article")).to_contain_text("Since May.")
    page.get_by_role("button", name="Close article").click()
    remove(page)
    assert server[2].files == {}


def test_files_are_dropped_anywhere_on_the_page(library: "tuple[Page, FakeUploads]") -> None:
    page, uploads = library
    page.get_by_role("tab", name="Sources").click()
    page.evaluate(DROP, ["ferry list.txt", "Ferries cost nine euros.\n"])
    expect(own(page)).to_have_count(1)
    assert list(uploads.files) == ["uploads/ferry list.txt"]
    remove(page)


def test_a_title_that_would_run_as_a_script_is_text(library: "tuple[Page, Any]") -> None:
    page, _ = library
    expect(rows(page).nth(2)).to_contain_text(HOSTILE.title)
    open_row(page, HOSTILE.title)
    expect(page.get_by_role("article")).to_contain_text(HOSTILE.text)
    expect(page.locator("#panel img, #panel a, #panel script")).to_have_count(0)


def test_the_tabs_go_by_the_arrow_keys(library: "tuple[Page, Any]") -> None:
    page, _ = library
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="Sources")).to_be_focused()
    expect(page.get_by_role("tab", name="Sources")).to_have_attribute("aria-selected", "true")
    expect(rows(page).first).to_be_hidden()


def test_without_uploads_nothing_can_be_added(open_page: OpenPage) -> None:
    with running_chat(lambda report: FakeAssistant()) as url:
        page = open_page(url)
        show(page)
        expect(page.get_by_role("button", name="Add files…")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_list_lies_in_the_sheet(
    server: tuple[str, FakeAssistant, Any], open_page: OpenPage, scheme: str
) -> None:
    page = open_page(server[0], **PHONE, color_scheme=scheme)
    page.get_by_role("button", name="Sources", exact=True).tap()
    show(page)
    open_row(page, TAXIS.title)
    page.get_by_role("button", name="Ask only this article").tap()
    expect(rows(page).first).to_be_hidden()
    expect(page.locator("#scope")).to_contain_text(TAXIS.title)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
