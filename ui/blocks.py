"""Gradio's page with one difference: what fails in it is logged without what was sent. Takes seconds to import."""

import logging
from typing import Any

import gradio as gr

from ui.screening import told_discreetly

_log = logging.getLogger(__name__)


class DiscreetBlocks(gr.Blocks):
    """A page in whose log no question ever stands, nor anything else that a reader or a program sent."""

    async def process_api(self, *asked: Any, **options: Any) -> dict[str, Any]:
        """Gradio's own. In place of an error that Gradio would print with all its input, a reader is told one line."""
        try:
            answered: dict[str, Any] = await super().process_api(*asked, **options)
        except gr.Error:
            raise
        except Exception as error:
            _log.error("An event of the page failed: %s", told_discreetly(error))
            raise gr.Error("The request could not be understood.", print_exception=False) from None
        return answered
