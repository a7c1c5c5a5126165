"""A folder that is watched: every change that can change the index renews it, and nothing else does."""

from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from rag.errors import InvalidInput, UnreadableDocument
from rag.settings import Settings
from rag.updating import _concerns, update, watch
from tests.rag.fakes import BUS_AND_TRAM as EMBEDDER
from tests.rag.places import settings_of


def test_watching_updates_for_each_change_and_goes_on_after_an_error(settings: Settings) -> None:
    outcomes: Iterator[Exception | None] = iter([None, UnreadableDocument("No article."), None])
    told: list[str] = []

    def renew() -> None:
        if error := next(outcomes):
            raise error

    watch(settings, renew, told.append, due=["at first", "a change", "another"])
    assert told == ["No article."]
    assert next(outcomes, "all taken") == "all taken"


def test_what_is_no_error_of_ours_ends_the_watching(settings: Settings) -> None:
    def renew() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        watch(settings, renew, print, due=["at first"])


def test_changes_in_the_folder_are_seen_and_ctrl_c_ends_it(folder: Path) -> None:
    """The first update changes the folder, which is being watched by then."""
    settings = Settings.load(documents_dir=folder, index_dir=folder / "index", passage_tokens=32)
    seen: list[list[str]] = []

    def renew() -> None:
        seen.append(list(update(settings, EMBEDDER).documents))
        if len(seen) > 1:
            raise KeyboardInterrupt
        (folder / "taxis.txt").write_text("They wait.", encoding="utf-8")

    watch(settings, renew, pytest.fail)
    assert seen == [["buses.txt", "trams.md"], ["buses.txt", "taxis.txt", "trams.md"]]


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("a.txt", True),
        ("inner/a.txt", True),
        ("metadata.toml", True),
        (".ragignore", True),
        (".a.txt.swp", False),
        (".git/a.txt", False),
        ("index/CURRENT", False),
        ("index", False),
        ("index.txt", True),
    ],
)
def test_what_cannot_change_the_index_does_not_count(tmp_path: Path, name: str, counts: bool) -> None:
    assert _concerns(tmp_path / name, tmp_path, tmp_path / "index") is counts


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("loop/index/CURRENT", False),
        ("loop/a.txt", False),
        ("loop/articles/a.txt", True),
        ("loop/articles/.git/a.txt", False),
        ("loop/articles/loop/a.txt", False),
        ("loop", True),
    ],
)
def test_what_lies_elsewhere_behind_a_link_to_a_folder_does_not_count(tmp_path: Path, name: str, counts: bool) -> None:
    """The link itself does: it is named among what was left out."""
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "loop").symlink_to(tmp_path)
    assert _concerns(articles / name, articles, tmp_path / "index") is counts


def test_a_link_that_leads_to_the_index_does_not_keep_the_watching_busy(settings: Settings, folder: Path) -> None:
    """Only the file that is added is a reason for another update: what the first one wrote is seen through the link."""
    (folder / "loop").symlink_to("..")
    seen: list[list[str]] = []

    def renew() -> None:
        seen.append(list(update(settings, EMBEDDER).documents))
        if len(seen) > 1:
            raise KeyboardInterrupt
        sleep(1.0)  # time enough for the watcher to come round
        (folder / "taxis.txt").write_text("They wait.", encoding="utf-8")

    watch(settings, renew, pytest.fail)
    assert seen == [["buses.txt", "trams.md"], ["buses.txt", "taxis.txt", "trams.md"]]


def test_a_folder_that_is_not_there_cannot_be_watched(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"articles cannot be watched: No path was found.*; run rag index"):
        watch(settings_of(tmp_path), pytest.fail, pytest.fail)
