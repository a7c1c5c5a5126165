"""Passages per second: our embedder in each precision against plain sentence-transformers, side by side.

All are loaded in one process with the same threads, and take turns at every batch, so that whatever else the machine
does slows them alike. Plain means ``SentenceTransformer.encode`` of the passages in file order with its defaults.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Annotated, TypeAlias

import numpy as np
import typer

from benchmarks.synthetic import write_articles
from rag.chunking import CountTokens, passages_of
from rag.corpus.articles import Articles
from rag.embedder import SentenceTransformerEmbedder, multiplies_bfloat16
from rag.models import locate
from rag.sentences import embedded_texts
from rag.settings import Settings
from rag.types import Document, FloatArray
from rag_eval.benchmarks import load_benchmark

_PLAIN, _FLOAT32, _BFLOAT16 = "plain encode", "ours, float32", "ours, bfloat16"
_AT_ONCE = 64  # as the index does
_LONG = 240  # tokens of a made-up passage at most, some 170 on average
_Embed: TypeAlias = Callable[[Sequence[str]], FloatArray]


@dataclass(frozen=True, slots=True)
class Result:
    """What one way took, in seconds, and the vectors that it made."""

    seconds: float
    vectors: FloatArray


def ways(ours: SentenceTransformerEmbedder, model: Path, threads: int) -> dict[str, _Embed]:
    """The ways to embed with the model in that folder, by name, each warm; ``ours`` has loaded it already."""
    from sentence_transformers import SentenceTransformer

    quick = SentenceTransformerEmbedder.load(model, threads=threads, precision="bfloat16")
    library = SentenceTransformer(str(model), device="cpu", local_files_only=True)

    def plain(texts: Sequence[str]) -> FloatArray:
        return np.asarray(library.encode(list(texts), show_progress_bar=False), dtype=np.float32)

    found: dict[str, _Embed] = {_PLAIN: plain, _FLOAT32: ours.embed, _BFLOAT16: quick.embed}
    for embed in found.values():
        embed(["A ferry sails."])
    return found


def side_by_side(texts: Sequence[str], found: dict[str, _Embed]) -> dict[str, Result]:
    """What each way makes of the texts; they take turns, and another one begins at each batch."""
    seconds = dict.fromkeys(found, 0.0)
    vectors: dict[str, list[FloatArray]] = {name: [] for name in found}
    names = list(found)
    for start in range(0, len(texts), _AT_ONCE):
        names.append(names.pop(0))
        for name in names:
            started = perf_counter()
            vectors[name].append(found[name](texts[start : start + _AT_ONCE]))
            seconds[name] += perf_counter() - started
    return {name: Result(seconds[name], np.concatenate(vectors[name])) for name in found}


def lines(name: str, texts: Sequence[str], count_tokens: CountTokens, found: dict[str, _Embed]) -> Iterator[str]:
    """The table's lines for one set of texts."""
    results = side_by_side(texts, found)
    plain = results[_PLAIN]
    tokens = np.mean(count_tokens(texts))
    for way, result in results.items():
        deviation = float(np.max(1 - np.sum(result.vectors * plain.vectors, axis=1)))
        yield (
            f"| {name} | {len(texts)} | {tokens:.0f} | {way} | {len(texts) / result.seconds:.1f} | "
            f"{plain.seconds / result.seconds:.2f} | {max(deviation, 0):.0e} |"
        )


def made_up(articles: int) -> Sequence[Document]:
    """So many articles of the same length."""
    with TemporaryDirectory() as folder:
        write_articles(Path(folder), range(articles))
        return Articles.read(Path(folder)).documents


def texts_of(documents: Sequence[Document], count_tokens: CountTokens, limit: int, most: int) -> list[str]:
    """Titles and sentences as they are embedded, in file order: all of them, or ``most`` drawn evenly."""
    passages = (passage for document in documents for passage in passages_of(document, count_tokens, limit))
    texts = list(dict.fromkeys(text for passage in passages for text in embedded_texts(passage) if text))
    return [texts[place] for place in np.linspace(0, len(texts) - 1, min(most, len(texts))).astype(int)]


def main(
    data: Annotated[Path | None, typer.Option(help="Where the folder multihop_rag lies.")] = None,
    most: Annotated[int, typer.Option(help="Sentences of a set at most.")] = 512,
) -> None:
    """Print the table."""
    settings = Settings.load()
    model = locate(settings.embedder, "embedder", settings.models_dir)
    ours = SentenceTransformerEmbedder.load(model, threads=settings.threads, precision="float32")
    found = ways(ours, model, settings.threads)
    sets = {
        "seeds": (Articles.read(settings.documents_dir).documents, settings.passage_tokens),
        "made up": (made_up(most // 8 + 1), _LONG),
    }
    if data:
        sets["MultiHop-RAG"] = (load_benchmark("multihop_rag", data).documents, settings.passage_tokens)
    print(f"This processor multiplies bfloat16: {'yes' if multiplies_bfloat16() else 'no'}.\n")
    print(
        "| passages of | number | tokens | way | passages/s | times plain | 1 - cosine, worst |",
        "|---" * 7 + "|",
        sep="\n",
    )
    for name, (documents, limit) in sets.items():
        for line in lines(name, texts_of(documents, ours.count_tokens, limit, most), ours.count_tokens, found):
            print(line, flush=True)


if __name__ == "__main__":
    typer.run(main)
