"""The chat page over the real assistant: from an example question to the highlighted words."""

import pytest

from rag import Assistant, Settings
from tests.ui.conftest import OpenPage, running_chat

QUESTION = "How many graduates does Huawei plan to hire in 2025?"
ANSWERED_MS = 180_000  # loading the models on a busy machine, and reading

pytestmark = [pytest.mark.real, pytest.mark.browser]


def test_a_chip_opens_the_article_at_the_quoted_words(open_page: OpenPage) -> None:
    from playwright.sync_api import expect

    with running_chat(lambda report: Assistant.open(report=report), (QUESTION,)) as url:
        page = open_page(url)
        page.get_by_text(QUESTION).click()
        chip = page.locator('#chat a[href^="#cite-"]').first
        expect(chip).to_be_visible(timeout=ANSWERED_MS)
        expect(page.locator("#chat")).to_contain_text("10,000 graduates")
        chip.click()
        mark = page.locator("#panel article mark.quoted")
        expect(mark).to_contain_text("more than 10,000 graduates in 2025")
        quote = mark.text_content() or ""
    assert quote in (Settings.load().documents_dir / "000_b6d22c8dc996a4ef.txt").read_text(encoding="utf-8")
