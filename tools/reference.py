"""The reference pages that are read out of the code: ``python -m tools.reference`` writes them anew.

``docs/settings.md`` holds every setting, ``docs/errors.md`` every error with what it says; tests compare both with the
code.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from inspect import cleandoc
from itertools import pairwise
from pathlib import Path

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from rag.settings import HOME, Settings

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("rag", "ui/rag_ui", "eval/rag_eval")

_SETTINGS = """\
# Settings

Written by `python -m tools.reference` from `rag/settings.py`; a test compares them. The first of these places wins: an
argument (`rag index --index DIR`, `Settings.load(top_k=8)`), the environment (`RAG_TOP_K=8`), the file `rag.toml` in
the working directory (`top_k = 8`), the default. Lists are JSON in the environment: `RAG_EXCLUDE='["drafts/"]'`. A name
that does not exist, or a value out of its range, is refused. Default places are below the checkout, or below
`~/.rag-desk` where rag is installed without one.

| setting | default | meaning |
|---|---|---|
"""
_ERRORS = """\
# Errors

Written by `python -m tools.reference` from the code; a test compares them. Every error that is raised on purpose is a
`rag.RagError`: the command line prints it as one line and ends with exit code 2. What stands in braces is filled in. A
message says what was found, what was expected and what to do; one that names a place in a file calls for that place to
be corrected. The reason why one file was left out, or one source of models failed, is a phrase, which stands behind the
name of the file or the source.
"""


@dataclass(frozen=True, slots=True)
class Raised:
    """A place that makes an error: its module, and what the error says, with braces around what is filled in."""

    error: str
    module: str
    message: str


def settings_page() -> str:
    """``docs/settings.md``."""
    explained = _explanations(ROOT / "rag" / "settings.py")
    rows = (_setting_row(name, field, explained[name]) for name, field in Settings.model_fields.items())
    return _SETTINGS + "".join(rows)


def errors_page() -> str:
    """``docs/errors.md``."""
    tree = ast.parse((ROOT / "rag" / "errors.py").read_text(encoding="utf-8"))
    meanings = {node.name: ast.get_docstring(node) or "" for node in tree.body if isinstance(node, ast.ClassDef)}
    found = [raised for package in PACKAGES for raised in _raised(ROOT / package, frozenset(meanings))]
    return _ERRORS + "".join(_error_section(name, meaning, found) for name, meaning in meanings.items())


def _setting_row(name: str, field: FieldInfo, meaning: str) -> str:
    limits = [f"from {part.ge}" for part in field.metadata if isinstance(part, Ge)]
    limits += [f"to {part.le}" for part in field.metadata if isinstance(part, Le)]
    ranged = f" ({' '.join(limits)})" if limits else ""
    return f"| `{name}` | {_value(field.default)}{ranged} | {_cell(meaning.replace('``', '`'))} |\n"


def _value(default: object) -> str:
    """A default as one writes it; a place by its path below HOME."""
    if isinstance(default, Path):
        return f"`{default.relative_to(HOME).as_posix()}/`".replace(".jsonl/", ".jsonl")
    if default in (None, ()):
        return "–"
    return f"`{default}`"


def _explanations(path: Path) -> Mapping[str, str]:
    """The text below each attribute of the classes in a file."""
    nodes = [node for cls in ast.parse(path.read_text(encoding="utf-8")).body for node in getattr(cls, "body", ())]
    return {
        field.target.id: cleandoc(below.value.value)
        for field, below in pairwise(nodes)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str)
    }


def _error_section(name: str, meaning: str, found: list[Raised]) -> str:
    rows = dict.fromkeys(f"| `{one.module}` | {_verbatim(one.message)} |\n" for one in found if one.error == name)
    table = "".join(("\n| where | what it says |\n|---|---|\n", *rows)) if rows else ""
    return f"\n## {name}\n\n{meaning.replace('``', '`')}\n{table}"


def _raised(folder: Path, names: frozenset[str]) -> Iterator[Raised]:
    """Every place below a folder that makes one of these errors, in the order of the files."""
    for path in sorted(folder.rglob("*.py")):
        module = ".".join(path.relative_to(folder.parent).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = _constants(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and node.args:
                yield Raised(node.func.id, module, _template(node.args[0], constants))


def _constants(tree: ast.Module) -> Mapping[str, str]:
    """The texts and numbers to which a file gives names at its top, as a message shows them."""
    found = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str() | int() as value)):
                found[name] = str(value)
    return found


def _template(node: ast.expr, constants: Mapping[str, str]) -> str:
    """A message as it stands in the code, with braces around what is known only when it is made."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_template(part, constants) for part in parts)
        case ast.Name(id=name) | ast.FormattedValue(value=ast.Name(id=name)) if name in constants:
            return constants[name]
        case ast.FormattedValue(value=value):
            return f"{{{ast.unparse(value)}}}"
        case _:
            return f"{{{ast.unparse(node)}}}"


def _cell(text: str) -> str:
    """A text as it stands in one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def _verbatim(text: str) -> str:
    """A text as code, in one cell of a table; what is code in it already needs longer marks around it."""
    return f"`` {_cell(text)} ``" if "`" in text else f"`{_cell(text)}`"


if __name__ == "__main__":
    for name, page in {"settings.md": settings_page(), "errors.md": errors_page()}.items():
        (ROOT / "docs" / name).write_text(page, encoding="utf-8")
        sys.stderr.write(f"→ docs/{name}\n")
