"""Workers in a Ray cluster of two processes: the same index, whichever of them is killed, and nothing done twice."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from time import sleep
from typing import TypeAlias

import pytest

from rag.embedder import SentenceTransformerEmbedder
from rag.errors import InvalidInput, WorkersDied
from rag.index import Index
from rag.ingestion.batches import LoadEmbedder
from rag.ingestion.cluster import LOCAL, RayWorkers
from rag.ingestion.gathering import GatherByWorkers
from rag.models import locate
from rag.settings import Settings
from rag.updating import update
from tests.rag.ingestion.made import TOKENS, DeadlyEmbedder, Here, assert_same, embedder, write_articles

pytestmark = pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra ray: pip install 'rag-desk[ray]'")

Killer: TypeAlias = Callable[[], set[int]]
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The address of a cluster of two cores whose workers find these tests.

    Ray gives its parts 20 seconds to start, which is too short on a busy machine: it is tried some times.
    """
    os.environ.setdefault("RAY_AUTH_MODE", "token")  # read once in a process, so that they stay
    os.environ.setdefault("RAY_AUTH_TOKEN", "0" * 64)
    with TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as home:
        head, address = next(started for _ in range(5) if (started := start(home)))
        try:
            yield address
        finally:
            end(head)


def start(home: str) -> tuple[subprocess.Popen[bytes], str] | None:
    """The process that holds a cluster together, and its address; None when it did not come up."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--num-cpus=2", "--include-dashboard=false", "--disable-usage-stats", f"--temp-dir={home}"]
    command = [str(Path(sys.executable).with_name("ray")), "start", "--head", "--block", f"--port={port}", *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    log = Path(home, "log")
    with log.open("w") as out:
        head = subprocess.Popen(command, stdout=out, stderr=out, env=environment, start_new_session=True)
    while head.poll() is None:
        if "Ray runtime started" in log.read_text():
            return head, f"127.0.0.1:{port}"
        sleep(0.2)
    end(head)
    return None


def end(head: subprocess.Popen[bytes]) -> None:
    """End a cluster: the process that was started, and those that it has started."""
    with suppress(ProcessLookupError):
        os.killpg(head.pid, signal.SIGKILL)
    head.wait()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Two hundred articles."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    write_articles(tmp_path / "articles", range(200))
    return Settings.load(documents_dir=tmp_path / "articles", index_dir=tmp_path / "index", passage_tokens=TOKENS)


def by_ray(settings: Settings, load: LoadEmbedder, tell: Callable[[str], None], address: str) -> Index:
    """The index brought up to date by workers of one thread each."""
    gather = GatherByWorkers(settings.index_dir, load, RayWorkers(address, 1, tell))
    return update(settings, embedder(), gather=gather)


def deadly(settings: Settings, word: str, times: int) -> LoadEmbedder:
    """An embedder at which so many workers wait to be killed when they meet the word."""
    place = settings.index_dir.parent / "deadly"
    place.mkdir(exist_ok=True)
    return partial(DeadlyEmbedder, word, place, times)


def killed(settings: Settings, over: Event) -> set[int]:
    """Kill, as ``kill -9`` does, whatever waits for that, until all is over; who was killed."""
    done: set[int] = set()
    while not over.wait(0.05):
        for path in settings.index_dir.parent.glob("deadly/*.pid"):
            if (number := int(path.stem)) not in done:
                os.kill(number, signal.SIGKILL)
                done.add(number)
    return done


@pytest.fixture
def killer(settings: Settings) -> Iterator[Killer]:
    """Kills workers that wait for it; called, it ends and tells which."""
    over = Event()
    with ThreadPoolExecutor(1) as pool:
        killing = pool.submit(killed, settings, over)

        def ended() -> set[int]:
            over.set()
            return killing.result()

        yield ended
        over.set()


def strangers() -> list[str]:
    """Addresses, as the kernel writes them, that this process's children and theirs talk to beyond this machine."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # one that has ended
            parents[status.parent] = int(status.read_text().rpartition(")")[2].split()[1])
    children = {Path("/proc", str(os.getpid()))}
    while more := {child for child, parent in parents.items() if Path("/proc", str(parent)) in children} - children:
        children |= more
    sockets = set()
    for link in (link for child in children for link in child.glob("fd/*")):
        with suppress(OSError):
            sockets.add(os.readlink(link))
    tables = (Path("/proc/net", name).read_text().splitlines()[1:] for name in ("tcp", "tcp6", "udp", "udp6"))
    lines = [line.split() for table in tables for line in table]
    mine = {line[2].partition(":")[0] for line in lines if f"socket:[{line[9]}]" in sockets}
    here = {line[1].partition(":")[0] for line in lines}
    return [address for address in mine - here if int(address, 16)]


