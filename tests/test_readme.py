"""The README is true: its commands exist, its versions are ours, its quotes stand in the articles."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from rag import Settings, ask
from rag.cli import command_line
from rag.corpus.sidecar import Sidecar
from rag.text import words

ROOT = Settings.load().documents_dir.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EVALUATION = (ROOT / "eval" / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)
BLOCKS = BLOCK.findall(README)


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", README)) - {"it"}
    assert {"chat", "test"} <= named <= targets


def commands_in(text: str) -> list[tuple[str, str]]:
    """Each ``(words of the command, options)`` that a console block or a table of commands names."""
    shell = (line for kind, block in BLOCK.findall(text) if kind == "console" for line in block.splitlines())
    lines = [*shell, *re.findall(r"^\| `(rag [^`]+)`", text, re.MULTILINE)]
    named = (re.search(r"\brag ((?:[a-z]+(?:\\\|[a-z]+)* ?){1,2})(.*)", line) for line in lines)
    return [(found[1].strip(), found[2]) for found in named if found]


def found(group: Any, names: str) -> list[Any]:
    """The commands of names such as ``models pull\\|list``; a group by itself is all of its commands."""
    if not isinstance(group, TyperGroup):
        return [group]
    first, _, rest = names.partition(" ")
    chosen = first.split("\\|") if first else list(group.commands)
    return [command for name in chosen for command in found(group.commands[name], rest)]


@pytest.mark.parametrize("text", [README, EVALUATION], ids=["README.md", "eval/README.md"])
def test_every_command_that_is_named_exists_with_its_options(text: str) -> None:
    assert commands_in(text)
    for names, rest in commands_in(text):
        for command in found(get_command(command_line()), names):
            options = {option for p in command.params for option in (*p.opts, *p.secondary_opts)}
            assert set(re.findall(r"--[a-z-]+", rest)) <= options, (names, command.name)


def test_every_command_is_named() -> None:
    whole = get_command(command_line())
    named = [command.name for names, _ in commands_in(README) for command in found(whole, names)]
    assert {command.name for command in found(whole, "")} == set(named)


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


def test_the_corrections_that_are_shown_are_read_as_they_stand(tmp_path: Path) -> None:
    (block,) = (text for kind, text in BLOCKS if kind == "toml")
    (tmp_path / "metadata.toml").write_text(block, encoding="utf-8")
    (name,) = tomllib.loads(block)
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).touch()
    assert {value.field for value in Sidecar.read(tmp_path).declared[name]} == {"title", "publisher", "published"}
