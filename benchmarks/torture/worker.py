"""The worker of the language model: what it costs, and what it survives.

Costs are measured side by side with the same model in this process: the two take turns at every token, so that other
programs slow both alike. What it survives: kill -9 at random moments, many questions, and damaged model files.
"""

import gc
import os
import random
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Annotated

import typer

from rag.backends import Generator
from rag.errors import ModelCorrupt, RagError
from rag.generator import LlamaCppGenerator
from rag.models import locate
from rag.settings import Settings
from rag.types import Message
from rag.worker import WorkerGenerator

_CONTEXT = 2048  # tokens
_HEADER = 6_000_000  # bytes of a GGUF file before its weights: figures, vocabulary, names and places of tensors
_ENDLESS = "root ::= [a-z .] root"

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


def model_file() -> Path:
    """The default language model."""
    settings = Settings.load()
    return locate(settings.generator, "generator", settings.models_dir)


def worker(path: Path) -> WorkerGenerator:
    """The model in a worker process."""
    return WorkerGenerator.load(path, context_tokens=_CONTEXT, threads=0)


def story(number: int, facts: int = 25) -> tuple[Message, ...]:
    """A prompt that no other number makes, of some 300 tokens, which are 12 for a fact."""
    told = " ".join(f"Ferry {number + nth} sails to port {number * nth % 97}." for nth in range(facts))
    return Message("system", "You tell what ferries do."), Message("user", f"{told}\nTell the longest story of it.")


def read(model: Generator, messages: Sequence[Message]) -> None:
    """Read a prompt ahead."""
    for _ in model.read(messages):
        pass


def own_megabytes(pid: int) -> float:
    """Resident memory of a process on Linux, without mapped files."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1000


def written(model: Generator) -> Iterator[str]:
    """Twelve tokens of a text."""
    prompt = (Message("user", "Count from one to twenty in words."),)
    return (piece.text for piece in model.stream(prompt, grammar=None, max_tokens=12) if piece.text)


def seconds(work: Callable[[], object]) -> float:
    """What one call takes."""
    started = perf_counter()
    work()
    return perf_counter() - started


def row(name: str, unit: float, pairs: Sequence[Sequence[float]]) -> None:
    """Medians of both ways, and of their ratios pair by pair."""
    own, apart = (median(times) * unit for times in zip(*pairs, strict=True))
    ratio = median(there / here for here, there in pairs)
    print(f"| {name} | {own:.3g} | {apart:.3g} | {ratio:.3f} |", flush=True)


@app.command()
def cost(rounds: Annotated[int, typer.Option(help="Of each measurement.")] = 150) -> None:
    """Time, in this process and in a worker."""
    path = model_file()
    loads: tuple[Callable[[], Generator], ...] = (
        lambda: LlamaCppGenerator.load(path, context_tokens=_CONTEXT, threads=0),
        lambda: worker(path),
    )
    models = [load() for load in loads]
    streams = [model.stream(story(0), grammar=_ENDLESS, max_tokens=rounds + 1) for model in models]
    for stream in streams:
        next(piece for piece in stream if piece.text)
    print("| | in process | in a worker | ratio |", "|---" * 4 + "|", sep="\n")
    row("token written, ms", 1e3, [[seconds(partial(next, stream)) for stream in streams] for _ in range(rounds)])
    del streams, stream
    some = range(max(1, rounds // 15))
    row("300 tokens read, s", 1, [[seconds(partial(read, m, story(n))) for m in models] for n in some])
    counts = [[seconds(partial(m.count_tokens, story(n))) for m in models] for n in range(rounds)]
    row("300 tokens counted, ms", 1e3, counts)
    del models
    gc.collect()
    row("start, s", 1, [[seconds(load) for load in loads] for _ in some])


@app.command()
def questions(number: Annotated[int, typer.Option(help="Of questions.")] = 200) -> None:
    """Memory of the worker over many questions, MB; its weights are mapped from their file, and not counted."""
    model = worker(model_file())
    print("| questions | worker MB | this process MB |", "|---" * 3 + "|", sep="\n")
    for asked in range(number + 1):
        if asked in (1, number // 4, number // 2, number):
            print(f"| {asked} | {own_megabytes(model.pid):.1f} | {own_megabytes(os.getpid()):.1f} |", flush=True)
        prompt = story(asked, facts=1 + asked % 5)
        read(model, prompt)
        list(model.probabilities([prompt, prompt[:1]], "Yes", "No"))
        list(model.stream(prompt, grammar=_ENDLESS, max_tokens=4))


@app.command()
def kills(number: Annotated[int, typer.Option(help="Of times that the worker is killed.")] = 100) -> None:
    """kill -9 before a random token of a text: the text must be the same, and nothing of the dead must be left."""
    model, chance = worker(model_file()), random.Random(0)
    expected = list(written(model))
    pids, files, pauses, same = [], len(os.listdir("/dev/fd")), [], 0
    for _ in range(number):
        tokens = written(model)
        told = list(islice(tokens, chance.randrange(len(expected))))
        pids.append(model.pid)
        os.kill(model.pid, signal.SIGKILL)
        started = perf_counter()
        told.append(next(tokens))
        pauses.append(perf_counter() - started)
        same += [*told, *tokens] == expected
    left, opened = sum(Path(f"/proc/{pid}").exists() for pid in pids), len(os.listdir("/dev/fd")) - files
    print(f"{number} kills: {same} texts as without; {left} dead processes and {opened} open files are left.")
    print(f"The pause: {median(pauses):.2f} s (median), {max(pauses):.2f} s at most.")


@app.command()
def damaged(number: Annotated[int, typer.Option(help="Of damaged copies.")] = 100) -> None:
    """Model files of which a random byte was changed before the weights: how loading them ends, in a worker."""
    chance, outcomes = random.Random(0), Counter[str]()
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.gguf"
        shutil.copyfile(model_file(), copy)
        whole = copy.read_bytes()[:_HEADER]
        for _ in range(number):
            with copy.open("r+b") as file:
                file.seek(int(_HEADER ** chance.random()))  # rather near the beginning, where the structure is told
                file.write(chance.randbytes(1))
            outcomes[outcome(copy)] += 1
            with copy.open("r+b") as file:
                file.write(whole)
    print("| a damaged model file | of them |", "|---" * 2 + "|", sep="\n")
    for name, count in outcomes.most_common():
        print(f"| {name} | {count} |")


def outcome(path: Path) -> str:
    """How loading the model, and writing a word, ends."""
    try:
        list(worker(path).stream((Message("user", "Why?"),), grammar=None, max_tokens=2))
    except ModelCorrupt as error:
        return "refused: crashed the process that read it" if "process" in str(error) else "refused by the parser"
    except RagError as error:
        return f"refused: {type(error).__name__}"
    return "loaded, and writes"


if __name__ == "__main__":
    app()
