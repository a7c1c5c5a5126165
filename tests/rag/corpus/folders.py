"""What is read of a folder and what is left out, in a form that a test can write down."""

from pathlib import Path

from rag.corpus.limits import Limits
from rag.corpus.readers import read_folder


def read_ids(folder: Path, *exclude: str) -> list[str]:
    """The names of the articles, in their order."""
    return [file.doc_id for file in read_folder(folder, exclude)[0]]


def reasons(folder: Path, max_bytes: int = 1_000_000) -> dict[str, str]:
    """Why each file was left out, by its name."""
    return {file.doc_id: file.reason for file in read_folder(folder, limits=Limits(max_bytes))[1]}
