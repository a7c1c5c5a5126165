"""The evaluation page: the quick set runs once at a time, in turn with the chat, and leaves a report."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.assistant import Assistant
from rag.errors import InvalidInput
from rag.index import Index
from rag.settings import Settings
from rag_ui.loading import Report, Turns
from rag_ui.trial import QuickSet, Trial, add_trial
from tests.rag.fakes import FakeEmbedder, FakeGenerator
from tests.ui.conftest import OpenPage, running_chat
from tests.ui.fakes import COST, FakeAssistant
from tests.ui.test_chat_browser import ask, chips, expect
from tests.ui.test_library import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Page

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
PAGE = b"<!doctype html><html lang='en'><title>Report</title><h1>All right</h1></html>"


@dataclass
class FakeExamination:
    """One question: the turn of the model is held until ``go``. Then the report is written, or ``fault`` raised."""

    place: Path
    fault: str = ""
    go: threading.Event = field(default_factory=threading.Event)
    runs: int = 0

    def page(self) -> Path:
        """Where the report lies."""
        return self.place

    def run(self, turn: Turns, report: Report) -> None:
        """Waits, and writes."""
        self.runs += 1
        with turn:
            report("Question 1 of 2", 0.5)
            self.go.wait()
        if self.fault:
            raise InvalidInput(self.fault)
        self.place.write_bytes(PAGE)


@pytest.fixture
def examination(tmp_path: Path) -> Iterator[FakeExamination]:
    made = FakeExamination(tmp_path / "report.html")
    yield made
    made.go.set()


@pytest.fixture
def client(examination: FakeExamination) -> TestClient:
    app = FastAPI()
    add_trial(app, Trial(examination, threading.Lock()))
    return TestClient(app)


def idle(client: TestClient) -> Callable[[], bool]:
    return lambda: not client.get("/eval/progress").json()["busy"]


def test_a_run_is_followed_and_leaves_its_report(client: TestClient, examination: FakeExamination) -> None:
    assert client.get("/eval/report").status_code == 404
    assert client.post("/eval/run").status_code == 202
    assert eventually(lambda: client.get("/eval/progress").json()["stage"] == "Question 1 of 2")
    examination.go.set()
    assert eventually(idle(client))
    assert client.get("/eval/progress").json()["report"] is True
    assert client.get("/eval/report").content == PAGE


def test_a_second_start_changes_nothing_while_the_first_runs(client: TestClient, examination: FakeExamination) -> None:
    client.post("/eval/run")
    client.post("/eval/run")
    examination.go.set()
    assert eventually(idle(client))
    assert examination.runs == 1


def test_a_run_that_fails_says_why(client: TestClient, examination: FakeExamination) -> None:
    examination.fault = "The gold questions are about other articles."
    examination.go.set()
    client.post("/eval/run")
    assert eventually(idle(client))
    assert client.get("/eval/progress").json()["error"] == examination.fault


def test_the_quick_set_asks_twenty_gold_questions_and_writes_their_report(tmp_path: Path) -> None:
    """A model that sees no answer anywhere refuses all of them."""
    embedder = FakeEmbedder("graduates", max_tokens=400)
    index = Index.build(SEEDS, embedder, 160)
    index.save(tmp_path / "index")
    settings = Settings.load(passage_tokens=160, index_dir=tmp_path / "index")
    generator = FakeGenerator(texts=[""] * 500, votes=[0.0] * 5000)
    assistant = Assistant(index, embedder, generator, settings)
    told: list[float] = []
    quick = QuickSet(lambda: assistant, tmp_path / "index", settings, lambda: tmp_path / "out" / "report.html")
    quick.run(threading.Lock(), lambda stage, done: told.append(done))
    assert told == [number / 20 for number in range(20)]
    assert "<html" in quick.page().read_text(encoding="utf-8")


@pytest.mark.browser
def test_the_page_shows_the_run_while_the_chat_waits_for_its_turn(
    examination: FakeExamination, open_page: OpenPage
) -> None:
    with running_chat(lambda report: FakeAssistant(), examination=examination) as url:
        chat = open_page(url)
        with chat.context.expect_page() as opened:
            chat.locator("summary", has_text="More").click()
            chat.get_by_role("link", name="Evaluation").click()
        page = opened.value
        run(page)
        ask(chat, COST)
        expect(chat.locator("#chat")).to_contain_text("Waiting for its turn…")
        examination.go.set()
        expect(chips(chat)).to_have_count(3)
        expect(page.get_by_text("Done.")).to_be_visible()
        page.get_by_role("link", name="The last report").click()
        expect(page.get_by_role("heading", name="All right")).to_be_visible()


def run(page: "Page") -> None:
    page.get_by_role("button", name="Run the quick set now").click()
    expect(page.get_by_text("Question 1 of 2")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "0.5")
