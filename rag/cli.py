"""The command line: ``rag chat · ask · index · docs · models · eval · doctor``.

Errors of our own are one line on stderr and exit code 2; Ctrl-C ends with 130. What keeps models, index and articles
in order stands in ``rag.upkeep``, the evaluation in ``eval``.
"""

import json
import os
import sys
from dataclasses import asdict
from functools import cache
from typing import Annotated, NoReturn

import typer
from rich.console import Group
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from typer.exceptions import TyperException

from rag import upkeep
from rag.assistant import Assistant, validated
from rag.console import UNUSABLE, IndexOption, err, out, stages
from rag.errors import RagError
from rag.settings import Settings
from rag.types import Answer, Citation, Claim

app = typer.Typer(
    help="Ask a folder of articles: every sentence of an answer cites the words behind it. Nothing leaves the machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_NEAREST = 2  # passages shown beside a refusal
_INTERRUPTED = 130  # what typer makes of Ctrl-C


@cache
def command_line() -> typer.Typer:
    """All commands: those of this file, and those of the evaluation, which lives a floor above."""
    from eval.cli import app as eval_app

    app.add_typer(eval_app, name="eval")
    return app


def main() -> None:
    """The entry point of the console script."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        code = command_line()(standalone_mode=False)
    except TyperException as error:
        _fail(error.format_message())
    except RagError as error:
        _fail(str(error))
    if code == _INTERRUPTED:
        err.print("Interrupted; nothing is lost: run the same command again.")
    sys.exit(code)


def _fail(reason: str) -> NoReturn:
    if reason:  # without one, the help has been printed
        err.print(f"[red]Error:[/] {escape(' '.join(reason.split()))}", soft_wrap=True)
    sys.exit(UNUSABLE)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    index: IndexOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Answer one question: verified sentences as they come, then the quotes behind them."""
    question = validated(question)
    with stages() as report:
        assistant = Assistant.open(index, report=report)
    if as_json:
        print(json.dumps(_as_dict(assistant.ask(question)), ensure_ascii=False, indent=1))
    else:
        _print_growing(assistant, question)


@app.command()
def chat(
    index: IndexOption = None,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.", min=0, max=65535)] = 7860,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
) -> None:
    """Open the chat in the browser, served on this machine only."""
    from ui.app import serve

    settings = Settings.load()
    serve(
        lambda report: Assistant.open(index, settings, report),
        settings.examples,
        settings.review_file,
        port=port,
        open_browser=browser,
        announce=lambda url: err.print(f"Chat: {url}  (Ctrl-C ends it)"),
    )


def _print_growing(assistant: Assistant, question: str) -> None:
    """The claims as they come, redrawn in place on a terminal; then what they rest on."""
    answer = Answer(question)
    with Live(console=err, transient=True, refresh_per_second=8) as live:
        for answer in assistant.stream(question):
            reading = Spinner("dots", f"[dim]Reading {len(answer.evidence)} passages …[/]")
            live.update(Group(*map(_coloured, answer.claims), reading))
    for claim in answer.claims:
        out.print(_coloured(claim), soft_wrap=True)
    if answer.abstained:
        out.print(f"[yellow]{answer.text}[/]")
        for item in answer.evidence[:_NEAREST]:
            sentence = " ".join(item.sentences[0].text.split())
            out.print(f"[dim]  nearest, but no answer: “{escape(sentence)}” ({escape(item.passage.title)})[/]")
        return
    for citation in answer.citations:
        out.print(_cited(citation), soft_wrap=True)
    for note in answer.notes:
        err.print(f"[dim]{escape(note)}[/]")


def _coloured(claim: Claim) -> str:
    marks = "".join(f"[cyan]{escape(f'[{citation.number}]')}[/]" for citation in claim.citations)
    return f"{escape(claim.text)} {marks}"


def _cited(citation: Citation) -> str:
    page = f"page {citation.page}" if citation.page else ""
    copies = f"also in {', '.join(citation.also_in)}" if citation.also_in else ""
    source = ", ".join(filter(None, (citation.publisher, citation.published, citation.doc_id, page, copies)))
    heading = f"[bold]{escape(citation.title)}[/] [dim]({escape(source)})[/]"
    return f"\n[cyan]{escape(f'[{citation.number}]')}[/] {heading}\n    “{escape(' '.join(citation.quote.split()))}”"


def _as_dict(answer: Answer) -> dict[str, object]:
    return {
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "confidence": round(answer.confidence, 4),
        "claims": [
            {"text": c.text, "support": round(c.support, 4), "citations": [x.number for x in c.citations]}
            for c in answer.claims
        ],
        "citations": [asdict(citation) for citation in answer.citations],
        "passages": [
            {
                "doc_id": s.passage.doc_id,
                "start": s.passage.start,
                "end": s.passage.end,
                "score": round(s.score, 4),
            }
            for s in answer.passages
        ],
        "notes": list(answer.notes),
        "timings": asdict(answer.timings),
    }


# Last, because help lists the commands in this order.
app.command("index")(upkeep.build_index)
app.add_typer(upkeep.docs, name="docs")
app.add_typer(upkeep.models, name="models")
app.command("doctor")(upkeep.doctor)
