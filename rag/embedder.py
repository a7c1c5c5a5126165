"""Texts → unit vectors, through sentence-transformers. The only file that imports it."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

import numpy as np

from rag.backends import Embedder
from rag.errors import InvalidInput, ModelCorrupt
from rag.text import beginning
from rag.types import FloatArray

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Precision: TypeAlias = Literal["float32", "bfloat16", "auto"]
"""Of the multiplications: 32 bits, 16 bits (Brain Floating Point), or 16 where the processor is made for them."""

_BATCH = 8  # texts; 32 at once take a quarter longer, because their numbers outgrow the caches
_FEW = 9  # texts, such as a question and its parts: two threads save a fifth at best, and on a busy machine cost a lot
_WAITING = "OMP_WAIT_POLICY"  # which OpenMP reads once, when it is loaded
_NO_LIMIT = 8192  # tokens, for a model that names no limit of its own


def embed_question(question: str, embedder: Embedder) -> FloatArray:
    """The ``(dimensions,)`` vector of a question; of an overlong one, that of its beginning."""
    vector: FloatArray = embed_questions([question], embedder)[0]
    return vector


def embed_questions(questions: Sequence[str], embedder: Embedder) -> FloatArray:
    """``(n, dimensions)``: the vectors of questions, or parts of them, in one go; see ``embed_question``."""

    def fits(text: str) -> bool:
        return embedder.count_tokens([text])[0] <= embedder.max_tokens

    readable = [beginning(question, fits) for question in questions]
    different = {text: row for row, text in enumerate(dict.fromkeys(readable))}
    vectors: FloatArray = embedder.embed(list(different))[[different[text] for text in readable]]
    return vectors


def multiplies_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 itself; one that has to imitate it is slower than in 32 bits."""
    import torch

    found = torch.cpu.get_capabilities()
    return any(found.get(name, False) for name in ("avx512_bf16", "amx_bf16"))


class SentenceTransformerEmbedder:
    """A sentence-transformers folder on the CPU. ``name`` goes into the index's manifest."""

    def __init__(self, model: "SentenceTransformer", name: str, *, bfloat16: bool = False) -> None:
        self.name = name
        self.dimensions = int(model.get_embedding_dimension() or 0)
        self.max_tokens = model.max_seq_length or _NO_LIMIT
        self._model = model
        self._bfloat16 = bfloat16

    @classmethod
    def load(cls, path: Path, *, threads: int, precision: Precision = "auto") -> Self:
        """The model in the folder ``path``, from disk only. Raises ModelCorrupt.

        ``threads`` 0 leaves torch its default. The vectors of both precisions are the same within 1e-3 cosine.
        """
        with _asleep_while_waiting():
            import torch
        from sentence_transformers import SentenceTransformer
        from torch.utils.mkldnn import to_mkldnn
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]  # a library draws no bars of its own
        if threads:
            torch.set_num_threads(threads)
        try:
            model = SentenceTransformer(str(path), device="cpu", local_files_only=True, trust_remote_code=False)
        except (OSError, ValueError) as error:
            raise ModelCorrupt(
                f"{path} is not a sentence-transformers folder that can be loaded: {error}; correct RAG_EMBEDDER."
            ) from error
        bfloat16 = precision == "bfloat16" or (precision == "auto" and multiplies_bfloat16())
        if not bfloat16 and torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
            # oneDNN uses the whole of a processor whoever made it, MKL half of one that is not Intel's
            to_mkldnn(model)  # type: ignore[no-untyped-call]
        return cls(model, path.name, bfloat16=bfloat16)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Word pieces that each text takes, the two special tokens included."""
        if not texts:
            return []
        encoded = self._model.tokenizer(list(texts), truncation=False, verbose=False)
        return [len(pieces) for pieces in encoded["input_ids"]]

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """``(n, dimensions)`` float32 rows of length 1. A text that the model would cut raises InvalidInput.

        Texts are read longest first, so that those of a batch need little padding.
        """
        import torch

        sizes = np.asarray(self.count_tokens(texts), dtype=np.int64)
        if len(sizes) and sizes.max() > self.max_tokens:
            worst = int(sizes.argmax())
            raise InvalidInput(
                f"A text of {sizes[worst]} tokens cannot be embedded, {self.name} reads {self.max_tokens}: "
                f"{texts[worst][:60]!r} …; lower RAG_PASSAGE_TOKENS."
            )
        one_thread = _one_thread() if len(texts) <= _FEW else nullcontext()
        with one_thread, torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._bfloat16):
            vectors = self._model.encode(
                list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimensions)


@contextmanager
def _asleep_while_waiting() -> Iterator[None]:
    """Threads of a library that is first loaded here sleep while they wait for each other, unless the user says else.

    OpenMP lets them spin, which on a machine whose other core is busy took six times as long.
    """
    if _WAITING in os.environ:
        yield
        return
    os.environ[_WAITING] = "PASSIVE"
    try:
        yield
    finally:
        del os.environ[_WAITING]


@contextmanager
def _one_thread() -> Iterator[None]:
    """torch computes in the calling thread alone."""
    import torch

    usual = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(usual)
