"""Which program this is: what one of them understood, another may understand otherwise."""

from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

_READERS = "charset-normalizer htmldate lxml py3langid pypdf PyStemmer python-docx sentencex trafilatura".split()


@cache
def program() -> str:
    """The sha256 of the source of this package and of the versions of the libraries that read for it."""
    source = Path(__file__).parent
    parts = [path.read_bytes() for path in sorted(source.rglob("*.py"))]
    versions = [f"{name} {version(name)}".encode() for name in _READERS]
    return sha256(b"\0".join((*parts, *versions))).hexdigest()
