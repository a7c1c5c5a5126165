"""The source files of the house and what they import, and the rules by which they may."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import resolve_name
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("rag", "rag_eval")
FOLDERS = {"rag": "rag", "rag_eval": "eval/rag_eval", "rag_ui": "ui/rag_ui"}  # where each package lies


@dataclass(frozen=True, slots=True)
class Import:
    """``importer`` imports ``imported``, a module or a thing in it; ``late`` means inside a function."""

    importer: str
    imported: str
    late: bool


@dataclass(frozen=True, slots=True)
class House:
    """Which module may import what.

    ``floors`` from the lowest: a module imports from those below its own. ``stairs`` are exceptions: a step imports
    from those before it. ``rooms`` are the modules that may import a heavy library.
    """

    floors: Sequence[Sequence[str]]
    stairs: Sequence[Sequence[str]]
    rooms: Mapping[str, Sequence[str]]

    def homeless(self, root: Path) -> list[str]:
        """Modules that stand on no floor."""
        names = (module_name(root, path) for path in _modules(root, *PACKAGES))
        return [name for name in names if self._floor(name) is None]

    def climbing(self, root: Path) -> list[str]:
        """Imports that do not go strictly downward, as ``importer -> imported``."""
        items = (item for path in _modules(root, *PACKAGES) for item in imports_of(root, path))
        return [f"{item.importer} -> {item.imported}" for item in items if self._climbs(item)]

    def straying(self, root: Path) -> list[str]:
        """Imports of heavy libraries outside their rooms, as ``importer -> imported``."""
        items = (item for path in _modules(root, *FOLDERS) for item in imports_of(root, path))
        return [f"{item.importer} -> {item.imported}" for item in items if self._strays(item)]

    def _floor(self, name: str) -> int | None:
        """The floor on which a module, or a thing in it, lives; None when it has no room in the house."""
        return next(
            (floor for floor, rooms in enumerate(self.floors) if any(is_in(name, room) for room in rooms)), None
        )

    def _climbs(self, item: Import) -> bool:
        """Whether a module imports from its own floor or a higher one without leave to do so."""
        facade = next(floor for floor, rooms in enumerate(self.floors) if "rag" in rooms)
        own, other = self._floor(item.importer), self._floor(item.imported)
        if other is None and item.imported.startswith("rag."):
            other = facade  # a name that the facade offers
        if own is None or other is None or other < own:
            return False
        if own == facade:
            return other > facade and not item.late
        return not any(_descends(item, stairs) for stairs in self.stairs)

    def _strays(self, item: Import) -> bool:
        """Whether a heavy library is imported outside its rooms."""
        rooms = self.rooms.get(item.imported.split(".")[0])
        return rooms is not None and not any(is_in(item.importer, room) for room in rooms)


def is_in(name: str, room: str) -> bool:
    """Whether ``name`` is the module ``room`` or something inside it. The names of PACKAGES mean those alone."""
    return name == room or (room not in PACKAGES and name.startswith(f"{room}."))


def module_name(root: Path, path: Path) -> str:
    """``rag.index`` for ``rag/index.py``, ``rag`` for ``rag/__init__.py``."""
    return ".".join((package_of(root, path), path.stem)).removesuffix(".__init__")


def package_of(root: Path, path: Path) -> str:
    """The package that a file lies in: ``rag_eval.benchmarks`` for ``eval/rag_eval/benchmarks/squad.py``."""
    name, folder = next((n, root / f) for n, f in FOLDERS.items() if path.is_relative_to(root / f))
    return ".".join((name, *path.parent.relative_to(folder).parts))


def imports_of(root: Path, path: Path) -> Iterator[Import]:
    """What the Python file at ``path`` imports, with relative names resolved."""
    package = package_of(root, path)
    for node, late in _import_nodes(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            source = resolve_name("." * node.level + (node.module or ""), package)
            names = [f"{source}.{alias.name}" for alias in node.names]
        yield from (Import(module_name(root, path), name, late) for name in names)


def files_of(root: Path, *folders: str, suffixes: tuple[str, ...] = (".py",)) -> list[Path]:
    """The files below these folders with these suffixes, sorted."""
    return sorted(path for folder in folders for path in (root / folder).rglob("*") if path.suffix in suffixes)


def written(root: Path, path: str, source: str) -> Path:
    """A made-up house at ``root`` with one file in it."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(source, encoding="utf-8")
    return root


def _import_nodes(node: ast.AST, late: bool = False) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Every import statement below ``node``, and whether it stands inside a function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, late
        else:
            yield from _import_nodes(child, late or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))


def _modules(root: Path, *packages: str) -> list[Path]:
    """The Python files of these packages."""
    return files_of(root, *(FOLDERS[package] for package in packages))


def _descends(item: Import, stairs: Sequence[str]) -> bool:
    """Whether an import goes from one step of the stairs to a lower one."""
    below = stairs[: stairs.index(item.importer)] if item.importer in stairs else ()
    return any(is_in(item.imported, step) for step in below)
