"""What happens on each click of the page, and what the page is given to show after it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gradio as gr

from rag_ui import export
from rag_ui.conversation import Conversation
from rag_ui.details import details
from rag_ui.exchange import Scope
from rag_ui.loading import Loader
from rag_ui.sessions import Conversations
from rag_ui.suggestions import Suggestions

MAX_QUESTION = 2000
"""Characters of a question, or of what a reader says is right."""
MODEL = "model"
"""The queue of questions."""
PLACEHOLDER = "Ask a question…"
_NOTHING_TYPED = "Type a question first"
_QUIET_TICKS = 3  # of the clock after the last answer

_View = tuple[Any, ...]
_WRITERS = {"md": export.as_markdown, "json": export.as_json}


@dataclass(frozen=True, slots=True)
class Components:
    """What the events of a page read and write.

    ``scope`` holds the only article that the next question is about; ``tools``, ``details`` and ``files`` show nothing
    by themselves: they draw what stands around the answers, a dialogue, and hand files to the browser.
    """

    conversation: gr.State
    chat: gr.Chatbot
    panel: gr.HTML
    question: gr.Textbox
    scope: gr.HTML
    ask: gr.Button
    stop: gr.Button
    clock: gr.Timer
    tools: gr.HTML
    details: gr.HTML
    files: gr.HTML


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind a page; ``at_once`` questions are answered at the same time.

    What readers say of answers goes to ``review_file``.
    """

    loader: Loader
    suggestions: Suggestions
    conversations: Conversations
    review_file: Path
    at_once: int = 1


def connect(page: Components, behind: Behind) -> None:
    """Clicks are taken at once; answers wait in one queue, as there is one model."""
    loader, conversations = behind.loader, behind.conversations
    shown = [page.conversation, page.chat, page.panel, page.tools, page.stop, page.clock]
    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    common = {**private, "outputs": shown, "trigger_mode": "multiple"}
    click = {**common, "queue": False}
    answering = {**common, "concurrency_limit": behind.at_once, "concurrency_id": MODEL}
    scoped = [page.conversation, page.scope]

    typed = gr.on(
        [page.question.submit, page.ask.click],
        _take_typed,
        [page.question, *scoped],
        **{**click, "outputs": [page.question, *shown]},
    )
    for taken in (
        typed,
        page.chat.example_select(_take_example, scoped, **click),
        page.chat.option_select(_take_option, scoped, **click),
        page.tools.retry(_ask_again, page.conversation, **click),
        page.scope.submit(
            _arriving(loader, conversations), page.conversation, **{**click, "outputs": [*shown, page.scope]}
        ),
    ):
        taken.then(_answering(loader, conversations), page.conversation, **answering)
    page.stop.click(_stop, page.conversation, **click)
    page.chat.clear(_clearing(conversations), page.conversation, **click)
    page.tools.undo(_restoring(conversations), page.conversation, **click)
    page.tools.expand(_show_earlier, page.conversation, **click)
    # Once at a time: an opinion takes the place of the one before.
    page.tools.submit(_rating(behind), page.conversation, **{**click, "trigger_mode": "once"})
    page.tools.select(_details, page.conversation, page.details, queue=False, **private)
    page.files.load(_offering(behind.suggestions), page.conversation, page.chat, queue=False, **private)
    page.files.download(_file, page.conversation, page.files, queue=False, **private)
    # Gradio can lose the stream of an answer that begins in the moment in which another ends: the browser then
    # closes the connection that both share. Any queued event opens it again, with all that was missed.
    page.clock.tick(_tick, page.conversation, **{**common, "concurrency_limit": None})


def _take_typed(question: str, conversation: Conversation, scope: Any) -> _View:
    hint = PLACEHOLDER if conversation.ask(question, _scope(scope)) else _NOTHING_TYPED
    return gr.update(value="", placeholder=hint), *_view(conversation)


def _take_example(conversation: Conversation, scope: Any, chosen: gr.SelectData) -> _View:
    conversation.ask(chosen.value["text"], _scope(scope))
    return _view(conversation)


def _take_option(conversation: Conversation, scope: Any, chosen: gr.SelectData) -> _View:
    conversation.ask(chosen.value, _scope(scope))
    return _view(conversation)


def _arriving(loader: Loader, conversations: Conversations) -> Callable[[Conversation, gr.EventData], _View]:
    def arrive(conversation: Conversation, given: gr.EventData) -> _View:
        """The conversation that the page had before it was loaded anew; else the question of its link, if any.

        That is asked in the only article of the link if it names one.
        """
        before = conversations.taken_up(str(given.key))
        if before is not None:
            before.examples = before.examples or conversation.examples
            return *_awake(before), None
        doc_id = str(given.source)
        scope = {"doc_id": doc_id, "title": _title(loader, doc_id)} if doc_id else None
        conversation.ask(str(given.question)[:MAX_QUESTION], _scope(scope))
        return *_awake(conversation), scope

    return arrive


