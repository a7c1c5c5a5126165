"""The site: its links lead somewhere, it builds without a warning, and its pages ask no other server for anything."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tools.site import PAGES, lay_out, main

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "build" / "site"
FETCHED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "object": "data"}
"""What a browser fetches by itself, and the attribute that names it. A ``link`` may also be no more than a name."""
_NAMES_ONLY = {"canonical", "next", "prev", "edit"}


class Links(HTMLParser):
    """What a page fetches, where it leads to, and the places in it that have a name."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.led_to: list[str] = []
        self.names: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.names.add(values.get("id", ""))
        if tag == "a":
            self.led_to.append(values.get("href", ""))
        elif (place := values.get(FETCHED.get(tag, ""))) and values.get("rel") not in _NAMES_ONLY:
            self.fetched.append(place)


@pytest.fixture(scope="module")
def site() -> dict[Path, Links]:
    """The pages of the site, built anew."""
    for package in ("zensical", "mkdocstrings"):
        pytest.importorskip(package, reason="the site needs pip install '.[docs]'")
    assert main() == 0
    return {path: Links(path) for path in SITE.rglob("*.html") if path.name != "404.html"}


def test_every_link_between_pages_of_the_repository_leads_to_a_file() -> None:
    pages = [path for pattern in PAGES for path in ROOT.glob(pattern)]
    assert len(pages) > 10
    for page in pages:
        for place in re.findall(r"\]\(([^)\s#]+)", page.read_text(encoding="utf-8")):
            assert "://" in place or (page.parent / place).exists(), f"{page.relative_to(ROOT)}: {place}"


def test_every_page_stands_in_the_menu() -> None:
    menu = set(re.findall(r"[\w/.-]+\.md", (ROOT / "mkdocs.yml").read_text(encoding="utf-8")))
    pages = {path.relative_to(ROOT).as_posix() for pattern in PAGES for path in ROOT.glob(pattern)}
    assert menu == pages


def test_links_to_what_is_no_page_are_named_without_a_link(tmp_path: Path) -> None:
    source, pages = tmp_path / "source", tmp_path / "pages"
    (source / "docs").mkdir(parents=True)
    (source / "a.py").touch()
    (source / "README.md").write_text("[a](a.py) [b](docs/b.md#c) [d](https://e.example) ![f](g.svg)", encoding="utf-8")
    (source / "docs" / "b.md").write_text("[up](../README.md) [self](#c)", encoding="utf-8")
    lay_out(source, pages)
    assert (pages / "README.md").read_text(encoding="utf-8") == (
        "a [b](docs/b.md#c) [d](https://e.example) ![f](g.svg)"
    )
    assert (pages / "docs" / "b.md").read_text(encoding="utf-8") == "[up](../README.md) [self](#c)"


def test_nothing_is_fetched_from_elsewhere(site: dict[Path, Links]) -> None:
    assert len(site) > 15
    assert [place for links in site.values() for place in links.fetched if urlsplit(place).netloc] == []
    styles = "".join(path.read_text(encoding="utf-8") for path in SITE.rglob("*.css"))
    assert re.findall(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", styles) == []


def test_every_link_of_the_site_leads_to_a_page_and_a_place_on_it(site: dict[Path, Links]) -> None:
    for page, links in site.items():
        for place in (*links.fetched, *links.led_to):
            parts = urlsplit(place)
            if parts.scheme or not (parts.path or parts.fragment):
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), f"{page.relative_to(SITE)}: {place}"
            if parts.fragment and target.suffix == ".html":
                assert unquote(parts.fragment) in site[target].names, f"{page.relative_to(SITE)}: {place}"


def test_the_reference_holds_the_docstrings(site: dict[Path, Links]) -> None:
    api = SITE / "docs" / "api.html"
    assert {"rag.assistant.Assistant.ask", "rag.types.Answer", "rag.backends.VectorStore.search"} <= site[api].names
    assert "The finished answer; see" in api.read_text(encoding="utf-8")
