"""Question sets made by others, read from a folder outside this project; nothing of them is kept here."""

from pathlib import Path

from rag.errors import InvalidInput
from rag_eval.benchmarks import clapnq, multihop_rag, squad
from rag_eval.sets import QuestionSet

_LOADERS = {"multihop_rag": multihop_rag.load, "clapnq_dev": clapnq.load, "squad2_sample": squad.load}

NAMES = tuple(_LOADERS)


def load_benchmark(name: str, data: Path) -> QuestionSet:
    """The benchmark in the folder ``data / name``; all its questions are in the split "test".

    Raises InvalidInput for an unknown name or a missing file, and as ``file:line: reason`` for a broken row.
    """
    if name not in _LOADERS:
        raise InvalidInput(f"Unknown benchmark {name!r}; choose one of {', '.join(NAMES)}.")
    return _LOADERS[name](name, data / name)
