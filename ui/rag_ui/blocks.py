"""Gradio's page, but what fails in it is logged without what was sent, and programs leave nothing in its memory.

Takes seconds to import.
"""

import logging
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction

from rag_ui.screening import told_discreetly

_log = logging.getLogger(__name__)

_MOST_PAGES = 1000  # those that were longest not used lose their conversations; Gradio takes some 50 KB for each


class DiscreetBlocks(gr.Blocks):
    """A page in whose log no question ever stands, nor anything else that a reader or a program sent.

    Gradio keeps the state of whoever called it for the next call; here a program's, which has none, is dropped.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.state_session_capacity = _MOST_PAGES

    async def process_api(self, block_fn: BlockFunction | int, *asked: Any, **options: Any) -> dict[str, Any]:
        """Gradio's own. In place of an error that Gradio would print with all its input, a reader is told one line."""
        try:
            answered: dict[str, Any] = await super().process_api(block_fn, *asked, **options)
        except gr.Error:
            raise
        except Exception as error:
            _log.error("An event of the page failed: %s", told_discreetly(error))
            raise gr.Error("The request could not be understood.", print_exception=False) from None
        finally:
            if isinstance(block_fn, BlockFunction) and not block_fn.targets:  # no part of the page triggers it
                self.state_holder.session_data.pop(options.get("session_hash", ""), None)
                self.state_holder.time_last_used.pop(options.get("session_hash", ""), None)
        return answered
