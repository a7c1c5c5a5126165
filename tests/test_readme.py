"""The README is true: its commands exist, its versions are ours, its quotes stand in the articles."""

import re
import tomllib

import pytest
from typer.main import get_command

from rag import Settings, ask
from rag.cli import app
from rag.text import words

ROOT = Settings.load().documents_dir.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)
SHELL = [
    line.removeprefix("$ ").split(" #")[0]
    for kind, text in BLOCKS
    if kind == "console"
    for line in text.splitlines()
    if line.startswith("$ ")
]


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", README)) - {"it"}
    assert {"chat", "test"} <= named <= targets


def test_every_command_exists_with_the_options_that_are_named() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    named = re.findall(r"\brag (\w+)([^`\n]*)", "\n".join(SHELL) + "\n".join(re.findall(r"\| `(rag [^`]+)`", README)))
    assert {name for name, _ in named} == set(commands)
    for name, rest in named:
        options = {option for p in commands[name].params for option in (*p.opts, *p.secondary_opts)}
        assert set(re.findall(r"--[a-z-]+", rest)) <= options, name


def test_the_version_of_torch_is_the_one_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = next(requirement for requirement in project["dependencies"] if requirement.startswith("torch=="))
    assert re.findall(r"torch==[\w.]+", README) == [pinned]


def test_every_file_of_the_house_is_named_and_exists() -> None:
    house = next(text for _, text in BLOCKS if text.startswith("rag/types.py"))
    named = {word for line in house.splitlines() for word in re.findall(r"[\w/]+(?:\.py|/)", line)}
    assert named
    for name in named:
        assert (ROOT / name).exists() or (ROOT / "rag" / name).exists(), name


def test_the_first_screen_shows_a_question_and_quotes_that_stand_in_the_articles() -> None:
    first = README[:2500]
    texts = [" ".join(path.read_text(encoding="utf-8").split()) for path in (ROOT / "seeds").iterdir()]
    quotes = re.findall(r"^    “(.+)”$", first, re.MULTILINE)
    assert quotes
    for quote in quotes:
        assert any(quote in text for text in texts)


@pytest.mark.real
def test_the_first_screen_shows_what_is_answered() -> None:
    question = re.findall(r'rag ask "(.+?)"', README)[0]
    shown = README.split(f'rag ask "{question}"\n')[1].split("```")[0]
    answer = ask(question)
    for citation in answer.citations:
        assert " ".join(citation.quote.split()) in shown
    assert set(words(answer.text)) <= set(words(shown))
