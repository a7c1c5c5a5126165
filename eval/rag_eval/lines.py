"""JSON lines on disk: gold questions in the order of keys that ``README.md`` gives, and files replaced in one step."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from rag.errors import InvalidInput
from rag_eval.gold import GoldQuestion

_KEYS = (
    "id", "kind", "split", "question", "history", "sources", "answerable",
    "answer", "required", "forbidden", "spans", "wrong",
)  # fmt: skip


def json_line(fields: Mapping[str, object]) -> bytes:
    """One line of JSON in UTF-8; half a character, as a browser may send it, becomes a question mark."""
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", errors="replace") + b"\n"


def question_line(question: GoldQuestion) -> bytes:
    """The line of a gold set that ``parse_question`` reads back."""
    fields = asdict(question)
    return json_line({key: fields[key] for key in _KEYS})


def append_question(path: Path, question: GoldQuestion) -> None:
    """Put a question behind those of a gold file, which is made if need be. Raises InvalidInput and changes nothing."""
    try:
        before = path.read_bytes() if path.exists() else b""
        path.parent.mkdir(parents=True, exist_ok=True)
        gap = b"\n" if before and not before.endswith(b"\n") else b""
        replace_content(path, before + gap + question_line(question))
    except OSError as error:
        raise InvalidInput(f"The question cannot be added to {path}: {error.strerror}; give another file.") from error


def replace_content(path: Path, content: bytes) -> None:
    """Write a file aside and put it in the place of the old one: a reader sees all of either. Raises OSError."""
    aside = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:
        with suppress(OSError):
            aside.unlink()
        raise
