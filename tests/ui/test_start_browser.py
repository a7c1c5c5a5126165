"""The empty page, its menu, and pages that share or outlive a conversation, in a real browser."""

import json
from typing import TYPE_CHECKING

import pytest

from rag.types import Answer
from rag_eval.candidates import read
from rag_ui.conversation import Conversation
from rag_ui.exchange import Exchange
from tests.ui.conftest import PHONE, OpenPage, running_chat
from tests.ui.fakes import (
    COST,
    COST_CLAIMS,
    COST_EVIDENCE,
    COST_QUOTE,
    MOON,
    FakeArticles,
    FakeAssistant,
    FakeUploads,
    document,
)
from tests.ui.test_accessibility_browser import violations
from tests.ui.test_chat_browser import ask, cards, chips, eventually, expect, mark, stop
from tests.ui.test_tools_browser import saved
from tests.ui.test_trial import FakeExamination

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

FERRY = document("a.txt", "", "", "", "Ana Ruiz said the ferry was late.")
MADE = "What did Ana Ruiz say about the ferry?"
ASKED = 100
TOP = "element => element.getBoundingClientRect().top"


def test_questions_are_made_of_the_articles_and_asked_on_click(open_page: OpenPage) -> None:
    fake = FakeAssistant(index=FakeArticles((FERRY,)))
    with running_chat(lambda report: fake, ()) as url:
        page = open_page(url)
        page.get_by_role("button", name=MADE).click()
        expect(page.locator("#chat [data-testid=user]")).to_have_text(MADE)
        expect(page.locator("#chat")).to_contain_text("The articles do not say.")


def test_articles_of_which_no_question_can_be_made_leave_the_page_inviting(open_page: OpenPage) -> None:
    fake = FakeAssistant(index=FakeArticles(()))
    with running_chat(lambda report: fake, (), uploads=FakeUploads(fake)) as url:
        page = open_page(url)
        expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()
        expect(page.locator("#chat .example")).to_have_count(0)
        ask(page, MOON)
        expect(page.locator("#chat")).to_contain_text("The articles do not say.")
        expect(page.get_by_text("Perhaps one of these?")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_menu_of_a_phone_leads_to_the_evaluation(open_page: OpenPage, tmp_path: "Path", scheme: str) -> None:
    examination = FakeExamination(tmp_path / "report.html")
    with running_chat(lambda report: FakeAssistant(), examination=examination) as url:
        page = open_page(url, **PHONE, color_scheme=scheme)
        page.locator("summary", has_text="More").tap()
        expect(page.get_by_role("button", name="Save as JSON")).to_be_disabled()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        with page.expect_popup() as opened:
            page.get_by_role("link", name="Evaluation").tap()
        evaluation = opened.value
        expect(evaluation.get_by_role("button", name="Run the quick set now")).to_be_visible()
        assert violations(evaluation) == []
        assert evaluation.evaluate("document.documentElement.scrollWidth") == 390


def test_a_duplicated_tab_starts_with_what_was_said_and_goes_its_own_way(
    chat: "tuple[Page, FakeAssistant]",
) -> None:
    page, fake = chat
    ask(page, COST)
    expect(chips(page)).to_have_count(3)
    with page.expect_popup() as opened:
        page.evaluate("open(location.href)")  # as a duplicate does, it starts with a copy of the tab's storage
    second = opened.value
    expect(chips(second)).to_have_count(3)
    ask(second, MOON)
    expect(second.locator("#chat")).to_contain_text("The articles do not say.")
    ask(page, COST)
    expect(chips(page)).to_have_count(6)
    expect(page.locator("#chat [data-testid=user]")).to_have_text([COST, COST])
    expect(second.locator("#chat [data-testid=user]")).to_have_text([COST, MOON])
    assert [len(history) for history in fake.histories] == [0, 1, 1]


def test_of_200_messages_the_last_are_drawn_and_the_first_come_when_they_are_asked_for(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: "Path"
) -> None:
    """Of 101 questions 10 are drawn, then 20; all go into the file, and the 92nd is wrong where the reader says so."""
    answer = Answer(question=COST, evidence=COST_EVIDENCE, claims=COST_CLAIMS, done=True)
    before = [Exchange(f"{number}. {COST}", answer, phase="finished", notice="") for number in range(1, ASKED + 1)]
    monkeypatch.setattr("rag_ui.page.Conversation", lambda examples: Conversation(examples, exchanges=before))
    fake = FakeAssistant()
    with running_chat(lambda report: fake, review_file=tmp_path / "c.jsonl") as url:
        page = open_page(url)
        asked, bars = page.locator("#chat [data-testid=user]"), page.locator("#chat .tools")
        ask(page, COST)
        expect(bars).to_have_count(10)
        expect(chips(page)).to_have_count(30)
        expect(chips(page).last).to_be_in_viewport()
        assert len(fake.histories[0]) == ASKED
        expect(asked.first).to_have_text(f"92. {COST}")
        bars.first.get_by_role("button", name="Wrong").click()
        expect(bars.first.get_by_role("button", name="Wrong")).to_have_attribute("aria-pressed", "true")
        assert [candidate.question for candidate in read(tmp_path / "c.jsonl")] == [f"92. {COST}"]
        chips(page).first.click()
        expect(mark(page)).to_have_text(COST_QUOTE)
        assert len(json.loads(saved(page, "JSON", tmp_path))) == ASKED + 1


def test_earlier_questions_are_drawn_above_what_is_in_sight(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Answer(question=COST, evidence=COST_EVIDENCE, claims=COST_CLAIMS, done=True)
    before = [Exchange(f"{number}. {COST}", answer, phase="finished", notice="") for number in range(1, 14)]
    monkeypatch.setattr("rag_ui.page.Conversation", lambda examples: Conversation(examples, exchanges=before))
    with running_chat(lambda report: FakeAssistant()) as url:
        page = open_page(url)
        ask(page, COST)
        earlier, fifth = page.get_by_role("button", name="Earlier questions (4)"), page.get_by_text(f"5. {COST}")
        expect(page.locator("#chat .tools")).to_have_count(10)
        expect(chips(page).last).to_be_in_viewport()
        expect(stop(page)).to_be_hidden()
        assert violations(page) == []

        def scrolled_up() -> bool:
            earlier.scroll_into_view_if_needed()
            return bool(fifth.evaluate(TOP) > 0)

        assert eventually(page, scrolled_up)
        earlier.focus()
        place = fifth.evaluate(TOP)
        page.keyboard.press("Enter")
        expect(page.locator("#chat .tools")).to_have_count(14)
        expect(page.get_by_role("button", name="Earlier questions")).to_have_count(0)
        assert eventually(page, lambda: abs(fifth.evaluate(TOP) - place) < 2)
        ask(page, MOON)
        expect(page.locator("#chat [data-testid=user]")).to_have_count(10)
        expect(page.get_by_role("button", name="Earlier questions (5)")).to_be_attached()


def test_a_conversation_that_was_cleared_by_mistake_comes_back(chat: "tuple[Page, FakeAssistant]") -> None:
    page, fake = chat
    ask(page, COST)
    expect(chips(page)).to_have_count(3)
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("The conversation was cleared.")).to_be_visible()
    assert violations(page) == []
    expect(chips(page)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(chips(page)).to_have_count(3)
    expect(cards(page)).to_have_count(3)
    expect(page.locator("#chat .tools")).to_have_count(1)
    expect(page.get_by_text("The conversation was cleared.")).to_be_hidden()
    ask(page, MOON)
    assert eventually(page, lambda: [len(history) for history in fake.histories] == [0, 1])
