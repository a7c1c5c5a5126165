"""The page: its Gradio components and where they stand. Takes seconds to import, as Gradio does."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from gradio.events import api as gradio_api

from rag.errors import InvalidInput, RagError
from rag.types import Document
from rag_ui import markup, reading
from rag_ui.api import asking
from rag_ui.blocks import DiscreetBlocks
from rag_ui.conversation import Conversation
from rag_ui.events import MAX_QUESTION, MODEL, PLACEHOLDER, Behind, Components, connect
from rag_ui.loading import Loader

_HERE = Path(__file__).parent
_MAX_WAITING = 1000  # questions; a page whose question finds no place would wait for ever
_CLOCK_SECONDS = 1.0
_MAX_CITED = 1000  # quotes marked in an opened article
_STYLES = ("theme", "chat", "panel", "article", "library", "tools", "dialogs")


def mount_page(app: FastAPI, page: Behind, *, evaluated: bool, mcp: bool) -> Callable[[], int]:
    """Put the chat page at ``/`` of the server; tells how many questions wait for their turn.

    It leads to the evaluation page if there is one (``evaluated``), and is a tool for language models, too (``mcp``).
    """
    styles = "".join(_read(f"{name}.css") for name in _STYLES)
    head = f'<meta name="color-scheme" content="light dark"><style>{styles}</style>'
    blocks = _build(page, evaluated)
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        theme=_theme(),
        head=head,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=mcp,
        enable_monitoring=False,
        show_error=False,
    )
    queues = blocks._queue.event_queue_per_concurrency_id
    return lambda: len(queues[MODEL].queue) if MODEL in queues else 0


def _build(page: Behind, evaluated: bool) -> gr.Blocks:
    loader, suggestions = page.loader, page.suggestions
    blocks = DiscreetBlocks(title=markup.TITLE, fill_height=True, analytics_enabled=False)
    with blocks:
        conversation = gr.State(Conversation(suggestions.questions()))
        clock = gr.Timer(_CLOCK_SECONDS, active=False)
        files = _html("header", markup.header(evaluated), "header", "status", "menu")
        with gr.Row(elem_id="columns"):
            with gr.Column(elem_id="conversation", scale=3, min_width=300):
                chat = _chat(suggestions.questions())
                tools = _html("tools", markup.CLEARED, "tools", "earlier", "gradio")
                scope = _html("scope", markup.SCOPE, "scope")
                with gr.Row(elem_id="asking"):
                    question = _question()
                    ask = gr.Button("Ask", variant="primary", elem_id="ask", scale=0)
                    stop = gr.Button("Stop", variant="stop", elem_id="stop", scale=0, visible=False)
            with gr.Column(elem_id="evidence", scale=2, min_width=300):
                scripts = ("sheet", "article", "cards", "chips", "library", "uploads")
                panel = _html("panel", markup.PANEL, *scripts, server_functions=_readers(loader))
        details = _html("details", markup.DETAILS, "details")
        parts = Components(conversation, chat, panel, question, scope, ask, stop, clock, tools, details, files)
        connect(parts, page)
        gradio_api(asking(loader), api_name="ask", concurrency_limit=page.at_once, concurrency_id=MODEL)
    blocks.queue(max_size=_MAX_WAITING)
    return blocks


def _html(name: str, template: str, *scripts: str, **options: Any) -> gr.HTML:
    """A component that these scripts draw; they share one scope, and what ``dom.js`` offers."""
    code = "\n".join(_read(f"{script}.js") for script in ("dom", *scripts))
    return gr.HTML(html_template=template, js_on_load=code, elem_id=name, apply_default_css=False, **options)


def _chat(examples: Sequence[str]) -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="chat",
        label="Conversation",
        show_label=False,
        container=False,
        height="100%",
        layout="bubble",
        buttons=[],
        feedback_options=None,
        # What the escaping of render.py relies on: nothing of a message is more than markdown.
        sanitize_html=True,
        allow_tags=False,
        latex_delimiters=[],
        placeholder=markup.WELCOME,
        examples=[{"text": example} for example in examples],
    )


def _question() -> gr.Textbox:
    return gr.Textbox(
        elem_id="question",
        label="Question",
        show_label=False,
        container=False,
        placeholder=PLACEHOLDER,
        max_lines=6,
        max_length=MAX_QUESTION,
        autofocus=True,
        scale=1,
    )


def _readers(loader: Loader) -> list[Callable[..., Any]]:
    """What the panel asks for by itself; what cannot be had is an ``error``."""

    def open_article(wanted: dict[str, Any]) -> reading.Article | dict[str, str]:
        """An article: ``doc_id``, or the quote of a ``reference``; also the references ``cited`` so far."""
        try:
            cited = [reading.parse_reference(str(name)) for name in wanted["cited"][:_MAX_CITED]]
            if "doc_id" in wanted:
                document, quoted = _document(loader, str(wanted["doc_id"])), None
            else:
                quoted = reading.parse_reference(str(wanted["reference"]))
                document = _document(loader, quoted.doc_id)
            return reading.article(document, quoted, cited)
        except RagError as error:
            return {"error": str(error)}

    def preview(reference: str) -> reading.Preview | dict[str, str]:
        """The quote of a reference."""
        try:
            quoted = reading.parse_reference(reference)
            return reading.preview(_document(loader, quoted.doc_id), quoted)
        except RagError as error:
            return {"error": str(error)}

    return [open_article, preview]


def _document(loader: Loader, doc_id: str) -> Document:
    """Raises InvalidInput when it is not in the index."""
    assistant = loader.ready()
    document = assistant.index.documents.get(doc_id) if assistant else None
    if document is None:
        raise InvalidInput(f"{doc_id[:80]!r} is not in the index, or no longer; ask again.")
    return document


def _theme() -> gr.themes.Base:
    """Fonts of the reader's system: Gradio's own would be fetched from elsewhere."""
    return gr.themes.Base(
        primary_hue="teal",
        neutral_hue="slate",
        font=[gr.themes.Font("system-ui"), gr.themes.Font("sans-serif")],
        font_mono=[gr.themes.Font("ui-monospace"), gr.themes.Font("monospace")],
    ).set(
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_hover_dark="*primary_800",
    )


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
