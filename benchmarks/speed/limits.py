"""How near to what the machine can do: llama.cpp itself, our generator over it, memory and arithmetic.

Everything is measured in turns in one process. Decoding reads all weights for each token, so memory is its limit;
prefill multiplies each weight with each token, so arithmetic is. The machine's limits are the best of all rounds,
what runs on it the medians.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Annotated

import typer

from benchmarks.speed.figures import in_turns, seconds, short, show, table
from benchmarks.speed.prompts import prompt
from benchmarks.speed.raw import Options, Raw
from rag.generator import LlamaCppGenerator
from rag.grammar import answer_grammar
from rag.models import locate
from rag.settings import Settings

_PREFILL = (128, 256, 512)  # tokens
_DECODED = 32  # tokens
_MEGABYTES = 512
_SHAPES = ((512, 1536, 8960), (1024, 2048, 2048))  # as in a layer that is read, and square
_TARGET = 0.8

_Ways = dict[str, Callable[[], float]]


def machine(threads: int) -> _Ways:
    """GB/s that are read and copied, and 10^12 multiplications and additions a second of 8-bit integers."""
    import torch

    torch.set_num_threads(threads)
    source = torch.ones(_MEGABYTES * 250_000, dtype=torch.float32)
    target = torch.empty_like(source)
    gigabytes = source.numel() * 4 / 1e9
    ways: _Ways = {
        "read": lambda: gigabytes / seconds(source.sum),
        "copied": lambda: 2 * gigabytes / seconds(partial(target.copy_, source)),
    }
    for rows, inner, columns in _SHAPES:
        left = torch.randint(-8, 8, (rows, inner), dtype=torch.int8)
        right = torch.randint(-8, 8, (inner, columns), dtype=torch.int8)
        tera = 2 * rows * inner * columns / 1e12
        multiply = partial(torch._int_mm, left, right)
        ways[f"int8 {rows}×{inner}×{columns}"] = lambda tera=tera, multiply=multiply: tera / seconds(multiply)  # type: ignore[misc]
    return ways


def ours(generator: LlamaCppGenerator) -> _Ways:
    """Tokens a second of our generator: read, and written freely and under the grammar of an answer."""

    def read() -> float:
        messages = prompt(_PREFILL[-1], generator)
        return generator.count_tokens(messages) / seconds(lambda: list(generator.read(messages)))

    def written(grammar: str | None) -> float:
        pieces = generator.stream(prompt(128, generator), grammar=grammar, max_tokens=_DECODED)
        next(piece for piece in pieces if piece.text)
        started = perf_counter()
        count = sum(bool(piece.text) for piece in pieces)
        return count / (perf_counter() - started)

    return {
        f"ours, prefill {_PREFILL[-1]}": read,
        "ours, decode": lambda: written(None),
        "ours, decode under the grammar": lambda: written(answer_grammar(6)),
    }


def raw(model: Raw) -> _Ways:
    """Tokens a second of llama.cpp itself."""
    ways: _Ways = {f"llama.cpp, prefill {n}": lambda n=n: n / model.prefill(n) for n in _PREFILL}  # type: ignore[misc]
    return ways | {"llama.cpp, decode": lambda: _DECODED / model.decode(_DECODED)}


def figures(found: Mapping[str, list[float]], decoded_bytes: int, parameters: int) -> str:
    """The tables: the machine's limits, and the share of them that is reached. Pure."""
    best = {name: max(values) for name, values in found.items()}
    arithmetic = max(value for name, value in best.items() if name.startswith("int8"))
    limits = [[name, short(value), "GB/s"] for name, value in best.items() if name in ("read", "copied")]
    limits.append(["8-bit integers, multiplied and added", short(arithmetic), "10^12/s"])
    rows = []
    for name, values in found.items():
        if "prefill" in name:
            share = 2 * parameters * median(values) / (arithmetic * 1e12)
        elif "decode" in name:
            share = decoded_bytes * median(values) / (best["read"] * 1e9)
        else:
            continue
        target = f"≥ {_TARGET:.0%}" if "decode" in name else ""
        rows.append([name, short(median(values)), f"{share:.0%}", target])
    return "\n\n".join(
        (
            table(["the machine, both threads", "best", ""], limits),
            table(["", "tokens/s, median", "share of the machine's", "target"], rows),
        )
    )


def main(
    rounds: Annotated[int, typer.Option(min=1, help="Of each measurement.")] = 7,
    page: Annotated[bool, typer.Option("--page", help="Put the tables into docs/speed.md.")] = False,
) -> None:
    """Print the tables."""
    settings = Settings.load()
    path: Path = locate(settings.generator, "generator", settings.models_dir)
    options = Options.of(settings.threads)
    model = Raw.load(path, options)
    generator = LlamaCppGenerator.load(path, context_tokens=1024, threads=options.threads)
    ways = machine(options.threads) | raw(model) | ours(generator)
    in_turns(ways, 1)  # once, so that all is loaded
    found = in_turns(ways, rounds)
    show("limits", figures(found, model.decoded_bytes, model.prefill_parameters), page)
    model.close()


if __name__ == "__main__":
    typer.run(main)
