"""Dense search in Milvus at size: how fast passages are written, and how fast they are found, while others are written.

The server is given by its address, and must be there: see docs/scale.md. What is measured is ``MilvusStore.search``, as
a question calls it, filters included; recall is against comparing the query with every row.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from time import perf_counter, sleep
from typing import Annotated

import numpy as np
import typer

from benchmarks.synthetic import DIMENSIONS, clustered
from benchmarks.vectors import nearest_rows
from rag.backends import Mask
from rag.stores.milvus import FIELDS, MilvusStore, Traits
from rag.stores.session import Row, Session
from rag.types import FloatArray

_QUERIES = 200
_K = 10
_OF_AN_ARTICLE = 5  # passages
_PUBLISHERS = 20
_DAYS = 701  # a prime, so that every publisher has every day
_AT_ONCE = 1000  # rows that are written together
_TEXT = "Ba ce di fo gu ka le mi no ru. " * 20  # 620 characters, as a passage of the seeds has
_COLLECTION = "benchmark"


@dataclass(frozen=True, slots=True)
class Searched:
    """The searches with one filter, quietly or while others write: their recall, median and 95th percentile."""

    name: str
    state: str
    recall: float
    p50_ms: float
    p95_ms: float

    def __str__(self) -> str:
        return f"| {self.name} | {self.state} | {self.recall:.3f} | {self.p50_ms:.1f} | {self.p95_ms:.1f} |"


def main(
    store: Annotated[str, typer.Option(help="Address of the server; what is there under that name is removed.")],
    passages: Annotated[int, typer.Option(help="How many.")] = 100_000,
    pid: Annotated[int, typer.Option(help="The server's process, whose memory is told. (default: not told)")] = 0,
    plot_to: Annotated[Path | None, typer.Option("--plot", help="Draw the searches into this .svg or .png.")] = None,
) -> None:
    """Write the passages, then search them, quietly and while as many more are being written; print what came of it."""
    vectors, queries = clustered(passages, _QUERIES)
    session = Session.connect(store)
    collection = session.named(_COLLECTION)
    if collection in session.collections(""):
        session.drop(collection)
    session.create(collection, FIELDS, DIMENSIONS)
    before = _megabytes(pid)
    started = perf_counter()
    _write(session, collection, 0, vectors)
    written = perf_counter() - started
    print(f"Written: {passages:,} passages, {passages / written:,.0f} a second.", flush=True)
    session.settle(collection)
    _wait_for_index(session, collection)
    indexed = perf_counter() - started - written
    memory = f", {_megabytes(pid) - before:,.0f} MB more in the server" if pid else ""
    print(f"HNSW: {indexed:,.0f} s{memory}.\n", flush=True)
    search = MilvusStore(session, collection, DIMENSIONS, np.arange(passages), _traits(passages))
    print("| searched | in | recall@10 | p50 ms | p95 ms |", "|---" * 5 + "|", sep="\n")
    searched = list(_measured(search, vectors, queries, "quiet"))
    context = get_context("spawn")
    stop = context.Event()
    writer = context.Process(target=_write_on, args=(store, passages, stop), daemon=True)
    writer.start()
    sleep(20)  # its imports
    searched += _measured(search, vectors, queries, "while writing")
    stop.set()
    writer.join()
    more = session.count(collection) - passages
    print(f"\nWritten meanwhile: {more:,} passages.")
    session.drop(collection)
    if plot_to:
        plot(searched, passages, plot_to)


def plot(searched: Sequence[Searched], passages: int, path: Path) -> None:
    """Medians as bars, up to the 95th percentiles as lines, by filter, as SVG or PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.4), layout="constrained")
    axes = figure.subplots()
    names = list(dict.fromkeys(line.name for line in searched))
    for nth, state in enumerate(("quiet", "while writing")):
        lines = [line for line in searched if line.state == state]
        places = np.arange(len(lines)) + 0.38 * (nth - 0.5)
        medians = [line.p50_ms for line in lines]
        above = [line.p95_ms - line.p50_ms for line in lines]
        axes.bar(places, medians, 0.36, yerr=([0.0] * len(lines), above), capsize=3, label=state)
    axes.set(
        yscale="log", ylim=(1, None), ylabel="ms, median and 95th percentile", title=f"Milvus, {passages:,} passages"
    )
    axes.set_xticks(np.arange(len(names)), names)
    axes.legend(frameon=False)
    figure.savefig(path)


