"""What can be done with an answer in a real browser: look behind it, take it along, ask it again, link to it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.ui.conftest import DESKTOP, EXAMPLES, OpenPage
from tests.ui.fakes import BUSES, COST, COST_CLAIMS, COST_QUOTE, FARES_QUOTE, LISTED, MOON, SLOW, FakeAssistant
from tests.ui.test_chat_browser import ask, cards, chips, eventually, expect, send, stop

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

ANSWER = " ".join(str(claim) for claim in COST_CLAIMS)


def tool(page: "Page", name: str) -> "Locator":
    return page.locator("#chat .tools").last.get_by_role("button", name=name)


def preview(page: "Page") -> "Locator":
    return page.get_by_role("tooltip")


def saved(page: "Page", kind: str, folder: Path) -> str:
    page.locator("summary", has_text="More").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Save as {kind}").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path.read_text(encoding="utf-8")


def test_a_chip_previews_its_quote_on_hover_and_on_focus(chat: "tuple[Page, Any]") -> None:
    page, _ = chat
    ask(page, COST)
    chips(page).nth(1).hover()
    expect(preview(page)).to_contain_text(f"{FARES_QUOTE}{BUSES.title} · Harbour Gazette · 2025-11-04good support")
    page.mouse.move(0, 0)
    expect(preview(page)).to_be_hidden()
    chips(page).first.focus()
    expect(preview(page)).to_contain_text(COST_QUOTE)
    expect(chips(page).first).to_have_attribute("aria-describedby", "preview")
    page.keyboard.press("Escape")
    expect(preview(page)).to_be_hidden()


def test_support_is_told_in_words_and_shape_and_colour(chat: "tuple[Page, Any]") -> None:
    page, _ = chat
    ask(page, COST)
    names = [f"Source {n}: {how}," for n, how in ((1, "strong support"), (2, "good support"), (3, "some support"))]
    for number, name in enumerate(names):
        expect(page.get_by_role("link", name=name)).to_have_text(str(number + 1))
    looks = [
        chip.evaluate("e => getComputedStyle(e).borderStyle + getComputedStyle(e).color") for chip in chips(page).all()
    ]
    assert len(set(looks)) == 3
    assert looks[2].startswith("dashed")


def test_a_list_answer_is_a_table_and_tells_how_many_articles_were_checked(chat: "tuple[Page, Any]") -> None:
    page, _ = chat
    ask(page, LISTED)
    expect(page.locator("#chat table tbody tr")).to_have_count(3)
    expect(page.get_by_role("columnheader")).to_have_text(["Article", "What it says"])
    expect(page.locator("#chat tbody tr").nth(2)).to_have_text(f"The Northern Post {COST_CLAIMS[2].text} 3")
    expect(page.locator("#chat")).to_contain_text("Checked 2 of 3 articles.")


def test_a_refusal_offers_questions_that_were_not_asked_yet(chat: "tuple[Page, FakeAssistant]") -> None:
    page, _ = chat
    ask(page, MOON)
    page.locator("#chat").get_by_role("button", name=COST).click()
    expect(page.locator("#chat [data-testid=user]").last).to_have_text(COST)
    expect(chips(page)).to_have_count(3)


def test_an_answer_is_copied_with_its_quotes(fake_server: tuple[str, FakeAssistant], open_page: OpenPage) -> None:
    page = open_page(fake_server[0], **DESKTOP, permissions=["clipboard-read", "clipboard-write"])
    ask(page, COST)
    tool(page, "Copy").click()
    expect(page.get_by_text("Copied with its quotes.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines()[:3] == [
        ANSWER,
        "",
        f"[1] “{COST_QUOTE}” ({BUSES.title} · Harbour Gazette · 2025-11-04 · news/night buses.txt)",
    ]


def test_a_link_asks_its_question_again_in_the_same_article(
    fake_server: tuple[str, FakeAssistant], open_page: OpenPage
) -> None:
    url, fake = fake_server
    fake.reset()
    first = open_page(
        f"{url}/?q={quote(COST)}&source={quote(BUSES.doc_id)}",
        **DESKTOP,
        permissions=["clipboard-read", "clipboard-write"],
    )
    expect(chips(first)).to_have_count(3)
    expect(first.locator("#scope")).to_contain_text(BUSES.title)
    tool(first, "Link").click()
    expect(first.get_by_text("Copied a link")).to_be_visible()
    link = urlsplit(first.evaluate("navigator.clipboard.readText()"))
    assert parse_qs(link.query) == {"q": [COST], "source": [BUSES.doc_id]}
    second = open_page(link.geturl())
    expect(chips(second)).to_have_count(3)
    assert fake.sources == [(BUSES.doc_id,)] * 2


def test_a_page_that_is_loaded_anew_goes_on_with_its_conversation(
    fake_server: tuple[str, FakeAssistant], open_rough: OpenPage
) -> None:
    """Nothing is asked twice, not even the question of the link; a question that waited is answered.

    Gradio complains of a page that is left while its clock ticks.
    """
    url, fake = fake_server
    fake.reset()
    page = open_rough(f"{url}/?q={quote(COST)}")
    expect(chips(page)).to_have_count(3)
    page.reload()
    expect(chips(page)).to_have_count(3)
    ask(page, MOON)
    expect(page.locator("#chat")).to_contain_text("The articles do not say.")
    assert [[turn.question for turn in history] for history in fake.histories] == [[], [COST]]


def test_an_answer_that_a_reload_interrupted_says_so_and_is_asked_again(
    fake_server: tuple[str, FakeAssistant], open_rough: OpenPage
) -> None:
    url, fake = fake_server
    fake.reset()
    page = open_rough(url)
    ask(page, SLOW)
    expect(page.locator("#chat")).to_contain_text("Reading 2 passages…")
    page.reload()
    expect(page.locator("#chat")).to_contain_text("Interrupted: the connection was lost.")
    assert fake.closed == [SLOW]
    tool(page, "Ask again").click()
    expect(page.locator("#chat [data-testid=user]")).to_have_text([SLOW, SLOW])
    stop(page).click()


def test_a_lost_connection_is_told_and_the_answer_picked_up_when_it_is_back(
    fake_server: tuple[str, FakeAssistant], open_rough: OpenPage
) -> None:
    url, fake = fake_server
    fake.reset()
    fake.paused.set()
    page = open_rough(url)
    ask(page, COST)
    expect(page.locator("#chat")).to_contain_text("Reading 2 passages…")
    page.context.set_offline(True)
    expect(page.get_by_text("The connection is lost. Trying again…")).to_be_visible()
    fake.paused.clear()
    page.context.set_offline(False)
    expect(chips(page)).to_have_count(3)
    expect(page.locator("#chat [data-testid=user]")).to_have_text([COST])


def test_the_conversation_is_saved_as_markdown_and_as_json(chat: "tuple[Page, Any]", tmp_path: Path) -> None:
    page, _ = chat
    ask(page, COST)
    ask(page, MOON)
    expect(page.locator("#chat .tools")).to_have_count(2)
    markdown = saved(page, "Markdown", tmp_path)
    assert [line for line in markdown.splitlines() if line.startswith("## ")] == [
        "## How much will the night&#45;bus extension cost&#63;",
        "## Who runs the buses on the Moon&#63;",
    ]
    first, second = json.loads(saved(page, "JSON", tmp_path))
    assert (first["asked"], first["answer"], second["abstained"]) == (COST, ANSWER, True)


def test_details_tell_how_an_answer_was_made_and_close_by_the_keyboard(chat: "tuple[Page, Any]") -> None:
    page, _ = chat
    ask(page, COST)
    tool(page, "Details").click()
    dialog = page.get_by_role("dialog", name="How this answer was made")
    expect(dialog).to_contain_text("strong support, 91% · [1]")
    expect(dialog).to_contain_text("1.50 s")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(tool(page, "Details")).to_be_focused()
    tool(page, "Details").click()
    expect(dialog).to_be_visible()


def test_a_stopped_question_can_be_asked_again(chat: "tuple[Page, FakeAssistant]") -> None:
    page, fake = chat
    ask(page, SLOW)
    stop(page).click()
    expect(page.locator("#chat")).to_contain_text("Stopped.")
    tool(page, "Ask again").click()
    expect(page.locator("#chat [data-testid=user]")).to_have_text([SLOW, SLOW])
    assert eventually(page, lambda: len(fake.histories) == 2)
    stop(page).click()


def test_the_questions_of_two_people_are_answered_each_on_their_page(
    fake_server: tuple[str, FakeAssistant], open_page: OpenPage
) -> None:
    """The second waits for the first, and neither sees what the other asks."""
    url, fake = fake_server
    fake.reset()
    fake.paused.set()
    ana, ben = open_page(url), open_page(url)
    ask(ana, COST)
    expect(ana.locator("#chat")).to_contain_text("Reading 2 passages…")
    ask(ben, MOON)
    expect(ben.locator("#chat")).to_contain_text("Waiting for its turn…")
    fake.paused.clear()
    expect(chips(ana)).to_have_count(3)
    expect(ben.locator("#chat")).to_contain_text("The articles do not say.")
    assert (ana.get_by_text(MOON).count(), ben.get_by_text(COST, exact=True).count()) == (0, 1)
    assert fake.histories == [(), ()]


def test_the_examples_are_those_of_the_chat(chat: "tuple[Page, Any]") -> None:
    page, _ = chat
    for example in EXAMPLES:
        expect(page.get_by_role("button", name=example)).to_be_visible()


def test_the_clock_keeps_its_pace_after_an_empty_question(chat: "tuple[Page, FakeAssistant]") -> None:
    """One request for the question, one for its answer, and one of the clock each second or less."""
    page, _ = chat
    send(page, "   ")
    ask(page, SLOW)
    expect(cards(page)).to_have_count(2)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "queue/join" in request.url else None)
    page.wait_for_timeout(2500)
    stop(page).click()
    assert 1 <= len(asked) <= 4
