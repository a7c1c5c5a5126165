"""Runs: what the systems answered to the questions of a set, one JSON object a line, and under which conditions.

The first line is the ``RunInfo``, every other one a ``Record``. While questions are being asked the file is called
``NAME.part``; it gets its name when it is complete, so that half a run is never taken for a whole one.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol, Self, TypeAlias, TypeVar

from pydantic import TypeAdapter, ValidationError

from rag.errors import InvalidInput
from rag.types import Answer, Citation, ScoredPassage, Step, Timings
from rag_eval.gold import reason_of
from rag_eval.lines import replace_content

FORMAT = 1
DEPTH = 10
"""How many retrieved passages a record keeps."""


@dataclass(frozen=True, slots=True)
class RunInfo:
    """The conditions of a run. Two runs with equal ``conditions`` may differ in their seconds only.

    ``questions`` are the ids in the order of asking; ``models`` maps role to ``name sha256``; ``gold_sha256`` is that
    of the questions themselves. The seconds of the records were measured on ``machine``.
    """

    format: int
    gold: str
    data: str
    gold_sha256: str
    split: str
    questions: tuple[str, ...]
    systems: tuple[str, ...]
    settings: dict[str, Any]
    index_dir: str
    index_fingerprint: str
    models: dict[str, str]
    version: str
    machine: dict[str, str | int | float]
    started: str

    @property
    def conditions(self) -> dict[str, Any]:
        """All but where and when it ran, and where its questions lay: what they were, ``gold_sha256`` tells."""
        elsewhere = ("machine", "started", "gold", "data", "index_dir")
        return {name: value for name, value in asdict(self).items() if name not in elsewhere}


@dataclass(frozen=True, slots=True)
class RecordedClaim:
    """A sentence of an answer, its support in [0, 1], and the numbers of its citations."""

    text: str
    support: float
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RetrievedPassage:
    """Where a passage stands: characters ``start`` to ``end`` of the article ``doc_id``."""

    doc_id: str
    start: int
    end: int
    score: float

    @classmethod
    def of(cls, found: ScoredPassage) -> Self:
        """The place of a passage that was found."""
        return cls(found.passage.doc_id, found.passage.start, found.passage.end, found.score)


@dataclass(frozen=True, slots=True)
class Record:
    """What one system answered to one question: all that scoring needs.

    ``question`` is how the system understood it, ``passages`` are the ten best retrieved, best first.
    """

    system: str
    id: str
    question: str
    text: str
    abstained: bool
    confidence: float
    claims: tuple[RecordedClaim, ...]
    citations: tuple[Citation, ...]
    passages: tuple[RetrievedPassage, ...]
    timings: Timings
    notes: tuple[str, ...] = ()
    trace: tuple[Step, ...] = ()

    @classmethod
    def of(cls, system: str, question_id: str, answer: Answer, passages: Sequence[ScoredPassage]) -> Self:
        """The record of a finished answer and of what was retrieved for it."""
        return cls(
            system=system,
            id=question_id,
            question=answer.question,
            text=answer.text,
            abstained=answer.abstained,
            confidence=answer.confidence,
            claims=tuple(
                RecordedClaim(claim.text, claim.support, tuple(c.number for c in claim.citations))
                for claim in answer.claims
            ),
            citations=answer.citations,
            passages=tuple(map(RetrievedPassage.of, passages[:DEPTH])),
            timings=answer.timings,
            notes=answer.notes,
            trace=answer.trace,
        )


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it was written: its conditions, and its records in the order of their making."""

    info: RunInfo
    records: tuple[Record, ...]

    @classmethod
    def read(cls, path: Path) -> Self:
        """The complete run in a file. Raises InvalidInput, with the line, for anything else."""
        info, records = _read(path)
        missing = len(info.questions) * len(info.systems) - len(records)
        if missing:
            raise InvalidInput(f"{path} lacks {missing} answers; complete it: rag eval run --out {_whole(path)}")
        return cls(info, records)

    def only(self, system: str) -> Self:
        """The run of one of its systems. Raises InvalidInput for a system that was not asked."""
        if system not in self.info.systems:
            raise InvalidInput(f"The run holds no system {system!r}; it has {', '.join(self.info.systems)}.")
        records = tuple(record for record in self.records if record.system == system)
        return replace(self, info=replace(self.info, systems=(system,)), records=records)

    def by_id(self, system: str) -> Mapping[str, Record]:
        """What one of its systems answered, by the question's id."""
        return {record.id: record for record in self.records if record.system == system}


