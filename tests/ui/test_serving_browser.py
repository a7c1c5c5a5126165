"""Two chats, processes of their own, behind one address: a page stays with one, and loses nothing when that is gone."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.ports import free_port, until_it_listens
from tests.ui.conftest import OpenPage, leave_pages
from tests.ui.fakes import COST, COST_CLAIMS, MOON
from tests.ui.proxy import proxying

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def chats(folder: Path, count: int = 2) -> Iterator[list[tuple[str, "subprocess.Popen[bytes]"]]]:
    """The addresses and processes of so many chats that share a folder; each logs into ``PORT.log`` there."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    started = []
    try:
        for port in [free_port() for _ in range(count)]:
            given = (sys.executable, "-m", "tests.ui.one_chat", str(port), str(folder))
            with (folder / f"{port}.log").open("wb") as log:
                process = subprocess.Popen(given, cwd=ROOT, env=environment, stderr=log)
            started.append((f"http://127.0.0.1:{port}", process))
        for address, process in started:
            until_it_listens(int(address.rpartition(":")[2]), process)
            until_it_is_ready(address)
        yield started
    finally:
        leave_pages()
        for _, process in started:
            process.kill()
            process.wait()


def until_it_is_ready(address: str) -> None:
    while httpx.get(f"{address}/readyz", timeout=None, trust_env=False).status_code != 200:
        time.sleep(0.1)


def ask(page: "Page", question: str) -> None:
    page.get_by_role("textbox", name="Question").fill(question)
    page.keyboard.press("Enter")


def answer_of(page: "Page", text: str) -> None:
    page.locator("#chat").get_by_text(text, exact=False).first.wait_for()


def serving(page: "Page") -> int:
    """The number of the chat that the page's cookie names."""
    (cookie,) = [cookie for cookie in page.context.cookies() if cookie["name"] == "chat"]
    return int(cookie["value"])


def test_a_page_whose_chat_is_gone_goes_on_in_the_other_one(tmp_path: Path, open_rough: OpenPage) -> None:
    with chats(tmp_path) as started, proxying([address for address, _ in started]) as url:
        page = open_rough(url)
        ask(page, COST)
        answer_of(page, COST_CLAIMS[2].text)
        first = serving(page)
        started[first][1].kill()
        started[first][1].wait()
        page.reload()
        answer_of(page, COST_CLAIMS[2].text)
        assert serving(page) == 1 - first
        ask(page, MOON)
        answer_of(page, "The articles do not say.")
        answer_of(page, COST_CLAIMS[2].text)
        port = started[1 - first][0].rpartition(":")[2]
        (line,) = [json.loads(line) for line in (tmp_path / f"{port}.log").read_text().splitlines()]
        assert (line["event"], line["ending"]) == ("question", "refused")
        assert MOON not in json.dumps(line)
