"""Conversations of pages that may come back: after a lost connection Gradio loads the page anew."""

from collections import OrderedDict
from secrets import token_urlsafe

from ui.conversation import Conversation

_MOST = 100  # conversations; those that were longest not begun or found are forgotten


class Conversations:
    """The latest conversations by keys that nobody can guess; they are in memory only."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Conversation] = OrderedDict()

    def keep(self, conversation: Conversation) -> None:
        """Remember a conversation; the first time it gets its key."""
        conversation.key = conversation.key or token_urlsafe()
        self._known[conversation.key] = conversation
        self._known.move_to_end(conversation.key)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)

    def find(self, key: str) -> Conversation | None:
        """The conversation of this key, if it is still known."""
        conversation = self._known.get(key)
        if conversation is not None:
            self._known.move_to_end(key)
        return conversation
