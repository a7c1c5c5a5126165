"""What an OpenAI-compatible server offers beside text, found out once by asking it: no two of them agree.

Probed are a grammar, log-probabilities, whether these are of the model or of what the grammar allows, and the counting
of tokens.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self, TypeAlias

from rag.errors import PromptTooLong, ServerFailed
from rag.generators.connection import Connection, Json
from rag.types import Message

Fields: TypeAlias = Mapping[str, Any]
"""Fields of a request."""

CHAT = "chat/completions"
"""Below the address of the API."""
TOP = 20
"""Tokens whose log-probability can be had at each place: as many as OpenAI's own server and vLLM give."""

_GREEDY: Fields = MappingProxyType({"temperature": 0})
_LLAMA: Fields = MappingProxyType({"repeat_penalty": 1.0, "top_k": 0, "min_p": 0.0})  # by default llama.cpp has others
_FORMS: tuple[Callable[[str], dict[str, Any]], ...] = (
    lambda gbnf: {"grammar": gbnf, **_LLAMA},  # llama.cpp, llama-cpp-python
    lambda gbnf: {"structured_outputs": {"grammar": gbnf}},  # vLLM
    lambda gbnf: {"guided_grammar": gbnf},  # vLLM until 0.11
)
_QUESTION = (Message("user", "What is 1 + 1?"),)
_FORCED = "xyzzy"  # which nobody would answer
_UNLIKELY = math.log(0.5)
_FRAME = 8  # tokens around a message in a chat template
_BYTES_A_TOKEN = 3.0  # fewer than news has, in English 4.4: rather one passage less than a prompt that is too long


@dataclass(frozen=True, slots=True)
class Offers:
    """What a server offers; ``form`` is how a grammar is told to it, None where it knows none.

    ``logprobs``: it tells the log-probabilities of what it writes; ``masked``: under a grammar only those among what
    that allows. ``count`` counts the tokens of a prompt.
    """

    model: str
    context_tokens: int
    form: Callable[[str], dict[str, Any]] | None
    logprobs: bool
    masked: bool
    count: Callable[[Sequence[Message]], int]

    @classmethod
    def of(cls, server: Connection, model: str, context_tokens: int) -> Self:
        """What the server offers with this model, its first one if none is named. Raises ServerFailed."""
        listed = _models(server)
        name = model or next(iter(listed), "")
        if listed and name not in listed:
            names = ", ".join(list(listed)[:5])
            raise ServerFailed(
                f"The server of the language model at {server.access.address} has no model {name!r}, it has {names}: "
                "correct RAG_SERVER_MODEL."
            )
        most = min(context_tokens, _context(server, listed.get(name, {})) or context_tokens)
        logprobs = _tells_logprobs(server, name)
        form, masked = _form(server, name, logprobs)
        return cls(name, most, form, logprobs, masked, _counter(server, name))

    def constraint(self, gbnf: str | None) -> dict[str, Any]:
        """The fields that hold an answer to a grammar; none where log-probabilities would be of the grammar.

        How sure the model is of its words decides what a reader is shown. Their form can be mended.
        """
        if gbnf is None or self.form is None or (self.masked and self.logprobs):
            return {}
        return self.form(gbnf)


def request(model: str, messages: Sequence[Message], max_tokens: int, **more: Any) -> dict[str, Any]:
    """The body of a chat completion: greedy unless ``more`` says otherwise."""
    return {"model": model, "messages": _plain(messages), "max_tokens": max_tokens, **_GREEDY, **more}


