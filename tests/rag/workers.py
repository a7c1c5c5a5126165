"""A program that serves a model whose output can be worked out by hand, and that dies when a prompt says so."""

import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event

from rag.errors import InvalidInput, ModelCorrupt
from rag.states import States
from rag.types import Message, Piece
from rag.worker import WorkerGenerator, serve

PROGRAM = (sys.executable, "-P", "-m", "tests.rag.workers")
EXIT_CODE = 3
DIE, DIE_ONCE, REFUSE, FAIL, HANG, INTERRUPT = marks = "†‡§¶∞⌃"
"""Letters of a prompt at which the model ends its process, does so if it is the first one, raises an error of ours,
raises one that is not, works for ever, and presses Ctrl-C and works for ever."""
CRASHING, DAMAGED = "crashing.gguf", "damaged.gguf"
"""Names of model files that crash their parser, and that it refuses."""

_FOR_EVER = 120  # seconds: no test that passes waits for them


def echoing(lives: Path, states: States | None = None) -> WorkerGenerator:
    """An ``Echo`` in a worker; a line is added to the file ``lives`` whenever it is loaded."""
    return WorkerGenerator.load(lives, context_tokens=512, threads=1, states=states, program=PROGRAM)


def said(text: str) -> tuple[Message, ...]:
    """A prompt of one turn."""
    return (Message("user", text),)


def streamed(model: WorkerGenerator, text: str, max_tokens: int = 1000) -> Iterator[Piece]:
    """What a model writes of this prompt, piece by piece."""
    return model.stream(said(text), grammar=None, max_tokens=max_tokens)


def text_of(pieces: Iterable[Piece]) -> str:
    """The letters of all pieces."""
    return "".join(piece.text for piece in pieces)


def kill(pid: int) -> None:
    """``kill -9``, and wait until it is dead, leaving the reaping to its owner."""
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


class Echo:
    """Writes the prompt, letter by letter, with an empty piece, a heartbeat, before each. Tokens are letters.

    A letter's log-probability is minus a tenth of its place, the probability of Yes that of the prompt's length. The
    name tells what it was loaded with.
    """

    def __init__(self, path: Path, context_tokens: int, threads: int, states: States) -> None:
        keeping = f", keeping {states.max_bytes} bytes in {states.folder}" if states.folder else ""
        self.name = f"{path.stem} on {threads}{keeping}"
        self.context_tokens = context_tokens
        self.kept_bytes = 2 * context_tokens
        self._life = len(path.read_text(encoding="utf-8").splitlines())

    @classmethod
    def load(cls, path: Path, *, context_tokens: int, threads: int, states: States) -> "Echo":
        """Prints, as the libraries of a model may, and notes its life."""
        os.write(1, b"loading\n")
        print("loading")
        if path.name == CRASHING:
            os.abort()
        if path.name == DAMAGED:
            raise ModelCorrupt(f"{path} is damaged.")
        with path.open("a", encoding="utf-8") as lives:
            lives.write("life\n")
        return cls(path, context_tokens, threads, states)

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Letters of all messages."""
        return sum(map(len, self._letters(messages)))

    def read(self, messages: Sequence[Message]) -> Iterator[None]:
        """One heartbeat for each letter of what comes again, of all if nothing does."""
        *before, last = messages
        again = replace(last, content=last.content[: last.kept or None])
        yield from (None for _ in self._letters((*before, again)))

    def stream(self, messages: Sequence[Message], *, grammar: str | None, max_tokens: int) -> Iterator[Piece]:
        """At most ``max_tokens`` letters, and the grammar behind them."""
        for place, letter in zip(range(max_tokens), self._letters(messages), strict=False):
            yield Piece()
            yield Piece(letter, -place / 10)
        yield Piece(grammar or "")

    def probabilities(self, prompts: Sequence[Sequence[Message]], yes: str, no: str) -> Iterator[float]:
        """The reciprocal of the number of letters of each prompt, the words included."""
        for messages in prompts:
            yield 1 / sum(1 for _ in self._letters((*messages, *said(yes), *said(no))))

    def _letters(self, messages: Sequence[Message]) -> Iterator[str]:
        for letter in "".join(message.content for message in messages):
            if letter == DIE or (letter == DIE_ONCE and self._life == 1):
                os._exit(EXIT_CODE)
            if letter == REFUSE:
                raise InvalidInput("A letter was § and must not be.")
            if letter == FAIL:
                raise RuntimeError("nobody has thought of this")
            if letter == INTERRUPT:
                os.kill(os.getppid(), signal.SIGINT)
            if letter in (HANG, INTERRUPT):
                Event().wait(_FOR_EVER)
                os.write(2, b"It was not ended.")
            yield letter


if __name__ == "__main__":
    serve(Echo.load)
