"""The language model in a process of its own: whatever ends that process, ours goes on.

A damaged model file can crash its parser, and a system short of memory ends its largest process. The worker never
recovers from anything that it did not expect: it ends, and another one is started in its place (Candea and Fox,
"Crash-only software", HotOS 2003).

Requests and replies take turns as lines of JSON on the worker's standard input and output. An item of an iterator is
computed when it is asked for, so that the model stops when nobody asks.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any, Self, TypeAlias, cast

from rag import errors
from rag.backends import Generator
from rag.errors import ModelCorrupt, ModelCrashed, RagError
from rag.generator import LlamaCppGenerator
from rag.states import States
from rag.types import Message, Piece

_log = logging.getLogger(__name__)

_PROGRAM = (sys.executable, "-P", "-m", "rag.worker")  # -P: nothing is imported from the working directory
_LAST_SECONDS = 5  # that a process may take to end after its output has ended

_Plain: TypeAlias = list[tuple[str, str, int]]


class WorkerGenerator:
    """A generator whose model runs in a worker process. Made by ``load``.

    A call during which the worker dies is made once more, by another worker; as the same messages give the same text,
    that goes on behind what was handed out already. One question at a time: callers in other threads wait, but may
    count tokens.
    """

    def __init__(self, program: Sequence[str], path: Path, context_tokens: int, threads: int, states: States) -> None:
        self._program, self._path = program, path.absolute()
        folder = str(states.folder.absolute()) if states.folder else None
        self._options = (context_tokens, threads, folder, states.max_bytes)
        self._starting = threading.Lock()
        self._turn = threading.Lock()
        self._worker, self.name, self.context_tokens, self.kept_bytes = self._started()

    @property
    def pid(self) -> int:
        """Id of the worker process, as the system knows it; of the last one, if it has died."""
        return self._worker.pid

    @classmethod
    def load(
        cls,
        path: Path,
        *,
        context_tokens: int,
        threads: int,
        states: States | None = None,
        program: Sequence[str] = _PROGRAM,
    ) -> Self:
        """The model in the GGUF file ``path``, as ``LlamaCppGenerator.load`` has it; ``program`` serves it.

        Raises ModelCorrupt, also when the file crashes the worker.
        """
        return cls(program, path, context_tokens, threads, states or States())

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the whole prompt that the messages make, the chat template included."""
        request = ("count_tokens", _plain(messages))
        try:
            (count,) = self._living().ask(*request)
        except ModelCrashed:
            (count,) = self._living().ask(*request)
        return int(count)

    def read(self, messages: Sequence[Message]) -> Iterator[None]:
        """Read the prompt ahead, with a pause at least once a second. Raises PromptTooLong and ModelCrashed."""
        yield from self._items("read", _plain(messages))

    def stream(self, messages: Sequence[Message], *, grammar: str | None, max_tokens: int) -> Iterator[Piece]:
        """Pieces of the model's text; see ``rag.backends.Generator``. Raises PromptTooLong and ModelCrashed."""
        for item in self._items("stream", _plain(messages), grammar, max_tokens):
            yield Piece() if item is None else Piece(*item)

    def probabilities(self, prompts: Sequence[Sequence[Message]], yes: str, no: str) -> Iterator[float]:
        """P(yes) / (P(yes) + P(no)) after each prompt. Raises PromptTooLong and ModelCrashed."""
        for item in self._items("probabilities", [_plain(messages) for messages in prompts], yes, no):
            if item is not None:
                yield item

    def _items(self, *request: object) -> Iterator[Any]:
        """What the worker's iterator gives, None for a heartbeat."""
        given = 0
        with self._turn:
            try:
                for item in self._living().items(*request):
                    given += item is not None
                    yield item
            except ModelCrashed:
                for item in self._living().items(*request):
                    yield None if given > 0 else item
                    given -= item is not None

    def _living(self) -> "_Worker":
        """The worker, or another one if it has died. Raises ModelCorrupt."""
        with self._starting:
            if not self._worker.is_alive():
                _log.warning("The process of the language model %s; another one is started.", self._worker.ending())
                self._worker, *_ = self._started()
            return self._worker

    def _started(self) -> "tuple[_Worker, str, int, int]":
        """A worker that has loaded its model, and what there is to know of that. Raises ModelCorrupt."""
        worker = _Worker.start(self._program)
        try:
            ((name, context_tokens, kept_bytes),) = worker.ask("load", str(self._path), *self._options)
        except ModelCrashed as crash:
            raise ModelCorrupt(
                f"{self._path} cannot be loaded: the process that read it {worker.ending()}. "
                "The file is damaged: fetch it again; or memory is short: choose a smaller one."
            ) from crash
        return worker, name, context_tokens, kept_bytes


