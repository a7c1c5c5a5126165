"""Workers in a Ray cluster (Moritz et al., "Ray: A Distributed Framework for Emerging AI Applications", OSDI 2018).

The only file that imports Ray. Each worker is an actor: a process with an embedder of its own, on this machine or
another of the cluster. A batch whose worker dies is given to another; its outcome is taken once, by this process alone.
"""

import os
import secrets
import sys
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rag.errors import IndexMismatch, InvalidInput, WorkersDied
from rag.ingestion.batches import Batch, Result, Task
from rag.program import program

LOCAL = "local"
"""The address that means: workers on this machine, which end with this command."""

_TRIES = 3  # of a batch: a worker may die for reasons of its own, three do because of what they read
_RAY = "ray"


@dataclass(frozen=True, slots=True)
class RayWorkers:
    """Workers of so many ``threads`` each, as many as the cluster at ``address`` has cores for.

    ``tell`` is given a line when one has died.
    """

    address: str
    threads: int
    tell: Callable[[str], None]

    def __call__(self, task: Task, batches: Sequence[Batch]) -> Generator[tuple[Batch, Result]]:
        """Each batch with what it gave, once, in the order in which they are done.

        Raises InvalidInput when there is no such cluster, IndexMismatch when another program runs there, WorkersDied,
        and the errors of ours that ``task`` raises there.
        """
        with _connected(self.address, self.threads) as cores:
            workers = max(1, min(cores // self.threads, len(batches)))
            yield from _Shift(task, batches, self.threads, self.tell).run(workers)


class _Worker:
    """What runs in an actor."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def prepare(self) -> str:
        """Load the embedder; the program that runs here."""
        self._embedder = self._task.load()
        return program()

    def work(self, batch: Batch) -> Result:
        """What a batch gives."""
        return self._task.result(batch, self._embedder)


class _Shift:
    """The work that is left, and who does what of it."""

    def __init__(self, task: Task, batches: Sequence[Batch], threads: int, tell: Callable[[str], None]) -> None:
        import ray

        self._ray: Any = ray
        self._hire = ray.remote(num_cpus=threads)(_Worker).remote
        self._task = ray.put(task)
        self._waiting = deque(batches)
        self._running: dict[Any, tuple[Any, Batch | None]] = {}
        self._deaths: Counter[str] = Counter()
        self._tell = tell

    def run(self, workers: int) -> Generator[tuple[Batch, Result]]:
        """Have all done by so many workers. A worker that dies is replaced, but not before it was ready for work."""
        for _ in range(workers):
            self._start()
        while self._waiting or any(batch for _, batch in self._running.values()):
            if not self._running:
                raise WorkersDied("Every worker died while it loaded the embedder; give them more memory, or fewer.")
            (done,), _ = self._ray.wait(list(self._running), num_returns=1)
            worker, batch = self._running.pop(done)
            try:
                outcome = self._ray.get(done)
            except self._ray.exceptions.RayTaskError as error:
                raise error.cause from error
            except self._ray.exceptions.RayError as error:
                self._bury(batch, error)
                continue
            if batch:
                yield batch, outcome
            else:
                _check_program(outcome)
            self._give(worker)

    def _start(self) -> None:
        worker = self._hire(self._task)
        self._running[worker.prepare.remote()] = worker, None

    def _give(self, worker: Any) -> None:
        if self._waiting:
            batch = self._waiting.popleft()
            self._running[worker.work.remote(batch)] = worker, batch

    def _bury(self, batch: Batch | None, error: Exception) -> None:
        """A worker died over a batch: the batch is done after the others, by another worker. Raises WorkersDied."""
        reason = str(error).strip().split("\n")[0].rstrip(".")
        if batch is None:
            self._tell(f"A worker died before it was ready ({reason}).")
            return
        names = [doc_id for doc_id, _ in batch.listing.files]
        self._deaths[names[0]] += 1
        if self._deaths[names[0]] == _TRIES:
            raise WorkersDied(
                f"{_TRIES} workers died over the files {', '.join(names)} ({reason}); leave out the one that does it "
                "with .ragignore, and run the same command again: what is done is kept."
            )
        self._tell(f"A worker died ({reason}); its {len(names)} files are given to another.")
        self._waiting.append(batch)
        self._start()


@contextmanager
def _connected(address: str, threads: int) -> Iterator[int]:
    """Within it Ray is there, with so many cores. Raises InvalidInput."""
    if _RAY not in sys.modules:  # which reads these when it is loaded
        os.environ.update(_own_settings(address) | os.environ)
    try:
        import ray
    except ImportError as error:
        raise InvalidInput("--ray needs Ray, which is not installed: pip install 'rag-desk[ray]'.") from error
    try:
        if address == LOCAL:
            _start(max(os.cpu_count() or 1, threads))
        else:
            _join(address)
        yield int(ray.cluster_resources().get("CPU", 1))
    finally:
        ray.shutdown()


def _own_settings(address: str) -> dict[str, str]:
    """What the user may say otherwise: no report of use; a cluster of our own takes no orders from anybody else."""
    own = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)} if address == LOCAL else {}
    return {"RAY_USAGE_STATS_ENABLED": "0"} | own


def _join(address: str) -> None:
    import ray

    try:
        ray.init(address, log_to_driver=False)
    except (ConnectionError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise InvalidInput(
            f"No Ray cluster answers at {address} ({reason}); expected HOST:PORT of one, or {LOCAL}."
        ) from error


def _start(cores: int) -> None:
    """A cluster of this machine alone. Raises WorkersDied: Ray waits 20 seconds for its parts, and not for ever."""
    import ray

    try:
        ray.init(LOCAL, num_cpus=cores, include_dashboard=False, log_to_driver=False)
    except Exception as error:  # they have no class of their own
        reason = " ".join(str(error).split()).rstrip(".")
        raise WorkersDied(
            f"Ray did not start on this machine ({reason}); is it too busy, or short of memory? "
            "Run the same command again, or without --ray."
        ) from error


def _check_program(found: str) -> None:
    if found != program():
        raise IndexMismatch(
            f"A worker runs another version of this program ({found[:12]}) than this machine ({program()[:12]}); "
            "install the same on all machines of the cluster."
        )
