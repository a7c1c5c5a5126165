"""The report: one HTML page that needs no network, with the figures, the plots and every answer of a run."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import InvalidInput
from rag_eval import plots, tables
from rag_eval.gold import GoldQuestion
from rag_eval.lines import replace_content
from rag_eval.metrics import JudgedQuestion, Scores
from rag_eval.runs import RunInfo

_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot of one system, as SVG."""

    system: str
    svg: str


def write_report(path: Path, info: RunInfo, scores: Sequence[Scores]) -> None:
    """Write the page of a run; ``path`` is replaced in one step. Raises InvalidInput when it cannot be written."""
    page = _page(info, scores).encode("utf-8", errors="replace")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_content(path, page)
    except OSError as error:
        raise InvalidInput(f"The report cannot be written to {path}: {error.strerror}; give another place.") from error


def _page(info: RunInfo, scores: Sequence[Scores]) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    # Everything is escaped but what stands in files of ours and the plots, which escape their texts themselves.
    page = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page.filters.update(anchor=_anchor, raw_svg=Markup)
    script = _source("report.js")
    return page.get_template("report.html.j2").render(
        info=info,
        conditions=tables.conditions(info),
        settings={name: json.dumps(value, ensure_ascii=False, default=str) for name, value in info.settings.items()},
        style=Markup(_source("report.css")),
        script=Markup(script),
        script_hash=_csp_hash(script),
        rates=tables.rates(scores),
        kinds=tables.by_kind(scores),
        speed=tables.speed(scores),
        risk_coverage=plots.risk_coverage(scores),
        seconds=plots.seconds(scores),
        verdicts=_plots((one.system, plots.verdicts(one)) for one in scores),
        calibration=_plots((one.system, plots.calibration(one)) for one in scores if len(one.calibration) > 1),
        systems=[one.system for one in scores],
        questions=_by_question(scores),
    )


def _plots(drawn: Iterable[tuple[str, str]]) -> list[Plot]:
    return [Plot(system, svg) for system, svg in drawn if svg]


def _by_question(scores: Sequence[Scores]) -> list[tuple[GoldQuestion, Mapping[str, JudgedQuestion]]]:
    """Every question with what each system answered to it."""
    questions = {item.question.id: item.question for one in scores for item in one.questions}
    answers: dict[str, dict[str, JudgedQuestion]] = {name: {} for name in questions}
    for one in scores:
        for item in one.questions:
            answers[item.question.id][one.system] = item
    return [(question, answers[name]) for name, question in questions.items()]


def _anchor(*parts: object) -> str:
    """The id of a place in the page, ``system/id``: an id must not hold spaces."""
    return "/".join("-".join(str(part).split()) for part in parts)


def _source(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _csp_hash(source: str) -> str:
    """How a Content-Security-Policy names the one script that may run."""
    return f"sha256-{b64encode(hashlib.sha256(source.encode()).digest()).decode()}"
