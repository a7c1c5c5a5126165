"""How a chat serves: how many questions at a time, where conversations outlive it, what it logs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from rag.settings import LogFormat, Settings


@dataclass(frozen=True, slots=True)
class Serving:
    """``at_once`` questions are answered at the same time, the others wait.

    Conversations are kept in ``conversations_dir`` (None: in memory only), where another chat, or this one after a
    restart, finds them. ``log_questions`` puts the questions themselves into logs, too.
    """

    at_once: int = 1
    conversations_dir: Path | None = None
    log_format: LogFormat = "plain"
    log_questions: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the settings have it."""
        return cls(settings.questions_at_once, settings.conversations_dir, settings.log_format, settings.log_questions)
