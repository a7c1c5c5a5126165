"""The drawing of the house is that of the script, and names modules that exist."""

import re
from pathlib import Path

from tools.drawing import ARTICLE, DRAWING, QUESTION, drawing

RAG = Path(__file__).resolve().parents[2] / "rag"


def test_the_drawing_is_that_of_the_script() -> None:
    """Else: ``python -m tools.drawing``."""
    assert DRAWING.read_text(encoding="utf-8") == drawing()


def test_every_module_in_it_exists() -> None:
    named = [module for stage in (*ARTICLE, *QUESTION) for module in stage.modules.split()]
    assert [module for module in named if not (RAG / f"{module}.py").is_file()] == []


def test_it_fetches_nothing() -> None:
    assert set(re.findall(r"https?://[^\"' ]+", drawing())) == {"http://www.w3.org/2000/svg"}
