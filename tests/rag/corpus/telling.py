"""What a text tells about itself, in a form that a test can write down."""

from rag.corpus.metadata import Metadata, read_metadata
from rag.corpus.raw import RawFile


def told(text: str, doc_id: str = "a.txt") -> Metadata:
    """What is understood of a plain text."""
    return read_metadata(RawFile(doc_id, text))
