"""The pictures of the README, of the program as it is: the real models answer, and a real run is reported.

``python -m tools.readme_pictures RUN`` asks what the README asks and draws the report on a run of ``rag eval run`` into
``docs/pictures/``; needs the models and Chromium.
"""

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from rag import Assistant
from rag_eval.opening import scores_of
from rag_eval.report import write_report
from rag_eval.runs import Run
from tests.ui.conftest import DESKTOP, NO_BROWSER, launched, running_chat
from tests.ui.test_chat_browser import ask, chips, mark
from tools.pictures import SCHEMES, fresh_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
ANSWERED_MS = 600_000  # loading the models on a busy machine, and reading


def questions(readme: str) -> list[str]:
    """What the README asks of the articles in ``seeds/``."""
    return re.findall(r'\bask\("(.+?)"\)', readme) + re.findall(r'^\$ rag ask "([^"]+)"$', readme, re.M)


def draw_chat(browser: "Browser", folder: Path, asked: list[str], assistant: Assistant) -> None:
    """``chat-light.png`` and ``chat-dark.png``: the answers, and the words behind the last one."""
    with (
        running_chat(lambda report: assistant) as url,
        fresh_page(browser, url, DESKTOP | {"color_scheme": SCHEMES[0]}) as page,
    ):
        for number, question in enumerate(asked, start=1):
            ask(page, question)
            expect(page.locator("#chat .tools")).to_have_count(number, timeout=ANSWERED_MS)
        chips(page).last.click()
        expect(mark(page)).to_be_visible()
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.mouse.move(0, 0)
            page.screenshot(path=folder / f"chat-{scheme}.png", animations="disabled")


def draw_report(browser: "Browser", folder: Path, run: Run) -> None:
    """``report.png``: the figures of the report, and their plots."""
    with TemporaryDirectory() as made, browser.new_context(**DESKTOP) as context:
        file = Path(made) / "report.html"
        write_report(file, run.info, scores_of(run))
        page = context.new_page()
        page.goto(f"{file.as_uri()}#figures")
        page.screenshot(path=folder / "report.png", animations="disabled")


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    with launched() as found:
        if found is None:
            sys.exit(NO_BROWSER)
        draw_report(found, PICTURES, Run.read(Path(sys.argv[1])))
        draw_chat(found, PICTURES, questions((ROOT / "README.md").read_text(encoding="utf-8")), Assistant.open())
