"""The documentation as a site: ``python -m tools.site`` builds it in ``build/site``; needs ``pip install '.[docs]'``.

The pages are the repository's own Markdown. They are laid out as they lie here, so that a link between two of them
holds both on the site and where the repository is shown; ``mkdocs.yml`` names them in the order of the menu.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("*.md", "docs/**/*.md", "benchmarks/README.md", "eval/README.md", "models/README.md")
PICTURES = ("docs/**/*.svg", "docs/**/*.png", "eval/*.svg", "benchmarks/*.svg")

_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)")


def lay_out(root: Path, pages: Path) -> None:
    """Copy pages and pictures below ``root`` into the folder ``pages``, which is emptied first.

    What a page links to that is no page of the site, as a source file, is named there without a link.
    """
    shutil.rmtree(pages, ignore_errors=True)
    found = {path.relative_to(root) for pattern in (*PAGES, *PICTURES) for path in root.glob(pattern)}
    for name in sorted(found):
        target = pages / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name.suffix == ".md":
            target.write_text(_with_links_to(found, root, name), encoding="utf-8")
        else:
            shutil.copyfile(root / name, target)


def _with_links_to(found: set[Path], root: Path, page: Path) -> str:
    """The text of a page, with those of its links that lead to a page or a picture that was found, or elsewhere."""

    def shown(link: re.Match[str]) -> str:
        place = link[2].partition("#")[0]
        kept = not place or "://" in place or (root / page.parent / place).resolve().relative_to(root) in found
        return link[0] if kept else link[1]

    return _LINK.sub(shown, (root / page).read_text(encoding="utf-8"))


def main() -> int:
    """Lay the pages out and build them; a warning ends the build. Gives the exit code."""
    lay_out(ROOT, ROOT / "build" / "pages")
    build = [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "--config-file", "mkdocs.yml"]
    return subprocess.run(build, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
