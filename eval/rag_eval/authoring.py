"""The commands that make the evaluation, and the assistant, one's own: ``rag eval add · review · new · fit``."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from rag.console import IndexOption, note, out, stages
from rag.errors import InvalidInput
from rag.settings import Settings


def add(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    right: Annotated[str, typer.Option(help="The right answer.")] = "",
    unanswerable: Annotated[bool, typer.Option("--unanswerable", help="The articles do not answer it.")] = False,
    ask: Annotated[bool, typer.Option("--ask", help="Ask the assistant, and keep what it answers.")] = False,
    index: IndexOption = None,
) -> None:
    """Put a question on the list of those that `rag eval review` makes gold pairs of."""
    from rag.assistant import Assistant, validated
    from rag.types import Answer
    from rag_eval.candidates import Candidate, append

    if unanswerable and (right or ask):
        raise InvalidInput("--unanswerable goes with neither --right nor --ask: no answer is right then.")
    question, settings = validated(question), Settings.load()
    answer = Answer(question, abstained=True, done=True) if unanswerable else None
    if ask:
        with stages() as report:
            answer = Assistant.open(index, settings, report).ask(question)
        out.print(answer.text, markup=False, soft_wrap=True)
    verdict: Literal["right", ""] = "right" if unanswerable else ""
    append(settings.review_file, Candidate.of(question, answer, verdict=verdict, right_answer=right))
    note(f"→ {settings.review_file}; next: rag eval review")


def review(
    gold: Annotated[
        Path | None, typer.Option("--set", help="The file that takes them. (default: eval/gold/reviewed.jsonl)")
    ] = None,
    index: IndexOption = None,
) -> None:
    """Make gold pairs of the questions that were added here or in the chat, one after the other."""
    from rag_eval.gold import load_gold
    from rag_eval.opening import GOLD, article_texts
    from rag_eval.review import review as reviewed
    from rag_eval.terminal import RichTerminal

    if index and not gold:
        raise InvalidInput("The gold set is about the articles in seeds/; name a file for your own: --set FILE.")
    settings = Settings.load()
    texts = article_texts(index, settings)
    file = gold or GOLD / "reviewed.jsonl"
    others = gold or GOLD
    existing = load_gold(others, texts) if others.exists() else ()
    outcome = reviewed(settings.review_file, file, existing, texts, RichTerminal(out))
    note(f"{len(outcome.kept)} kept, {outcome.dropped} dropped, {outcome.left} left")


def new(
    file: Annotated[Path, typer.Argument(help="The file to write, such as my-questions.jsonl.")],
    index: IndexOption = None,
) -> None:
    """Write a template for questions on your own articles: two examples to replace."""
    from rag.index import Index
    from rag_eval.template import write_template

    write_template(file, Index.load(index or Settings.load().index_dir).documents)
    where = f" --index {index}" if index else ""
    note(f"→ {file}; next: edit it, then rag eval run --set {file}{where}")


def fit(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN…", help="Files that `rag eval run` wrote.")],
    to: Annotated[Path, typer.Option("--out", help="Where the weights go.")] = Path("calibration.json"),
    risk: Annotated[
        float | None, typer.Option(min=0, max=1, help="Tell the threshold that lets at most this share be wrong.")
    ] = None,
) -> None:
    """Fit how sure of an answer the assistant is, on runs with RAG_MIN_ANSWERABLE=0 RAG_MIN_CONFIDENCE=0."""
    from rag_eval.fitting import Fit, examples_of
    from rag_eval.opening import scores_of
    from rag_eval.runs import Run
    from rag_eval.tables import bargains

    examples, sets = [], {}
    for path in runs:
        run = Run.read(path).only("assistant")
        (scores,) = scores_of(run)
        found = examples_of(scores)
        sets[f"{Path(run.info.gold).name}, {run.info.split}"] = len(found)
        examples += found
    fitted = Fit.of(examples, {"sets": sets, "models": dict(run.info.models)})
    chosen = fitted.within(risk) if risk is not None else None
    if risk is not None and chosen is None:
        raise InvalidInput(f"No threshold keeps the share of wrong answers at {risk:.0%}; give a larger --risk.")
    fitted.calibration.save(to)
    out.print(bargains([chosen] if chosen else fitted.bargains))
    threshold = f"RAG_MIN_CONFIDENCE={chosen.threshold:.2f} " if chosen else ""
    note(f"→ {to}; next: RAG_CALIBRATION={to} {threshold}rag eval run")
