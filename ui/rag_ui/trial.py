"""The evaluation page: the last report, and asking the quick set of gold questions now. Knows no Gradio."""

import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse, Response

from rag.assistant import Assistant
from rag.settings import Settings
from rag_ui.library import Growth
from rag_ui.loading import Report, Turns, log_failure
from rag_ui.markup import TRIAL

_HERE = Path(__file__).parent
_ASSISTANT = "assistant"
_NO_REPORT = "No report yet: run the quick set on /eval first."


class Examination(Protocol):
    """What the page needs of an evaluation."""

    def page(self) -> Path:
        """Where its report lies, if there is one."""
        ...

    def run(self, turn: Turns, report: Report) -> None:
        """Ask all questions, each within a turn of the model, and write the report."""
        ...


class QuickSet:
    """Twenty gold questions, asked the assistant that ``base`` gives, whose index lies in ``index_dir``."""

    def __init__(
        self, base: Callable[[], Assistant], index_dir: Path | None, settings: Settings, page: Callable[[], Path]
    ) -> None:
        self.page = page
        self._base = base
        self._index_dir = index_dir
        self._settings = settings

    def run(self, turn: Turns, report: Report) -> None:
        """Ask and write the report. Raises InvalidInput when the gold questions are about other articles."""
        from rag_eval.gate import fast_subset
        from rag_eval.harness import conditions, run
        from rag_eval.metrics import Scores
        from rag_eval.opening import GOLD, index_dir_of, open_set, texts_of
        from rag_eval.report import write_report
        from rag_eval.systems import Parts, build_systems

        whole = open_set(str(GOLD), None, self._index_dir, self._settings)
        questions = replace(whole, questions=fast_subset(whole.questions))
        parts = Parts.of(self._base())
        place = index_dir_of(questions, self._index_dir, self._settings)
        info = conditions(questions, "test", None, [_ASSISTANT], parts, place)
        systems = {name: _InTurn(system, turn) for name, system in build_systems([_ASSISTANT], parts).items()}
        with TemporaryDirectory() as folder:
            made = run(systems, questions.questions, info, Path(folder) / "quick.run.jsonl", report)
        texts = texts_of(tuple(parts.index.documents.values()))
        scores = Scores.of(_ASSISTANT, questions.questions, made.by_id(_ASSISTANT), texts, questions.judge)
        write_report(self.page(), info, [scores])


class _InTurn:
    """A system that is asked only while nobody else is."""

    def __init__(self, system: Any, turn: Turns) -> None:
        self.retrieve = system.retrieve
        self._system = system
        self._turn = turn

    def ask(self, *asked: Any) -> Any:
        """The answer of the system."""
        with self._turn:
            return self._system.ask(*asked)


class Trial:
    """An examination that runs in a thread, one at a time, and how far it is."""

    def __init__(self, examination: Examination, turn: Turns) -> None:
        self.examination = examination
        self.progress = Growth()
        self._turn = turn
        self._starting = threading.Lock()

    def start(self) -> None:
        """Run it now, unless it runs already."""
        with self._starting:
            if not self.progress.busy:
                self.progress = Growth("Starting", busy=True)
                threading.Thread(target=self._run, name="trial", daemon=True).start()

    def _report(self, stage: str, fraction: float) -> None:
        self.progress = replace(self.progress, stage=stage, fraction=fraction)

    def _run(self) -> None:
        error = ""
        try:
            self.examination.run(self._turn, self._report)
        except Exception as failure:
            error = log_failure("The evaluation did not run.", failure)
        self.progress = Growth(error=error, version=self.progress.version + 1)


def add_trial(app: FastAPI, trial: Trial) -> None:
    """Put ``/eval`` on the server, with its progress, its start, and the last report."""

    @app.get("/eval", response_class=HTMLResponse)
    def page() -> str:
        styles, script = ((_HERE / name).read_text(encoding="utf-8") for name in ("trial.css", "trial.js"))
        return TRIAL.format(styles=styles, script=script)

    @app.get("/eval/progress")
    def progress() -> dict[str, Any]:
        return {**asdict(trial.progress), "report": trial.examination.page().is_file()}

    @app.post("/eval/run")
    def run() -> JSONResponse:
        trial.start()
        return JSONResponse({}, 202)

    @app.get("/eval/report")
    def report() -> Response:
        found = trial.examination.page()
        return HTMLResponse(found.read_bytes()) if found.is_file() else JSONResponse({"error": _NO_REPORT}, 404)
