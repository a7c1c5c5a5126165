"""The language model behind an OpenAI-compatible server: vLLM, llama.cpp's, or llama-cpp-python's.

The stages before and after it are the same as with a model of our own. What a server does not offer is replaced:

- without a grammar the model writes freely, and the form of its lines is mended (``rag.generators.mending``);
- without log-probabilities the gate's Yes and No are counted in eleven answers that are drawn at random, with
  Laplace's rule of succession, and each token counts as likely as the tokens of claims are on average.

Another model than the default one wants a calibration of its own: ``rag eval fit``.
"""

import json
import math
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from threading import Lock
from types import MappingProxyType
from typing import Self, TypeAlias

from rag.generators.connection import Access, Connection, Json
from rag.generators.mending import mended_pieces
from rag.generators.offers import CHAT, TOP, Offers, request, tokens_of, written
from rag.types import Message, Piece

_UNTOLD = -0.17
"""What a token counts that the server tells no log-probability of: the mean of claims, on our gold questions to fit."""
_VOTES = 11
_COUNTED = 256  # prompts whose tokens are known
_READ = 64  # prompts whose first token is known

_Likely: TypeAlias = Mapping[str, float]
_NOTHING: _Likely = MappingProxyType({"": 0.0})  # of a turn that is over at once, which says neither Yes nor No


class ServerGenerator:
    """A language model that a server runs. Made by ``connect``; any number of threads may ask at the same time."""

    def __init__(self, server: Connection, offers: Offers) -> None:
        self.name = offers.model
        self.context_tokens = offers.context_tokens
        self.kept_bytes = 0  # the server keeps what it likes
        self.offers = offers
        self._server = server
        self._count = lru_cache(_COUNTED)(offers.count)
        self._first: OrderedDict[tuple[Message, ...], _Likely] = OrderedDict()
        self._lock = Lock()

    @classmethod
    def connect(cls, access: Access, *, model: str, context_tokens: int) -> Self:
        """The generator of a server that is there; ``model`` may be empty, which is its first one. Raises ServerFailed.

        ``context_tokens`` are those of a prompt and its answer at most, fewer if the server tells that it has fewer.
        """
        server = Connection(access)
        return cls(server, Offers.of(server, model, context_tokens))

    @property
    def address(self) -> str:
        """Where the server is, as in ``http://host:8000/v1``."""
        return self._server.access.address

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the whole prompt that the messages make; rather more where the server cannot count them."""
        return self._count(tuple(messages))

    def read(self, messages: Sequence[Message]) -> Iterator[None]:
        """Have the server read the prompt, with a pause at least once a second. Raises ServerFailed, PromptTooLong.

        It keeps what it read for the prompts that begin alike; which token it would write first is remembered here.
        """
        for reply in self._server.waiting(CHAT, self._reading(messages)):
            if reply is not None and self.offers.logprobs:
                self._remember(messages, reply)
            yield

    def stream(self, messages: Sequence[Message], *, grammar: str | None, max_tokens: int) -> Iterator[Piece]:
        """Pieces of the model's text; see ``rag.backends.Generator``. Raises ServerFailed and PromptTooLong."""
        limits = self.offers.constraint(grammar)
        told = {"logprobs": True, "top_logprobs": 1} if self.offers.logprobs else {}
        body = request(self.name, messages, max_tokens, stream=True, **told, **limits)
        with closing(self._server.stream(CHAT, body)) as events:
            pieces = (piece for event in events for piece in _pieces(event))
            yield from pieces if grammar is None or limits else mended_pieces(pieces)

    def probabilities(self, prompts: Sequence[Sequence[Message]], yes: str, no: str) -> Iterator[float]:
        """P(yes) / (P(yes) + P(no)) of the first token of the model's turn after each prompt, in [0, 1].

        A word that is not among the likeliest tokens counts as likely as the last of these, which is too much.
        Raises ServerFailed and PromptTooLong.
        """
        for messages in prompts:
            if self.offers.logprobs:
                likely = self._first_token(messages)
                least = min(likely.values())
                yield 1 / (1 + math.exp(likely.get(no, least) - likely.get(yes, least)))
            else:
                yield self._voted(messages, yes, no)

    def _first_token(self, messages: Sequence[Message]) -> _Likely:
        """The log-probabilities of the likeliest first tokens, asked for unless they were read ahead."""
        with self._lock:
            known = self._first.get(tuple(messages))
        return known or self._remember(messages, self._server.post(CHAT, self._reading(messages)))

    def _reading(self, messages: Sequence[Message]) -> Json:
        """The request for the first token."""
        told = {"logprobs": True, "top_logprobs": TOP} if self.offers.logprobs else {}
        return request(self.name, messages, 1, **told)

    def _voted(self, messages: Sequence[Message], yes: str, no: str) -> float:
        """Laplace's rule of succession over answers drawn at random: (yes + 1) / (answers + 2)."""
        votes: list[str] = []
        limits = self.offers.constraint(f"root ::= {json.dumps(yes)} | {json.dumps(no)}")
        drawing = limits | {"temperature": 1, "top_p": 1}
        while len(votes) < _VOTES:
            body = request(self.name, messages, 2, n=_VOTES - len(votes), **drawing)
            replies = _choices(self._server.post(CHAT, body))
            votes += [written({"choices": [choice]}).strip() for choice in replies]
        for_yes, for_no = (sum(vote.startswith(word) for vote in votes) for word in (yes, no))
        return (for_yes + 1) / (for_yes + for_no + 2)

    def _remember(self, messages: Sequence[Message], reply: Json) -> _Likely:
        """The log-probabilities of the first token of a reply."""
        tokens = tokens_of(reply)
        rows = (*tokens[0].get("top_logprobs", ()), tokens[0]) if tokens else ()
        likely = {str(row["token"]): float(row["logprob"]) for row in rows} or _NOTHING
        with self._lock:
            self._first[tuple(messages)] = likely
            while len(self._first) > _READ:
                self._first.popitem(last=False)
        return likely


def _choices(reply: Json) -> list[Json]:
    try:
        return list(reply["choices"]) or [{}]
    except (KeyError, TypeError):
        return [{}]  # counts neither as yes nor as no


def _pieces(event: Json) -> Iterator[Piece]:
    """What an event adds to the text, token by token where the server tells of them; empty for a heartbeat."""
    text, tokens = written(event), tokens_of(event)
    if not text:
        yield Piece()
    elif "".join(str(token["token"]) for token in tokens) == text:
        yield from (Piece(str(token["token"]), float(token["logprob"])) for token in tokens)
    else:  # letters that several tokens make together, or no log-probabilities at all
        yield Piece(text, sum(float(token["logprob"]) for token in tokens) if tokens else _UNTOLD)
