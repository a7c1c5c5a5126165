from pathlib import Path

import pytest

from rag.errors import ModelCorrupt
from rag.models.content import Stage, mismatch
from tests.rag.models.fakes import FOLDER, GGUF, embedder, files_below, published


def test_a_mismatch_says_what_was_found_and_expected(tmp_path: Path) -> None:
    # sha256("abc") begins with ba7816bf8f01cfea, sha256("abd") with a52d159f262b2c6d.
    file, path = published("a.bin", b"abc"), tmp_path / "a.bin"
    path.write_bytes(b"abc")
    assert mismatch(file, path) == ""
    path.write_bytes(b"abcd")
    assert mismatch(file, path) == "a.bin has 4 bytes, expected 3"
    path.write_bytes(b"abd")
    assert mismatch(file, path) == "a.bin has sha256 a52d159f262b2c6d…, expected ba7816bf8f01cfea…"


def test_right_bytes_get_their_final_name(tmp_path: Path) -> None:
    stage, spec = Stage(tmp_path), embedder()
    pooling = spec.files[1]
    stage.part(pooling).write_bytes(FOLDER[pooling.path])
    assert stage.arrived() == len(FOLDER[pooling.path])
    stage.finish(pooling)
    assert files_below(stage.files) == {"1_Pooling/config.json": b"{}"}
    assert stage.missing(spec) == [spec.files[0], spec.files[2]]


@pytest.mark.parametrize("content", [b"", GGUF[:-1], GGUF + b"!", GGUF[:-1] + b"!"])
def test_wrong_bytes_are_removed(tmp_path: Path, content: bytes) -> None:
    stage, file = Stage(tmp_path), published("small.gguf", GGUF)
    stage.part(file).write_bytes(content)
    with pytest.raises(ModelCorrupt, match="expected"):
        stage.finish(file)
    assert files_below(tmp_path) == {}