def _awake(conversation: Conversation) -> _View:
    """The view with the clock running: it stops itself when there is nothing to wait for."""
    *view, _ = _view(conversation)
    return *view, gr.update(active=True)


def _title(loader: Loader, doc_id: str) -> str:
    """An article's title, or its name while that is not known."""
    assistant = loader.ready()
    document = assistant.index.documents.get(doc_id) if assistant else None
    return document.title or doc_id if document else doc_id


def _ask_again(conversation: Conversation, given: gr.EventData) -> _View:
    conversation.ask_again(int(given.number))
    return _view(conversation)


def _answering(loader: Loader, conversations: Conversations) -> Callable[[Conversation], Iterator[_View]]:
    def answer(conversation: Conversation) -> Iterator[_View]:
        """Answers the next question, if one waits. Gradio closes this iterator when the page is left: the model stops.

        Without a first value Gradio would set everything to nothing, and a clock of no pace ticks without a pause.
        What has not changed is yielded again: Gradio looks only then whether the page is still there, and
        shows the last of several quick values alone, so that a skipped one could hide the one before it.
        """
        conversations.keep(conversation)
        yield _view(conversation)
        try:
            with closing(conversation.answer_next(loader)) as exchanges:
                for _ in exchanges:
                    yield _view(conversation)
        finally:
            conversations.save(conversation)

    return answer


def _stop(conversation: Conversation) -> _View:
    conversation.stop()
    return _view(conversation)


def _offering(suggestions: Suggestions) -> Callable[[Conversation], Any]:
    def offer(conversation: Conversation) -> Any:
        """Questions for the empty page, and for refusals; the page asks for them once the models are there.

        The conversation is not returned: it would take the place of one that is taken up at the same moment.
        """
        conversation.examples = suggestions.questions()
        return gr.update(examples=[{"text": example} for example in conversation.examples])

    return offer


def _clearing(conversations: Conversations) -> Callable[[Conversation], _View]:
    def clear(conversation: Conversation) -> _View:
        conversation.clear()
        conversations.save(conversation)
        return _view(conversation)

    return clear


def _restoring(conversations: Conversations) -> Callable[[Conversation], _View]:
    def restore(conversation: Conversation) -> _View:
        conversation.restore()
        conversations.save(conversation)
        return _view(conversation)

    return restore


def _show_earlier(conversation: Conversation) -> _View:
    conversation.show_earlier()
    return _view(conversation)


def _rating(behind: Behind) -> Callable[[Conversation, gr.EventData], _View]:
    def rate(conversation: Conversation, given: gr.EventData) -> _View:
        right_answer = str(given.right_answer)[:MAX_QUESTION]
        conversation.rate(int(given.number), str(given.verdict), right_answer, behind.review_file)
        behind.conversations.save(conversation)
        return _view(conversation)

    return rate


def _details(conversation: Conversation, given: gr.EventData) -> Any:
    exchange = conversation.exchange(int(given.number))
    return {"groups": details(exchange), "asked": given.asked} if exchange else gr.skip()


def _file(conversation: Conversation, given: gr.EventData) -> Any:
    """The conversation as a file for the browser; ``asked`` tells one request from the next."""
    kind = str(given.kind)
    name = f"conversation-{datetime.now(UTC):%Y-%m-%d-%H%M}.{kind}"
    return {"name": name, "text": _WRITERS[kind](conversation.asked()), "asked": given.asked}


def _tick(conversation: Conversation) -> _View:
    """The clock alone stops itself, and only after some quiet ticks.

    The end of an answer may reach the page after the next question: what it says of the clock would be out of date.
    """
    *view, _ = _view(conversation)
    return *view, gr.update(active=conversation.tick() < _QUIET_TICKS)


def _scope(value: Any) -> Scope | None:
    """The only article that a question is about, as the page names it."""
    return Scope(str(value["doc_id"]), str(value["title"])) if value else None


def _tools(conversation: Conversation) -> dict[str, Any]:
    """What the scripts around the answers draw; ``first`` is the number of the first answer."""
    cleared, first = bool(conversation.cleared), conversation.first
    return {"key": conversation.key, "cleared": cleared, "first": first, "answers": conversation.tools()}


def _view(conversation: Conversation) -> _View:
    """Values of conversation, chat, panel, tools, Stop button and clock."""
    busy = conversation.busy
    return (
        conversation,  # unchanged; but what is never returned, Gradio never frees
        conversation.messages(),
        conversation.panel(),
        _tools(conversation),
        gr.update(visible=busy),
        gr.update(active=True) if busy else gr.update(),
    )
