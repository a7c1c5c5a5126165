"""The command line as a user meets it: what it prints, on which stream, and its exit code."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag import cli
from rag.errors import ModelMissing
from rag.types import Answer, Citation, Claim, Turn

QUOTE = "In April, Huawei announced plans to recruit more than 10,000 graduates in 2025."
CITATION = Citation(1, "a.txt", "Tech giants [hire]", "CGTN", "2025-04-01", 5, 5 + len(QUOTE), QUOTE)
CLAIM = Claim("Huawei plans to recruit more than 10,000 graduates.", (CITATION,), 0.9)
ANSWERED = Answer("How many?", claims=(CLAIM,), done=True, notes=("Checked 1 of 1 articles.",))
REFUSED = Answer("How many?", abstained=True, done=True)


class ScriptedAssistant:
    """Answers every question with the same answer, growing from nothing."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def stream(self, question: str, history: tuple[Turn, ...] = (), sources: object = None) -> Iterator[Answer]:
        yield Answer(question)
        yield self.answer

    def ask(self, question: str, history: tuple[Turn, ...] = (), sources: object = None) -> Answer:
        return self.answer


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit code of ``rag`` with these arguments."""
    monkeypatch.setattr(sys, "argv", ["rag", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    return int(stopped.value.code or 0)


def answering(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
    monkeypatch.setattr("rag.assistant.Assistant.open", lambda *_, **__: ScriptedAssistant(answer))


def test_ask_prints_the_claims_then_the_quotes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch, ANSWERED)
    assert run(monkeypatch, "ask", "How many?") == 0
    assert capsys.readouterr().out.splitlines() == [
        "Huawei plans to recruit more than 10,000 graduates. [1]",
        "",
        "[1] Tech giants [hire] (CGTN, 2025-04-01, a.txt)",
        f"    “{QUOTE}”",
    ]


def test_ask_names_the_page_and_the_articles_that_say_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paged = replace(CITATION, page=4, also_in=("b.txt",))
    answering(monkeypatch, replace(ANSWERED, claims=(replace(CLAIM, citations=(paged,)),)))
    assert run(monkeypatch, "ask", "How many?") == 0
    assert "[1] Tech giants [hire] (CGTN, 2025-04-01, a.txt, page 4, also in b.txt)" in capsys.readouterr().out


def test_ask_says_so_when_the_articles_do_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch, REFUSED)
    assert run(monkeypatch, "ask", "How many?") == 0
    assert capsys.readouterr().out.strip() == "The articles do not say."


def test_json_is_one_object_with_the_offsets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch, ANSWERED)
    assert run(monkeypatch, "ask", "How many?", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["answer"] == "Huawei plans to recruit more than 10,000 graduates. [1]"
    assert answer["abstained"] is False
    assert answer["citations"][0]["quote"] == QUOTE
    assert answer["claims"] == [{"text": CLAIM.text, "support": 0.9, "citations": [1]}]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["ask", "  "], "The question is empty"),
        (["ask", "x" * 2001], "2001 characters"),
        (["ask"], "Missing argument"),
        (["ask", "Who?", "--colour"], "No such option: --colour"),
        (["sing"], "No such command 'sing'"),
        (["eval", "run", "--split", "exam"], "Unknown split 'exam'"),
        (["chat", "--port", "99999"], "--port"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    arguments: list[str],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("RAG_INDEX_DIR", str(tmp_path))
    assert run(monkeypatch, *arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("Error: ")
    assert reason in printed.err
    assert len(printed.err.splitlines()) == 1


def test_a_missing_model_is_one_line_with_the_command_that_fetches_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("RAG_MODELS_DIR", str(tmp_path))
    assert run(monkeypatch, "ask", "Who?") == 2
    assert "all-MiniLM-L6-v2 is not in" in (told := capsys.readouterr().err)
    assert told.endswith("Run `rag models pull`.\n")


def test_an_impossible_setting_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("RAG_TOP_K", "none")
    assert run(monkeypatch, "models", "list") == 2
    assert "top_k" in capsys.readouterr().err


def test_an_interruption_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("rag.assistant.Assistant.open", interrupted)
    assert run(monkeypatch, "ask", "Who?") == 130
    assert "Interrupted" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [("chat", "--auth", "ana"), ("doctor", "--delete", "index")])
@pytest.mark.parametrize(
    ("outcome", "code", "told"), [(EOFError, 2, "Error: Nothing was done"), (KeyboardInterrupt, 130, "Interr")]
)
def test_a_question_that_nobody_answers_is_one_line(
    arguments: tuple[str, ...],
    outcome: type[BaseException],
    code: int,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As for ``rag chat --auth ana </dev/null``."""

    def ended(*_: object) -> str:
        raise outcome

    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "CURRENT").touch()
    monkeypatch.setenv("RAG_INDEX_DIR", str(tmp_path / "index"))
    monkeypatch.setattr("typer._click.termui.hidden_prompt_func", ended)
    monkeypatch.setattr("typer._click.termui.visible_prompt_func", ended)
    assert run(monkeypatch, *arguments) == code
    assert capsys.readouterr().err.splitlines()[-1].startswith(told)
    assert (tmp_path / "index" / "CURRENT").exists()


@pytest.mark.parametrize("place", ["rag.cli.command_line", "rag.cli._run"])
def test_an_interruption_while_it_starts_says_the_same(
    place: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(place, interrupted)
    assert run(monkeypatch, "ask", "Who?") == 130
    assert capsys.readouterr().err.startswith("Interrupted")


def test_nothing_is_imported_before_an_interruption_is_caught() -> None:
    script = "import sys, rag; before = {*sys.modules}; import rag.cli; print(*{*sys.modules} - before)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["rag.cli"]


def test_the_version_is_that_of_the_project(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tomllib.loads((Path(cli.__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
    assert run(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"rag {project['project']['version']}\n"


def test_a_failed_verification_is_an_error_after_all_models_were_checked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is said of a model follows from its bytes: only the sound one is called checked."""
    import rag.models

    damaged, *sound = rag.models.load_manifest(Path("none"))
    faults = [ModelMissing("it is gone")]
    monkeypatch.setattr(rag.models, "verify", lambda spec, _: faults if spec.name == damaged else [])
    monkeypatch.setattr(rag.models.ModelSpec, "present", lambda *_: True)
    assert run(monkeypatch, "models", "verify") == 2
    told = capsys.readouterr()
    assert told.out.splitlines() == [f"{damaged}: damaged", *(f"{name}: checked" for name in sound)]
    assert told.err == "Error: it is gone\n"