def test_a_killed_worker_loses_nothing_and_doubles_nothing(settings: Settings, cluster: str, killer: Killer) -> None:
    told: list[str] = []
    built = by_ray(settings, deadly(settings, "case 93 ", 1), told.append, cluster)
    assert len(killer()) == 1
    assert len(told) == 1
    assert re.match(r"A worker died \(.*\); its 8 files are given to another\.", told[0])
    assert_same(built, Index.build(settings.documents_dir, embedder(), TOKENS))
    alone = Here()
    in_one_process = settings.model_copy(update={"index_dir": settings.index_dir.parent / "other"})
    gather = GatherByWorkers(in_one_process.index_dir, embedder, alone)
    update(in_one_process, embedder(), gather=gather)
    assert built.report.embedded == alone.embedded


def test_files_over_which_worker_after_worker_dies_are_named_and_the_rest_is_kept(
    settings: Settings, cluster: str, killer: Killer
) -> None:
    """The third death ends it. Of 25 batches of eight, 24 are done by then, and are not done again."""
    with pytest.raises(WorkersDied, match=r"3 workers died over the files .*11/118\.txt.* leave out the one"):
        by_ray(settings, deadly(settings, "case 118 ", 3), lambda _: None, cluster)
    assert len(killer()) == 3
    rest = Here()
    built = update(settings, embedder(), gather=GatherByWorkers(settings.index_dir, embedder, rest))
    assert_same(built, Index.build(settings.documents_dir, embedder(), TOKENS))
    assert 0 < rest.embedded < len(built.texts.values) / 20


def test_workers_of_this_machine_talk_to_nobody_beyond_it(settings: Settings) -> None:
    """Looked at after each of 25 batches."""
    found: list[str] = []
    gather = GatherByWorkers(settings.index_dir, embedder, RayWorkers(LOCAL, 1, print))
    built = update(settings, embedder(), reading=lambda *_: found.extend(strangers()), gather=gather)
    assert_same(built, Index.build(settings.documents_dir, embedder(), TOKENS))
    assert found == []


def test_an_address_without_a_cluster_is_told_and_nothing_is_begun(settings: Settings) -> None:
    with pytest.raises(InvalidInput, match=r"No Ray cluster answers at nowhere .*expected HOST:PORT"):
        by_ray(settings, embedder, print, "nowhere")
    assert not (settings.index_dir / "CURRENT").exists()


@pytest.mark.real
def test_the_real_embedder_makes_the_same_index_of_the_seeds(
    tmp_path: Path, cluster: str, real_embedder: SentenceTransformerEmbedder
) -> None:
    settings = Settings.load(documents_dir=ROOT / "seeds", index_dir=tmp_path / "index")
    path = locate(settings.embedder, "embedder", settings.models_dir)
    load = partial(SentenceTransformerEmbedder.load, path.resolve(), threads=1)
    gather = GatherByWorkers(settings.index_dir, load, RayWorkers(cluster, 1, print))
    built = update(settings, real_embedder, gather=gather)
    assert_same(built, Index.build(settings.documents_dir, real_embedder, settings.passage_tokens))
