"""An environment on top of ours, in ``build/peers``, for packages that must never be dependencies of ours."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from rag.settings import HOME

_PLACE = HOME / "build" / "peers"
_REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def program(name: str) -> Path:
    """A program of that environment, which is made when it is not there yet; ``pip`` tells what it fetches."""
    stamp, wanted = _PLACE / "installed.stamp", _REQUIREMENTS.read_text(encoding="utf-8")
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        venv.create(_PLACE, clear=True, with_pip=True)
        _lay_on_ours()
        pip = [str(_found("python")), "-m", "pip", "install", "--disable-pip-version-check"]
        subprocess.run([*pip, "--requirement", str(_REQUIREMENTS)], check=True)
        stamp.write_text(wanted, encoding="utf-8")
    return _found(name)


def _lay_on_ours() -> None:
    """What our environment holds can be imported, and pip does not fetch it again."""
    pure = {"base": str(_PLACE), "platbase": str(_PLACE)}
    own = Path(sysconfig.get_path("purelib", scheme="venv", vars=pure))
    ours = sysconfig.get_path("purelib")
    (own / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n", encoding="utf-8")


def _found(name: str) -> Path:
    folder = "Scripts" if sys.platform == "win32" else "bin"
    return _PLACE / folder / name