class _Worker:
    """One worker process, seen from ours; it ends with this object, and with our process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._requests, self._replies = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
        self._exchange = threading.Lock()
        self._end = weakref.finalize(self, _end, process)
        self._end.atexit = False  # the worker's input ends with our process, and then so does the worker
        self.pid = process.pid

    @classmethod
    def start(cls, program: Sequence[str]) -> Self:
        """A worker that runs ``program`` and finds the modules that our process finds."""
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        return cls(subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment))

    def ask(self, *request: object) -> list[Any]:
        """What the worker replies: one value, or none at the end of an iterator.

        Raises ModelCrashed, and what the worker raises of our errors.
        """
        line = json.dumps(request).encode() + b"\n"
        with self._exchange:
            try:
                reply = self._replied(line)
            except BaseException:  # Ctrl-C, too: the reply that comes now would be taken for the next one
                self._end()
                raise
        values: list[Any]
        kind, *values = json.loads(reply)
        if kind == "value":
            return values
        raise getattr(errors, kind)(*values)

    def items(self, *request: object) -> Iterator[Any]:
        """The items of the iterator that is asked for."""
        reply = self.ask(*request)
        while reply:
            yield from reply
            reply = self.ask("next")

    def is_alive(self) -> bool:
        """Whether it can still be asked."""
        return self._end.alive and self._process.poll() is None

    def ending(self) -> str:
        """How it ended, in words that follow a subject."""
        code = self._process.wait()
        return f"was ended by signal {-code}, {signal.strsignal(-code)}" if code < 0 else f"ended with exit code {code}"

    def _replied(self, request: bytes) -> bytes:
        reply = b""
        if self._end.alive:
            with suppress(OSError):  # a process that has ended reads nothing more
                self._requests.write(request)
                self._requests.flush()
                reply = self._replies.readline()
        if reply.endswith(b"\n"):
            return reply
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST_SECONDS)
        self._end()
        raise ModelCrashed(
            f"The process of the language model {self.ending()}; ask again. If that does not help, memory may be "
            "short: a smaller RAG_CONTEXT_TOKENS or RAG_GENERATOR takes less."
        )


class _Served:
    """The worker's side: a generator and its one running iterator."""

    _generator: Generator  # from the first request on, which loads it

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._items: Iterator[Any] = iter(())

    def reply(self, name: str, *arguments: Any) -> tuple[object, ...]:
        """The value that is asked for, or nothing at the end of an iterator. Raises RagError."""
        if name == "load":
            path, context_tokens, threads, folder, max_bytes = arguments
            states = States(Path(folder) if folder else None, max_bytes)
            loaded = self._load(Path(path), context_tokens=context_tokens, threads=threads, states=states)
            self._generator = loaded
            return ((loaded.name, loaded.context_tokens, loaded.kept_bytes),)
        if name == "count_tokens":
            return (self._generator.count_tokens(_messages(*arguments)),)
        if name != "next":
            self._items = self._opened(name, *arguments)  # which closes the one before
        for item in self._items:
            return (item,)
        return ()

    def _opened(self, name: str, *arguments: Any) -> Iterator[Any]:
        generator = self._generator
        if name == "read":
            return generator.read(_messages(*arguments))
        if name == "stream":
            messages, grammar, max_tokens = arguments
            pieces = generator.stream(_messages(messages), grammar=grammar, max_tokens=max_tokens)
            return (None if piece == Piece() else (piece.text, piece.log_probability) for piece in pieces)
        prompts, yes, no = arguments
        return generator.probabilities([_messages(messages) for messages in prompts], yes, no)


Load: TypeAlias = Callable[..., Generator]
"""Called as ``LlamaCppGenerator.load`` is."""


def serve(load: Load) -> None:
    """Answer the requests on standard input with the generator that ``load`` gives, and end when that ends.

    Errors of ours are replies; any other ends the process.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that was started by hand
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what libraries print is no reply
    requests: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_receive, args=(requests,), daemon=True).start()
    served = _Served(load)
    with suppress(BrokenPipeError):
        while True:
            try:
                reply = ("value", *served.reply(*json.loads(requests.get())))
            except RagError as error:
                reply = (type(error).__name__, str(error))
            replies.write(json.dumps(reply).encode() + b"\n")
            replies.flush()


def _receive(requests: SimpleQueue[bytes]) -> None:
    """Hand on the lines of standard input. When it ends, so does this process, in the middle of whatever it does."""
    with open(0, "rb", closefd=False) as lines:
        for line in lines:
            requests.put(line)
    os._exit(0)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave neither the process nor its pipes. There is nothing that a worker would have to save."""
    process.kill()
    with suppress(OSError), process:  # a request that it could not read any more
        pass


def _plain(messages: Sequence[Message]) -> _Plain:
    return [(message.role, message.content, message.kept) for message in messages]


def _messages(plain: Sequence[Sequence[Any]]) -> list[Message]:
    return [Message(role, content, kept) for role, content, kept in plain]


if __name__ == "__main__":
    serve(LlamaCppGenerator.load)
