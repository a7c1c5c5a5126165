"""A few of each fault; ``benchmarks.torture.files`` has a hundred, ``tests/rag/test_crashes.py`` more of updates."""

from pathlib import Path

import pytest

pytest.importorskip("resource", reason="limits and signals are those of Unix")

from rag.updating import update
from tests.rag.fakes import BUS_AND_TRAM
from tests.rag.places import settings_of
from tests.safety.turmoil import NEW, NOTHING, OLD, Faults, moments, place_of, reading, rival_writers, write_articles

TIMES = 4


@pytest.fixture(scope="module")
def first_build(tmp_path_factory: pytest.TempPathFactory) -> Faults:
    return Faults(tmp_path_factory.mktemp("faults"), is_update=False)


def test_a_first_build_that_is_killed_leaves_no_index_or_a_whole_one(first_build: Faults) -> None:
    outcomes = [first_build.happen("killed", moment) for moment in moments(first_build.last, TIMES)]
    assert outcomes[0] == NOTHING
    assert outcomes[-1] == NEW
    assert set(outcomes) <= {NOTHING, NEW}


def test_a_first_build_on_a_full_disk_leaves_no_index_or_a_whole_one(first_build: Faults) -> None:
    assert {first_build.happen("disk full", moment) for moment in moments(first_build.last, TIMES)} <= {NOTHING, NEW}
    assert first_build.run_out_of_disk(200) == NOTHING
    assert first_build.run_out_of_disk(100_000_000) == NEW


def test_who_reads_while_the_index_is_updated_reads_one_of_its_states(tmp_path: Path) -> None:
    place = place_of(tmp_path, is_update=True)
    with reading(place / "index") as seen:
        for number in range(TIMES):
            write_articles(place / "articles", f"{NEW}{number}")
            update(settings_of(place), BUS_AND_TRAM)
    assert set(seen) <= {OLD, *(f"{NEW}{number}" for number in range(TIMES))}


def test_of_two_writers_one_writes_and_the_other_is_told(tmp_path: Path) -> None:
    place_of(tmp_path, is_update=True)
    with reading(tmp_path / "index") as seen:
        made, refused = rival_writers(tmp_path, TIMES)
    assert made + refused == 2 * TIMES
    assert made > 0
    assert {told.rstrip("0123456789") for told in seen} <= {OLD, "a", "b"}
