"""Conversations of pages that may come back: after a lost connection Gradio loads the page anew.

In a folder they outlive the process, and several chats share them: whichever a page comes back to, finds its
conversation.
"""

import os
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe

from pydantic import TypeAdapter, ValidationError

from rag_ui.conversation import INTERRUPTED, Conversation
from rag_ui.exchange import Exchange
from rag_ui.loading import log_failure

_MOST = 100  # conversations in memory; those that were longest not begun or gone on with are forgotten
_KEPT_SECONDS = 30 * 24 * 3600  # that a conversation in the folder is kept after it was last gone on with
_OURS = f"{'[0-9a-f]' * 64}.*"  # names of their files: what else lies in that folder is somebody else's

_EXCHANGES = TypeAdapter(list[Exchange])


class Conversations:
    """The latest conversations by keys that nobody can guess; in memory, and in the ``folder`` if there is one."""

    def __init__(self, folder: Path | None = None) -> None:
        self._known: OrderedDict[str, Conversation] = OrderedDict()
        self._folder = folder

    def keep(self, conversation: Conversation) -> None:
        """Remember a conversation; the first time it gets its key."""
        if not conversation.key:
            conversation.key = token_urlsafe()
            self._forget_old()
        self._known[conversation.key] = conversation
        self._known.move_to_end(conversation.key)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        self.save(conversation)

    def save(self, conversation: Conversation) -> None:
        """Put a conversation that was kept into the folder as it is now; one of which all was cleared is deleted."""
        if self._folder is None or not conversation.key:
            return
        place = _place(self._folder, conversation.key)
        try:
            if not conversation.exchanges:
                place.unlink(missing_ok=True)
                return
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            aside = place.with_suffix(f".{token_urlsafe(6)}")
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(_EXCHANGES.dump_json(conversation.exchanges))
            aside.replace(place)
        except OSError as error:  # the reader still has it
            log_failure("A conversation was not kept.", error)

    def taken_up(self, key: str) -> Conversation | None:
        """A new conversation that goes on from the one of this key, if that is still known and was begun.

        A tab that is duplicated comes with the key of the first, and each goes its own way; of one that is loaded
        anew, nobody goes on with the conversation before.
        """
        here, there = self._known.get(key), self._read(key)
        # Another chat may have gone on with it; only in this one may a question of it still be answered.
        before = there if here is None or (there and len(there.exchanges) > len(here.exchanges)) else here
        if before is None or not before.exchanges:
            return None
        after = before.forked()
        self.keep(after)
        return after

    def _read(self, key: str) -> Conversation | None:
        """The conversation of this key as it lies in the folder; what was not finished counts as interrupted."""
        if self._folder is None or not key:
            return None
        try:
            exchanges = _EXCHANGES.validate_json(_place(self._folder, key).read_bytes())
        except (OSError, ValidationError):  # none, or one of another version of this program
            return None
        return Conversation(key=key, exchanges=[_settled(exchange) for exchange in exchanges])

    def _forget_old(self) -> None:
        oldest = time.time() - _KEPT_SECONDS
        for place in self._folder.glob(_OURS) if self._folder else ():
            with suppress(OSError):  # another chat was faster
                if place.stat().st_mtime < oldest:
                    place.unlink()


def _place(folder: Path, key: str) -> Path:
    """Named so that whoever can list the folder does not know the keys."""
    return folder / f"{sha256(key.encode()).hexdigest()}.json"


def _settled(exchange: Exchange) -> Exchange:
    return replace(exchange, phase="finished", notice=INTERRUPTED) if exchange.open else exchange
