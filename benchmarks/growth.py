"""What one more article costs an index that grows: the seconds of each stage of an update.

The articles are made up and the embedder costs next to nothing, so that what is left is what the index does itself.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from pkgutil import resolve_name
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Annotated, ParamSpec, TypeVar
from unittest import mock

import typer

from benchmarks.synthetic import HashEmbedder, write_articles
from rag.settings import Settings
from rag.updating import update

P = ParamSpec("P")
T = TypeVar("T")

_STAGES = {
    "open the index before": "rag.index.Index.load",
    "read and understand the articles": "rag.corpus.articles.Articles.read",
    "cut them into passages": "rag.index.passages_of",
    "take over vectors": "rag.index._known_vectors",
    "embed what is new": "rag.index._vectors",
    "vector store": "rag.vector_store.FaissStore.build",
    "BM25": "rag.lexical.LexicalIndex.build",
    "copies among passages": "rag.index.passage_copies",
    "fingerprint": "rag.index.fingerprint",
    "save": "rag.index.Index.save",
}
_REST, _ALL = "everything else", "in all"


def seconds_of_one_more(articles: int) -> dict[str, float]:
    """The seconds of each stage when one article comes to an index of so many."""
    embedder = HashEmbedder()
    with TemporaryDirectory() as folder:
        settings = Settings(documents_dir=Path(folder) / "articles", index_dir=Path(folder) / "index")
        settings.documents_dir.mkdir()
        write_articles(settings.documents_dir, range(articles))
        update(settings, embedder)
        write_articles(settings.documents_dir, range(articles, articles + 1))
        with _stopwatches() as seconds:
            started = perf_counter()
            update(settings, embedder)
            total = perf_counter() - started
    return {**seconds, _REST: total - sum(seconds.values()), _ALL: total}


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


def main(sizes: Annotated[str, typer.Option(help="Numbers of articles.")] = "100,1000,10000") -> None:
    """Print a table: a line for each stage, a column for each size of the index."""
    counts = [int(size) for size in sizes.split(",")]
    columns = [seconds_of_one_more(count) for count in counts]
    print("| seconds for one more article | " + " | ".join(f"to {count:,}" for count in counts) + " |")
    print("|---" * (len(counts) + 1) + "|")
    for stage in (*_STAGES, _REST, _ALL):
        print(f"| {stage} | " + " | ".join(f"{column.get(stage, 0):.3f}" for column in columns) + " |")


if __name__ == "__main__":
    typer.run(main)
