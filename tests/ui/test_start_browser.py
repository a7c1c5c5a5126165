"""The empty page, its menu, and pages that share or outlive a conversation, in a real browser."""

from typing import TYPE_CHECKING

import pytest

from rag.types import Answer
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
from tests.ui.test_chat_browser import ask, chips, expect, mark
from tests.ui.test_trial import FakeExamination
from ui.conversation import Conversation
from ui.exchange import Exchange

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

FERRY = document("a.txt", "", "", "", "Ana Ruiz said the ferry was late.")
MADE = "What did Ana Ruiz say about the ferry?"
ASKED = 100
DRAWN_MS = 120_000  # of 200 messages, on a busy machine


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


def test_a_conversation_of_200_messages_goes_on_in_sight_and_its_first_quote_still_opens(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Answer(question=COST, evidence=COST_EVIDENCE, claims=COST_CLAIMS, done=True)
    before = [Exchange(COST, answer, phase="finished", notice="") for _ in range(ASKED)]
    monkeypatch.setattr("ui.page.Conversation", lambda examples: Conversation(examples, exchanges=before))
    with running_chat(lambda report: FakeAssistant()) as url:
        page = open_page(url)
        ask(page, COST)
        expect(page.locator("#chat .tools")).to_have_count(ASKED + 1, timeout=DRAWN_MS)
        expect(chips(page)).to_have_count(3 * (ASKED + 1))
        expect(chips(page).last).to_be_in_viewport()
        chips(page).first.click()
        expect(mark(page)).to_have_text(COST_QUOTE)
