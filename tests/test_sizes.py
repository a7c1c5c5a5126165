"""What a reader bears: files stay small, those of the tests too, and the facade smallest of all."""

import ast
from pathlib import Path

from tests.house import FOLDERS, ROOT, files_of, written

SOURCES = (*FOLDERS.values(), "benchmarks", "tools", "tests")
MAX_LINES = 300


def too_long(root: Path) -> list[str]:
    """Source files of more than MAX_LINES lines, as ``path: lines``."""
    files = files_of(root, *SOURCES, suffixes=(".py", ".css", ".js"))
    counts = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    return [f"{path.relative_to(root).as_posix()}: {n}" for path, n in counts.items() if n > MAX_LINES]


def test_no_file_is_longer_than_a_reader_bears() -> None:
    assert too_long(ROOT) == []


def test_the_facade_is_small_and_says_what_it_offers() -> None:
    source = (ROOT / "rag" / "__init__.py").read_text(encoding="utf-8")
    assigned = {
        target.id
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    assert "__all__" in assigned
    assert len(source.splitlines()) <= 30


def test_a_file_of_one_line_too_many_is_found(tmp_path: Path) -> None:
    written(tmp_path, "ui/rag_ui/theme.css", "\n" * MAX_LINES)
    written(tmp_path, "rag/index.py", "\n" * (MAX_LINES + 1))
    written(tmp_path, "tests/rag/test_index.py", "\n" * (MAX_LINES + 1))
    assert too_long(tmp_path) == ["rag/index.py: 301", "tests/rag/test_index.py: 301"]
