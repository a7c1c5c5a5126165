"""Answers for programs: Gradio's API as the README shows it, and the tool for language models."""

import json
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.errors import InvalidInput, ModelMissing
from rag_ui.app import Chat, create_app
from rag_ui.serving import Serving
from tests.ui.conftest import NOWHERE, running_chat
from tests.ui.fakes import BUSES, COST, COST_CLAIMS, COST_QUOTE, DISPUTED, MOON, UNION_QUOTE, FakeAssistant

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:7860"
ANSWER = " ".join(str(claim) for claim in COST_CLAIMS)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, FakeAssistant]]:
    fake = FakeAssistant()
    with running_chat(lambda report: fake) as url:
        yield url, fake


def client_of(url: str) -> Any:
    """A program at the other end."""
    from gradio_client import Client  # type: ignore[import-untyped]

    return Client(url, verbose=False)


def example(of: str, url: str) -> str:
    """The block of the README in which ``of`` stands, for this server and a question that the fake answers."""
    (block,) = (text for text in re.findall(r"```\w*\n(.*?)```", README, re.DOTALL) if of in text)
    asked = re.sub(r'"(Who|What|Which|How)[^"]*\?"', lambda _: json.dumps(COST), block)
    return asked.replace(ADDRESS, url)


def test_the_python_example_of_the_readme_prints_the_answer_and_its_quotes(
    server: tuple[str, FakeAssistant], capsys: pytest.CaptureFixture[str]
) -> None:
    exec(example("gradio_client", server[0]), {})
    told = capsys.readouterr().out
    assert ANSWER in told
    assert COST_QUOTE in told


def test_the_curl_example_of_the_readme_gives_the_answer(server: tuple[str, FakeAssistant]) -> None:
    commands = [line[2:] for line in example("curl", server[0]).splitlines() if line.startswith("$ ")]
    run = subprocess.run(["bash", "-euc", "\n".join(commands)], capture_output=True, text=True, timeout=30, check=True)
    data = next(line for line in run.stdout.splitlines() if line.startswith("data: "))
    (answer,) = json.loads(data.removeprefix("data: "))
    assert (answer["answer"], answer["abstained"]) == (ANSWER, False)
    assert answer["citations"][0]["quote"] == COST_QUOTE


def test_sources_restrict_the_search_and_a_refusal_is_an_answer(server: tuple[str, FakeAssistant]) -> None:
    url, fake = server
    fake.reset()
    client = client_of(url)
    answer = client.predict(MOON, [BUSES.doc_id], api_name="/ask")
    assert (answer["abstained"], answer["answer"]) == (True, "The articles do not say.")
    assert fake.sources == [(BUSES.doc_id,)]


def test_figures_that_differ_are_told_with_the_numbers_of_their_citations(server: tuple[str, FakeAssistant]) -> None:
    answer = client_of(server[0]).predict(DISPUTED, api_name="/ask")
    (conflict,) = answer["conflicts"]
    assert conflict == {"first": "4.2 million", "first_citation": 1, "other": "4.6 million", "other_citation": 2}
    quotes = {cited["number"]: cited["quote"] for cited in answer["citations"]}
    assert [quotes[conflict[f"{which}_citation"]] for which in ("first", "other")] == [COST_QUOTE, UNION_QUOTE]


def test_nothing_else_is_offered(server: tuple[str, FakeAssistant]) -> None:
    assert list(client_of(server[0]).view_api(return_format="dict")["named_endpoints"]) == ["/ask"]


def test_an_error_is_told_in_our_words() -> None:
    def fail(report: Callable[[str, float], None]) -> FakeAssistant:
        raise ModelMissing("No model: run `rag models pull`.")

    with running_chat(fail) as url:
        client = client_of(url)
        with pytest.raises(Exception, match="run `rag models pull`"):
            client.predict(COST, api_name="/ask")


def test_a_program_waits_for_its_turn(server: tuple[str, FakeAssistant]) -> None:
    """There is one model: two questions at the same time are answered one after the other."""
    url, fake = server
    fake.reset()
    fake.paused.set()
    client = client_of(url)
    jobs = [client.submit(question, api_name="/ask") for question in (COST, MOON)]
    while not fake.histories:
        threading.Event().wait(0.05)
    threading.Event().wait(1)
    assert len(fake.histories) == 1
    fake.paused.clear()
    assert [job.result(timeout=20)["abstained"] for job in jobs] == [False, True]


def test_a_language_model_finds_the_tool_and_its_description() -> None:
    pytest.importorskip("mcp")
    import httpx

    with running_chat(lambda report: FakeAssistant(), mcp=True) as url:
        (tool,) = httpx.get(f"{url}/gradio_api/mcp/schema").json()
    assert tool["name"].endswith("ask")
    assert tool["description"].startswith("Answer a question from the indexed articles")
    assert set(tool["inputSchema"]["properties"]) == {"question", "sources"}


def test_without_the_package_for_it_the_tool_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag_ui.app.find_spec", lambda name: None)
    chat = Chat(lambda report: FakeAssistant(), (), NOWHERE, mcp=True)
    with pytest.raises(InvalidInput, match=r"pip install 'gradio\[mcp\]'"):
        create_app(chat)


def test_with_a_server_behind_it_a_chat_answers_several_at_the_same_time() -> None:
    """The assistant goes on only when both questions have reached it."""
    fake = FakeAssistant()
    fake.paused.set()
    with running_chat(lambda report: fake, serving=Serving(at_once=2)) as url:
        client = client_of(url)
        jobs = [client.submit(question, api_name="/ask") for question in (COST, MOON)]
        while len(fake.histories) < 2:
            threading.Event().wait(0.05)
        fake.paused.clear()
        assert [job.result()["abstained"] for job in jobs] == [False, True]
