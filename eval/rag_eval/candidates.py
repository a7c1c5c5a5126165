"""Candidates for the gold set: questions, what was answered to them, and what a person says of the answer.

``rag eval add`` and the feedback of the chat append them to a review file, one JSON object a line; ``rag eval review``
takes them out again.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self, TypeAlias

from pydantic import TypeAdapter, ValidationError

from rag.errors import InvalidInput
from rag.types import Answer, Citation, Turn
from rag_eval.gold import reason_of
from rag_eval.lines import json_line, replace_content

Opinion: TypeAlias = Literal["right", "wrong", ""]
"""What a person says of an answer; empty: nothing."""

_ADVICE = "put that right, or name another file (RAG_REVIEW_FILE)"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question as it was asked, the answer with its citation marks (empty: none), and a person's opinion of it.

    ``sources`` are the articles it was asked about, none: all. ``right_answer`` is what the person says is right, empty
    if nothing. ``created`` is an ISO time in UTC.
    """

    question: str
    history: tuple[Turn, ...]
    sources: tuple[str, ...]
    answer: str
    abstained: bool
    citations: tuple[Citation, ...]
    verdict: Opinion
    right_answer: str
    created: str

    @classmethod
    def of(
        cls,
        question: str,
        answer: Answer | None = None,
        history: Sequence[Turn] = (),
        sources: Sequence[str] = (),
        verdict: Opinion = "",
        right_answer: str = "",
    ) -> Self:
        """A candidate of this moment; ``answer`` is None when the assistant was not asked."""
        return cls(
            question=question,
            history=tuple(history),
            sources=tuple(sources),
            answer=answer.text if answer else "",
            abstained=answer.abstained if answer else False,
            citations=answer.citations if answer else (),
            verdict=verdict,
            right_answer=right_answer,
            created=datetime.now(UTC).isoformat(),
        )


_CANDIDATE = TypeAdapter(Candidate)


def append(path: Path, candidate: Candidate) -> None:
    """Put a candidate at the end of the review file, on disk before this returns; others may do so at the same time.

    The file and its folder are made if need be. Raises InvalidInput when that cannot be done.
    """
    with _alone_with(path):
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, json_line(asdict(candidate)))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read(path: Path) -> tuple[Candidate, ...]:
    """All candidates, oldest first; none when there is no file. Raises InvalidInput as ``file:line: reason``."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror}; {_ADVICE}") from error
    # Not splitlines(): JSON strings may hold U+2028 and its kin unescaped.
    lines = enumerate(content.split(b"\n"), start=1)
    return tuple(_parse(line, f"{path}:{number}") for number, line in lines if line.strip())


def remove(path: Path, candidate: Candidate) -> None:
    """Take a candidate out of the review file, in one step; one that is not in it is no error. Raises InvalidInput."""
    with _alone_with(path):
        before = read(path)
        left = [other for other in before if other != candidate]
        if len(left) < len(before):
            replace_content(path, b"".join(json_line(asdict(other)) for other in left))


def _parse(line: bytes, place: str) -> Candidate:
    try:
        return _CANDIDATE.validate_json(line, strict=True, extra="forbid")
    except ValidationError as error:
        raise InvalidInput(f"{place}: {reason_of(error)}; correct or remove this line") from error


@contextmanager
def _alone_with(path: Path) -> Iterator[None]:
    """Keep other writers out, in this process or another: what is appended while a file is replaced would be lost."""
    from filelock import FileLock  # imports asyncio, which only writing needs

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock"):
            yield
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}; {_ADVICE}.") from error
