"""The commands of the evaluation: ``rag eval run``, ``score``, ``compare``, ``report`` and so on.

What a command needs is imported when it runs: ``rag --help`` waits for none of it.
"""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from rag.console import IndexOption, note, out, stages
from rag.errors import InvalidInput
from rag.settings import HOME, Settings
from rag_eval import authoring

if TYPE_CHECKING:
    from rag_eval.runs import Run
    from rag_eval.sets import QuestionSet

app = typer.Typer(help="Measure the answers on questions whose right answers are known.", no_args_is_help=True)

_ASSISTANT = "assistant"
_OUT = Path("eval.run.jsonl")
_BASELINE = HOME / "eval" / "baseline.json"
_WORSE = 1  # exit code of a gate that did not pass


SetOption = Annotated[
    str | None,
    typer.Option("--set", help="Gold questions, a file or a folder, or the name of a benchmark. (default: eval/gold)"),
]
DataOption = Annotated[Path | None, typer.Option("--data", help="The folder that holds the benchmarks.")]
SplitOption = Annotated[str, typer.Option(help="train, test or all.")]
LimitOption = Annotated[int | None, typer.Option(min=1, help="Only so many questions, drawn evenly from the kinds.")]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="Settings of this run, a file like rag.toml.")]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="A file that `rag eval run` wrote.")]


@app.command("run")
def run_systems(
    gold: SetOption = None,
    data: DataOption = None,
    index: IndexOption = None,
    split: SplitOption = "test",
    limit: LimitOption = None,
    systems: Annotated[str, typer.Option(help="Which to ask, with commas between them.")] = _ASSISTANT,
    baselines: Annotated[bool, typer.Option("--baselines", help="Ask all systems, the baselines too.")] = False,
    config: ConfigOption = None,
    out: Annotated[Path, typer.Option(help="Where the answers go.")] = _OUT,
) -> None:
    """Ask the questions and write every answer to a file; an interrupted run goes on where it stopped."""
    from rag_eval.opening import GOLD, open_set
    from rag_eval.sets import select
    from rag_eval.systems import SYSTEMS, in_order

    settings = _settings(config)
    names = in_order(SYSTEMS if baselines else systems.replace(",", " ").split())
    whole = open_set(gold or str(GOLD), data, index, settings)
    questions = replace(whole, questions=select(whole.questions, split, limit))
    _asked(questions, names, settings, out, split=split, data=data, index=index)
    note(f"→ {out}")
    _print_scores(out)


@app.command()
def score(
    run: RunArgument = _OUT,
    as_json: Annotated[bool, typer.Option("--json", help="All figures as one JSON object, for programs.")] = False,
) -> None:
    """The figures of a run. Loads no model."""
    if as_json:
        from rag_eval.opening import scores_of
        from rag_eval.runs import Run

        figures = {
            scores.system: {
                "rates": {name: asdict(rate) for name, rate in scores.rates.items()},
                "by_kind": {kind: dict(counts) for kind, counts in scores.by_kind.items()},
                "risk_area": scores.risk_area,
                "calibration_error": scores.calibration_error,
                "speed": {name: asdict(percentiles) for name, percentiles in scores.speed.items()},
            }
            for scores in scores_of(Run.read(run))
        }
        print(json.dumps(figures, ensure_ascii=False, indent=1))
    else:
        _print_scores(run)


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="FIRST", help="A run.")],
    second: Annotated[Path, typer.Argument(metavar="SECOND", help="Another one; it may be the same file.")],
    first_system: Annotated[str, typer.Option(help="Whose answers of the first.")] = _ASSISTANT,
    second_system: Annotated[str, typer.Option(help="Whose answers of the second.")] = _ASSISTANT,
    shared: Annotated[bool, typer.Option("--shared", help="Compare the questions that both have.")] = False,
) -> None:
    """What got better and what got worse from one run to another, question by question. Loads no model."""
    from rag_eval.comparison import compare as compared
    from rag_eval.comparison import shown
    from rag_eval.opening import scores_of
    from rag_eval.runs import Run

    before, after = (
        next(scores for scores in scores_of(Run.read(path).only(system)))
        for path, system in ((first, first_system), (second, second_system))
    )
    out.print(shown(compared(before, after, shared_only=shared)))


@app.command()
def report(
    run: RunArgument = _OUT,
    out: Annotated[Path | None, typer.Option(help="The page. (default: eval.report.html)")] = None,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown instead.")] = False,
) -> None:
    """One page with all figures, plots and answers, to be opened in any browser, without a network."""
    from rag_eval.opening import scores_of
    from rag_eval.report import write_report
    from rag_eval.runs import Run
    from rag_eval.tables import markdown

    if as_markdown and out:
        raise InvalidInput("--markdown is printed; send it to a file with >, or leave --out away.")
    read = Run.read(run)
    scores = scores_of(read)
    if as_markdown:
        print(markdown(read.info, scores))
    else:
        page = out or Path("eval.report.html")
        write_report(page, read.info, scores)
        note(f"→ {page}")


