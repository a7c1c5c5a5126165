"""Models are loaded in the background, and how far that is is told."""

import threading

import pytest

from rag_ui.loading import Loader, Progress, Report
from tests.ui.fakes import FakeAssistant
from tests.ui.test_conversation import WAIT_SECONDS


def test_loading_reports_stages_and_then_the_assistant() -> None:
    fake = FakeAssistant()
    go, reported = threading.Event(), threading.Event()

    def open_assistant(report: Report) -> FakeAssistant:
        report("Reading the index", 1.5)
        reported.set()
        go.wait()
        return fake

    loader = Loader.start(open_assistant)
    assert reported.wait(WAIT_SECONDS)
    assert loader.progress == Progress("Reading the index", 1.0)
    assert loader.assistant(timeout=0) is None
    go.set()
    assert loader.assistant(timeout=WAIT_SECONDS) is fake
    assert loader.progress == Progress("Ready", 1.0, ready=True)
    other = FakeAssistant()
    loader.replace(other)
    assert loader.ready() is other
    assert loader.progress == Progress("Ready", 1.0, ready=True, changes=1)


def test_an_unforeseen_failure_is_told_with_its_type() -> None:
    def open_assistant(report: Report) -> FakeAssistant:
        raise TimeoutError("nothing for 5 s")

    loader = Loader.start(open_assistant)
    with pytest.raises(TimeoutError):
        loader.assistant(timeout=WAIT_SECONDS)
    assert loader.progress.error == "Unexpected TimeoutError: nothing for 5 s"