class Writes(Protocol):
    """What takes the records of a run that is under way."""

    def __call__(self, record: Record) -> None:
        """Write one record, to disk before this returns."""
        ...


Done: TypeAlias = frozenset[tuple[str, str]]
"""``(system, question id)`` of what is answered already."""


@contextmanager
def writing(path: Path, info: RunInfo) -> Iterator[tuple[Done, Writes]]:
    """Take the records of a run; what an interrupted run with the same conditions has answered is kept.

    Once all questions are answered, ``path`` is replaced by the new run in one step. Raises InvalidInput when nothing
    can be written there, or when an unfinished run under other conditions lies beside it.
    """
    if path.is_dir():
        raise InvalidInput(f"The run cannot be written to {path}: it is a folder; give a file.")
    part = path.with_name(f"{path.name}.part")
    kept = _kept(part, info)
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        replace_content(part, "".join([_line(info), *map(_line, kept)]).encode())
        file = part.open("a", encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"The run cannot be written to {path}: {error.strerror}; give another --out.") from error
    done = {(record.system, record.id) for record in kept}

    def write(record: Record) -> None:
        file.write(_line(record))
        file.flush()
        os.fsync(file.fileno())
        done.add((record.system, record.id))

    with file:
        yield frozenset(done), write
    if len(done) == len(info.questions) * len(info.systems):
        part.replace(path)


_Item = TypeVar("_Item", RunInfo, Record)
_INFO = TypeAdapter(RunInfo)
_RECORD = TypeAdapter(Record)


def _kept(part: Path, info: RunInfo) -> tuple[Record, ...]:
    """The records of an interrupted run; a last line that was cut off by the interruption is dropped."""
    if not part.is_file():
        return ()
    content = part.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if not whole:
        return ()
    before, records = _parse(part, whole)
    differing = [name for name, value in info.conditions.items() if before.conditions[name] != value]
    if differing:
        raise InvalidInput(
            f"{part} is an unfinished run with other {', '.join(differing)}; delete it, or give another --out."
        )
    return records


def _read(path: Path) -> tuple[RunInfo, tuple[Record, ...]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror}; `rag eval run` writes such a file") from error
    return _parse(path, content)


def _parse(path: Path, content: bytes) -> tuple[RunInfo, tuple[Record, ...]]:
    # Not splitlines(): JSON strings may hold U+2028 and its kin unescaped.
    lines = [(number, line) for number, line in enumerate(content.split(b"\n"), start=1) if line.strip()]
    first, *others = lines or [(1, b"")]
    info = _line_of(path, first, _INFO)
    if info.format != FORMAT:
        raise InvalidInput(f"{path} has format {info.format}, this program reads {FORMAT}; run it again.")
    return info, tuple(_line_of(path, line, _RECORD) for line in others)


def _line_of(path: Path, numbered: tuple[int, bytes], adapter: TypeAdapter[_Item]) -> _Item:
    number, line = numbered
    try:
        return adapter.validate_json(line)
    except ValidationError as error:
        raise InvalidInput(
            f"{path}:{number}: not a line of a run of rag eval: {reason_of(error)}; give a file that it wrote"
        ) from error


def _line(item: RunInfo | Record) -> str:
    return json.dumps(asdict(item), ensure_ascii=False) + "\n"


def _whole(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(".part"))
