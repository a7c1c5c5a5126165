"""Eighty payloads through everything that a page shows, in a real browser: none runs, nothing is fetched.

``open_page`` fails a test whose page asked another machine for something, or in whose console anything was
complained of: a payload that only the page's policy stopped is a failure, too.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from rag.errors import InvalidInput
from tests.safety.hostile import ANSWERED, ARTICLES, FAILED, LISTED, HostileAssistant
from tests.safety.payloads import PAYLOADS
from tests.ui.conftest import OpenPage, running_chat
from tests.ui.fakes import FakeArticles, FakeAssistant, FakeUploads
from tests.ui.test_chat_browser import ask, cards, chips, expect
from tests.ui.test_library_browser import rows, show

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

_TYPED_AT_ONCE = 8  # questions of one conversation, which is drawn anew with each

# What a chat message may be made of, chips and our own tools aside.
FOREIGN = "img, svg, math, script, style, iframe, object, embed, video, audio, form, link, meta, base, .katex, .mermaid"
WATCH = "window.executed = []; window.pwned = (n) => { executed.push(n); }; null"
DROP_ALL = """(names) => {
  const data = new DataTransfer();
  for (const name of names) data.items.add(new File([name], `${name.replaceAll("/", "\\u2215")}.txt`));
  for (const kind of ["dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


class EchoingUploads(FakeUploads):
    """Takes every second payload; of the others it complains with their names and what they hold."""

    def add(self, name: str, data: bytes) -> str:
        if PAYLOADS.index(data.decode()) % 2:
            raise InvalidInput(f"{name} holds {data.decode()}")
        return super().add(name, data)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    assistant = HostileAssistant(FakeArticles(ARTICLES))
    with running_chat(lambda report: assistant, examples=PAYLOADS) as address:
        yield address


@pytest.fixture
def page(url: str, open_page: OpenPage) -> "Page":
    """A page whose first screen offers the payloads as questions, and that notes what is executed."""
    opened = open_page(url)
    opened.evaluate(WATCH)
    return opened


def check(page: "Page") -> None:
    """Nothing was run, and the page is still ours."""
    page.wait_for_timeout(200)  # what is animated or loaded comes later
    assert page.evaluate("executed") == []
    assert page.title() == "Ask the articles"
    assert page.evaluate("document.baseURI.startsWith(location.origin)")


def plain(text: str) -> str:
    """The text without the characters that the chat leaves out or folds."""
    return re.sub(r"[\s\u202e\u200b\u00ad]+", " ", text).strip()


def assert_shown_as_text(page: "Page", where: str) -> None:
    """Every payload stands there in its own characters."""
    shown = plain(page.locator(where).last.inner_text()).replace(" ", "")
    assert [p for p in PAYLOADS if plain(p).replace(" ", "") not in shown] == []


def test_the_payloads_do_run_where_text_is_taken_for_html(browser: "Browser") -> None:
    """What these tests would see if the page had a hole: most payloads of scripts run, most requests are made."""
    context = browser.new_context()
    executed, asked = set[int](), set[str]()
    context.route("http://**", lambda route: route.abort())
    context.expose_function("pwned", lambda number: executed.add(number))
    context.on("request", lambda request: asked.add(request.url))
    for payload in PAYLOADS:
        bare = context.new_page()  # one each: a payload may lead its page away
        bare.set_content(payload, wait_until="commit")
        bare.wait_for_timeout(50)
        bare.close()
    assert len(executed) >= 10
    assert len([url for url in asked if "evil.test" in url]) >= 10
    context.close()


def test_what_the_model_says_is_text(page: "Page") -> None:
    ask(page, ANSWERED)
    expect(cards(page)).to_have_count(len(PAYLOADS))
    assert_shown_as_text(page, "#chat [data-testid=bot]")
    message = page.locator("#chat [data-testid=bot]").last
    assert message.evaluate(f"node => node.querySelectorAll('{FOREIGN}').length") == 0
    assert message.evaluate("node => [...node.querySelectorAll('a')].every(a => a.hash.startsWith('#cite-'))")
    check(page)


def test_a_table_of_hostile_cells_is_text(page: "Page") -> None:
    ask(page, LISTED)
    expect(cards(page)).to_have_count(len(PAYLOADS))
    assert_shown_as_text(page, "#chat [data-testid=bot]")
    check(page)


def test_quotes_cards_and_details_are_text(page: "Page") -> None:
    ask(page, ANSWERED)
    expect(cards(page)).to_have_count(len(PAYLOADS))
    assert_shown_as_text(page, "#view-answer")
    for number in range(len(PAYLOADS)):
        chips(page).nth(number).dispatch_event("focusin")
        expect(page.locator("#preview q")).to_have_text(PAYLOADS[number], use_inner_text=False)
    page.get_by_role("button", name="Details", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert_shown_as_text(page, "#details dialog")
    check(page)


def test_titles_file_names_and_texts_of_articles_are_text(page: "Page") -> None:
    show(page)
    expect(rows(page)).to_have_count(len(PAYLOADS))
    assert_shown_as_text(page, "#view-library")
    for article in ARTICLES:
        rows(page).locator(f"[data-doc={_css(article.doc_id)}]").click()
        expect(page.locator("#panel article h2")).to_have_text(article.title)
        assert page.locator("#panel article .text").text_content() == article.text
        page.get_by_role("button", name="Close article").click()
    check(page)


@pytest.mark.parametrize("start", range(0, len(PAYLOADS), _TYPED_AT_ONCE))
def test_questions_are_text(page: "Page", start: int) -> None:
    """Typed one after the other, whatever the question box makes of line breaks."""
    payloads = PAYLOADS[start : start + _TYPED_AT_ONCE]
    box, asked = page.get_by_role("textbox", name="Question"), page.locator("#chat [data-testid=user]")
    for number, payload in enumerate(payloads, 1):
        box.fill(payload)
        box.press("Enter")
        expect(asked).to_have_count(number)
        expect(box).to_have_value("")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()  # while answers grow, the chat is drawn again
    expect(asked).to_have_count(len(payloads))
    assert asked.evaluate_all(f"all => all.filter(node => node.querySelector('{FOREIGN}, a')).length") == 0
    shown = [plain(text).replace(" ", "") for text in asked.all_inner_texts()]
    assert shown == [plain(payload).replace(" ", "") for payload in payloads]
    check(page)


def test_questions_of_a_link_are_text(url: str, open_page: OpenPage) -> None:
    for payload in PAYLOADS[::10]:
        page = open_page(f"{url}/?{urlencode({'q': payload, 'source': payload})}")
        page.evaluate(WATCH)
        expect(page.locator("#chat [data-testid=user]")).to_have_count(1)
        check(page)


def test_an_error_of_the_program_is_text(page: "Page") -> None:
    ask(page, FAILED)
    expect(page.locator("#chat [data-testid=bot]")).to_contain_text("Unexpected RuntimeError")
    assert_shown_as_text(page, "#chat [data-testid=bot]")
    check(page)


def test_uploads_their_names_and_what_is_said_of_them_are_text(open_rough: OpenPage) -> None:
    assistant = FakeAssistant(index=FakeArticles(()))
    uploads = EchoingUploads(assistant)
    with running_chat(lambda report: assistant, uploads=uploads) as address:
        page = open_rough(address)  # in whose console the browser tells of refused files
        outside: list[str] = []
        page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else outside.append(r.url))
        page.evaluate(WATCH)
        show_empty(page)
        page.evaluate(DROP_ALL, list(PAYLOADS))
        told = page.get_by_role("list", name="Files being added").get_by_role("listitem")
        expect(told.filter(has_text="Not added")).to_have_count(len(PAYLOADS) // 2, timeout=60_000)
        expect(rows(page)).to_have_count(len(PAYLOADS) // 2, timeout=60_000)
        assert page.evaluate(f"document.querySelectorAll('#panel :is({FOREIGN})').length") == 0
        check(page)
        assert outside == []


def show_empty(page: "Page") -> None:
    page.get_by_role("textbox", name="Question").wait_for()
    page.get_by_role("tab", name="All articles").click()
    expect(page.get_by_role("button", name="Add files…")).to_be_visible()


def _css(text: str) -> str:
    """A string of CSS."""
    return '"' + "".join(f"\\{ord(sign):x} " for sign in text) + '"'
