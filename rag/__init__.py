"""Ask a folder of articles: a local model answers, and every sentence cites the words behind it.

>>> from rag import ask
>>> answer = ask("Which companies target 2026 graduates?")  # doctest: +SKIP
"""

from functools import cache

from rag.assistant import Assistant
from rag.errors import RagError
from rag.settings import Settings
from rag.types import Answer, Citation, Claim, Turn

__all__ = ["Answer", "Assistant", "Citation", "Claim", "RagError", "Settings", "Turn", "ask"]


def ask(question: str) -> Answer:
    """The answer from the default index, which is built on first use. The models stay loaded. Raises RagError."""
    return _default_assistant().ask(question)


@cache
def _default_assistant() -> Assistant:
    return Assistant.open()
