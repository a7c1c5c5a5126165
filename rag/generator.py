"""The language model: llama.cpp through llama-cpp-python, greedy, under a grammar.

The only file that imports ``llama_cpp``. Three things differ from the binding's own ``create_completion``, each
measured:

- Whatever prefix a prompt shares with the one before stays in the KV cache, so that the passages are read once for
  the gate's question and for the answer.
- A token is chosen first and then checked against the grammar; only if the grammar refuses it are others tried.
  The binding runs the grammar over all 151k candidates of every token, which costs about 30 % of decoding speed.
- Weights are not repacked: prefill, which is most of the work here, is 1.5 times faster with the plain K-quant
  kernels, and the process is 600 MB smaller.
"""

import codecs
import math
import os
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from rag.errors import InvalidInput, ModelCorrupt, PromptTooLong
from rag.types import FloatArray, Message

# Read by the OpenMP runtimes of llama.cpp and torch when they are loaded, so it stands here and not in a function: how
# long a waiting thread spins before it sleeps. Decoded tokens a second on 2 cores, alone and beside two busy processes:
# 26 and 8 (down to 2) by default, 25 and 12 with 1000, 17 and 19 with 0.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

_PREFILL_CHUNK = 128  # tokens read between two heartbeats: under a second even on a slow core
_NEAREST = 64  # candidates tried before the grammar is run over the whole vocabulary


class LlamaCppGenerator:
    """A GGUF model on the CPU. One question at a time: callers in other threads wait."""

    def __init__(self, llama: Any, name: str) -> None:
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        self.name = name
        self.context_tokens: int = llama.n_ctx()
        self._llama = llama
        self._lock = threading.Lock()
        weakref.finalize(self, llama.close)  # at exit the binding's own clean-up comes too late, and complains
        self._held: list[list[int]] = []  # the chunks of the prompt that the KV cache begins with
        self._template = Jinja2ChatFormatter(
            template=llama.metadata["tokenizer.chat_template"],
            eos_token=_token_text(llama, llama.token_eos()),
            bos_token=_token_text(llama, llama.token_bos()),
        )

    @classmethod
    def load(cls, path: Path, *, context_tokens: int, threads: int) -> Self:
        """The model in the GGUF file ``path``; ``threads`` 0 takes all cores. Raises ModelCorrupt."""
        from llama_cpp import Llama

        count = threads or os.cpu_count() or 1
        try:
            with _plain_weights():
                llama = Llama(
                    str(path),
                    n_ctx=context_tokens,
                    n_threads=count,
                    n_threads_batch=count,
                    flash_attn=True,
                    verbose=False,
                )
        except ValueError as error:
            raise ModelCorrupt(f"{path} cannot be loaded as a GGUF model: {error}.") from error
        if "tokenizer.chat_template" not in llama.metadata:
            raise InvalidInput(f"{path} has no chat template; choose an instruct model.")
        return cls(llama, path.stem)

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the whole prompt that the messages make, the chat template included."""
        return sum(map(len, self._chunks(messages)))

    def read(self, messages: Sequence[Message]) -> Iterator[None]:
        """Read the prompt ahead, with a pause at least once a second. Raises PromptTooLong."""
        with self._lock:
            yield from self._read(self._chunks(messages), reserve=1)

    def stream(self, messages: Sequence[Message], *, grammar: str | None, max_tokens: int) -> Iterator[str]:
        """Pieces of the model's text, allowed by ``grammar``; see ``rag.types.Generator``. Raises PromptTooLong."""
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        with self._lock, _Freedom() if grammar is None else _Grammar(self._llama, grammar) as rules:
            for _ in self._read(self._chunks(messages), reserve=max_tokens):
                yield ""
            for _ in range(max_tokens):
                token = rules.choose(self._logits())
                if self._is_end(token):
                    break
                yield decoder.decode(self._llama.detokenize([token]))
                self._llama.eval([token])
        yield decoder.decode(b"", final=True)

    def probability(self, messages: Sequence[Message], yes: str, no: str) -> float:
        """P(yes) / (P(yes) + P(no)) of the first token of the model's turn. Raises PromptTooLong."""
        (yes_token, *_), (no_token, *_) = (self._llama.tokenize(word.encode(), add_bos=False) for word in (yes, no))
        with self._lock:
            for _ in self._read(self._chunks(messages), reserve=1):
                pass
            logits = self._logits()
            return 1 / (1 + math.exp(logits[no_token] - logits[yes_token]))

    def _chunks(self, messages: Sequence[Message]) -> list[list[int]]:
        """The tokens of the prompt in the batches that they are read in.

        A batch ends with the first message, and before the last line of the last one: these are where prompts part.
        """
        turns: list[Any] = [{"role": message.role, "content": message.content} for message in messages]
        prompt = self._template(messages=turns).prompt
        rules, task = messages[0].content, messages[-1].content.rsplit("\n", 1)[-1]
        cuts = sorted({0, prompt.find(rules) + len(rules), max(0, prompt.rfind(task)), len(prompt)})
        parts = [self._llama.tokenize(prompt[i:j].encode(), add_bos=False, special=True) for i, j in pairwise(cuts)]
        return [part[i : i + _PREFILL_CHUNK] for part in parts for i in range(0, len(part), _PREFILL_CHUNK)]

    def _read(self, chunks: list[list[int]], reserve: int) -> Iterator[None]:
        """Bring the KV cache to exactly these ``chunks``, keeping those that it begins with already.

        Only whole chunks of an earlier prompt are kept, because the numbers depend a little on which tokens are read
        in one batch: this way a prompt gives the same logits, bit by bit, whatever was read before it.
        """
        size = sum(map(len, chunks))
        if size + reserve > self.context_tokens:
            raise PromptTooLong(
                f"The prompt takes {size} tokens and the answer up to {reserve}, "
                f"but the context holds {self.context_tokens}; raise RAG_CONTEXT_TOKENS or ask in fewer words."
            )
        pairs = zip(self._held, chunks[:-1], strict=False)  # the last one is read anew: it gives the logits
        del self._held[sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs)) :]
        self._llama.n_tokens = sum(map(len, self._held))
        for chunk in chunks[len(self._held) :]:
            self._llama.eval(chunk)
            self._held.append(chunk)
            yield

    def _logits(self) -> FloatArray:
        import llama_cpp

        pointer = llama_cpp.llama_get_logits_ith(self._llama.ctx, -1)
        return np.ctypeslib.as_array(pointer, shape=(self._llama.n_vocab(),))

    def _is_end(self, token: int) -> bool:
        import llama_cpp

        return bool(llama_cpp.llama_vocab_is_eog(llama_cpp.llama_model_get_vocab(self._llama.model), token))


