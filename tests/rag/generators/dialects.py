"""How four kinds of servers answer, as their documentation has it, around a model that is scripted."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.rag.generators.fake_server import MODEL, Json, Reply, completion, events_of

NOT_FOUND = Reply(404, {"error": {"message": "Not Found"}})
FORCED_LOGPROB = -9.0
"""Of a token that only a grammar makes the model write."""


@dataclass
class Dialect:
    """A scripted model behind one of the servers.

    ``grammar`` is the field that it takes a grammar in (empty: none), which may lie within ``structured_outputs``;
    ``first`` are the log-probabilities of its first token, ``text`` what it writes, in tokens.
    """

    grammar: str = ""
    logprobs: bool = True
    masked: bool = False
    counting: str = ""
    context: int | None = None
    first: Mapping[str, float] = field(default_factory=lambda: {"Yes": -0.1, "No": -2.4})
    text: Sequence[tuple[str, float]] = (("Two", -0.5), (".", -0.1))
    votes: Sequence[str] = ()
    refuses_logprobs: bool = False
    drawn: int = 0

    def __call__(self, path: str, body: Json) -> Reply:
        if path == "/v1/models":
            more = {} if self.context is None else {"max_model_len": self.context}
            return Reply(body={"data": [{"id": MODEL, **more}, {"id": "other"}]})
        if path == "/v1/chat/completions":
            return self._chat(body)
        return self._counted(path, body)

    def _chat(self, body: Json) -> Reply:
        wants = bool(body.get("logprobs"))
        if wants and self.refuses_logprobs:
            return Reply(400, {"error": {"message": "logprobs is not supported"}})
        told = wants and self.logprobs
        if body.get("temperature") == 1 and self.votes:
            self.drawn += 1
            return completion(self.votes[(self.drawn - 1) % len(self.votes)])
        gbnf = (body.get("structured_outputs") or {}).get("grammar") if self.grammar == "structured_outputs" else None
        gbnf = gbnf or (body.get(self.grammar) if self.grammar and self.grammar != "structured_outputs" else None)
        if gbnf is not None and gbnf.count('"') == 2 and "|" not in gbnf:
            forced = gbnf.split('"')[1]
            tokens = [(letter, 0.0 if self.masked else FORCED_LOGPROB) for letter in forced[: body["max_tokens"]]]
            return completion("".join(letter for letter, _ in tokens), tokens if told else None)
        if body.get("stream"):
            return Reply(events=events_of(self.text, told))
        if body["max_tokens"] == 1:
            word, likely = max(self.first.items(), key=lambda entry: entry[1])
            return completion(word, [(word, likely)] if told else None, self.first)
        return completion("".join(token for token, _ in self.text), self.text if told else None)

    def _counted(self, path: str, body: Json) -> Reply:
        """A token for each letter, and ten for the template of each message."""
        if self.counting == "vllm" and path == "/tokenize" and "messages" in body:
            return Reply(body={"count": sum(10 + len(message["content"]) for message in body["messages"])})
        if self.counting == "llama.cpp" and path == "/tokenize":
            return Reply(body={"tokens": list(range(len(body.get("content", ""))))})
        if self.counting == "llama.cpp" and path == "/apply-template":
            return Reply(body={"prompt": "".join("<".ljust(10) + message["content"] for message in body["messages"])})
        if self.counting == "llama.cpp" and path == "/props":
            return Reply(body={"default_generation_settings": {"n_ctx": 1024}})
        if self.counting == "llama_cpp" and path == "/extras/tokenize/count":
            return Reply(body={"count": len(body["input"])})
        return NOT_FOUND


def vllm(**more: Json) -> Dialect:
    """vLLM: masks before it tells log-probabilities, and counts whole chats."""
    return Dialect(grammar="structured_outputs", masked=True, counting="vllm", context=2048, **more)


def llama_cpp(**more: Json) -> Dialect:
    """llama.cpp's own server."""
    return Dialect(grammar="grammar", counting="llama.cpp", **more)


def llama_cpp_python(**more: Json) -> Dialect:
    """The server of llama-cpp-python as it is started by default: without log-probabilities."""
    return Dialect(grammar="grammar", refuses_logprobs=True, logprobs=False, counting="llama_cpp", **more)


def plain(**more: Json) -> Dialect:
    """A server that offers text, and nothing else."""
    return Dialect(logprobs=False, **more)


def odds(yes: float, no: float) -> float:
    """P(yes) / (P(yes) + P(no)) from log-probabilities."""
    return math.exp(yes) / (math.exp(yes) + math.exp(no))
