"""Asking the questions of a set: every system in turn answers each of them, and a run file takes what they say.

All systems answer one question before the next one is asked, so that a machine that slows down slows all of them down.
"""

import hashlib
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from pydantic import TypeAdapter

import rag
from rag.generators import is_address
from rag.models import identity
from rag_eval.gold import GoldQuestion
from rag_eval.runs import DEPTH, FORMAT, Record, Run, RunInfo, writing
from rag_eval.sets import QuestionSet
from rag_eval.systems import Parts, System

Report = Callable[[str, float], None]
"""Told what is being done, in words, and how much of it is done, in [0, 1]."""

_PLACES = {
    "documents_dir",
    "documents_url",
    "index_dir",
    "models_dir",
    "review_file",
    "examples",
    "embedder",
    "generator",
}
"""Settings that change no answer, and those that may be a path: ``models`` tells which models they name."""


def run(
    systems: Mapping[str, System], questions: Sequence[GoldQuestion], info: RunInfo, out: Path, report: Report
) -> Run:
    """Ask every system every question and write what they answer to ``out``; see ``eval.runs.writing``.

    Answers that an interrupted run has written are not asked for again.
    """
    with writing(out, info) as (done, write):
        for number, question in enumerate(questions):
            for name, system in systems.items():
                report(f"Question {number + 1} of {len(questions)}: {name}", number / len(questions))
                if (name, question.id) not in done:
                    write(answered(name, system, question))
    return Run.read(out)


def answered(name: str, system: System, question: GoldQuestion) -> Record:
    """What a system answers to one question, and what it retrieves for it."""
    sources = question.sources or None
    answer = system.ask(question.question, question.history, sources)
    return Record.of(name, question.id, answer, system.retrieve(answer.question, DEPTH, sources))


def conditions(
    questions: QuestionSet, split: str, data: Path | None, systems: Sequence[str], parts: Parts, index_dir: Path
) -> RunInfo:
    """The conditions of a run that begins now."""
    settings = parts.settings
    return RunInfo(
        format=FORMAT,
        gold=questions.name,
        data=str(data or ""),
        gold_sha256=hashlib.sha256(_QUESTIONS.dump_json(questions.questions)).hexdigest(),
        split=split,
        questions=tuple(question.id for question in questions.questions),
        systems=tuple(systems),
        settings=settings.model_dump(mode="json", exclude=_PLACES),
        index_dir=str(index_dir),
        index_fingerprint=parts.index.manifest.fingerprint,
        models={
            "embedder": identity(settings.embedder, settings.models_dir),
            "generator": _generator_identity(parts),
        },
        version=f"{version('rag-desk')}+{_code()}",
        machine=_machine(),
        started=datetime.now(UTC).isoformat(timespec="seconds"),
    )


_QUESTIONS = TypeAdapter(tuple[GoldQuestion, ...])


def _code() -> str:
    """What the program is, as the beginning of a sha256: half a run must not be completed by other code."""
    package = Path(rag.__file__).parent
    files = sorted(package.rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _machine() -> dict[str, str | int | float]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0.0
    return {
        "cores": os.cpu_count() or 0,
        "memory_gib": round(memory, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _generator_identity(parts: Parts) -> str:
    """Of a model of ours its name and hash, of one behind a server its name and the address."""
    settings = parts.settings
    if is_address(settings.generator):
        return f"{parts.generator.name} at {settings.generator}"
    return identity(settings.generator, settings.models_dir)
