"""The page: Gradio components and what happens on each click. Takes seconds to import, as Gradio does."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI

from rag.errors import RagError
from ui import render
from ui.conversation import Conversation
from ui.loading import Loader

TITLE = "Ask the articles"

_HERE = Path(__file__).parent
_MAX_QUESTION = 2000
_MAX_WAITING = 64
_CLOCK_SECONDS = 1.0
_QUIET_TICKS = 3  # of the clock after the last answer
_PLACEHOLDER = "Ask a question…"
_NOTHING_TYPED = "Type a question first"

_HEADER = f"""
<header>
  <h1>{TITLE}</h1>
  <p role="status" data-part="status"></p>
  <button type="button" data-part="sources">Sources</button>
  <button type="button" data-part="theme" aria-label="Switch between light and dark">◐</button>
</header>
"""
_PANEL = """
<section aria-label="Sources">
  <div class="heading">
    <h2 data-part="heading">Sources</h2>
    <button type="button" data-part="close" aria-label="Close sources">×</button>
  </div>
  <p class="hint" data-part="hint" aria-live="polite"></p>
  <ol data-part="cards"></ol>
  <article data-part="article" tabindex="-1" aria-label="Opened article"></article>
</section>
"""
_WELCOME = f"### {TITLE}\nEvery sentence of an answer cites the words of the article behind it."


@dataclass(frozen=True, slots=True)
class _Components:
    """What the events of a page read and write."""

    conversation: gr.State
    chat: gr.Chatbot
    panel: gr.HTML
    question: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    clock: gr.Timer
    feedback: gr.HTML


def mount_page(app: FastAPI, loader: Loader, examples: Sequence[str], review_file: Path) -> FastAPI:
    """The given server with the chat page at ``/``. What readers say of answers goes to ``review_file``."""
    styles = _read("theme.css") + _read("panel.css") + _read("feedback.css")
    head = f'<meta name="color-scheme" content="light dark"><style>{styles}</style>'
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        _build(loader, examples, review_file),
        path="/",
        theme=_theme(),
        head=head,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        show_error=False,
    )
    return mounted


def _build(loader: Loader, examples: Sequence[str], review_file: Path) -> gr.Blocks:
    blocks = gr.Blocks(title=TITLE, fill_height=True, analytics_enabled=False)
    with blocks:
        conversation = gr.State(Conversation())
        clock = gr.Timer(_CLOCK_SECONDS, active=False)
        gr.HTML(html_template=_HEADER, js_on_load=_read("header.js"), elem_id="header", apply_default_css=False)
        with gr.Row(elem_id="columns"):
            with gr.Column(elem_id="conversation", scale=3, min_width=300):
                chat = _chat(examples)
                with gr.Row(elem_id="asking"):
                    question = _question()
                    ask = gr.Button("Ask", variant="primary", elem_id="ask", scale=0)
                    stop = gr.Button("Stop", variant="stop", elem_id="stop", scale=0, visible=False)
            with gr.Column(elem_id="evidence", scale=2, min_width=300):
                panel = _panel(loader)
        feedback = gr.HTML(html_template="", js_on_load=_read("feedback.js"), elem_id="feedback")
        page = _Components(conversation, chat, panel, question, ask, stop, clock, feedback)
        _connect(page, loader, review_file)
    blocks.queue(max_size=_MAX_WAITING)
    return blocks


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
        placeholder=_WELCOME,
        examples=[{"text": example} for example in examples],
    )


def _question() -> gr.Textbox:
    return gr.Textbox(
        elem_id="question",
        label="Question",
        show_label=False,
        container=False,
        placeholder=_PLACEHOLDER,
        max_lines=6,
        max_length=_MAX_QUESTION,
        autofocus=True,
        scale=1,
    )


def _panel(loader: Loader) -> gr.HTML:
    return gr.HTML(
        html_template=_PANEL,
        js_on_load=_read("citations.js"),
        server_functions=[_article_opener(loader)],
        apply_default_css=False,
        elem_id="panel",
    )


def _article_opener(loader: Loader) -> Callable[[str], render.Article | dict[str, str]]:
    def open_article(reference: str) -> render.Article | dict[str, str]:
        """Called by the page: the article that a citation points into, or an ``error``."""
        try:
            doc_id, start, end = render.parse_reference(reference)
            assistant = loader.assistant(timeout=0)
            document = assistant.documents.get(doc_id) if assistant else None
            if document is None:
                return {"error": "This article is not in the index."}
            return render.article(document, start, end)
        except RagError as error:
            return {"error": str(error)}

    return open_article


def _connect(page: _Components, loader: Loader, review_file: Path) -> None:
    """Clicks are taken at once; answers wait in one queue, as there is one model."""
    shown = [page.conversation, page.chat, page.panel, page.feedback, page.stop, page.clock]
    common: dict[str, Any] = {
        "outputs": shown,
        "trigger_mode": "multiple",
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    click: dict[str, Any] = {**common, "queue": False}
    answering: dict[str, Any] = {**common, "concurrency_limit": 1, "concurrency_id": "model"}

    typed = gr.on(
        [page.question.submit, page.ask.click],
        _take_typed,
        [page.question, page.conversation],
        **{**click, "outputs": [page.question, *shown]},
    )
    chosen = page.chat.example_select(_take_example, page.conversation, **click)
    for taken in (typed, chosen):
        taken.then(_answering(loader), page.conversation, **answering)
    page.stop.click(_stop, page.conversation, **click)
    page.chat.clear(_clear, page.conversation, **click)
    # Once at a time: an opinion takes the place of the one before.
    page.feedback.submit(_rating(review_file), page.conversation, **{**click, "trigger_mode": "once"})
    # Gradio can lose the stream of an answer that begins in the moment in which another ends: the browser then
    # closes the connection that both share. Any queued event opens it again, with all that was missed.
    page.clock.tick(_tick, page.conversation, **{**common, "concurrency_limit": None})


def _take_typed(question: str, conversation: Conversation) -> tuple[Any, ...]:
    hint = _PLACEHOLDER if conversation.ask(question) else _NOTHING_TYPED
    return gr.update(value="", placeholder=hint), *_view(conversation)


def _take_example(conversation: Conversation, chosen: gr.SelectData) -> tuple[Any, ...]:
    conversation.ask(chosen.value["text"])
    return _view(conversation)


def _answering(loader: Loader) -> Callable[[Conversation], Iterator[tuple[Any, ...]]]:
    def answer(conversation: Conversation) -> Iterator[tuple[Any, ...]]:
        """Answers the next question. Gradio closes this iterator when the page is left: the model stops.

        What has not changed is yielded again: Gradio looks only then whether the page is still there, and
        shows the last of several quick values alone, so that a skipped one could hide the one before it.
        """
        with closing(conversation.answer_next(loader)) as exchanges:
            for _ in exchanges:
                yield _view(conversation)

    return answer


def _stop(conversation: Conversation) -> tuple[Any, ...]:
    conversation.stop()
    return _view(conversation)


def _clear(conversation: Conversation) -> tuple[Any, ...]:
    conversation.clear()
    return _view(conversation)


def _rating(review_file: Path) -> Callable[[Conversation, gr.EventData], tuple[Any, ...]]:
    def rate(conversation: Conversation, given: gr.EventData) -> tuple[Any, ...]:
        right_answer = str(given.right_answer)[:_MAX_QUESTION]
        conversation.rate(int(given.number), str(given.verdict), right_answer, review_file)
        return _view(conversation)

    return rate


def _tick(conversation: Conversation) -> tuple[Any, ...]:
    """The clock alone stops itself, and only after some quiet ticks.

    The end of an answer may reach the page after the next question: what it says of the clock would be out of date.
    """
    *view, _ = _view(conversation)
    return *view, gr.update(active=conversation.tick() < _QUIET_TICKS)


def _view(conversation: Conversation) -> tuple[Any, ...]:
    """Values of conversation, chat, panel, feedback, Stop button and clock."""
    busy = conversation.busy
    return (
        conversation,  # unchanged; but what is never returned, Gradio never frees
        conversation.messages(),
        conversation.panel(),
        conversation.bars(),
        gr.update(visible=busy),
        gr.update(active=True) if busy else gr.update(),
    )


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
