"""compose.yaml, as far as that goes without an engine: what it names is there, and what it starts knows its options."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from rag.generators import is_address
from rag.models import load_manifest
from rag.settings import Settings
from rag_ui.app import Chat, create_app
from tests.ui.conftest import NOWHERE
from tests.ui.fakes import FakeAssistant

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
CHATS = ("chat-1", "chat-2")
_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*)|:\?)?\}")


def filled(text: object) -> str:
    """With the defaults of its variables; those without one are ``given``."""
    return _VARIABLE.sub(lambda match: match[2] or "given", str(text))


def mounts(service: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What is mounted where."""
    for volume in service.get("volumes", ()):
        source, target, *_ = volume.split(":")
        yield source, target


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_has_an_image_of_a_version_and_says_when_it_is_healthy(name: str) -> None:
    service = SERVICES[name]
    assert service["image"] == "rag-desk" or re.fullmatch(r"[\w/-]+:v?\d[\w.]*", service["image"])
    assert service["healthcheck"].keys() >= {"test", "interval", "timeout", "retries"}
    assert service["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_names_is_there(name: str) -> None:
    service = SERVICES[name]
    assert SERVICES.keys() >= set(service.get("depends_on", ()))
    assert COMPOSE["configs"].keys() >= {config["source"] for config in service.get("configs", ())}
    for source, _ in mounts(service):
        assert source in COMPOSE["volumes"] or (ROOT / source).is_dir()


@pytest.mark.parametrize("name", CHATS)
def test_the_environment_of_a_chat_is_of_settings_that_exist(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in SERVICES[name]["environment"].items():
        monkeypatch.setenv(variable, filled(value))
    settings = Settings.load()
    assert is_address(settings.generator)
    assert settings.log_format == "json"
    assert settings.server_key.get_secret_value()


@pytest.mark.parametrize("name", CHATS)
def test_what_a_chat_keeps_lies_where_the_other_one_finds_it(name: str) -> None:
    """On one volume; the models are read from a folder of the host."""
    targets = {target: source for source, target in mounts(SERVICES[name])}
    environment = SERVICES[name]["environment"]
    for setting in ("RAG_INDEX_DIR", "RAG_CONVERSATIONS_DIR", "RAG_REVIEW_FILE"):
        assert targets[f"/{environment[setting].split('/')[1]}"] == "state"
    assert targets[environment["RAG_MODELS_DIR"]] == "./models"


def test_hosts_of_addresses_are_services() -> None:
    named = re.findall(r"https?://([a-z][\w-]*):\d+", (ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert SERVICES.keys() >= set(named)
    assert {"milvus", "model"} <= set(named)


def test_the_command_of_a_chat_has_options_that_exist() -> None:
    from typer.testing import CliRunner

    from rag.cli import command_line

    words = filled(SERVICES["chat-1"]["command"]).split()
    assert words[:2] == ["rag", "chat"]
    told = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}).invoke(command_line(), ["chat", "--help"])
    for option in (word for word in words if word.startswith("--")):
        assert option in told.output
    assert words[words.index("--auth") + 1] == "reader:given"


def test_the_command_of_the_model_server_has_options_that_exist() -> None:
    from llama_cpp.server.settings import Settings as Known

    words = SERVICES["model"]["command"].split()
    assert words[:3] == ["python", "-m", "llama_cpp.server"]
    assert {word.removeprefix("--") for word in words if word.startswith("--")} <= Known.model_fields.keys()


def test_the_model_of_that_server_is_the_default_one() -> None:
    words = SERVICES["model"]["command"].split()
    spec = load_manifest(ROOT / "models")[words[words.index("--model_alias") + 1]]
    assert words[words.index("--model") + 1] == f"/models/{spec.path(Path()).name}"


def test_the_proxy_asks_each_chat_under_a_name_that_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    content = COMPOSE["configs"]["caddy"]["content"]
    (line,) = [line for line in content.splitlines() if "reverse_proxy" in line]
    assert line.split()[1:-1] == [f"{name}:7860" for name in CHATS]
    for name in CHATS:
        assert SERVICES[name]["hostname"] == name
        monkeypatch.setattr("rag_ui.screening.gethostname", lambda name=name: name)
        app = create_app(Chat(lambda report: FakeAssistant(), (), NOWHERE, passwords={"reader": "given"}))
        path = re.search(r"health_uri (\S+)", content)
        assert path is not None
        assert TestClient(app, base_url=f"http://{name}:7860").get(path[1]).status_code in (200, 503)


def test_caddy_itself_takes_the_configuration(tmp_path: Path) -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("caddy is not installed")
    (tmp_path / "Caddyfile").write_text(filled(COMPOSE["configs"]["caddy"]["content"]), encoding="utf-8")
    given = ["--config", str(tmp_path / "Caddyfile"), "--adapter", "caddyfile"]
    done = subprocess.run([caddy, "validate", *given], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_what_the_image_is_built_of_is_there() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]]
    taken = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "rag" in copied
    for name in copied:
        assert (ROOT / name).exists()
        assert f"!{name}" in taken
