"""llama.cpp as it is, without what this project adds: a model, its options, tokens read and tokens written.

As ``llama-bench`` measures: random tokens, no sampling, only the last one's logits.
"""

import ctypes
import gc
import os
import random
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any, Self

import llama_cpp

from rag.errors import ModelCorrupt

_CONTEXT = 2048  # tokens
_HEADER = 16_000_000  # bytes of a GGUF file before its weights, at most
_OUTPUT = struct.pack("<Q", 13) + b"output.weight"  # a model without it multiplies with the table that it looks up in


@dataclass(frozen=True, slots=True)
class Options:
    """How a model is run; the defaults are those of ``rag.generator``, for as many threads."""

    threads: int
    repacked: bool = False
    flash: bool = True
    kv_type: int = llama_cpp.GGML_TYPE_F16
    ubatch: int = 512

    @classmethod
    def of(cls, threads: int) -> Self:
        """For so many threads; 0: all cores."""
        return cls(threads or os.cpu_count() or 1)

    def but(self, **changes: Any) -> Self:
        """These options with some changed."""
        return replace(self, **changes)


class Raw:
    """A loaded model with one empty context. Made by ``load``; freed by ``close``."""

    def __init__(self, model: Any, context: Any, has_output: bool) -> None:
        self._model, self._context = model, context
        self._batch = llama_cpp.llama_batch_init(_CONTEXT, 0, 1)
        self._memory = llama_cpp.llama_get_memory(context)
        self._vocabulary: int = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(model))
        self._parameters: int = llama_cpp.llama_model_n_params(model)
        table = self._vocabulary * llama_cpp.llama_model_n_embd(model)
        self._tables = (table, table) if has_output else (0, table)  # those looked up only, and those multiplied with
        self._random = random.Random(0)

    @classmethod
    def load(cls, path: Path, options: Options) -> Self:
        """The model of a GGUF file. Raises ModelCorrupt."""
        llama_cpp.llama_backend_init()
        llama_cpp.llama_log_set(_SILENT, ctypes.c_void_p(0))
        of_model = llama_cpp.llama_model_default_params()
        of_model.use_extra_bufts = options.repacked
        model = llama_cpp.llama_model_load_from_file(str(path).encode(), of_model)
        if not model:
            raise ModelCorrupt(f"{path} cannot be loaded as a GGUF model.")
        of_context = llama_cpp.llama_context_default_params()
        of_context.n_ctx, of_context.n_batch, of_context.n_ubatch = _CONTEXT, _CONTEXT, options.ubatch
        of_context.n_threads = of_context.n_threads_batch = options.threads
        of_context.flash_attn_type = int(options.flash)
        of_context.type_k = of_context.type_v = options.kv_type
        context = llama_cpp.llama_init_from_model(model, of_context)
        if not context:
            llama_cpp.llama_model_free(model)
            raise ModelCorrupt(f"{path} cannot be run with {options}.")
        with path.open("rb") as file:
            return cls(model, context, _OUTPUT in file.read(_HEADER))

    def close(self) -> None:
        """Free the memory of the model."""
        llama_cpp.llama_batch_free(self._batch)
        llama_cpp.llama_free(self._context)
        llama_cpp.llama_model_free(self._model)
        gc.collect()

    @property
    def decoded_bytes(self) -> int:
        """Bytes of the weights that a token takes to be written: all but a table in which it is only looked up."""
        read = self._parameters - self._tables[0]
        return int(llama_cpp.llama_model_size(self._model)) * read // self._parameters  # at the average of all weights

    @property
    def prefill_parameters(self) -> int:
        """Weights that are multiplied for a token that is read: those of the layers."""
        return self._parameters - sum(self._tables)

    def prefill(self, tokens: int) -> float:
        """Seconds to read so many tokens at once, into an empty context."""
        llama_cpp.llama_memory_clear(self._memory, False)
        return self._timed([self._random.randrange(self._vocabulary) for _ in range(tokens)], 0)

    def decode(self, tokens: int, behind: int = 128) -> float:
        """Seconds to read so many tokens one after the other, behind others."""
        self.prefill(behind)
        return sum(self._timed([self._random.randrange(self._vocabulary)], behind + n) for n in range(tokens))

    def _timed(self, tokens: Sequence[int], position: int) -> float:
        batch = self._batch
        for place, token in enumerate(tokens):
            batch.token[place], batch.pos[place], batch.logits[place] = token, position + place, False
            batch.n_seq_id[place], batch.seq_id[place][0] = 1, 0
        batch.logits[len(tokens) - 1] = True
        batch.n_tokens = len(tokens)
        started = perf_counter()
        if llama_cpp.llama_decode(self._context, batch):
            raise ModelCorrupt(f"llama.cpp could not read {len(tokens)} tokens.")
        llama_cpp.llama_synchronize(self._context)
        return perf_counter() - started


_SILENT = llama_cpp.llama_log_callback(lambda level, text, data: None)


def quantised(path: Path, folder: Path, ftype: int) -> Path:
    """A copy of a model in another quantisation, made of the file as it is. Raises ModelCorrupt."""
    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype, params.allow_requantize = ftype, True
    made = folder / f"{ftype}.gguf"
    llama_cpp.llama_log_set(_SILENT, ctypes.c_void_p(0))
    if llama_cpp.llama_model_quantize(str(path).encode(), str(made).encode(), ctypes.byref(params)):
        raise ModelCorrupt(f"{path} cannot be quantised anew.")
    return made
