"""The command line: ``rag chat · ask · index · models · eval · doctor``.

Errors of our own are one line on stderr and exit code 2; Ctrl-C ends with 130.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.spinner import Spinner
from typer.exceptions import TyperException

from rag.assistant import Assistant, Report, validated
from rag.errors import RagError
from rag.settings import Settings
from rag.types import Answer, Citation, Claim

app = typer.Typer(
    help="Ask a folder of articles: every sentence of an answer cites the words behind it. Nothing leaves the machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
models_app = typer.Typer(help="Fetch, list and check the models.", no_args_is_help=True)
app.add_typer(models_app, name="models")

_NEAREST = 2  # passages shown beside a refusal
_UNUSABLE = 2  # something cannot be used as given
_INTERRUPTED = 130  # what typer makes of Ctrl-C

_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)

IndexOption = Annotated[Path | None, typer.Option("--index", metavar="DIR", help="The index. (default: index/)")]


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
        _err.print("Interrupted; run the same command again to go on.")
    sys.exit(code)


def _fail(reason: str) -> NoReturn:
    if reason:  # without one, the help has been printed
        _err.print(f"[red]Error:[/] {escape(' '.join(reason.split()))}", soft_wrap=True)
    sys.exit(_UNUSABLE)


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


@app.command("index")
def build_index(
    folder: Annotated[Path | None, typer.Argument(help="The articles. (default: seeds/)")] = None,
    index: IndexOption = None,
) -> None:
    """Read, clean, cut and embed the articles below FOLDER; the index in DIR is replaced when that is done."""
    from rag.corpus.readers import read_folder
    from rag.embedder import SentenceTransformerEmbedder
    from rag.index import Index
    from rag.models import locate

    settings = Settings.load(documents_dir=folder, index_dir=index)
    read_folder(settings.documents_dir)  # a folder that cannot be read is told before the embedder is loaded
    with stages() as report:
        report("Loading the embedder", 0.0)
        embedder = SentenceTransformerEmbedder.load(
            locate(settings.embedder, "embedder", settings.models_dir), threads=settings.threads
        )
        built = Index.build(
            settings.documents_dir,
            embedder,
            settings.passage_tokens,
            lambda done, total: report(f"{done} of {total} passages", done / total),
        )
        built.save(settings.index_dir)
    _err.print(
        f"{built.manifest.documents} articles, {built.manifest.passages} passages → {settings.index_dir}",
        markup=False,
        soft_wrap=True,
    )
    for file in built.skipped:
        _err.print(f"[yellow]left out[/] {escape(file.doc_id)}: {escape(file.reason)}", soft_wrap=True)


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
        announce=lambda url: _err.print(f"Chat: {url}  (Ctrl-C ends it)"),
    )


@app.command()
def doctor(index: IndexOption = None) -> None:
    """Check the models, the index and the disk, and say what to do."""
    from rag.doctor import examine

    findings = tuple(examine(Settings.load(index_dir=index)))
    for finding in findings:
        state = "[green]ok[/] " if finding.sound else "[red]bad[/]"
        _out.print(f"{state} {finding.subject:<10} {escape(finding.detail)}", soft_wrap=True)
    if not all(finding.sound for finding in findings):
        sys.exit(_UNUSABLE)


@models_app.command("pull")
def pull_models(
    names: Annotated[list[str] | None, typer.Argument(help="(default: the models of the settings)")] = None,
) -> None:
    """Fetch models with one progress bar; what is there and right is not fetched again."""
    from rag.models import load_manifest, pull_with_bar

    settings = Settings.load()
    known = load_manifest(settings.models_dir)
    wanted = names or [name for name in (settings.embedder, settings.generator) if name in known]
    for name, path in pull_with_bar(wanted, settings.models_dir).items():
        _err.print(f"{name} → {path}", markup=False, soft_wrap=True)


@models_app.command("list")
def list_models() -> None:
    """The models of the manifest, and which of them are on this machine."""
    from rag.models import load_manifest

    settings = Settings.load()
    for spec in load_manifest(settings.models_dir).values():
        state = "here" if spec.present(settings.models_dir) else "not fetched"
        used = " (in use)" if spec.name in (settings.embedder, settings.generator) else ""
        _out.print(
            f"{spec.name:<30} {spec.role:<10} {spec.total_bytes / 1e6:>7.0f} MB  {spec.licence:<11} {state}{used}"
        )


@models_app.command("verify")
def verify_models() -> None:
    """Read every byte of the models on this machine again and compare their sha256."""
    from rag.models import load_manifest, verify

    settings = Settings.load()
    present = [spec for spec in load_manifest(settings.models_dir).values() if spec.present(settings.models_dir)]
    faults = [fault for spec in present for fault in verify(spec, settings.models_dir)]
    for spec in present:
        _out.print(f"{spec.name}: checked")
    if faults:
        raise faults[0]


@contextmanager
def stages() -> Iterator[Report]:
    """One line on stderr with the stage and a bar, gone when done; nothing when stderr is no terminal."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=_err, transient=True, disable=not _err.is_terminal) as progress:
        task = progress.add_task("Starting", total=1.0)
        yield lambda stage, done: progress.update(task, description=stage, completed=done)


def _print_growing(assistant: Assistant, question: str) -> None:
    """The claims as they come, redrawn in place on a terminal; then what they rest on."""
    answer = Answer(question)
    with Live(console=_err, transient=True, refresh_per_second=8) as live:
        for answer in assistant.stream(question):
            reading = Spinner("dots", f"[dim]Reading {len(answer.evidence)} passages …[/]")
            live.update(Group(*map(_coloured, answer.claims), reading))
    for claim in answer.claims:
        _out.print(_coloured(claim), soft_wrap=True)
    if answer.abstained:
        _out.print(f"[yellow]{answer.text}[/]")
        for item in answer.evidence[:_NEAREST]:
            sentence = " ".join(item.sentences[0].text.split())
            _out.print(f"[dim]  nearest, but no answer: “{escape(sentence)}” ({escape(item.passage.title)})[/]")
        return
    for citation in answer.citations:
        _out.print(_cited(citation), soft_wrap=True)
    for note in answer.notes:
        _err.print(f"[dim]{escape(note)}[/]")


def _coloured(claim: Claim) -> str:
    marks = "".join(f"[cyan]{escape(f'[{citation.number}]')}[/]" for citation in claim.citations)
    return f"{escape(claim.text)} {marks}"


def _cited(citation: Citation) -> str:
    source = ", ".join(filter(None, (citation.publisher, citation.published, citation.doc_id)))
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
