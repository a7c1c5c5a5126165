"""The language model: llama.cpp through llama-cpp-python, greedy, under a grammar.

What differs from the binding's own ``create_completion``, besides the sampling:

- What was read is used again, see ``rag.kv_cache``.
- Weights are not repacked: prefill, which is most of the work here, is 1.5 times faster with the plain K-quant
  kernels, and the process is 600 MB smaller.
"""

import codecs
import math
import os
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np

from rag.errors import InvalidInput, ModelCorrupt
from rag.kv_cache import SEQUENCES, KVCache, Prompt
from rag.sampling import Freedom, Grammar
from rag.states import States
from rag.types import FloatArray, Message, Piece

# Read by the OpenMP runtimes of llama.cpp and torch when they are loaded, so it stands here and not in a function: how
# long a waiting thread spins before it sleeps. Decoded tokens a second on 2 cores, alone and beside two busy processes:
# 26 and 8 (down to 2) by default, 25 and 12 with 1000, 17 and 19 with 0.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

_PREFILL_CHUNK = 128  # tokens read between two heartbeats: under a second even on a slow core


class LlamaCppGenerator:
    """A GGUF model on the CPU. One question at a time: callers in other threads wait."""

    def __init__(self, llama: Any, name: str, states: States) -> None:
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        self.name = name
        self.context_tokens: int = llama.n_ctx()
        self.kept_bytes = _state_bytes(llama)
        self._llama = llama
        self._cache = KVCache(llama, states, _identity(llama))
        self._lock = threading.Lock()
        weakref.finalize(self, llama.close)  # at exit the binding's own clean-up comes too late, and complains
        self._template = Jinja2ChatFormatter(
            template=llama.metadata["tokenizer.chat_template"],
            eos_token=_token_text(llama, llama.token_eos()),
            bos_token=_token_text(llama, llama.token_bos()),
        )

    @classmethod
    def load(cls, path: Path, *, context_tokens: int, threads: int, states: States | None = None) -> Self:
        """The model in the GGUF file ``path``; ``threads`` 0 takes all cores; ``states`` keep what it reads.

        Raises ModelCorrupt.
        """
        from llama_cpp import Llama

        count = threads or os.cpu_count() or 1
        try:
            with _own_defaults():
                llama = Llama(
                    str(path),
                    n_ctx=context_tokens,
                    n_threads=count,
                    n_threads_batch=count,
                    flash_attn=True,
                    verbose=False,
                )
        except ValueError as error:
            raise ModelCorrupt(f"{path} cannot be loaded as a GGUF model: {error}; correct RAG_GENERATOR.") from error
        if "tokenizer.chat_template" not in llama.metadata:
            raise InvalidInput(f"{path} has no chat template; choose an instruct model.")
        return cls(llama, path.stem, states or States())

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the whole prompt that the messages make, the chat template included."""
        return self._prompt(messages).size

    def read(self, messages: Sequence[Message]) -> Iterator[None]:
        """Read ahead what of the prompt comes again, with a pause at least once a second. Raises PromptTooLong."""
        with self._lock:
            yield from self._cache.prepare(self._prompt(messages))

    def stream(self, messages: Sequence[Message], *, grammar: str | None, max_tokens: int) -> Iterator[Piece]:
        """Pieces of the model's text, allowed by ``grammar``; see ``rag.backends.Generator``. Raises PromptTooLong."""
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        with self._lock, Freedom() if grammar is None else Grammar(self._llama, grammar) as rules:
            for _ in self._cache.hold(self._prompt(messages), reserve=max_tokens):
                yield Piece()
            for _ in range(max_tokens):
                logits = self._cache.logits()
                token = rules.choose(logits)
                if self._is_end(token):
                    break
                likely = float(_log_probabilities(logits[None], [token])[0])
                yield Piece(decoder.decode(self._llama.detokenize([token])), likely)
                self._cache.write(token)
        yield Piece(decoder.decode(b"", final=True))

    def probabilities(self, prompts: Sequence[Sequence[Message]], yes: str, no: str) -> Iterator[float]:
        """P(yes) / (P(yes) + P(no)) after each prompt; see ``rag.backends.Generator``. Raises PromptTooLong."""
        (yes_token, *_), (no_token, *_) = (self._llama.tokenize(word.encode(), add_bos=False) for word in (yes, no))
        groups = self._cache.beside([self._prompt(messages) for messages in prompts])
        while True:
            with self._lock:
                group = next(groups, None)
            if group is None:
                return
            yield from (1 / (1 + math.exp(logits[no_token] - logits[yes_token])) for logits in group)

    def _prompt(self, messages: Sequence[Message]) -> Prompt:
        """The tokens of the prompt in the batches that they are read in.

        A batch ends with the first message, with what comes again, and before the last line: there prompts part.
        """
        turns: list[Any] = [{"role": message.role, "content": message.content} for message in messages]
        prompt = self._template(messages=turns).prompt
        rules, last = messages[0].content, messages[-1]
        place = prompt.rfind(last.content)  # -1: this template changes what it takes
        task = max(0, prompt.rfind(last.content.rsplit("\n", 1)[-1]))
        kept = place + last.kept if last.kept and place >= 0 else 0
        chunks, ends = [], []
        for start, end in pairwise(sorted({0, prompt.find(rules) + len(rules), kept, task, len(prompt)})):
            tokens = self._llama.tokenize(prompt[start:end].encode(), add_bos=False, special=True)
            parts = [tuple(tokens[i : i + _PREFILL_CHUNK]) for i in range(0, len(tokens), _PREFILL_CHUNK)]
            chunks += parts
            ends += [end] * len(parts)
        return Prompt(tuple(chunks), sum(end <= kept for end in ends))

    def _is_end(self, token: int) -> bool:
        import llama_cpp

        return bool(llama_cpp.llama_vocab_is_eog(llama_cpp.llama_model_get_vocab(self._llama.model), token))


