"""The language model: llama.cpp through llama-cpp-python, greedy, under a grammar.

What differs from the binding's own ``create_completion``, besides the sampling:

- Whatever prefix a prompt shares with the one before stays in the KV cache, so that the passages are read once for
  the gate's question and for the answer.
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
from itertools import chain, pairwise, takewhile
from pathlib import Path
from typing import Any, Self

import numpy as np

from rag.errors import InvalidInput, ModelCorrupt, PromptTooLong
from rag.sampling import Freedom, Grammar
from rag.types import FloatArray, Message, Piece

# Read by the OpenMP runtimes of llama.cpp and torch when they are loaded, so it stands here and not in a function: how
# long a waiting thread spins before it sleeps. Decoded tokens a second on 2 cores, alone and beside two busy processes:
# 26 and 8 (down to 2) by default, 25 and 12 with 1000, 17 and 19 with 0.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

_PREFILL_CHUNK = 128  # tokens read between two heartbeats: under a second even on a slow core
_SEQUENCES = 8  # prompts that are read side by side, beside the one that is kept
_SIDE_BY_SIDE = 192  # tokens of them, if more than one is read


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

    def stream(self, messages: Sequence[Message], *, grammar: str | None, max_tokens: int) -> Iterator[Piece]:
        """Pieces of the model's text, allowed by ``grammar``; see ``rag.backends.Generator``. Raises PromptTooLong."""
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        with self._lock, Freedom() if grammar is None else Grammar(self._llama, grammar) as rules:
            for _ in self._read(self._chunks(messages), reserve=max_tokens):
                yield Piece()
            for _ in range(max_tokens):
                logits = self._logits()
                token = rules.choose(logits)
                if self._is_end(token):
                    break
                likely = float(_log_probabilities(logits[None], [token])[0])
                yield Piece(decoder.decode(self._llama.detokenize([token])), likely)
                self._llama.eval([token])
        yield Piece(decoder.decode(b"", final=True))

    def probability(self, messages: Sequence[Message], yes: str, no: str) -> float:
        """P(yes) / (P(yes) + P(no)) of the first token of the model's turn. Raises PromptTooLong."""
        (yes_token, *_), (no_token, *_) = (self._llama.tokenize(word.encode(), add_bos=False) for word in (yes, no))
        with self._lock:
            for _ in self._read(self._chunks(messages), reserve=1):
                pass
            logits = self._logits()
            return 1 / (1 + math.exp(logits[no_token] - logits[yes_token]))

    def log_likelihoods(self, prompts: Sequence[Sequence[Message]], text: str) -> Iterator[float]:
        """The mean log-probability of ``text`` after each prompt; see ``rag.backends.Generator``."""
        answer = self._llama.tokenize(text.encode(), add_bos=False)
        sequences = [[*chain.from_iterable(self._chunks(messages)), *answer] for messages in prompts]
        for group in self._side_by_side(sequences):
            with self._lock:
                means = list(self._means(group, len(answer)))
            yield from means

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

    def _side_by_side(self, sequences: Sequence[list[int]]) -> Iterator[list[list[int]]]:
        """The sequences in groups, each of which is read in about a second. Raises PromptTooLong."""
        group: list[list[int]] = []
        for sequence in sequences:
            if len(sequence) > self._llama.n_batch:
                raise PromptTooLong(f"A prompt of {len(sequence)} tokens; at most {self._llama.n_batch} are compared.")
            full = len(group) == _SEQUENCES or sum(map(len, group)) + len(sequence) > _SIDE_BY_SIDE
            if group and full:
                yield group
                group = []
            group.append(sequence)
        yield group

    def _means(self, sequences: Sequence[list[int]], scored: int) -> Iterator[float]:
        """The mean log-probability of the last ``scored`` tokens of each sequence.

        All are read in one batch, as sequences of their own beside the prompt that the KV cache holds; what they begin
        with alike is read once.
        """
        import llama_cpp

        llama, size = self._llama, sum(map(len, sequences))
        if llama.n_tokens + size > self.context_tokens:
            self._held.clear()
            llama.n_tokens = 0
        memory = llama_cpp.llama_get_memory(llama.ctx)
        llama_cpp.llama_memory_seq_rm(memory, 0, llama.n_tokens, -1)
        places = _fill(llama._batch.batch, sequences, scored)
        try:
            if llama_cpp.llama_decode(llama.ctx, llama._batch.batch):
                raise PromptTooLong(f"The model's context of {self.context_tokens} tokens has no room for {size} more.")
            for sequence, place in zip(sequences, places, strict=True):
                rows = np.array([self._logits(place + i) for i in range(scored)])
                yield float(_log_probabilities(rows, sequence[-scored:]).mean())
        finally:
            for number in range(1, len(sequences) + 1):
                llama_cpp.llama_memory_seq_rm(memory, number, -1, -1)

    def _logits(self, place: int = -1) -> FloatArray:
        import llama_cpp

        pointer = llama_cpp.llama_get_logits_ith(self._llama.ctx, place)
        return np.ctypeslib.as_array(pointer, shape=(self._llama.n_vocab(),))

    def _is_end(self, token: int) -> bool:
        import llama_cpp

        return bool(llama_cpp.llama_vocab_is_eog(llama_cpp.llama_model_get_vocab(self._llama.model), token))


def _log_probabilities(logits: FloatArray, tokens: Sequence[int]) -> FloatArray:
    """Of one token for each ``(tokens, vocabulary)`` row of logits."""
    peaks = logits.max(axis=1)
    sums = np.exp(logits - peaks[:, None]).sum(axis=1)
    found: FloatArray = logits[np.arange(len(tokens)), tokens] - peaks - np.log(sums)
    return found


def _fill(batch: Any, sequences: Sequence[list[int]], scored: int) -> list[int]:
    """Write the sequences into a batch, numbered from 1, what all begin with once.

    Gives the place in the batch of each one's token before its last ``scored``, from which on logits are wanted.
    """
    alike = sum(1 for _ in takewhile(lambda tokens: len(set(tokens)) == 1, zip(*sequences, strict=False)))
    shared = min(alike, min(map(len, sequences)) - scored - 1)
    numbers = range(1, len(sequences) + 1)
    entries = [(token, position, numbers, False) for position, token in enumerate(sequences[0][:shared])]
    places = []
    for number, sequence in zip(numbers, sequences, strict=True):
        first = len(sequence) - scored - 1
        places.append(len(entries) + first - shared)
        entries += [(sequence[i], i, range(number, number + 1), i >= first) for i in range(shared, len(sequence))]
    for place, (token, position, owners, wanted) in enumerate(entries):
        batch.token[place], batch.pos[place], batch.logits[place] = token, position, wanted
        batch.n_seq_id[place] = len(owners)
        for nth, owner in enumerate(owners):
            batch.seq_id[place][nth] = owner
    batch.n_tokens = len(entries)
    return places


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
        params.n_seq_max, params.kv_unified = 1 + _SEQUENCES, True
        return params

    binding.llama_model_default_params = without_repacking
    binding.llama_context_default_params = with_sequences
    try:
        yield
    finally:
        binding.llama_model_default_params = defaults
        binding.llama_context_default_params = contexts
