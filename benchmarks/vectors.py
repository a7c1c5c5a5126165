"""Dense search at size: exact against lists, on clustered vectors of 384 dimensions.

Each store is opened and asked in a fresh process, one query after the other on one thread, as a question does.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer

from benchmarks.synthetic import clustered
from rag.types import FloatArray
from rag.vector_store import EXACT_UP_TO, FaissStore

_QUERIES = 500
_K = 10
_HEADER = "| vectors | search | build s | files MB | open s | own MB | recall@10 | p50 ms | p95 ms |"


@dataclass(frozen=True, slots=True)
class Opened:
    """A store in use: seconds to open it, megabytes besides its mapped files, and each query's seconds and rows."""

    opening: float
    memory: float
    seconds: tuple[float, ...]
    found: tuple[frozenset[int], ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the table, in its order and units."""

    vectors: int
    search: str
    build: float
    files: float
    opening: float
    memory: float
    recall: float
    p50: float
    p95: float

    def __str__(self) -> str:
        return "| " + " | ".join(f"{v:,}" if isinstance(v, int) else _short(v) for v in astuple(self)) + " |"


def measured(rows: FloatArray, queries: FloatArray, nearest: Sequence[frozenset[int]], exact_up_to: int) -> Measured:
    """Build, save, open and ask one store; ``nearest`` are the rows that each query should find."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.faiss"
        started = perf_counter()
        store = FaissStore.build(rows, exact_up_to)
        build = perf_counter() - started
        store.save(path)
        megabytes = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
        with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
            opened = fresh.submit(opened_and_asked, path, queries).result()
    p50, p95 = np.percentile(np.asarray(opened.seconds) * 1000, [50, 95])
    recall = np.mean([len(found & wanted) / _K for found, wanted in zip(opened.found, nearest, strict=True)])
    kind = "lists" if len(rows) > exact_up_to else "exact"
    return Measured(
        len(rows), kind, build, megabytes, opened.opening, opened.memory, float(recall), float(p50), float(p95)
    )


def opened_and_asked(path: Path, queries: FloatArray) -> Opened:
    """Open the store at ``path`` and search for each query."""
    import faiss  # noqa: F401  # so that its own loading is not counted

    before = _own_mb()
    started = perf_counter()
    store = FaissStore.load(path)
    opening = perf_counter() - started
    store.search(queries[0], _K)  # the first search touches what all need
    asked = [_timed(store, query) for query in queries]
    return Opened(opening, _own_mb() - before, tuple(s for s, _ in asked), tuple(rows for _, rows in asked))


def nearest_rows(rows: FloatArray, queries: FloatArray) -> list[frozenset[int]]:
    """The ``_K`` nearest rows of each query, by comparing it with all."""
    parts = np.array_split(queries, max(1, len(queries) // 100))
    return [frozenset(best.tolist()) for part in parts for best in _best(part @ rows.T)]


def _best(cosines: FloatArray) -> npt.NDArray[np.int64]:
    best: npt.NDArray[np.int64] = np.argpartition(cosines, -_K, axis=1)[:, -_K:]
    return best


def _timed(store: FaissStore, query: FloatArray) -> tuple[float, frozenset[int]]:
    started = perf_counter()
    found = store.search(query, _K)
    return perf_counter() - started, frozenset(row for row, _ in found)


def _own_mb() -> float:
    """Memory of this process as Linux counts it, without pages of files, which the system may drop."""
    _, resident, shared, *_ = map(int, Path("/proc/self/statm").read_text(encoding="ascii").split())
    return (resident - shared) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _short(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def plot(lines: Sequence[Measured], path: Path) -> None:
    """Milliseconds of a search and seconds of a build against the number of vectors, as SVG or PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    for axes, name, label in zip(figure.subplots(1, 2), ("p50", "build"), ("search, p50 ms", "build, s"), strict=True):
        for kind in ("exact", "lists"):
            points = [line for line in lines if line.search == kind]
            axes.plot([p.vectors for p in points], [getattr(p, name) for p in points], "o-", label=kind)
        axes.axvline(EXACT_UP_TO, color="grey", linestyle=":", label="switch")
        axes.set(xscale="log", yscale="log", xlabel="vectors", ylabel=label)
        axes.legend(frameon=False)
    figure.savefig(path)


def main(
    sizes: Annotated[str, typer.Option(help="Numbers of vectors.")] = "10000,100000,1000000",
    plot_to: Annotated[Path | None, typer.Option("--plot", help="Draw the table into this .svg or .png.")] = None,
) -> None:
    """Print the table: both ways to search, at each size."""
    print(_HEADER, "|---" * 9 + "|", sep="\n")
    lines = []
    for size in map(int, sizes.split(",")):
        rows, queries = clustered(size, _QUERIES)
        nearest = nearest_rows(rows, queries)
        for exact_up_to in (size, 0):
            lines.append(measured(rows, queries, nearest, exact_up_to))
            print(lines[-1], flush=True)
    if plot_to:
        plot(lines, plot_to)


if __name__ == "__main__":
    typer.run(main)