def _log_probabilities(logits: FloatArray, tokens: Sequence[int]) -> FloatArray:
    """Of one token for each ``(tokens, vocabulary)`` row of logits."""
    peaks = logits.max(axis=1)
    sums = np.exp(logits - peaks[:, None]).sum(axis=1)
    found: FloatArray = logits[np.arange(len(tokens)), tokens] - peaks - np.log(sums)
    return found


def _identity(llama: Any) -> str:
    """What tells this model, and how it is run here, from others."""
    import llama_cpp

    file = os.stat(llama.model_path)
    told = sorted(llama.metadata.items())
    return sha256(f"{llama_cpp.__version__} {file.st_size} {file.st_mtime_ns} {told}".encode()).hexdigest()


def _state_bytes(llama: Any) -> int:
    """Bytes of the KV cache that a token takes: a key and a value of 16 bits for each layer and head."""
    import llama_cpp

    model = llama.model
    size = llama_cpp.llama_model_n_embd(model) // llama_cpp.llama_model_n_head(model)
    return int(2 * 2 * llama_cpp.llama_model_n_layer(model) * llama_cpp.llama_model_n_head_kv(model) * size)


def _token_text(llama: Any, token: int) -> str:
    """How a special token is written in a chat template; empty when the model has none, which is token -1."""
    return "" if token < 0 else str(llama.detokenize([token], special=True).decode())


@contextmanager
def _own_defaults() -> Iterator[None]:
    """Let ``Llama`` load weights unpacked and hold several sequences, switches that the binding does not offer."""
    import llama_cpp.llama_cpp as binding

    defaults, contexts = binding.llama_model_default_params, binding.llama_context_default_params

    def without_repacking() -> Any:
        params = defaults()
        params.use_extra_bufts = False
        return params

    def with_sequences() -> Any:
        params = contexts()
        params.n_seq_max, params.kv_unified = 1 + SEQUENCES, True
        return params

    binding.llama_model_default_params = without_repacking
    binding.llama_context_default_params = with_sequences
    try:
        yield
    finally:
        binding.llama_model_default_params = defaults
        binding.llama_context_default_params = contexts
