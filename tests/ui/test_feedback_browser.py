"""The reader's opinion of an answer, given in a real browser and kept in the review file."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

from rag.types import REFUSAL, Turn
from rag_eval.candidates import Candidate, read
from tests.ui.conftest import PHONE, OpenPage, running_chat
from tests.ui.fakes import ATTACK, COST, COST_CLAIMS, COST_QUOTE, MOON, SLOW, FakeAssistant
from tests.ui.test_chat_browser import ask, cards, chips, eventually, expect, stop

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

ANSWER = " ".join(str(claim) for claim in COST_CLAIMS)
THANKS = "Thank you. Kept on this machine, for the review."

Desk: TypeAlias = "tuple[Page, FakeAssistant, Path]"


@pytest.fixture
def desk(open_page: OpenPage, tmp_path: Path) -> Iterator[Desk]:
    """A page, its assistant, and the review file that opinions go to."""
    fake, review_file = FakeAssistant(), tmp_path / "review" / "candidates.jsonl"
    with running_chat(lambda report: fake, review_file=review_file) as url:
        yield open_page(url), fake, review_file


def bars(page: "Page") -> "Locator":
    return page.get_by_role("group", name="Is this answer right?")


def verdict(page: "Page", name: str) -> "Locator":
    return bars(page).last.get_by_role("button", name=name)


def field(page: "Page") -> "Locator":
    return bars(page).last.get_by_role("textbox", name="What is right?")


def status(page: "Page") -> "Locator":
    return bars(page).last.get_by_role("status")


def summary(candidate: Candidate) -> tuple[str, str, str]:
    return candidate.question, candidate.verdict, candidate.right_answer


def test_right_puts_the_question_and_its_answer_into_the_review_file(desk: Desk) -> None:
    page, _, review_file = desk
    ask(page, COST)
    verdict(page, "Right").click()
    expect(status(page)).to_have_text(THANKS)
    expect(verdict(page, "Right")).to_have_attribute("aria-pressed", "true")
    expect(verdict(page, "Wrong")).to_have_attribute("aria-pressed", "false")
    (candidate,) = read(review_file)
    assert summary(candidate) == (COST, "right", "")
    assert (candidate.answer, candidate.abstained, candidate.history) == (ANSWER, False, ())
    assert candidate.citations[0].quote == COST_QUOTE


def test_what_is_right_is_stored_in_place_of_the_bare_opinion(desk: Desk) -> None:
    page, _, review_file = desk
    ask(page, COST)
    verdict(page, "Wrong").click()
    field(page).fill(f"  5 million {ATTACK} ")
    bars(page).get_by_role("button", name="Send").click()
    expect(field(page)).to_be_hidden()
    expect(status(page)).to_have_text(THANKS)
    assert [summary(candidate) for candidate in read(review_file)] == [(COST, "wrong", f"5 million {ATTACK}")]


def test_an_opinion_is_changed_and_taken_back(desk: Desk) -> None:
    page, _, review_file = desk
    ask(page, COST)
    verdict(page, "Right").click()
    expect(verdict(page, "Right")).to_have_attribute("aria-pressed", "true")
    verdict(page, "Wrong").click()
    expect(verdict(page, "Wrong")).to_have_attribute("aria-pressed", "true")
    expect(verdict(page, "Right")).to_have_attribute("aria-pressed", "false")
    assert [summary(candidate) for candidate in read(review_file)] == [(COST, "wrong", "")]
    verdict(page, "Wrong").click()
    expect(status(page)).to_have_text("Taken back.")
    expect(field(page)).to_be_hidden()
    assert read(review_file) == ()


def test_an_opinion_is_given_by_keyboard_alone(desk: Desk) -> None:
    page, _, review_file = desk
    ask(page, COST)
    expect(verdict(page, "Right")).to_be_visible()
    chips(page).last.focus()
    page.keyboard.press("Tab")
    expect(verdict(page, "Right")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(verdict(page, "Wrong")).to_have_attribute("aria-pressed", "true")
    expect(verdict(page, "Wrong")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("5 million")
    page.keyboard.press("Enter")
    expect(verdict(page, "Wrong")).to_be_focused()
    assert [summary(candidate) for candidate in read(review_file)] == [(COST, "wrong", "5 million")]


def test_nothing_is_sent_from_an_empty_field(desk: Desk) -> None:
    page, _, review_file = desk
    ask(page, COST)
    verdict(page, "Wrong").click()
    field(page).press("Enter")
    expect(field(page)).to_be_visible()
    assert [summary(candidate) for candidate in read(review_file)] == [(COST, "wrong", "")]


def test_the_tooltip_says_where_opinions_go(desk: Desk) -> None:
    page, _, _ = desk
    ask(page, COST)
    expect(verdict(page, "Right")).to_have_attribute(
        "title", "Your opinion is kept on this machine only, for the review of the answers."
    )


def test_there_is_no_opinion_of_an_answer_that_still_grows_or_was_stopped(desk: Desk) -> None:
    page, fake, _ = desk
    fake.paused.set()
    ask(page, COST)
    expect(cards(page)).to_have_count(2)
    expect(bars(page)).to_have_count(0)
    fake.paused.clear()
    expect(bars(page)).to_have_count(1)
    ask(page, SLOW)
    stop(page).click()
    expect(page.locator("#chat")).to_contain_text("Stopped.")
    assert eventually(page, lambda: fake.closed == [SLOW])
    expect(bars(page)).to_have_count(1)


def test_a_refusal_can_be_right_and_each_answer_has_an_opinion_of_its_own(desk: Desk) -> None:
    page, _, review_file = desk
    for question in (COST, MOON):
        ask(page, question)
    expect(bars(page)).to_have_count(2)
    bars(page).nth(0).get_by_role("button", name="Wrong").click()
    expect(bars(page).nth(0).get_by_role("status")).to_have_text(THANKS)
    bars(page).nth(1).get_by_role("button", name="Right").click()
    expect(bars(page).nth(1).get_by_role("status")).to_have_text(THANKS)
    first, second = read(review_file)
    assert [summary(first), summary(second)] == [(COST, "wrong", ""), (MOON, "right", "")]
    assert (second.answer, second.abstained, second.history) == (REFUSAL, True, (Turn(COST, ANSWER),))


def test_what_is_being_typed_stays_while_the_next_answer_is_written(desk: Desk) -> None:
    page, fake, _ = desk
    ask(page, COST)
    verdict(page, "Wrong").click()
    field(page).fill("5 million")
    first = bars(page).first
    fake.paused.set()
    ask(page, MOON)
    expect(page.locator("#chat")).to_contain_text("Reading 2 passages…")
    fake.paused.clear()
    expect(bars(page)).to_have_count(2)
    expect(first.get_by_role("textbox")).to_have_value("5 million")
    expect(first.get_by_role("button", name="Wrong")).to_have_attribute("aria-pressed", "true")


def test_clearing_clears_the_opinions_from_the_page_but_not_from_the_file(desk: Desk) -> None:
    page, _, review_file = desk
    ask(page, COST)
    verdict(page, "Right").click()
    expect(status(page)).to_have_text(THANKS)
    page.get_by_role("button", name="Clear").click()
    expect(bars(page)).to_have_count(0)
    ask(page, COST)
    expect(verdict(page, "Right")).to_have_attribute("aria-pressed", "false")
    expect(status(page)).to_have_text("")
    assert len(read(review_file)) == 1


def test_a_file_that_cannot_be_written_is_told_and_nothing_in_the_chat_is_lost(desk: Desk) -> None:
    page, _, review_file = desk
    review_file.parent.write_text("in the way", encoding="utf-8")
    ask(page, COST)
    verdict(page, "Right").click()
    expect(status(page)).to_contain_text(f"{review_file} cannot be written")
    expect(verdict(page, "Right")).to_have_attribute("aria-pressed", "false")
    expect(chips(page)).to_have_count(3)
    review_file.parent.unlink()
    verdict(page, "Right").click()
    expect(status(page)).to_have_text(THANKS)
    assert len(read(review_file)) == 1


def test_the_bar_of_the_latest_answer_is_in_sight_in_a_long_chat(desk: Desk) -> None:
    page, _, _ = desk
    for count in range(1, 5):
        ask(page, COST)
        expect(bars(page)).to_have_count(count)
    expect(verdict(page, "Wrong")).to_be_in_viewport(ratio=1)
    verdict(page, "Wrong").click()
    expect(field(page)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_bar_fits_on_a_phone(desk: Desk, open_page: OpenPage, scheme: str) -> None:
    page = open_page(desk[0].url, **PHONE, color_scheme=scheme)
    ask(page, COST)
    verdict(page, "Wrong").tap()
    expect(field(page)).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    boxes = [button.bounding_box() for button in bars(page).get_by_role("button").all()]
    assert [box["height"] >= 44 for box in boxes if box] == [True] * 3
