"""The page of an evaluation in a real browser, opened from a file."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rag_eval.report import write_report
from tests.eval.made_up import answered, info, question, refused, scored
from tests.ui.conftest import DESKTOP, PHONE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

pytestmark = pytest.mark.browser

NUMBER, OTHER = question(1), question(2, "other_topic", "Does it rain in Oslo?")
ASKED = (NUMBER, OTHER)
SCORES = (
    scored("assistant", ASKED, [answered("assistant", NUMBER), answered("assistant", OTHER, "It rains.")]),
    scored("always refuse", ASKED, [refused("always refuse", one) for one in ASKED]),
)

Open = Callable[..., "Page"]


@pytest.fixture
def open_report(browser: "Browser", tmp_path: Path) -> Iterator[Open]:
    """``open_report(place="", **context options)``: the page; it must ask for nothing and fail nowhere."""
    path = tmp_path / "report.html"
    write_report(path, info(ASKED, [one.system for one in SCORES]), SCORES)
    contexts: list[BrowserContext] = []
    unwanted: list[str] = []

    def opened(place: str = "", **options: Any) -> "Page":
        contexts.append(browser.new_context(**(options or DESKTOP)))
        page = contexts[-1].new_page()
        page.on(
            "request",
            lambda request: None if request.url.startswith(("file:", "data:")) else unwanted.append(request.url),
        )
        page.on("pageerror", lambda error: unwanted.append(str(error)))
        page.on("console", lambda line: unwanted.append(line.text) if line.type == "error" else None)
        page.goto(f"{path.as_uri()}{place}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert unwanted == []


def shown(page: "Page") -> "Locator":
    return page.locator(".answer").filter(visible=True)


def count(page: "Page") -> str:
    return page.get_by_role("status").inner_text()


def test_answers_are_filtered_and_counted(open_report: Open) -> None:
    """Two systems, two questions: one answer is wrong, refusing always gives two, and one question is on rain."""
    page = open_report()
    assert count(page) == "4 of 4 answers"
    page.get_by_role("combobox", name="Verdict").select_option("wrong")
    assert (count(page), shown(page).count()) == ("1 of 4 answers", 1)
    assert page.get_by_role("heading", name="How many people does Acme hire?").is_hidden()
    page.get_by_role("button", name="Show all").click()
    page.wait_for_function("document.querySelector('#count').textContent === '4 of 4 answers'")
    page.get_by_role("combobox", name="System").select_option("always refuse")
    assert count(page) == "2 of 4 answers"
    page.get_by_role("searchbox", name="Text").fill("RAIN in")
    assert count(page) == "1 of 4 answers"
    page.get_by_role("combobox", name="Kind").select_option("fact_number")
    assert count(page) == "0 of 4 answers"


def test_shown_answers_open_and_close_together(open_report: Open) -> None:
    page = open_report()
    page.get_by_role("combobox", name="Verdict").select_option("wrong")
    page.get_by_role("button", name="Open shown").click()
    assert page.locator(".answer[open]").count() == 1
    page.get_by_role("button", name="Close shown").click()
    assert page.locator(".answer[open]").count() == 0


def test_a_link_opens_its_answer_even_when_it_is_filtered_out(open_report: Open) -> None:
    page = open_report("#always-refuse/other_topic-002")
    assert page.locator(".answer[open] .system").all_inner_texts() == ["always refuse"]
    page.get_by_role("combobox", name="Verdict").select_option("wrong")
    page.evaluate("location.hash = '#assistant/fact_number-001'")
    page.locator(".answer[open]", has_text="Acme hires 120 people. [1] support").wait_for()
    assert count(page) == "4 of 4 answers"


def test_the_keyboard_opens_an_answer(open_report: Open) -> None:
    page = open_report()
    page.locator(".answer > summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator(".answer[open]").count() == 1


def test_without_scripts_everything_is_shown_and_no_filter(open_report: Open) -> None:
    page = open_report(java_script_enabled=False)
    assert shown(page).count() == 4
    assert page.locator("#filter").is_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_does_not_scroll_sideways(open_report: Open, scheme: str) -> None:
    page = open_report(**PHONE, color_scheme=scheme)
    page.get_by_role("button", name="Open shown").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_plots_follow_the_theme(open_report: Open) -> None:
    colour = "getComputedStyle(document.querySelector('svg text')).fill"
    light, dark = (open_report(**DESKTOP, color_scheme=scheme).evaluate(colour) for scheme in ("light", "dark"))
    assert (light, dark) == ("rgb(28, 30, 33)", "rgb(230, 230, 227)")
