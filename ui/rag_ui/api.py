"""Answers for programs: ``/ask`` of Gradio's API, and the tool of the same name for language models (MCP)."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import gradio as gr

from rag.errors import RagError
from rag.presentation import as_dict
from rag_ui.loading import Loader

_LOADING_SECONDS = 300.0


def asking(loader: Loader) -> Callable[[str, list[str] | None], dict[str, Any]]:
    """The function behind ``/ask``; it waits for an assistant that still loads."""

    def ask(question: str, sources: list[str] | None = None) -> dict[str, Any]:
        """Answer a question from the indexed articles, in sentences that cite the words behind them, or refuse.

        Args:
            question: A question in English; it stands for itself, earlier ones are not remembered.
            sources: File names of the only articles to search. All of them if left out.
        """
        try:
            assistant = loader.assistant(_LOADING_SECONDS)
            if assistant is None:
                raise gr.Error("The models still load; ask again later.", print_exception=False)
            with loader.turn, closing(assistant.stream(question, (), sources or None)) as answers:
                *_, answer = answers
        except RagError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return as_dict(answer)

    return ask
