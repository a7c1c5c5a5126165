"""Models on disk: where one lies, and whether its bytes are the published ones."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rag.errors import InvalidInput, ModelCorrupt, ModelMissing, RagError
from rag.models.content import mismatch
from rag.models.manifest import ModelFile, ModelRole, ModelSpec, load_manifest

_GGUF_MAGIC = b"GGUF"
_PICKLES = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"})


def locate(name_or_path: str, role: ModelRole, models_dir: Path) -> Path:
    """The GGUF file of a generator, or the sentence-transformers folder of an embedder.

    A name of the manifest must be there with the published bytes; anything else is a path, relative to the
    working directory, of a model of the user's own. Raises ModelMissing, ModelCorrupt, or InvalidInput when
    it is a model for something else.
    """
    manifest = load_manifest(models_dir)
    if name_or_path not in manifest:
        return _own_model(Path(name_or_path).expanduser(), role, sorted(manifest))
    spec = manifest[name_or_path]
    if spec.role != role:
        raise InvalidInput(
            f"{spec.name} has the role of {spec.role} in the manifest, expected {role}: correct RAG_{role.upper()}."
        )
    if not any((spec.home(models_dir) / file.path).is_file() for file in spec.files):
        raise ModelMissing(f"{spec.name} is not in {models_dir} yet. Run `rag models pull`.")
    for fault in faults(spec, models_dir):
        raise fault
    return spec.path(models_dir)


def identity(name_or_path: str, models_dir: Path) -> str:
    """``name sha256`` of a model that ``locate`` has found; the hash is that of its largest file."""
    if spec := load_manifest(models_dir).get(name_or_path):
        return f"{spec.name} {max(spec.files, key=lambda file: file.bytes).sha256}"
    path = Path(name_or_path).expanduser()
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    with max(files, key=lambda file: file.stat().st_size).open("rb") as content:
        return f"{path.name} {hashlib.file_digest(content, 'sha256').hexdigest()}"


def verify(spec: ModelSpec, models_dir: Path) -> list[RagError]:
    """Read every byte of a model again: one ModelMissing or ModelCorrupt for each file at fault, or none."""
    _stamp_path(spec, models_dir).unlink(missing_ok=True)
    return list(faults(spec, models_dir))


def faults(spec: ModelSpec, models_dir: Path) -> Iterator[RagError]:
    """What keeps a model from being used. Files unchanged since they were checked are not read again."""
    known, checked = _read_stamp(spec, models_dir), {}
    for file in spec.files:
        path = spec.home(models_dir) / file.path
        if not path.is_file():
            yield ModelMissing(f"{spec.name}: {path} is missing. Run `rag models pull {spec.name}`.")
        elif known.get(file.path) != _fingerprint(file, path) and (problem := mismatch(file, path)):
            yield ModelCorrupt(f"{spec.name}: {problem}. Run `rag models pull {spec.name}`.")
        else:
            checked[file.path] = _fingerprint(file, path)
    if checked != known:
        _write_stamp(spec, models_dir, checked)


def remember(spec: ModelSpec, models_dir: Path) -> None:
    """Note that the files, as they lie there now, have been checked."""
    home = spec.home(models_dir)
    _write_stamp(spec, models_dir, {file.path: _fingerprint(file, home / file.path) for file in spec.files})


def _fingerprint(file: ModelFile, path: Path) -> list[int | str]:
    """Size, times of change, inode and published sha256: equal to the noted one, the content is the checked one.

    The time of change can be set back by anyone; that of the last change of anything, st_ctime, cannot.
    """
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, file.sha256]


def _stamp_path(spec: ModelSpec, models_dir: Path) -> Path:
    return models_dir / ".checked" / f"{spec.name}.json"


def _read_stamp(spec: ModelSpec, models_dir: Path) -> dict[str, list[int | str]]:
    try:
        stamp = json.loads(_stamp_path(spec, models_dir).read_bytes())
    except (OSError, ValueError):
        return {}  # never checked, or a torn note: the files are read again
    return stamp if isinstance(stamp, dict) else {}


def _write_stamp(spec: ModelSpec, models_dir: Path, checked: dict[str, list[int | str]]) -> None:
    path = _stamp_path(spec, models_dir)
    with suppress(OSError):  # a read-only folder only costs reading the files again
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(checked, indent=1), encoding="utf-8")


def _own_model(path: Path, role: ModelRole, names: list[str]) -> Path:
    """A model outside the manifest, after a look at what it is."""
    if not path.exists():
        raise ModelMissing(
            f"No model {str(path)!r}: neither a path on disk nor one of {', '.join(names)}; correct RAG_{role.upper()}."
        )
    if role == "generator":
        _refuse_other_than_gguf(path)
    elif not any((path / name).is_file() for name in ("modules.json", "config.json")):
        raise InvalidInput(
            f"{path} is no sentence-transformers folder: it lacks modules.json and config.json; correct RAG_EMBEDDER."
        )
    else:
        _refuse_pickled_weights(path)
    return path


def _refuse_pickled_weights(folder: Path) -> None:
    """A pickle may run any program while it is read; where safetensors lie beside it, those are taken."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in _PICKLES and not any(path.parent.glob("*.safetensors")):
            raise InvalidInput(
                f"{path} may run programs when it is read; expected weights as .safetensors beside it: save them so."
            )


def _refuse_other_than_gguf(path: Path) -> None:
    if not path.is_file():
        raise InvalidInput(f"{path} is a folder, expected a GGUF file; correct RAG_GENERATOR.")
    with path.open("rb") as content:
        found = content.read(len(_GGUF_MAGIC))
    if found != _GGUF_MAGIC:
        raise ModelCorrupt(
            f"{path} is no GGUF file: it begins with {found!r}, expected {_GGUF_MAGIC!r}; correct RAG_GENERATOR."
        )