def _measured(search: MilvusStore, vectors: FloatArray, queries: FloatArray, state: str) -> Iterator[Searched]:
    """For each filter, printed at once."""
    for name, allowed in _filters(len(vectors)).items():
        rows = np.flatnonzero(allowed)
        nearest = [frozenset(rows[list(best)].tolist()) for best in nearest_rows(vectors[rows], queries)]
        search.search(queries[0], _K, allowed)
        timed = [_timed(search, query, allowed) for query in queries]
        p50, p95 = np.percentile([1000 * seconds for seconds, _ in timed], [50, 95])
        recall = np.mean([len(found & wanted) / _K for (_, found), wanted in zip(timed, nearest, strict=True)])
        found = Searched(name, state, float(recall), float(p50), float(p95))
        print(found, flush=True)
        yield found


def _timed(search: MilvusStore, query: FloatArray, allowed: Mask) -> tuple[float, frozenset[int]]:
    started = perf_counter()
    found = search.search(query, _K, allowed)
    return perf_counter() - started, frozenset(row for row, _ in found)


def _filters(passages: int) -> dict[str, Mask]:
    traits = _traits(passages)
    some = np.unique(traits.article)[::97][:100]
    return {
        "everything": np.ones(passages, np.bool_),
        "one publisher of 20": traits.source == 3,
        "a month of 23": (traits.day >= 100) & (traits.day < 130),
        "publisher and month": (traits.source == 3) & (traits.day >= 100) & (traits.day < 130),
        "100 articles": np.isin(traits.article, some),
    }


def _traits(passages: int, first: int = 0) -> Traits:
    article = np.arange(first, first + passages) // _OF_AN_ARTICLE
    return Traits(article, article % _PUBLISHERS, (article * 7919) % _DAYS)


def _rows(first: int, vectors: FloatArray) -> Iterator[Row]:
    traits = _traits(len(vectors), first)
    for row, vector in enumerate(vectors):
        number = int(traits.article[row])
        yield {
            "key": first + row,
            "vector": vector,
            "article": number,
            "source": int(traits.source[row]),
            "day": int(traits.day[row]),
            "doc_id": f"{number:07}.txt",
            "title": "Ba ce di",
            "publisher": f"Publisher {traits.source[row]}",
            "published": "2025-02-27",
            "start": 0,
            "end": len(_TEXT),
            "text": _TEXT,
        }


def _write(session: Session, collection: str, first: int, vectors: FloatArray) -> None:
    for start in range(0, len(vectors), _AT_ONCE):
        session.write(collection, list(_rows(first + start, vectors[start : start + _AT_ONCE])))


def _write_on(store: str, first: int, stop: Event) -> None:
    """Write more passages until told to stop, in all directions: a query is near to hardly any of them."""
    session = Session.connect(store)
    random = np.random.default_rng(first)
    while not stop.is_set():
        scattered = random.standard_normal((_AT_ONCE, DIMENSIONS), dtype=np.float32)
        scattered /= np.linalg.norm(scattered, axis=1, keepdims=True)
        _write(session, session.named(_COLLECTION), first, scattered)
        first += _AT_ONCE


def _wait_for_index(session: Session, collection: str) -> None:
    from pymilvus import MilvusClient

    client = MilvusClient(uri=session.address.uri)
    while client.describe_index(collection, "vector").get("pending_index_rows", 0):
        sleep(0.5)


def _megabytes(pid: int) -> float:
    """Memory of a process as Linux counts it."""
    lines: Sequence[str] = Path(f"/proc/{pid or 'self'}/status").read_text(encoding="ascii").splitlines()
    (resident,) = (int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
    return resident / 1000


if __name__ == "__main__":
    typer.run(main)
