"""The wheel holds all that runs, and nothing else: it works where there is no checkout."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"rag": ROOT / "rag", "rag_eval": ROOT / "eval" / "rag_eval", "rag_ui": ROOT / "ui" / "rag_ui"}

IMPORT_ALL = """
import importlib, pkgutil, sys
ours = sys.argv[1:]
for name in ours:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, f"{name}."):
        try:
            module.name.endswith("__main__") or importlib.import_module(module.name)
        except ModuleNotFoundError as error:  # of an extra that is not installed
            if error.name.partition(".")[0] in ours:
                raise
print(*{module.__file__ for name, module in sys.modules.items() if name.partition(".")[0] in ours}, sep="\\n")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """The wheel that pip builds of a copy of the sources, without a network."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("rag", "ui", "eval"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "--quiet")
    subprocess.run([sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", built, source], check=True)
    (file,) = built.glob("*.whl")
    return ZipFile(file)


@pytest.fixture(scope="module")
def installed(wheel: ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as it lies in an environment."""
    folder = tmp_path_factory.mktemp("installed")
    wheel.extractall(folder)
    return folder


def python(installed: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter that knows the wheel and our dependencies; the checkout's editable install is left out."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}
    path = os.pathsep.join([str(installed), sysconfig.get_path("platlib"), sysconfig.get_path("purelib")])
    environment = own | {"PYTHONPATH": path, "HOME": str(home), "USERPROFILE": str(home), "COLUMNS": "200"}
    command = [sys.executable, "-S", *arguments]  # -S: no .pth files, one of which names the checkout
    return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, encoding="utf-8")


def files_of(package: str, folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield f"{package}/{path.relative_to(folder).as_posix()}"


def test_the_wheel_holds_every_file_of_the_packages_and_no_other(wheel: ZipFile) -> None:
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert held == {name for package, folder in FOLDERS.items() for name in files_of(package, folder)}
    assert {"rag/py.typed", "rag/models/manifest.toml", "rag/calibration.json"} <= held


def test_the_command_is_called_rag(wheel: ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    points = ConfigParser()
    points.read_string(wheel.read(name).decode())
    assert {section: dict(points[section]) for section in points.sections()} == {
        "console_scripts": {"rag": "rag.cli:main"}
    }


def test_every_module_can_be_imported_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    done = python(installed, tmp_path, "-c", IMPORT_ALL, *FOLDERS)
    assert done.returncode == 0, done.stderr
    files = done.stdout.splitlines()
    assert len(files) > 100
    assert all(Path(file).is_relative_to(installed) for file in files)


def test_what_a_wheel_keeps_lies_in_one_folder_of_the_users_own(installed: Path, tmp_path: Path) -> None:
    done = python(installed, tmp_path, "-m", "rag", "doctor", "--privacy")
    assert done.returncode == 0, done.stderr
    places = [line for line in done.stdout.splitlines() if not line.startswith("cache")]
    assert len(places) == 4
    assert all(f"  {tmp_path / '.rag-desk'}{os.sep}" in line for line in places)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("--version", 0, "rag 0."),
        ("models list", 0, "all-MiniLM-L6-v2 "),
        ("ask Who?", 2, "all-MiniLM-L6-v2 is not in {home}/models yet. Run `rag models pull`."),
        ("index", 2, "{home}/seeds is not a folder; give the folder that holds the articles."),
        ("docs list", 2, "There is no index in {home}/index; build one: rag index FOLDER"),
        ("eval run", 2, "There is no index in {home}/index; build one: rag index FOLDER"),
        ("eval score", 2, "cannot read eval.run.jsonl: No such file or directory; `rag eval run` writes such a file"),
    ],
)
def test_a_first_command_works_or_says_what_to_do(
    installed: Path, tmp_path: Path, command: str, code: int, said: str
) -> None:
    done = python(installed, tmp_path, "-m", "rag", *command.split())
    assert done.returncode == code, done.stderr
    home = f"{tmp_path / '.rag-desk'}"
    assert said.format(home=home).replace("/", os.sep) in done.stdout + done.stderr
