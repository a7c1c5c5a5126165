"""What is counted and logged of questions: how each ended, how long its stages took, and no word of what was said."""

import io
import json
import logging
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from rag.errors import PromptTooLong
from rag.types import Answer, Timings
from rag_ui import metrics as metrics_module
from rag_ui.app import Chat, create_app
from rag_ui.loading import Loader
from rag_ui.logs import JsonLines, QuestionLog, configure
from rag_ui.metrics import Metrics, add_metrics
from rag_ui.server import create_server
from rag_ui.serving import Serving
from rag_ui.telemetry import Observed, Outcome
from tests.ui.conftest import NOWHERE
from tests.ui.fakes import COST, COST_CLAIMS, MOON, SLOW, FakeAssistant


class Noted:
    """An observer that keeps what it is told."""

    def __init__(self) -> None:
        self.running = 0
        self.outcomes: list[Outcome] = []

    def begun(self) -> None:
        self.running += 1

    def ended(self, outcome: Outcome) -> None:
        self.running -= 1
        self.outcomes.append(outcome)


class Failing(FakeAssistant):
    """It finds passages, and then there is no room for them."""

    def _answers(self, question: str) -> Iterator[Answer]:
        yield Answer(question)
        raise PromptTooLong("the secret question")


@pytest.fixture
def own_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("rag_ui.logs").setLevel(logging.NOTSET)


def asked(assistant: FakeAssistant, *questions: str) -> list[Outcome]:
    noted = Noted()
    for question in questions:
        list(Observed(assistant, (noted,)).stream(question))
    assert noted.running == 0
    return noted.outcomes


def test_answers_and_refusals_are_told_apart() -> None:
    answered, refused = asked(FakeAssistant(), COST, MOON)
    assert (answered.ending, answered.claims, answered.question) == ("answered", len(COST_CLAIMS), COST)
    assert (refused.ending, refused.claims) == ("refused", 0)


def test_a_stopped_question_and_a_failed_one_are_told_as_such() -> None:
    noted = Noted()
    with closing(Observed(FakeAssistant(), (noted,)).stream(SLOW)) as answers:
        next(answers)
        assert noted.running == 1
    with pytest.raises(PromptTooLong):
        list(Observed(Failing(), (noted,)).stream(COST))
    assert [(outcome.ending, outcome.error) for outcome in noted.outcomes] == [
        ("stopped", ""),
        ("failed", "PromptTooLong"),
    ]
    assert noted.running == 0


def test_the_seconds_of_the_stages_follow_each_other() -> None:
    """Passages after 0.5 s, the first word 1.5 s later, the end another 2 s later; the page had it all after 4.25 s."""
    done = Answer(COST, done=True, timings=Timings(retrieval=0.5, first_token=2.0, total=4.0))
    assert Outcome.of(done, 4.25).seconds == {"retrieval": 0.5, "reading": 1.5, "writing": 2.0, "whole": 4.25}


def test_a_refusal_without_a_word_of_the_model_has_been_reading_to_the_end() -> None:
    """What was not reached has no seconds: the first word never came."""
    done = Answer(COST, done=True, abstained=True, timings=Timings(retrieval=0.5, total=4.0))
    assert Outcome.of(done, 4.0).seconds == {"retrieval": 0.5, "reading": 3.5, "whole": 4.0}


def test_an_interrupted_answer_has_the_stages_that_it_reached() -> None:
    begun = Answer(COST, timings=Timings(retrieval=0.5))
    assert Outcome.of(begun, 3.0).seconds == {"retrieval": 0.5, "whole": 3.0}


def test_an_observed_assistant_is_like_the_one_behind_it() -> None:
    fake = FakeAssistant()
    observed = Observed(fake, ())
    assert observed.index is fake.index
    assert observed.retrieve(COST, 1) == fake.retrieve(COST, 1)
    assert list(observed.stream(COST, (), ["buses.txt"])) == list(fake.stream(COST))
    assert fake.sources[0] == ("buses.txt",)


