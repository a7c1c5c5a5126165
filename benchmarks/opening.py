"""What opening an index takes at size: the first time, and when its large files have been checked before.

The index is made of a few made-up articles, doubled until there are enough, with clustered vectors. It is opened in
fresh processes.
"""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Annotated

import numpy as np
import typer

from benchmarks.synthetic import HashEmbedder, clustered, write_articles
from rag.corpus.articles import Articles
from rag.index import Index
from rag.parts import Parts
from rag.ragged import Ragged
from rag.records import Documents, Passages
from rag.vector_store import FaissStore

_SEED = 195  # articles, of some five passages each
_SETTLED = 2.5  # seconds, after which a file can be noted as checked


def index_of(passages: int) -> Index:
    """An index of at least so many passages."""
    with TemporaryDirectory() as folder:
        write_articles(Path(folder), range(_SEED))
        small = Index.of(Articles.read(Path(folder)).documents, HashEmbedder(), 160)
    parts = small.parts
    while len(parts.texts) < passages:
        parts = _doubled(parts)
    documents = Documents(parts.records)
    rows = len(parts.texts)
    manifest = replace(
        small.manifest,
        documents=len(documents),
        passages=rows,
        sources=parts.records.hexadecimal(parts.records.origins),
    )
    vectors, _ = clustered(rows, 1)
    texts = Ragged(np.zeros((len(parts.texts.values), vectors.shape[1]), np.float16), parts.texts.ends)
    return Index(documents, Passages(documents), parts, FaissStore.build(vectors), texts, tuple(range(rows)), manifest)


def _doubled(parts: Parts) -> Parts:
    articles, rows = len(parts.records.names), len(parts.texts)
    both = parts.joined(parts, np.arange(2 * articles), np.arange(2 * rows))
    names = tuple(f"{number:09}.txt" for number in range(2 * articles))
    return replace(both, records=replace(both.records, names=names))


def in_a_fresh_process(index_dir: Path) -> float:
    """What an opening takes in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        return fresh.submit(opened, index_dir).result()


def opened(index_dir: Path) -> float:
    """The seconds until the index can be asked."""
    import faiss  # noqa: F401  # so that its own loading is not counted

    started = perf_counter()
    Index.load(index_dir)
    return perf_counter() - started


def main(sizes: Annotated[str, typer.Option(help="Numbers of passages.")] = "10000,100000,1000000") -> None:
    """Print the table."""
    print("| passages | articles | files MB | first s | again s |", "|---" * 5 + "|", sep="\n")
    for size in map(int, sizes.split(",")):
        with TemporaryDirectory() as folder:
            index = index_of(size)
            index.save(Path(folder))
            found = (len(index.passages), len(index.documents))
            del index
            megabytes = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / 1e6
            sleep(_SETTLED)
            first, again = (in_a_fresh_process(Path(folder)) for _ in range(2))
        print(f"| {found[0]:,} | {found[1]:,} | {megabytes:,.0f} | {first:.2f} | {again:.2f} |", flush=True)


if __name__ == "__main__":
    typer.run(main)
