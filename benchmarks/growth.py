"""What one more article costs an index that grows: the seconds of each stage of an update.

The articles are made up and the embedder costs next to nothing, so that what is left is what the index does itself.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from pkgutil import resolve_name
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Annotated, ParamSpec, TypeVar
from unittest import mock

import typer

from benchmarks.synthetic import HashEmbedder, write_articles
from rag.backends import Embedder
from rag.settings import Settings
from rag.updating import update

P = ParamSpec("P")
T = TypeVar("T")

_STAGES = {
    "open the index before": "rag.index.Index.load",
    "read the articles, understand what is new": "rag.corpus.articles.Articles.read",
    "cut that into passages": "rag.gathering.passages_of",
    "stems and shingles of what is new": "rag.parts.Gain.of",
    "take over what is known": "rag.parts.Legacy.with_gain",
    "vector store": "rag.vector_store.FaissStore.build",
    "copies among passages": "rag.index.passage_copies",
    "fingerprint": "rag.index._fingerprint",
    "save": "rag.index.Index.save",
}
_REST, _ALL, _FIRST = "everything else", "in all", "all articles, at first"
_REPEATS = 5


def seconds_of_one_more(articles: int) -> dict[str, float]:
    """The seconds of each stage when one article comes to an index of so many: medians of several such updates."""
    embedder = HashEmbedder()
    with TemporaryDirectory() as folder:
        settings = Settings(documents_dir=Path(folder) / "articles", index_dir=Path(folder) / "index")
        settings.documents_dir.mkdir()
        write_articles(settings.documents_dir, range(articles))
        first, _ = _update(settings, embedder)
        updates = []
        for number in range(articles, articles + _REPEATS):
            write_articles(settings.documents_dir, range(number, number + 1))
            total, seconds = _update(settings, embedder)
            updates.append({**seconds, _REST: total - sum(seconds.values()), _ALL: total})
    return {stage: median(one.get(stage, 0) for one in updates) for stage in updates[0]} | {_FIRST: first}


def _update(settings: Settings, embedder: Embedder) -> tuple[float, dict[str, float]]:
    """The seconds of an update, and those of its stages."""
    with _stopwatches() as seconds:
        started = perf_counter()
        update(settings, embedder)
        return perf_counter() - started, seconds


@contextmanager
def _stopwatches() -> Iterator[dict[str, float]]:
    """The seconds that are spent in each stage from here on."""
    seconds: dict[str, float] = defaultdict(float)
    with ExitStack() as stack:
        for stage, name in _STAGES.items():
            stack.enter_context(mock.patch(name, _timed(resolve_name(name), stage, seconds)))
        yield seconds


def _timed(function: Callable[P, T], stage: str, seconds: dict[str, float]) -> Callable[P, T]:
    def timed(*args: P.args, **kwargs: P.kwargs) -> T:
        started = perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            seconds[stage] += perf_counter() - started

    return timed


def plot(counts: Sequence[int], columns: Sequence[dict[str, float]], path: Path) -> None:
    """Seconds of one more article, and of all before it, against the number of articles, as SVG or PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.6), layout="constrained")
    axes = figure.subplots()
    for name, label in ((_FIRST, _FIRST), (_ALL, "one more article")):
        axes.plot(counts, [column[name] for column in columns], "o-", label=label)
    axes.set(xscale="log", yscale="log", xlabel="articles in the index", ylabel="seconds")
    axes.legend(frameon=False)
    figure.savefig(path)


def main(
    sizes: Annotated[str, typer.Option(help="Numbers of articles.")] = "100,1000,10000",
    plot_to: Annotated[Path | None, typer.Option("--plot", help="Draw the sums into this .svg or .png.")] = None,
) -> None:
    """Print a table: a line for each stage, a column for each size of the index."""
    counts = [int(size) for size in sizes.split(",")]
    columns = [seconds_of_one_more(count) for count in counts]
    print("| seconds for one more article | " + " | ".join(f"to {count:,}" for count in counts) + " |")
    print("|---" * (len(counts) + 1) + "|")
    for stage in (*_STAGES, _REST, _ALL, _FIRST):
        print(f"| {stage} | " + " | ".join(f"{column.get(stage, 0):.3f}" for column in columns) + " |")
    if plot_to:
        plot(counts, columns, plot_to)


if __name__ == "__main__":
    typer.run(main)
