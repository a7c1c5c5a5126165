"""Whole answers with a server as the model: the same stages, the same quotes, the same refusals."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from rag.assistant import Assistant
from rag.doctor import examine
from rag.errors import ServerFailed
from rag.generators import connection
from rag.generators.connection import Access
from rag.generators.server import ServerGenerator
from rag.index import Index
from rag.settings import Settings
from rag.types import REFUSAL
from tests.rag.assistants import ARTICLES, GATE_ONLY, RETURN, WHEN
from tests.rag.fakes import FakeEmbedder
from tests.rag.generators import dialects
from tests.rag.generators.dialects import Dialect
from tests.rag.generators.fake_server import FakeServer, Json, Reply, events_of, serving

FREELY = "- **Night buses** return to Ulm in March 2026 [1]."
KINDS = (dialects.vllm, dialects.llama_cpp, dialects.llama_cpp_python, dialects.plain)


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_FIRST_WAIT", 0.01)


def assistant(folder: Path, fake: FakeServer) -> Assistant:
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    embedder = FakeEmbedder("bus", "buses", "tram", "trams", "council", max_tokens=64)
    access = Access.checked(fake.address, SecretStr(""), 20, 2)
    generator = ServerGenerator.connect(access, model="", context_tokens=4096)
    return Assistant(Index.build(folder, embedder, 64), embedder, generator, Settings.load(calibration=GATE_ONLY))


def writing(kind: Callable[..., Dialect], text: str, **more: Json) -> Dialect:
    return kind(text=[(letter, -0.1) for letter in text], **more)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("written", [RETURN, FREELY])
def test_whatever_a_server_offers_a_verified_sentence_is_answered_with_its_quote(
    tmp_path: Path, kind: Callable[..., Dialect], written: str
) -> None:
    """A server that takes a grammar never writes as freely as the second text; those that do not are mended."""
    wild = kind in (dialects.llama_cpp, dialects.llama_cpp_python)
    with serving(writing(kind, RETURN if wild else written, votes=("Yes",))) as fake:
        answer = assistant(tmp_path, fake).ask(WHEN)
    assert answer.text == f"{RETURN} [1]"
    assert [(c.doc_id, c.quote) for c in answer.citations] == [("bus.txt", RETURN)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_no_is_a_refusal_and_nothing_is_written(tmp_path: Path, kind: Callable[..., Dialect]) -> None:
    with serving(writing(kind, RETURN, votes=("No",), first={"No": -0.01, "Yes": -5.0})) as fake:
        answer = assistant(tmp_path, fake).ask(WHEN)
        assert answer.text == REFUSAL
        assert not any(body.get("stream") for body in fake.bodies("/v1/chat/completions"))


def test_what_a_server_invents_is_left_out(tmp_path: Path) -> None:
    with serving(writing(dialects.plain, "Night buses return to Rome in May 1999.", votes=("Yes",))) as fake:
        assert assistant(tmp_path, fake).ask(WHEN).text == REFUSAL


def test_a_server_that_is_gone_in_mid_question_is_one_line_and_the_next_question_is_answered(tmp_path: Path) -> None:
    scripted = writing(dialects.llama_cpp, RETURN)
    broken: list[Json] = []

    def answer(path: str, body: Json) -> Reply:
        if body and body.get("stream") and not broken:
            broken.append(body)
            return Reply(events=events_of([("Night", -0.1)])[:2])
        return scripted(path, body)

    with serving(answer) as fake:
        asking = assistant(tmp_path, fake)
        with pytest.raises(ServerFailed, match=r"ended in the middle of an answer; ask again\.$"):
            asking.ask(WHEN)
        assert asking.ask(WHEN).text == f"{RETURN} [1]"


def test_the_doctor_asks_the_server(tmp_path: Path) -> None:
    with serving(dialects.plain()) as fake:
        settings = Settings.load(generator=fake.address, index_dir=tmp_path, server_tries=1)
        found = {finding.subject: finding for finding in examine(settings)}
        assert found["generator"].detail == f"{fake.address}: tiny, a server that answers"
    found = {finding.subject: finding for finding in examine(settings)}
    assert not found["generator"].sound
    assert "does not answer" in found["generator"].detail
