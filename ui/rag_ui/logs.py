"""Logs as lines of JSON, for programs that collect them. No word of an article or an answer stands in any."""

import json
import logging
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rag_ui.screening import told_discreetly
from rag_ui.serving import Serving
from rag_ui.telemetry import Outcome

_log = logging.getLogger(__name__)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger and event, then the record's own ``figures``, if it has any.

    Of an exception its type and place only: its message may hold what was asked.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = told_discreetly(record.exc_info[1])
        return json.dumps(line | getattr(record, "figures", {}), ensure_ascii=False)


class QuestionLog:
    """Logs one line for each question: how it ended, seconds and tokens; what was asked only if so wished."""

    def __init__(self, with_questions: bool) -> None:
        self._with_questions = with_questions

    def begun(self) -> None:
        """A question is being answered, of which there is nothing to say yet."""

    def ended(self, outcome: Outcome) -> None:
        """It is not any more."""
        figures = asdict(outcome)
        figures["seconds"] = {stage: round(seconds, 3) for stage, seconds in outcome.seconds.items()}
        if not self._with_questions:
            del figures["question"]
        _log.info("question", extra={"figures": figures})


def configure(serving: Serving) -> None:
    """Send what this process logs to stderr as the serving wants it. As ``plain`` nothing changes: warnings only."""
    if serving.log_format == "plain":
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    _log.setLevel(logging.INFO)
