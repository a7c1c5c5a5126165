"""The reference pages say what the code says."""

import ast
from pathlib import Path

import pytest

import rag
from rag.settings import Settings
from tools.reference import errors_page, settings_page

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize(("name", "written"), [("settings.md", settings_page), ("errors.md", errors_page)])
def test_the_page_is_that_of_the_code(name: str, written: object) -> None:
    """Else: ``python -m tools.reference``."""
    assert callable(written)
    assert (DOCS / name).read_text(encoding="utf-8") == written()


def row(name: str) -> str:
    (found,) = (line for line in settings_page().splitlines() if line.startswith(f"| `{name}` |"))
    return found


def test_every_setting_is_told_with_its_default_its_range_and_its_meaning() -> None:
    assert settings_page().count("\n| `") == len(Settings.model_fields)
    meaning = "Passages that are retrieved for a question."
    assert row("top_k") == f"| `top_k` | `5` (from 1 to 50) | {meaning} |"
    assert row("review_file").split(" | ")[1] == "`eval/candidates.jsonl`"
    assert row("today").split(" | ")[1] == "–"


def test_every_error_is_told_with_what_it_says() -> None:
    page = errors_page()
    classes = ast.parse(Path(rag.__file__).with_name("errors.py").read_text(encoding="utf-8")).body
    assert all(f"\n## {node.name}\n" in page for node in classes if isinstance(node, ast.ClassDef))
    assert "| `rag.assistant` | `The question is empty; ask something.` |\n" in page
    assert "at most 2000 are read; shorten it." in page  # a constant is told by its value
    assert "`Articles and index cannot both lie in {folder}; give one of them another folder.`" in page
    assert "`` {spec.name}: {path} is missing. Run `rag models pull {spec.name}`. ``" in page
