"""The chat page in a real browser, over a scripted assistant."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from rag.types import Turn
from tests.ui.conftest import PHONE, OpenPage
from tests.ui.fakes import (
    ATTACK,
    BUSES,
    COST,
    COST_CLAIMS,
    COST_QUOTE,
    FARES_QUOTE,
    INJECTED,
    MOON,
    SLOW,
    TAXI_QUOTE,
    FakeAssistant,
)

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Locator, Page

pytestmark = pytest.mark.browser

NO_ANSWER = "Nearest passages – not an answer"


def send(page: "Page", question: str) -> None:
    box = page.get_by_role("textbox", name="Question")
    box.fill(question)
    box.press("Enter")
    expect(box).to_have_value("")


def ask(page: "Page", question: str) -> None:
    send(page, question)
    expect(page.locator("#chat [data-testid=user]").last).to_have_text(question)


def chips(page: "Page") -> "Locator":
    return page.locator('#chat a[href^="#cite-"]')


def cards(page: "Page") -> "Locator":
    return page.locator("#view-answer .card")


def mark(page: "Page") -> "Locator":
    return page.locator("#panel article mark.quoted")


def stop(page: "Page") -> "Locator":
    return page.get_by_role("button", name="Stop")


def expect(target: Any) -> Any:
    from playwright.sync_api import expect

    return expect(target)


def eventually(page: "Page", holds: Callable[[], bool]) -> bool:
    """Whether ``holds`` within two seconds, while the page goes on."""
    for _ in range(40):
        if holds():
            return True
        page.wait_for_timeout(50)
    return False


def test_an_example_question_is_asked_on_click_and_answered_with_chips(chat: "tuple[Page, Any]") -> None:
    page, _ = chat
    page.get_by_role("button", name=COST).click()
    expect(chips(page)).to_have_text(["1", "2", "3"])
    expect(page.locator("#chat")).to_contain_text("The extension will cost 4.2 million euros a year. 1")
    expect(page.locator("#chat")).to_contain_text("3 quotes from 2 articles · 1.5 s")
    expect(stop(page)).to_be_hidden()


def test_passages_are_shown_before_the_answer(chat: "tuple[Page, FakeAssistant]") -> None:
    page, fake = chat
    fake.paused.set()
    ask(page, COST)
    expect(page.locator("#chat")).to_contain_text("Reading 2 passages…")
    expect(cards(page)).to_have_count(2)
    expect(cards(page).first).to_contain_text(COST_QUOTE)
    expect(chips(page)).to_have_count(0)
    fake.paused.clear()
    expect(cards(page)).to_have_count(3)


def test_cards_tell_number_title_origin_support_and_quote(chat: "tuple[Page, Any]") -> None:
    page, _ = chat
    ask(page, COST)
    expect(cards(page).nth(1)).to_have_text(f"2{BUSES.title}Harbour Gazette · 2025-11-04good support{FARES_QUOTE}")


def test_a_chip_opens_the_article_at_its_exact_words(chat: "tuple[Page, Any]") -> None:
    page, _ = chat
    ask(page, COST)
    chips(page).nth(1).click()
    expect(mark(page)).to_have_text(FARES_QUOTE)
    expect(mark(page)).to_be_in_viewport()
    expect(page.get_by_role("article")).to_contain_text(BUSES.title)
    assert page.locator("#panel article .text").text_content() == BUSES.text
    expect(cards(page).nth(1)).to_contain_class("on")


def test_a_card_opens_its_article_too(chat: "tuple[Page, Any]") -> None:
    page, _ = chat
    ask(page, COST)
    cards(page).nth(2).click()
    expect(mark(page)).to_have_text(TAXI_QUOTE)


def test_a_chip_of_an_earlier_answer_still_opens(chat: "tuple[Page, Any]") -> None:
    page, _ = chat
    ask(page, COST)
    expect(chips(page)).to_have_count(3)
    ask(page, MOON)
    expect(page.get_by_role("heading", name=NO_ANSWER)).to_be_visible()
    chips(page).first.click()
    expect(mark(page)).to_have_text(COST_QUOTE)


def test_chips_are_reached_and_opened_by_keyboard(chat: "tuple[Page, Any]") -> None:
    page, _ = chat
    ask(page, COST)
    expect(chips(page)).to_have_count(3)
    chips(page).first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(mark(page)).to_have_text(FARES_QUOTE)
    page.keyboard.press("Escape")
    expect(chips(page).nth(1)).to_be_focused()


def test_a_refusal_shows_the_nearest_passages_as_no_answer(chat: "tuple[Page, Any]") -> None:
    page, _ = chat
    ask(page, MOON)
    expect(page.locator("#chat")).to_contain_text("The articles do not say.")
    expect(page.get_by_role("heading", name=NO_ANSWER)).to_be_visible()
    expect(cards(page)).to_have_count(2)
    expect(chips(page)).to_have_count(0)


def test_stop_stops_the_model_and_frees_the_page(chat: "tuple[Page, FakeAssistant]") -> None:
    page, fake = chat
    ask(page, SLOW)
    expect(cards(page)).to_have_count(2)
    stop(page).click()
    expect(stop(page)).to_be_hidden(timeout=1000)
    expect(page.locator("#chat")).to_contain_text("Stopped.")
    assert eventually(page, lambda: fake.closed == [SLOW])
    ask(page, COST)
    expect(chips(page)).to_have_count(3)


def test_leaving_the_page_stops_the_model(chat: "tuple[Page, FakeAssistant]") -> None:
    page, fake = chat
    other = page.context.new_page()
    ask(page, SLOW)
    expect(cards(page)).to_have_count(2)
    page.close()
    assert eventually(other, lambda: fake.closed == [SLOW])


def turning(page: "Page") -> list[str]:
    """The lines that turn a wheel."""
    style = "getComputedStyle(line, '::before').animationName"
    lines = page.locator("#chat em").evaluate_all(f"all => all.map(line => [line.innerText, {style}])")
    return [text for text, animation in lines if animation == "turn"]


def test_a_second_question_waits_its_turn(chat: "tuple[Page, FakeAssistant]") -> None:
    page, fake = chat
    fake.paused.set()
    ask(page, COST)
    expect(cards(page)).to_have_count(2)
    ask(page, MOON)
    expect(page.locator("#chat")).to_contain_text("Waiting for its turn…")
    assert eventually(page, lambda: turning(page) == ["Reading 2 passages…"])
    fake.paused.clear()
    expect(page.locator("#chat")).to_contain_text("The articles do not say.")
    assert eventually(page, lambda: turning(page) == [])
    expect(chips(page)).to_have_count(3)
    assert [turn.question for turn in fake.histories[1]] == [COST]


def test_each_question_is_asked_with_what_was_answered_before(
    chat: "tuple[Page, FakeAssistant]",
) -> None:
    page, fake = chat
    for question in (MOON, COST, INJECTED):
        ask(page, question)
    assert eventually(page, lambda: len(fake.histories) == 3)
    answer = " ".join(str(claim) for claim in COST_CLAIMS)
    assert fake.histories == [(), (), (Turn(COST, answer),)]


def test_an_empty_question_is_not_sent(chat: "tuple[Page, FakeAssistant]") -> None:
    page, fake = chat
    send(page, "   ")
    expect(page.get_by_placeholder("Type a question first")).to_be_visible()
    assert fake.histories == []


def test_clearing_forgets_the_conversation(chat: "tuple[Page, FakeAssistant]") -> None:
    page, fake = chat
    ask(page, COST)
    expect(chips(page)).to_have_count(3)
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("The sources of an answer appear here.")).to_be_visible()
    ask(page, COST)
    expect(chips(page)).to_have_count(3)
    expect(page.get_by_role("button", name="Undo")).to_be_hidden()
    assert fake.histories == [(), ()]


def test_hostile_text_stays_text(chat: "tuple[Page, Any]") -> None:
    page, _ = chat
    dialogs: list[Dialog] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog))
    ask(page, ATTACK)
    expect(page.locator("#chat [data-testid=user]")).to_have_text(ATTACK)
    ask(page, INJECTED)
    expect(page.locator("#chat [data-testid=bot]").last).to_contain_text(f"It says {ATTACK} [9] 1")
    expect(page.locator("#chat a")).to_have_text(["1"])
    cards(page).first.click()
    expect(mark(page)).to_have_text(f"Quote {ATTACK}")
    expect(page.locator("#chat img, #panel img, #panel a, #panel script")).to_have_count(0)
    assert dialogs == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_the_sources_as_a_sheet_and_never_scrolls_sideways(
    fake_server: tuple[str, FakeAssistant], open_page: OpenPage, scheme: str
) -> None:
    page = open_page(fake_server[0], **PHONE, color_scheme=scheme)
    ask(page, INJECTED)
    ask(page, COST)
    expect(chips(page)).to_have_count(4)
    expect(cards(page).first).to_be_hidden()
    chips(page).nth(1).tap()
    expect(mark(page)).to_have_text(COST_QUOTE)
    expect(mark(page)).to_be_in_viewport()
    page.get_by_role("button", name="Close sources").tap()
    expect(cards(page).first).to_be_hidden()
    page.get_by_role("button", name="Sources 3", exact=True).tap()
    expect(cards(page).first).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_theme_is_switched_and_remembered(chat: "tuple[Page, Any]") -> None:
    page, _ = chat
    body = page.locator("body")
    before = "dark" in (body.get_attribute("class") or "")
    page.get_by_role("button", name="Switch between light and dark").click()
    page.reload()
    page.get_by_role("textbox", name="Question").wait_for()
    if before:
        expect(body).not_to_contain_class("dark")
    else:
        expect(body).to_contain_class("dark")