def test_prometheus_reads_what_was_asked() -> None:
    pytest.importorskip("prometheus_client", reason="needs the extra [server]")
    fake = FakeAssistant()
    loader = Loader.start(lambda report: fake)
    loader.assistant(timeout=10)
    metrics = Metrics.create()
    assert metrics is not None
    metrics.watch(waiting=lambda: 7, ready=lambda: loader.progress.ready)
    server = create_server(loader)
    add_metrics(server, metrics)
    for question in (COST, COST, MOON):
        list(Observed(fake, (metrics,)).stream(question))
    with pytest.raises(PromptTooLong):
        list(Observed(Failing(), (metrics,)).stream(COST))
    response = TestClient(server, base_url="http://127.0.0.1").get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    lines = response.text.splitlines()
    for line in (
        'rag_questions_total{ending="answered"} 2.0',
        'rag_questions_total{ending="refused"} 1.0',
        'rag_questions_total{ending="stopped"} 0.0',
        'rag_questions_total{ending="failed"} 1.0',
        'rag_errors_total{error="PromptTooLong"} 1.0',
        'rag_stage_seconds_count{stage="whole"} 4.0',
        "rag_questions_waiting 7.0",
        "rag_questions_running 0.0",
        "rag_ready 1.0",
    ):
        assert line in lines
    assert "secret" not in response.text


def test_without_the_package_metrics_say_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_module, "find_spec", lambda name: None)
    server = create_server(Loader(Future()))
    add_metrics(server, Metrics.create())
    response = TestClient(server, base_url="http://127.0.0.1").get("/metrics")
    assert (response.status_code, response.text) == (501, metrics_module._MISSING)


def test_a_chat_offers_its_metrics_behind_its_password() -> None:
    chat = Chat(lambda report: FakeAssistant(), (), NOWHERE, passwords={"ida": "blue"})
    client = TestClient(create_app(chat), base_url="http://127.0.0.1")
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", auth=("ida", "blue")).status_code in (200, 501)


def test_a_line_of_json_for_each_question_without_its_words(own_logging: None) -> None:
    told = logged(with_questions=False)
    assert str(told.pop("time")).startswith("20")
    assert told == {
        "level": "info",
        "logger": "rag_ui.logs",
        "event": "question",
        "ending": "answered",
        "seconds": {"reading": 1.5, "whole": 0.123},
        "error": "",
        "claims": 3,
        "prompt_tokens": 0,
        "completion_tokens": 0,
    }


def test_the_question_stands_in_it_if_so_wished(own_logging: None) -> None:
    assert logged(with_questions=True)["question"] == COST


def logged(with_questions: bool) -> dict[str, object]:
    """What is logged of one question."""
    configure(Serving(log_format="json", log_questions=with_questions))
    stream = io.StringIO()
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    (outcome,) = asked(FakeAssistant(), COST)
    QuestionLog(with_questions).ended(replace(outcome, seconds={**outcome.seconds, "whole": 0.1234}))
    found: dict[str, object] = json.loads(stream.getvalue())
    return found


def test_an_exception_is_logged_by_type_and_place_only() -> None:
    try:
        raise ValueError("the secret question")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("rag", logging.ERROR, __file__, 1, "It failed: %s.", ("twice",), info)
    line = json.loads(JsonLines().format(record))
    assert (line["level"], line["event"]) == ("error", "It failed: twice.")
    assert line["error"].startswith("ValueError in test_telemetry.py, line ")
    assert "secret" not in json.dumps(line)


def test_by_default_nothing_about_logs_changes(own_logging: None) -> None:
    before = logging.getLogger().handlers[:]
    configure(Serving())
    assert logging.getLogger().handlers == before
    assert not logging.getLogger("rag_ui.logs").isEnabledFor(logging.INFO)


def test_a_chat_serves_as_the_settings_have_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from rag.settings import Settings

    settings = Settings.load(questions_at_once=8, conversations_dir=tmp_path, log_format="json", log_questions=True)
    assert Serving.of(settings) == Serving(8, tmp_path, "json", True)
    assert Serving.of(Settings.load()) == Serving()
