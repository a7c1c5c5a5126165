"""Figures of a running chat for Prometheus, at ``/metrics``: an optional part, as only servers need it."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, Response

from rag_ui.telemetry import Outcome

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160)
_MISSING = "Metrics need one more package: pip install 'rag-desk[server]'.\n"


class Metrics:
    """What one chat has counted since it started. Made by ``create``.

    ``waiting`` and ``ready`` are asked whenever somebody looks.
    """

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = CollectorRegistry()  # none of the process: each app counts for itself
        mine: dict[str, Any] = {"registry": self.registry}
        self._questions = Counter("rag_questions", "Questions by how they ended.", ["ending"], **mine)
        self._errors = Counter("rag_errors", "Questions that failed, by the type of error.", ["error"], **mine)
        self._seconds = Histogram(
            "rag_stage_seconds", "Seconds of a stage of answering.", ["stage"], buckets=_SECONDS, **mine
        )
        self._tokens = Counter("rag_tokens", "Tokens that the language model read and wrote.", ["kind"], **mine)
        self._running = Gauge("rag_questions_running", "Questions that are being answered.", **mine)
        self._waiting = Gauge("rag_questions_waiting", "Questions that wait for their turn.", **mine)
        self._ready = Gauge("rag_ready", "1 as soon as index and models are loaded.", **mine)
        for ending in ("answered", "refused", "stopped", "failed"):
            self._questions.labels(ending)  # so that each is there, as 0, from the beginning

    @classmethod
    def create(cls) -> "Metrics | None":
        """None where the package for it is missing."""
        return cls() if find_spec("prometheus_client") else None

    def watch(self, waiting: Callable[[], int] | None = None, ready: Callable[[], bool] | None = None) -> None:
        """Ask these whenever somebody looks."""
        if waiting is not None:
            self._waiting.set_function(waiting)
        if ready is not None:
            self._ready.set_function(ready)

    def begun(self) -> None:
        """A question is being answered."""
        self._running.inc()

    def ended(self, outcome: Outcome) -> None:
        """It is not any more."""
        self._running.dec()
        self._questions.labels(outcome.ending).inc()
        if outcome.error:
            self._errors.labels(outcome.error).inc()
        for stage, seconds in outcome.seconds.items():
            self._seconds.labels(stage).observe(seconds)
        self._tokens.labels("prompt").inc(outcome.prompt_tokens)
        self._tokens.labels("completion").inc(outcome.completion_tokens)


def add_metrics(app: FastAPI, metrics: Metrics | None) -> None:
    """Put ``/metrics`` on the server; without the package it says what is missing, as 501."""

    @app.get("/metrics")
    def figures() -> Response:
        if metrics is None:
            return PlainTextResponse(_MISSING, 501)
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)
