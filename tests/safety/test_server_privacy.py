"""Every connection and look-up of a name is recorded while articles are indexed, asked and chatted about."""

import json
import os
import socket
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest

from rag.settings import Settings
from tests.safety.visitors import ask_as_page, ask_as_program, connection, finished

ROOT = Path(__file__).resolve().parents[2]
ARTICLE = "Zbynek Quimby resigned in Ulm on 3 March 2025. The council of Ulm thanked him."
QUESTION = "When did Zbynek Quimby resign?"

# Python runs a module of this name before everything else, in every process of the program.
HOOK = """
import json, os, sys

def record(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        told = arguments[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"):
        told = arguments[0]
    else:
        return
    with open(os.environ["RECORD"], "a") as file:
        file.write(json.dumps([event, repr(told)]) + "\\n")

sys.addaudithook(record)
"""
FAKE_CHAT = """
import sys
from tests.safety.visitors import EchoAssistant
from rag_ui.app import Chat, serve
from pathlib import Path
serve(Chat(lambda report: EchoAssistant(), (), Path("opinions.jsonl")), port=int(sys.argv[1]), open_browser=False)
"""


@pytest.fixture
def recorded(tmp_path: Path) -> dict[str, str]:
    """The environment of a program that is recorded: nothing in it keeps it from the network."""
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(textwrap.dedent(HOOK), encoding="utf-8")
    (tmp_path / "record").touch()
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "quimby.txt").write_text(ARTICLE, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if "OFFLINE" not in name and "proxy" not in name.lower()}
    homes = {name: str(tmp_path / "home") for name in ("HOME", "XDG_CACHE_HOME")}
    places = {"RAG_INDEX_DIR": str(tmp_path / "index"), "RAG_DOCUMENTS_DIR": str(tmp_path / "articles")}
    path = f"{tmp_path / 'hook'}{os.pathsep}{ROOT}"
    return {**kept, **homes, **places, "PYTHONPATH": path, "RECORD": str(tmp_path / "record")}


def outside(folder: Path) -> list[list[str]]:
    """What was recorded of other machines. A socket of the file system, and this machine's own names, are none."""
    lines = (json.loads(line) for line in (folder / "record").read_text(encoding="utf-8").splitlines())
    return [line for line in lines if not _is_here(line[1])]


def _is_here(told: str) -> bool:
    host = told.strip("(").split(",")[0].strip("'\"b")
    if host in ("localhost", "None", ""):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.startswith("/")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def run(folder: Path, environment: dict[str, str], *arguments: str) -> str:
    """What a command prints, on both streams."""
    command = [sys.executable, "-m", "rag", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def served(folder: Path, environment: dict[str, str], *command: str, port: int) -> str:
    """What a server logs while two ask it and one calls what is not there."""
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        try:
            until_ready(url, server)
            ask_both(url)
            httpx.post(f"{url}/gradio_api/run/predict", json={"fn_index": 0, "data": [QUESTION], "session_hash": "s"})
        finally:
            server.terminate()
            told, _ = server.communicate(timeout=30)
    return told


def until_ready(url: str, server: "subprocess.Popen[str]") -> None:
    while server.poll() is None:
        with suppress(httpx.TransportError):  # it does not listen yet
            if httpx.get(f"{url}/readyz").status_code == httpx.codes.OK:
                return
        time.sleep(0.2)
    raise AssertionError("The server ended.")


def ask_both(url: str) -> None:
    async def ask() -> None:
        async with connection(url) as client:
            await ask_as_page(client, QUESTION)
            await ask_as_program(client, QUESTION)

    finished(ask())


def test_the_recorder_sees_what_leaves_the_machine(recorded: dict[str, str], tmp_path: Path) -> None:
    code = "import socket; s = socket.socket(); s.settimeout(.1); s.connect_ex(('192.0.2.1', 9))"
    subprocess.run([sys.executable, "-c", code], env=recorded, check=True)
    subprocess.run([sys.executable, "-c", code.replace("192.0.2.1", "127.0.0.1")], env=recorded, check=True)
    assert outside(tmp_path) == [["socket.connect", "('192.0.2.1', 9)"]]


def test_the_chat_asks_nobody_else_and_logs_no_question(recorded: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    log = served(tmp_path, recorded, "-c", FAKE_CHAT, str(port), port=port)
    assert outside(tmp_path) == []
    assert "Quimby" not in log


@pytest.mark.real
def test_indexing_asking_and_chatting_reach_no_other_machine(recorded: dict[str, str], tmp_path: Path) -> None:
    """With the real models. The index, the models and the cache of the fonts are all that is written."""
    settings = Settings.load()
    environment = {**recorded, "RAG_MODELS_DIR": str(settings.models_dir)}
    told = run(tmp_path, environment, "index")
    run(tmp_path, environment, "ask", QUESTION)
    port = free_port()
    told += served(tmp_path, environment, "-m", "rag", "chat", "--no-browser", "--port", str(port), port=port)
    assert outside(tmp_path) == []
    assert "Quimby" not in told
