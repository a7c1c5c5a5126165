"""What each switch of llama.cpp is worth: one changed after the other, in turns with the options that we use.

Never more than two models are loaded: that with our options, and one other. Other quantisations are made of our own
file, into a temporary folder; made of weights that were rounded once already, they tell of speed only.
"""

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Annotated

import llama_cpp
import typer

from benchmarks.speed.figures import in_turns, ratio, short, show, table
from benchmarks.speed.raw import Options, Raw, quantised
from rag.models import locate
from rag.settings import Settings

_PREFILL, _DECODED = 256, 16  # tokens
_QUANTISATIONS = {"Q8_0": llama_cpp.LLAMA_FTYPE_MOSTLY_Q8_0, "Q4_0": llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_0}


def changes(ours: Options) -> dict[str, Options]:
    """The options by what is changed in them."""
    return {
        "one thread": ours.but(threads=1),
        "weights repacked": ours.but(repacked=True),
        "without flash attention": ours.but(flash=False),
        "KV cache in q8_0": ours.but(kv_type=llama_cpp.GGML_TYPE_Q8_0),
        "batches of 64": ours.but(ubatch=64),
        "batches of 128": ours.but(ubatch=128),
    }


def others(path: Path, ours: Options, folder: Path) -> Iterator[tuple[str, Path, Options]]:
    """What is compared with ours: a name, the model's file and the options."""
    for name, options in changes(ours).items():
        yield name, path, options
    for name, ftype in _QUANTISATIONS.items():
        made = quantised(path, folder, ftype)
        yield name, made, ours
        yield f"{name}, weights repacked", made, ours.but(repacked=True)
        made.unlink()


def compared(name: str, ours: Raw, other: Raw, rounds: int) -> list[str]:
    """A line of the table: tokens a second, and the ratios to ours, both times in turns."""
    prefill = in_turns(
        {"ours": lambda: _PREFILL / ours.prefill(_PREFILL), "other": lambda: _PREFILL / other.prefill(_PREFILL)}, rounds
    )
    decode = in_turns(
        {"ours": lambda: _DECODED / ours.decode(_DECODED), "other": lambda: _DECODED / other.decode(_DECODED)}, rounds
    )
    return [
        name,
        short(median(prefill["other"])),
        f"{ratio(prefill['other'], prefill['ours']):.2f}",
        short(median(decode["other"])),
        f"{ratio(decode['other'], decode['ours']):.2f}",
    ]


def main(
    rounds: Annotated[int, typer.Option(min=1, help="Of each measurement.")] = 5,
    only: Annotated[str, typer.Option(help="Those whose names hold this.")] = "",
    page: Annotated[bool, typer.Option("--page", help="Put the table into docs/speed.md.")] = False,
) -> None:
    """Print the table."""
    settings = Settings.load()
    path = locate(settings.generator, "generator", settings.models_dir)
    options = Options.of(settings.threads)
    ours, rows = Raw.load(path, options), []
    with TemporaryDirectory() as folder:
        for name, file, changed in others(path, options, Path(folder)):
            if only not in name:
                continue
            other = Raw.load(file, changed)
            rows.append(compared(name, ours, other, rounds))
            other.close()
            print(" | ".join(rows[-1]), flush=True)
    ours.close()
    show(
        "levers",
        table(["changed", f"prefill {_PREFILL}, tokens/s", "times ours", "decode, tokens/s", "times ours"], rows),
        page,
    )


if __name__ == "__main__":
    typer.run(main)