@app.command()
def retrieval(
    gold: SetOption = None,
    data: DataOption = None,
    index: IndexOption = None,
    split: SplitOption = "test",
    half: Annotated[str | None, typer.Option(help="Only half of the questions: fit or report.")] = None,
    config: ConfigOption = None,
    everywhere: Annotated[bool, typer.Option("--everywhere", help="Search all articles for every question.")] = False,
    ablation: Annotated[
        bool, typer.Option("--ablation", help="What each part is worth, seconds by stage, and ten failures.")
    ] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw recall by passages into this SVG file.")] = None,
) -> None:
    """How well passages are found: by BM25, by dense search, by both, by the assistant. Asks no language model."""
    from rich.console import Group

    from rag.fusion import Recipe
    from rag.retriever import Retriever
    from rag_eval.opening import GOLD, open_index, open_set
    from rag_eval.retrieval import measured, plain_arms
    from rag_eval.sets import half_of, select
    from rag_eval.tables import figures

    settings = _settings(config)
    whole = open_set(gold or str(GOLD), data, index, settings)
    chosen = select(whole.questions, split, None)
    chosen = half_of(chosen, half) if half else chosen
    questions = replace(whole, questions=tuple(replace(q, sources=()) for q in chosen) if everywhere else chosen)
    with stages() as report:
        opened, embedder = open_index(questions, index, settings, report)
        if ablation:
            from rag_eval.ablation import ablated

            arms, shown = ablated(questions, opened, embedder, settings, report)
        else:
            recipes = plain_arms(Recipe(settings.dense_weight))
            arms = measured(questions, recipes, lambda by: Retriever(opened, embedder, by, settings.today), report)
            shown = Group(figures({name: arm.rates() for name, arm in arms.items()}))
    out.print(shown, soft_wrap=ablation)
    if plot:
        from rag_eval.plots import recall

        plot.write_text(recall({name: arm.recall() for name, arm in arms.items()}), encoding="utf-8")
        note(f"→ {plot}")


@app.command("stages")
def worth_of_stages(run: RunArgument = _OUT) -> None:
    """What each stage of the assistant is worth, from a run that shows everything. Loads no model."""
    from rag_eval.opening import scores_of
    from rag_eval.runs import Run
    from rag_eval.stages import arms, shown

    by_arm = arms(Run.read(run).only(_ASSISTANT), Settings.load())
    out.print(shown({arm: scores for arm, answered in by_arm.items() for scores in scores_of(answered)}))


@app.command()
def gate(
    run: Annotated[
        Path | None, typer.Argument(metavar="[RUN]", help="A run of the gold questions; without one they are asked.")
    ] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Ask twenty questions only.")] = False,
    update: Annotated[bool, typer.Option("--update", help="Let what is answered now be the measure.")] = False,
    baseline: Annotated[Path, typer.Option(help="The verdicts to hold.")] = _BASELINE,
) -> None:
    """Fail, with a list, when questions are answered worse than the committed baseline answers them."""
    from rag_eval.gate import Baseline, regressions, shown
    from rag_eval.opening import scores_of
    from rag_eval.runs import Run

    if fast and update:
        raise InvalidInput("--update takes the verdicts of all questions; leave --fast out.")
    held = None if update else Baseline.read(baseline)
    read = (Run.read(run) if run else _asked_for_the_gate(fast)).only(_ASSISTANT)
    (scores,) = scores_of(read)
    if held is None:
        Baseline.of(scores, read.info).save(baseline)
        note(f"→ {baseline}")
        return
    out.print(shown(held, scores, read.info))
    if regressions(held, scores):
        raise typer.Exit(_WORSE)


def _asked(
    questions: "QuestionSet",
    systems: Sequence[str],
    settings: Settings,
    out: Path,
    *,
    split: str,
    data: Path | None = None,
    index: Path | None = None,
) -> "Run":
    """The run of these systems over the questions, written to ``out``."""
    from rag_eval.harness import conditions, run
    from rag_eval.opening import index_dir_of, open_assistant
    from rag_eval.systems import Parts, build_systems

    with stages() as report:
        parts = Parts.of(open_assistant(questions, index, settings, report))
        info = conditions(questions, split, data, systems, parts, index_dir_of(questions, index, settings))
        return run(build_systems(systems, parts), questions.questions, info, out, report)


def _asked_for_the_gate(fast: bool) -> "Run":
    from rag_eval.gate import fast_subset
    from rag_eval.opening import GOLD, open_set

    settings = Settings.load()
    whole = open_set(str(GOLD), None, None, settings)
    questions = replace(whole, questions=fast_subset(whole.questions) if fast else whole.questions)
    with TemporaryDirectory() as folder:
        return _asked(questions, [_ASSISTANT], settings, Path(folder) / "gate.run.jsonl", split="all")


def _settings(config: Path | None) -> Settings:
    """The settings, with what the file ``config`` says before all other sources. Raises InvalidInput."""
    if config is None:
        return Settings.load()
    try:
        return Settings.load(**tomllib.loads(config.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InvalidInput(f"The settings in {config} cannot be read: {error}; correct them.") from error


def _print_scores(run: Path) -> None:
    from rag_eval.opening import scores_of
    from rag_eval.runs import Run
    from rag_eval.tables import fits_intervals, kinds, overview

    scores = scores_of(Run.read(run))
    out.print(overview(scores, out.width))
    if not fits_intervals(scores, out.width):
        note("The 95 % intervals need a wider terminal; rag eval report and --json have them.")
    out.print(kinds(scores))


# Last, because help lists the commands in this order.
for command in (authoring.add, authoring.review, authoring.new, authoring.fit):
    app.command()(command)
