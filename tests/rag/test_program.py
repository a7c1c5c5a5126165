"""One number for the program, which changes with its source."""

from pathlib import Path

import pytest

import rag.program
from rag.program import program


def test_the_program_is_the_same_as_long_as_its_source_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rag.program, "__file__", str(tmp_path / "program.py"))
    numbers = []
    for source in ("one", "one", "two"):
        (tmp_path / "inner").mkdir(exist_ok=True)
        (tmp_path / "inner" / "chunking.py").write_text(source, encoding="utf-8")
        numbers.append(program.__wrapped__())
    assert numbers[0] == numbers[1] != numbers[2]


def test_another_version_of_a_library_is_another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    before = program.__wrapped__()
    monkeypatch.setattr(rag.program, "version", lambda name: "9.9")
    assert program.__wrapped__() != before
