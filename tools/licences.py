"""The licence of every locked package, as its own metadata tells: ``python tools/licences.py > docs/licences.md``.

What only other systems or other versions of Python need is not installed here, and of that nothing is told.
"""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
ELSEWHERE = "not installed on the system that this list was made on"

_LOCKED = re.compile(r"^(?P<name>[\w.-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;]+)", re.M)
_LONGEST = 60  # characters of a licence's name; longer is its text


def locked(lock: str) -> dict[str, tuple[str, ...]]:
    """The packages of a lock, with their versions: there may be one for each version of Python."""
    found: dict[str, list[str]] = {}
    for match in _LOCKED.finditer(lock):
        found.setdefault(match["name"], []).append(match["version"])
    return {name: tuple(versions) for name, versions in sorted(found.items())}


def licence_of(name: str) -> str:
    """The licence of an installed package: its SPDX expression, else its classifiers, else what else it says."""
    try:
        return next(filter(None, _told(distribution(name))), "unknown")
    except PackageNotFoundError:
        return ELSEWHERE


def _told(package: Distribution) -> Iterator[str]:
    yield package.metadata["License-Expression"] or ""
    classifiers = package.metadata.get_all("Classifier") or []
    yield ", ".join(one.rsplit(" :: ", 1)[-1] for one in classifiers if one.startswith("License :: OSI Approved ::"))
    licence = package.metadata["License"] or ""
    yield licence if len(licence) <= _LONGEST else ""
    for file in package.files or ():
        if file.name.upper().startswith("LICEN"):
            yield next(filter(None, map(str.strip, file.read_text().splitlines())), "")[:_LONGEST]


def page(lock: str) -> str:
    """The list as Markdown: a line for each package of the lock."""
    lines = (f"| {name} | {', '.join(versions)} | {licence_of(name)} |" for name, versions in locked(lock).items())
    return "\n".join(
        [
            "# Licences of the locked packages",
            "",
            "Written by `python tools/licences.py > docs/licences.md`; a test compares it with `requirements.lock`.",
            "torch, which is locked in `pyproject.toml` because each platform has its own build, is BSD-3-Clause. The",
            "licences of the models stand in `rag/models/manifest.toml`.",
            "",
            "| package | version | licence |",
            "|---|---|---|",
            *lines,
            "",
        ]
    )


if __name__ == "__main__":
    sys.stdout.write(page(LOCK.read_text(encoding="utf-8")))
