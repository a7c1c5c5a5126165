"""The list of licences is that of the lock, and every package in it says under which licence it may be used."""

import re
from pathlib import Path

import pytest

from tools.licences import ELSEWHERE, LOCK, licence_of, locked, page

LISTED = Path(__file__).resolve().parents[2] / "docs" / "licences.md"


def listed() -> dict[str, tuple[str, str]]:
    rows = re.findall(r"^\| (\S+) \| ([^|]+) \| ([^|]+) \|$", LISTED.read_text(encoding="utf-8"), re.M)
    return {name: (versions, licence) for name, versions, licence in rows if name not in ("package", "---")}


def test_every_locked_package_is_listed_in_its_version_and_no_other() -> None:
    """Else: ``python tools/licences.py > docs/licences.md``."""
    lock = locked(LOCK.read_text(encoding="utf-8"))
    assert {name: versions for name, (versions, _) in listed().items()} == {
        name: ", ".join(versions) for name, versions in lock.items()
    }


def test_every_licence_is_known_but_of_what_only_other_systems_need() -> None:
    assert [name for name, (_, licence) in listed().items() if licence == "unknown"] == []
    assert sum(licence == ELSEWHERE for _, licence in listed().values()) < 5


def test_every_package_of_the_lock_has_its_hashes() -> None:
    requirements = re.split(r"\n(?=\w)", LOCK.read_text(encoding="utf-8"))
    without = [each.split(" ")[0] for each in requirements if "==" in each and "--hash=sha256:" not in each]
    assert without == []


def test_a_package_may_be_locked_in_a_version_for_each_python() -> None:
    lock = "numpy==2.4 ; python_version < '3.12' \\\n    --hash=x\nnumpy==2.5\npypdf[crypto]==7.1 \\\n# a==1\n"
    assert locked(lock) == {"numpy": ("2.4", "2.5"), "pypdf": ("7.1",)}


@pytest.mark.parametrize(("name", "licence"), [("pytest", "MIT"), ("no-such-package", ELSEWHERE)])
def test_a_licence_is_what_the_package_says(name: str, licence: str) -> None:
    assert licence_of(name) == licence


def test_the_page_is_a_table() -> None:
    assert "| pytest | 9.9 | MIT |" in page("pytest==9.9 \\\n").split("\n")
