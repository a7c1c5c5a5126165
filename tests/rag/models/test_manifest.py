from pathlib import Path
from typing import Any

import pytest

from rag.errors import InvalidInput
from rag.models.manifest import JoinedPieces, ModelSpec, WheelFolder, load_manifest
from tests.rag.models.fakes import FOLDER, GGUF, embedder, generator, write_files

SHA256 = "0" * 64


def table(**changes: Any) -> dict[str, Any]:
    """A correct table of a generator in two pieces of 3 + 2 bytes, with some keys changed."""
    pieces = [
        {"requirement": "part-1==1.0", "member": "part_1/data.bin", "bytes": 3},
        {"requirement": "part-2==1.0", "member": "part_2/data.bin", "bytes": 2},
    ]
    correct = {
        "role": "generator",
        "licence": "MIT",
        "files": [{"path": "a.gguf", "bytes": 5, "sha256": SHA256}],
        "hub": {"repo": "lab/a", "revision": "main"},
        "package_index": {"pieces": pieces},
    }
    return correct | changes


def test_a_table_becomes_a_model() -> None:
    spec = ModelSpec.from_table("a", table())
    assert (spec.name, spec.role, spec.total_bytes) == ("a", "generator", 5)
    assert isinstance(spec.package_index, JoinedPieces)
    assert spec.package_index.total_bytes == 5
    assert spec.path(Path("models")) == Path("models/a.gguf")


def test_an_embedder_is_its_folder() -> None:
    spec = ModelSpec.from_table(
        "e",
        table(role="embedder", folder="e", package_index={"requirement": "e-data==1", "folder": "e/model"}),
    )
    assert spec.package_index == WheelFolder("e-data==1", "e/model")
    assert spec.path(Path("models")) == Path("models/e")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"role": "poet"}, "role"),
        ({"files": []}, "files"),
        ({"files": [{"path": "../a.gguf", "bytes": 5, "sha256": SHA256}]}, "files.0.path"),
        ({"files": [{"path": "/a.gguf", "bytes": 5, "sha256": SHA256}]}, "files.0.path"),
        ({"files": [{"path": "a\\b.gguf", "bytes": 5, "sha256": SHA256}]}, "files.0.path"),
        ({"files": [{"path": "a.gguf", "bytes": 0, "sha256": SHA256}]}, "files.0.bytes"),
        ({"files": [{"path": "a.gguf", "bytes": 5, "sha256": "beef"}]}, "files.0.sha256"),
        ({"files": [{"path": "a.gguf", "bytes": 6, "sha256": SHA256}]}, "5 bytes together"),
        ({"role": "embedder"}, "needs a folder"),
        ({"folder": ".."}, "folder"),
        ({"package_index": {"requirement": "--index-url=x", "folder": "m"}}, "package_index"),
        ({"package_index": {"requirement": "unpinned", "folder": "m"}}, "package_index"),
        ({"licenses": "MIT"}, "licenses"),
    ],
)
def test_a_broken_entry_is_named_with_the_key_at_fault(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        ModelSpec.from_table("broken", table(**changes))
    message = str(caught.value)
    assert "'broken'" in message
    assert named in message
    assert "\n" not in message


@pytest.mark.parametrize("text", ["[a", "a = 3", '["../a"]\nrole = "generator"'])
def test_a_broken_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.toml").write_text(text)
    with pytest.raises(InvalidInput, match="manifest"):
        load_manifest(tmp_path)


def test_a_manifest_beside_the_models_adds_to_that_of_the_package_and_replaces_what_it_names(tmp_path: Path) -> None:
    of_the_package = load_manifest(tmp_path)
    (tmp_path / "manifest.toml").write_text(
        f"""
["all-MiniLM-L6-v2"]
role = "embedder"
licence = "MIT"
folder = "mine"
files = [{{ path = "config.json", bytes = 7, sha256 = "{SHA256}" }}]

[small]
role = "generator"
licence = "MIT"
files = [{{ path = "small.gguf", bytes = 5, sha256 = "{SHA256}" }}]
"""
    )
    manifest = load_manifest(tmp_path)
    assert manifest["small"].path(tmp_path) == tmp_path / "small.gguf"
    assert manifest["all-MiniLM-L6-v2"].path(tmp_path) == tmp_path / "mine"
    untouched = of_the_package.keys() - {"all-MiniLM-L6-v2"}
    assert manifest.keys() == of_the_package.keys() | {"small"}
    assert {name: manifest[name] for name in untouched} == {name: of_the_package[name] for name in untouched}


def test_the_manifest_of_the_package_has_two_sources_for_each_model(tmp_path: Path) -> None:
    manifest = load_manifest(tmp_path)
    assert {name: spec.role for name, spec in manifest.items()} == {
        "qwen2.5-coder-1.5b-instruct": "generator",
        "qwen2.5-coder-0.5b-instruct": "generator",
        "all-MiniLM-L6-v2": "embedder",
        "all-mpnet-base-v2": "embedder",
    }
    assert all(spec.hub and spec.package_index and spec.licence == "Apache-2.0" for spec in manifest.values())


def test_present_looks_at_sizes_only(tmp_path: Path) -> None:
    assert not generator().present(tmp_path)
    write_files(tmp_path, {"small.gguf": bytes(len(GGUF))})
    assert generator().present(tmp_path)
    write_files(tmp_path / "mini", FOLDER | {"modules.json": b"[ ]"})
    assert not embedder().present(tmp_path)