def _plain(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


def _models(server: Connection) -> dict[str, Json]:
    """What it says of its models, by their names. Raises ServerFailed."""
    reply = server.get("models")
    try:
        return {str(entry["id"]): entry for entry in reply["data"]}
    except (KeyError, TypeError) as error:
        raise ServerFailed(
            f"The server of the language model at {server.access.address} lists no models; correct RAG_GENERATOR."
        ) from error


def _context(server: Connection, entry: Json) -> int | None:
    """The tokens of its context, if it tells them: vLLM with the model, llama.cpp with its properties."""
    told = entry.get("max_model_len")
    if told is None:
        with suppress(ServerFailed, KeyError, TypeError):
            told = server.get("/props")["default_generation_settings"]["n_ctx"]
    return told if isinstance(told, int) and told > 0 else None


def _tells_logprobs(server: Connection, model: str) -> bool:
    """Whether it tells log-probabilities. Raises ServerFailed when it answers neither with nor without them."""
    if _first(_tried(server, CHAT, request(model, _QUESTION, 1, logprobs=True, top_logprobs=TOP))) is not None:
        return True
    server.post(CHAT, request(model, _QUESTION, 1))
    return False


def _form(server: Connection, model: str, logprobs: bool) -> tuple[Callable[[str], dict[str, Any]] | None, bool]:
    """How a grammar is told to it, and whether its log-probabilities then are of the grammar."""
    told = {"logprobs": True, "top_logprobs": TOP} if logprobs else {}
    for form in _FORMS:
        reply = _tried(server, CHAT, request(model, _QUESTION, 2, **told, **form(f'root ::= "{_FORCED}"')))
        text = written(reply)
        if text and _FORCED.startswith(text):
            first = _first(reply)
            return form, first is not None and first > _UNLIKELY
    return None, False


def _first(reply: Json) -> float | None:
    """The log-probability of the first token of a reply, if it is told."""
    tokens = tokens_of(reply)
    return float(tokens[0]["logprob"]) if tokens else None


def tokens_of(reply: Json) -> list[Json]:
    """The tokens of the first choice of a reply or an event with their log-probabilities; none if it tells none."""
    try:
        return list((reply["choices"][0].get("logprobs") or {}).get("content") or ())
    except (KeyError, IndexError, TypeError, AttributeError):
        return []


def written(reply: Json) -> str:
    """The text of the first choice of a reply, or what an event adds to it; empty if there is none."""
    try:
        choice = reply["choices"][0]
        return str((choice.get("message") or choice.get("delta") or {}).get("content") or "")
    except (KeyError, IndexError, TypeError, AttributeError):
        return ""


def _counter(server: Connection, model: str) -> Callable[[Sequence[Message]], int]:
    """How tokens are counted: by the server if it can, else from the bytes, rather too many."""

    def of_chat(messages: Sequence[Message]) -> int:  # vLLM
        return int(server.post("/tokenize", {"model": model, "messages": _plain(messages)})["count"])

    def of_prompt(messages: Sequence[Message]) -> int:  # llama.cpp
        prompt = server.post("/apply-template", {"messages": _plain(messages)})["prompt"]
        return len(server.post("/tokenize", {"content": prompt, "add_special": True, "parse_special": True})["tokens"])

    def of_text(messages: Sequence[Message]) -> int:  # llama-cpp-python, which does not show its template
        text = "\n".join(message.content for message in messages)
        return _FRAME * len(messages) + int(server.post("/extras/tokenize/count", {"input": text})["count"])

    for counter in (of_chat, of_prompt, of_text):
        with suppress(ServerFailed, PromptTooLong, KeyError, TypeError, ValueError):
            if counter(_QUESTION) > 0:
                return counter
    return estimated


def estimated(messages: Sequence[Message]) -> int:
    """Tokens of a prompt, from its bytes; more than it has in English.

    >>> estimated([Message("user", "What is 1 + 1?")])  # 8 around it, and 14 / 3 of it
    13
    """
    return sum(_FRAME + math.ceil(len(message.content.encode()) / _BYTES_A_TOKEN) for message in messages)


def _tried(server: Connection, path: str, body: Json) -> Json:
    """The reply to something that the server may not understand; None if so."""
    try:
        return server.post(path, body)
    except (ServerFailed, PromptTooLong):
        return None
