"""The KV cache of llama.cpp: one prompt that the model writes after, and prompts that are read side by side.

Sequence 0 holds a prompt, and whatever the next one begins with alike stays. What several prompts to come begin with, a
passage after the rules, is kept as a state; the prompts of one question are then read in one batch, each as a sequence
of its own behind its state, and only what differs takes time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, takewhile
from typing import Any, TypeAlias

import numpy as np

from rag.errors import PromptTooLong
from rag.states import States
from rag.types import FloatArray

SEQUENCES = 8
"""Prompts that are read side by side at most."""
_SIDE_BY_SIDE = 256  # tokens of them, if more than one is read: a second

_Entry: TypeAlias = tuple[int, int, int, bool]  # token, position, sequence, whether its logits are wanted


@dataclass(frozen=True, slots=True)
class Prompt:
    """The tokens of a prompt, in the batches that they are read in; the first ``kept`` of these come again."""

    chunks: tuple[tuple[int, ...], ...]
    kept: int = 0

    @property
    def size(self) -> int:
        """Tokens of the whole prompt."""
        return sum(map(len, self.chunks))

    @property
    def beginning(self) -> tuple[tuple[int, ...], ...]:
        """The batches that come again."""
        return self.chunks[: self.kept]

    @property
    def end(self) -> tuple[tuple[int, ...], ...]:
        """The batches that are read beside other prompts: the last two of those that do not come again."""
        return self.chunks[max(self.kept, len(self.chunks) - 2) :]


class KVCache:
    """What the model of a ``llama_cpp.Llama`` has read. ``model`` names that model in the keys of ``states``."""

    def __init__(self, llama: Any, states: States, model: str) -> None:
        import llama_cpp

        self._ctx = llama.ctx
        self._memory = llama_cpp.llama_get_memory(llama.ctx)
        self._batch = llama._batch.batch
        self._capacity: int = llama.n_ctx()
        self._vocabulary: int = llama.n_vocab()
        self._states = states
        self._model = model
        self._held: list[tuple[int, ...]] = []

    def prepare(self, prompt: Prompt) -> Iterator[None]:
        """Read and keep what of the prompt comes again, all of it if nothing does. Yields after each batch."""
        if prompt.kept and self._key(prompt) in self._states:
            return
        yield from self.hold(prompt, reserve=1, until=prompt.kept or len(prompt.chunks))

    def hold(self, prompt: Prompt, reserve: int, until: int | None = None) -> Iterator[None]:
        """Bring sequence 0 to this prompt, or to ``until`` of its batches; ``reserve`` more tokens shall have room.

        Only whole batches of an earlier prompt stay, because the numbers depend a little on which tokens are read in
        one batch: this way a prompt gives the same logits, bit by bit, whatever was read before it. Raises
        PromptTooLong.
        """
        self._check(prompt, reserve)
        pairs = zip(self._held, prompt.chunks[:-1], strict=False)  # the last one is read anew: it gives the logits
        alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        if alike < prompt.kept and (state := self._states.get(self._key(prompt))):
            self._clear()
            if alike := prompt.kept if self._loads(0, state) else 0:
                self._held = list(prompt.beginning)
        self._cut(alike)
        for chunk in prompt.chunks[alike:until]:
            self._read(0, sum(map(len, self._held)), chunk)
            self._held.append(chunk)
            if len(self._held) == prompt.kept:
                self._keep(prompt, 0)
            yield

    def write(self, token: int) -> None:
        """Put a token behind the prompt that is held."""
        self._read(0, sum(map(len, self._held)), (token,))
        self._held.append((token,))

    def logits(self, place: int = -1) -> FloatArray:
        """The ``(vocabulary,)`` logits after the token at that place of the last batch."""
        import llama_cpp

        pointer = llama_cpp.llama_get_logits_ith(self._ctx, place)
        return np.ctypeslib.as_array(pointer, shape=(self._vocabulary,))

    def beside(self, prompts: Sequence[Prompt]) -> Iterator[list[FloatArray]]:
        """The ``(vocabulary,)`` logits after each prompt, for each group of those that are read at once.

        Raises PromptTooLong.
        """
        for prompt in prompts:
            self._check(prompt, reserve=1)
        if len(prompts) == 1 and not prompts[0].kept:  # it was read ahead, and is held for what is written after it
            for _ in self.hold(prompts[0], reserve=1):
                pass
            yield [self.logits().copy()]
            return
        for group in self._groups(prompts):
            self._clear()
            try:
                entries = list(chain.from_iterable(self._entries(n, prompt) for n, prompt in enumerate(group, 1)))
                self._decode(entries)
                logits = [self.logits(place).copy() for place, (*_, wanted) in enumerate(entries) if wanted]
            finally:
                self._clear()
            yield logits

    def _check(self, prompt: Prompt, reserve: int) -> None:
        if prompt.size + reserve > self._capacity:
            raise PromptTooLong(
                f"The prompt takes {prompt.size} tokens and the answer up to {reserve}, "
                f"but the context holds {self._capacity}; raise RAG_CONTEXT_TOKENS or ask in fewer words."
            )

    def _groups(self, prompts: Sequence[Prompt]) -> Iterator[list[Prompt]]:
        """The prompts in groups, each of which is read in about a second."""
        group: list[Prompt] = []
        for prompt in prompts:
            together = [*group, prompt]
            fresh = sum(map(len, chain.from_iterable(each.end for each in together)))
            cells = sum(each.size for each in together)
            if group and (len(group) == SEQUENCES or fresh > _SIDE_BY_SIDE or cells > self._capacity):
                yield group
                together = [prompt]
            group = together
        if group:
            yield group

    def _entries(self, number: int, prompt: Prompt) -> Iterator[_Entry]:
        """The batch entries of the end of a prompt, once sequence ``number`` holds what is before it."""
        position = 0
        state = self._states.get(self._key(prompt)) if prompt.kept else None
        loaded = state is not None and self._loads(number, state)
        for nth, chunk in enumerate(prompt.chunks[: len(prompt.chunks) - len(prompt.end)], 1):
            if not loaded or nth > prompt.kept:
                self._read(number, position, chunk)
            position += len(chunk)
            if not loaded and nth == prompt.kept:
                self._keep(prompt, number)
        tokens = tuple(chain.from_iterable(prompt.end))
        for nth, token in enumerate(tokens):
            yield token, position + nth, number, nth == len(tokens) - 1

    def _read(self, number: int, position: int, tokens: Sequence[int]) -> None:
        last = len(tokens) - 1
        self._decode([(token, position + i, number, i == last) for i, token in enumerate(tokens)])

    def _decode(self, entries: Sequence[_Entry]) -> None:
        import llama_cpp

        batch = self._batch
        for place, (token, position, number, wanted) in enumerate(entries):
            batch.token[place], batch.pos[place], batch.logits[place] = token, position, wanted
            batch.n_seq_id[place], batch.seq_id[place][0] = 1, number
        batch.n_tokens = len(entries)
        if llama_cpp.llama_decode(self._ctx, batch):
            raise PromptTooLong(
                f"The model's context of {self._capacity} tokens has no room for {len(entries)} more; "
                "raise RAG_CONTEXT_TOKENS."
            )

    def _key(self, prompt: Prompt) -> str:
        return sha256(f"{self._model} {prompt.beginning}".encode()).hexdigest()

    def _keep(self, prompt: Prompt, number: int) -> None:
        import ctypes

        import llama_cpp

        size = llama_cpp.llama_state_seq_get_size(self._ctx, number)
        buffer = (ctypes.c_uint8 * size)()
        llama_cpp.llama_state_seq_get_data(self._ctx, buffer, size, number)
        self._states.put(self._key(prompt), bytes(buffer))

    def _loads(self, number: int, state: bytes) -> bool:
        """Whether the sequence, which is empty, holds the state now; one that llama.cpp refuses is to be read anew."""
        import ctypes

        import llama_cpp

        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        return bool(llama_cpp.llama_state_seq_set_data(self._ctx, buffer, len(state), number))

    def _cut(self, chunks: int) -> None:
        """Leave so many batches of the prompt that is held."""
        import llama_cpp

        del self._held[chunks:]
        llama_cpp.llama_memory_seq_rm(self._memory, 0, sum(map(len, self._held)), -1)

    def _clear(self) -> None:
        """Hold nothing. The same prompts then lie in the same cells, and give the same logits, bit by bit."""
        import llama_cpp

        self._held.clear()
        llama_cpp.llama_memory_clear(self._memory, False)
