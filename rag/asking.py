"""The commands that ask: ``rag ask`` answers in the terminal, ``rag chat`` opens the page in the browser."""

from typing import Annotated

import typer
from rich.console import Group
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner

from rag.assistant import Assistant, validated
from rag.console import IndexOption, err, out, plain_json, stages
from rag.errors import InvalidInput
from rag.explanation import explained, told
from rag.presentation import DIFFERENT, Figure, as_dict, disputes
from rag.settings import Settings
from rag.types import Answer, Citation, Claim

_HERE = "127.0.0.1"
_NEAREST = 2  # passages shown beside a refusal


def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    index: IndexOption = None,
    source: Annotated[list[str] | None, typer.Option(metavar="FILE", help="Search this article; repeatable.")] = None,
    publisher: Annotated[list[str] | None, typer.Option(metavar="NAME", help="… this publisher's; repeatable.")] = None,
    since: Annotated[str, typer.Option(metavar="DATE", help="… those published on this day or later.")] = "",
    until: Annotated[str, typer.Option(metavar="DATE", help="… those published on this day or earlier.")] = "",
    explain: Annotated[bool, typer.Option("--explain", help="Show why: each passage, each decision.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Answer one question: verified sentences as they come, then the quotes behind them."""
    question = validated(question)
    with stages() as report:
        assistant = Assistant.open(index, report=report)
    sources = _chosen(assistant, source, publisher, since, until)
    if explain:
        ranking = assistant.explain(question, assistant.settings.top_k, sources)
        err.print(explained(ranking, assistant.index.catalogue.names))
    if as_json:
        answer = assistant.ask(question, sources=sources)
        print(plain_json(as_dict(answer)))
    else:
        answer = _watched(assistant, question, sources)
        _print_answer(answer)
    if explain:
        err.print("\n".join(map(told, answer.trace)), markup=False, highlight=False, soft_wrap=True)


def chat(
    index: IndexOption = None,
    port: Annotated[int, typer.Option(help="Port of the page.", min=0, max=65535)] = 7860,
    host: Annotated[str, typer.Option(help="Address to serve on; others than this machine need --auth.")] = _HERE,
    auth: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[:PASSWORD]", help="Let in who knows it; asked for if left out; repeatable."),
    ] = None,
    name: Annotated[
        list[str] | None, typer.Option(metavar="HOST", help="A name of a server in front, with --auth; repeatable.")
    ] = None,
    mcp: Annotated[bool, typer.Option("--mcp", help="Offer the answers as a tool for language models, too.")] = False,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
) -> None:
    """Open the chat in the browser, served on this machine only unless you say otherwise."""
    from rag.uploads import Uploads
    from rag_ui.app import Chat, serve
    from rag_ui.server import LOOPBACK_HOSTS
    from rag_ui.serving import Serving
    from rag_ui.trial import QuickSet

    settings = Settings.load()
    uploads = Uploads.beside(index, settings)
    passwords = dict(map(_password, auth or ()))
    if host not in LOOPBACK_HOSTS:
        err.print("[yellow]Warning:[/] whoever listens on the network reads questions, answers and passwords.")
    page = Chat(
        uploads.open,
        settings.examples,
        settings.review_file,
        uploads=uploads,
        passwords=passwords,
        mcp=mcp,
        examination=QuickSet(uploads.base, index, settings, uploads.report_page),
        names=name or (),
        serving=Serving.of(settings),
        reading=uploads.read_ahead,
    )
    serve(page, host=host, port=port, open_browser=browser, announce=lambda url: _announce(url, mcp))


def _password(given: str) -> tuple[str, str]:
    """``NAME:PASSWORD`` as a pair; the password is asked for if it is left out. Raises InvalidInput."""
    name, colon, password = given.partition(":")
    if name and not colon:
        password = typer.prompt(f"Password of {name}", hide_input=True, confirmation_prompt=True, err=True)
    if not (name and password):
        raise InvalidInput("--auth needs a name and a password that are not empty: NAME or NAME:PASSWORD.")
    return name, password


def _announce(url: str, mcp: bool) -> None:
    err.print(f"Chat: {url}  (Ctrl-C ends it)", soft_wrap=True)
    if mcp:
        err.print(f"MCP:  {url}/gradio_api/mcp/", soft_wrap=True)


def _chosen(
    assistant: Assistant, source: list[str] | None, publisher: list[str] | None, since: str, until: str
) -> tuple[str, ...] | None:
    """The articles to search, None for all. Raises InvalidInput when none is left."""
    if not (source or publisher or since or until):
        return None
    wanted = assistant.sources(publisher or (), since, until)
    found = tuple(name for name in source if name in wanted or name not in assistant.documents) if source else wanted
    if not found:
        raise InvalidInput("No article is by that publisher and of that time; rag docs list shows what there is.")
    return found


def _watched(assistant: Assistant, question: str, sources: tuple[str, ...] | None) -> Answer:
    """The answer; on a terminal, its claims are shown as they come, and taken away at the end."""
    answer = Answer(question)
    with Live(console=err, transient=True, refresh_per_second=8) as live:
        for answer in assistant.stream(question, sources=sources):
            reading = Spinner("dots", f"[dim]Reading {len(answer.evidence)} passages …[/]")
            live.update(Group(*map(_coloured, answer.claims), reading))
    return answer


def _print_answer(answer: Answer) -> None:
    """The claims and what they rest on, or the refusal with what comes nearest; on stderr the notes on either."""
    (_print_refusal if answer.abstained else _print_claims)(answer)
    for note in answer.notes:
        err.print(f"[dim]{escape(note)}[/]", soft_wrap=True)


def _print_refusal(answer: Answer) -> None:
    out.print(f"[yellow]{answer.text}[/]")
    for item in answer.evidence[:_NEAREST]:
        sentence = " ".join(item.sentences[0].text.split())
        out.print(f"[dim]  nearest, but no answer: “{escape(sentence)}” ({escape(item.passage.title)})[/]")


def _print_claims(answer: Answer) -> None:
    for claim in answer.claims:
        out.print(_coloured(claim), soft_wrap=True)
    for citation in answer.citations:
        out.print(_cited(citation), soft_wrap=True)
    for figures in disputes(answer):
        out.print(f"\n[yellow]{DIFFERENT}:[/]", *map(_differing, figures), sep="\n", soft_wrap=True)


def _coloured(claim: Claim) -> str:
    marks = "".join(f"[cyan]{escape(f'[{citation.number}]')}[/]" for citation in claim.citations)
    return f"{escape(claim.text)} {marks}"


def _cited(citation: Citation) -> str:
    page = f"page {citation.page}" if citation.page else ""
    copies = f"also in {', '.join(citation.also_in)}" if citation.also_in else ""
    source = ", ".join(filter(None, (citation.publisher, citation.published, citation.doc_id, page, copies)))
    heading = f"[bold]{escape(citation.title)}[/] [dim]({escape(source)})[/]"
    return f"\n[cyan]{escape(f'[{citation.number}]')}[/] {heading}\n    “{escape(' '.join(citation.quote.split()))}”"


def _differing(figure: Figure) -> str:
    words, citation = figure
    source = ", ".join(filter(None, (citation.title or citation.doc_id, citation.publisher, citation.published)))
    return f"  [bold]{escape(words)}[/] – {escape(source)} [cyan]{escape(f'[{citation.number}]')}[/]"
