"""``rag chat``: who may use the page, and where its parts come from. Nothing is served here."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import rag_ui.app
from rag.cli import command_line
from rag.errors import InvalidInput
from rag.settings import Settings
from rag.uploads import Uploads
from rag_ui.app import Chat


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the page would be served with."""
    found: dict[str, Any] = {}

    def serve(chat: Chat, **options: Any) -> None:
        found.update(chat=chat, **options)
        options["announce"]("http://127.0.0.1:7860")

    monkeypatch.setattr(rag_ui.app, "serve", serve)
    return found


def typed(*options: str, answers: str = "") -> Result:
    return CliRunner().invoke(command_line(), ["chat", *options], input=answers)


def test_without_options_only_this_machine_is_served_without_passwords(served: dict[str, Any]) -> None:
    assert typed().stderr == "Chat: http://127.0.0.1:7860  (Ctrl-C ends it)\n"
    assert (served["host"], served["port"], served["open_browser"]) == ("127.0.0.1", 7860, True)
    chat = served["chat"]
    assert (dict(chat.passwords), chat.mcp, chat.examples) == ({}, False, Settings.load().examples)


def test_uploads_belong_to_the_index_that_is_asked(served: dict[str, Any], tmp_path: Path) -> None:
    typed("--index", str(tmp_path / "mine"))
    uploads = served["chat"].uploads
    assert isinstance(uploads, Uploads)
    assert uploads.folder == tmp_path / "mine-uploads"


def test_passwords_are_taken_or_asked_for_and_the_network_is_warned_of(served: dict[str, Any]) -> None:
    result = typed("--host", "0.0.0.0", "--auth", "ana:a:b", "--auth", "ben", answers="secret\nsecret\n")
    assert dict(served["chat"].passwords) == {"ana": "a:b", "ben": "secret"}
    assert served["host"] == "0.0.0.0"
    assert "Warning: whoever listens on the network reads" in result.stderr
    assert "secret" not in result.output


def test_on_this_machine_there_is_nothing_to_warn_of(served: dict[str, Any]) -> None:
    assert "Warning" not in typed("--auth", "ana:secret").stderr


@pytest.mark.parametrize("given", ["", ":secret", "ana:"])
@pytest.mark.usefixtures("served")
def test_an_empty_name_or_password_is_refused(given: str) -> None:
    assert isinstance(error := typed("--auth", given).exception, InvalidInput)
    assert "NAME or NAME:PASSWORD" in str(error)


def test_the_address_for_language_models_is_told(served: dict[str, Any]) -> None:
    assert "MCP:  http://127.0.0.1:7860/gradio_api/mcp/\n" in typed("--mcp").stderr
    assert served["chat"].mcp
