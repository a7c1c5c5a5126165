"""Which token comes next: the likeliest, or the likeliest that a grammar allows.

A token is chosen first and then checked against the grammar; only if the grammar refuses it are others tried. The
binding of llama.cpp runs the grammar over all 151k candidates of every token, which costs about 30 % of decoding speed.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from rag.errors import InvalidInput
from rag.types import FloatArray

_NEAREST = 64  # candidates tried before the grammar is run over the whole vocabulary


class Freedom(AbstractContextManager["Freedom"]):
    """The rules of free writing: the likeliest token is the next."""

    def __exit__(self, *_: object) -> None: ...

    def choose(self, logits: FloatArray) -> int:
        """The likeliest token."""
        return int(logits.argmax())


class Grammar:
    """A running GBNF grammar; what it accepts is a prefix of a text that the grammar derives."""

    def __init__(self, llama: Any, gbnf: str) -> None:
        import llama_cpp

        vocab = llama_cpp.llama_model_get_vocab(llama.model)
        self._sampler = llama_cpp.llama_sampler_init_grammar(vocab, gbnf.encode(), b"root")
        if not self._sampler:
            raise InvalidInput(
                f"llama.cpp cannot read this grammar; install the version of requirements.lock: {gbnf!r}."
            )

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
        raise InvalidInput("The grammar allows no token of this model's vocabulary; choose another RAG_GENERATOR.")

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
