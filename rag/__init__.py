"""Ask a folder of articles: a local model answers, and every sentence cites the words behind it.

>>> from rag import ask
>>> answer = ask("Which companies target 2026 graduates?")  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.assistant import Assistant, ask
    from rag.errors import RagError
    from rag.settings import Settings
    from rag.types import Answer, Citation, Claim, Conflict, Document, Evidence, Passage, ScoredPassage, Turn

__all__ = ["Assistant", "RagError", "Settings", "ask"]
__all__ += ["Answer", "Citation", "Claim", "Conflict", "Document", "Evidence", "Passage", "ScoredPassage", "Turn"]
_HOMES = {"Assistant": "assistant", "RagError": "errors", "Settings": "settings", "ask": "assistant"}  # else: types


def __getattr__(name: str) -> Any:
    """What is offered is imported when it is wanted: the command line must not wait for it to obey Ctrl-C."""
    if name in __all__:
        return getattr(import_module(f"rag.{_HOMES.get(name, 'types')}"), name)
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