class _Freedom(AbstractContextManager["_Freedom"]):
    """The rules of free writing: the likeliest token is the next."""

    def __exit__(self, *_: object) -> None: ...

    def choose(self, logits: FloatArray) -> int:
        """The likeliest token."""
        return int(logits.argmax())


class _Grammar:
    """A running GBNF grammar; what it accepts is a prefix of a text that the grammar derives."""

    def __init__(self, llama: Any, gbnf: str) -> None:
        import llama_cpp

        vocab = llama_cpp.llama_model_get_vocab(llama.model)
        self._sampler = llama_cpp.llama_sampler_init_grammar(vocab, gbnf.encode(), b"root")
        if not self._sampler:
            raise InvalidInput(f"llama.cpp cannot read this grammar: {gbnf!r}.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        import llama_cpp

        llama_cpp.llama_sampler_free(self._sampler)

    def choose(self, logits: FloatArray) -> int:
        """The likeliest token that the grammar allows next; the grammar moves on by it."""
        import llama_cpp

        for candidates in self._widening(logits):
            allowed = self._allowed(candidates, logits)
            if allowed is not None:
                llama_cpp.llama_sampler_accept(self._sampler, allowed)
                return allowed
        raise InvalidInput("The grammar allows no token of this model's vocabulary.")

    @staticmethod
    def _widening(logits: FloatArray) -> Iterator[npt.NDArray[np.intp]]:
        yield np.asarray([logits.argmax()])
        nearest = np.argpartition(logits, -_NEAREST)[-_NEAREST:]
        yield nearest[np.argsort(-logits[nearest], kind="stable")]
        yield np.argsort(-logits, kind="stable")

    def _allowed(self, candidates: npt.NDArray[np.intp], logits: FloatArray) -> int | None:
        import ctypes

        import llama_cpp

        data = (llama_cpp.llama_token_data * len(candidates))(
            *(llama_cpp.llama_token_data(int(token), float(logits[token]), 0.0) for token in candidates)
        )
        array = llama_cpp.llama_token_data_array(data=data, size=len(candidates), selected=-1, sorted=True)
        llama_cpp.llama_sampler_apply(self._sampler, ctypes.byref(array))
        allowed = next((entry for entry in data if entry.logit != -np.inf), None)
        return None if allowed is None else int(allowed.id)


def _token_text(llama: Any, token: int) -> str:
    """How a special token is written in a chat template; empty when the model has none, which is token -1."""
    return "" if token < 0 else str(llama.detokenize([token], special=True).decode())


@contextmanager
def _plain_weights() -> Iterator[None]:
    """Let ``Llama`` load weights without repacking them, a switch that the binding does not offer."""
    import llama_cpp.llama_cpp as binding

    defaults = binding.llama_model_default_params

    def without_repacking() -> Any:
        params = defaults()
        params.use_extra_bufts = False
        return params

    binding.llama_model_default_params = without_repacking
    try:
        yield
    finally:
        binding.llama_model_default_params = defaults
