"""Conversations of pages that may come back: after a lost connection Gradio loads the page anew."""

from collections import OrderedDict
from secrets import token_urlsafe

from rag_ui.conversation import Conversation

_MOST = 100  # conversations; those that were longest not begun or gone on with are forgotten


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

    def taken_up(self, key: str) -> Conversation | None:
        """A new conversation that goes on from the one of this key, if that is still known and was begun.

        A tab that is duplicated comes with the key of the first, and each goes its own way; of one that is loaded
        anew, nobody goes on with the conversation before.
        """
        before = self._known.get(key)
        if before is None or not before.exchanges:
            return None
        after = before.forked()
        self.keep(after)
        return after
