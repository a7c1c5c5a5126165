"""The real embedder, and how a question is cut for it."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.embedder import (
    Precision,
    SentenceTransformerEmbedder,
    _asleep_while_waiting,
    embed_question,
    embed_questions,
    multiplies_bfloat16,
)
from rag.errors import InvalidInput, ModelCorrupt
from rag.models import locate
from rag.settings import Settings
from rag.types import FloatArray
from tests.rag.fakes import FakeEmbedder

TEXTS = (
    "The mayor opened the bridge.",
    "A bus.",
    "The council voted to extend the night bus to the northern suburbs, which costs four million a year. " * 5,
    "桥梁 😀",
    "",
)


def cosines(one: FloatArray, other: FloatArray) -> FloatArray:
    """The cosine of each row of unit length with that of the other."""
    found: FloatArray = np.sum(one * other, axis=1)
    return found


def test_a_short_question_is_embedded_as_it_is() -> None:
    embedder = FakeEmbedder("bus", "tram")
    assert embed_question("Bus or tram?", embedder) == pytest.approx([2**-0.5, 2**-0.5, 0])
    assert embedder.embedded == ["Bus or tram?"]


def test_of_an_overlong_question_the_beginning_counts() -> None:
    """Four tokens are two words."""
    embedder = FakeEmbedder("bus", "tram", max_tokens=4)
    assert embed_question("bus bus tram", embedder) == pytest.approx([1, 0, 0])


@pytest.mark.parametrize(("said", "read"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_a_library_that_is_loaded_waits_asleep_unless_the_user_says_else(
    monkeypatch: pytest.MonkeyPatch, said: str | None, read: str
) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    if said:
        monkeypatch.setenv("OMP_WAIT_POLICY", said)
    with _asleep_while_waiting():
        assert os.environ["OMP_WAIT_POLICY"] == read
    assert os.environ.get("OMP_WAIT_POLICY") == said


@pytest.mark.real  # needs no model, but the libraries that load one
def test_a_folder_that_holds_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelCorrupt, match="is not a sentence-transformers folder that can be loaded"):
        SentenceTransformerEmbedder.load(tmp_path, threads=0)


def embedder_in(precision: Precision) -> SentenceTransformerEmbedder:
    """The default embedder in a precision; 16 bits are slow where they are imitated, but the same."""
    settings = Settings.load()
    path = locate(settings.embedder, "embedder", settings.models_dir)
    return SentenceTransformerEmbedder.load(path, threads=0, precision=precision)


@pytest.fixture(scope="module")
def exact_embedder() -> SentenceTransformerEmbedder:
    """The default embedder in 32 bits."""
    return embedder_in("float32")


@pytest.fixture(scope="module")
def quick_embedder() -> SentenceTransformerEmbedder:
    """The default embedder in 16 bits."""
    return embedder_in("bfloat16")


@pytest.mark.real
@pytest.mark.parametrize("name", ["exact_embedder", "quick_embedder"])
def test_rows_have_length_one_and_keep_the_order(request: pytest.FixtureRequest, name: str) -> None:
    embedder = request.getfixturevalue(name)
    rows = embedder.embed(TEXTS)
    assert rows.shape == (5, embedder.dimensions) == (5, 384)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    assert cosines(embedder.embed(TEXTS[::-1])[::-1], rows) == pytest.approx(np.ones(5), abs=1e-3)


@pytest.mark.real
@pytest.mark.parametrize(("name", "apart"), [("exact_embedder", 1e-6), ("quick_embedder", 1e-3)])
def test_a_vector_is_the_same_alone_and_in_a_batch(request: pytest.FixtureRequest, name: str, apart: float) -> None:
    embedder = request.getfixturevalue(name)
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
    assert cosines(alone, embedder.embed(TEXTS)) == pytest.approx(np.ones(5), abs=apart)


@pytest.mark.real
def test_in_32_bits_the_vectors_are_those_of_the_library(exact_embedder: SentenceTransformerEmbedder) -> None:
    from sentence_transformers import SentenceTransformer

    settings = Settings.load()
    path = locate(settings.embedder, "embedder", settings.models_dir)
    library = SentenceTransformer(str(path), device="cpu", local_files_only=True)
    assert exact_embedder.embed(TEXTS) == pytest.approx(library.encode(list(TEXTS)), abs=1e-5)


@pytest.mark.real
def test_similar_texts_have_similar_vectors(real_embedder: SentenceTransformerEmbedder) -> None:
    question, same, other = real_embedder.embed(["Who hires staff?", "A firm recruits employees.", "It rained."])
    assert question @ same > question @ other + 0.2


@pytest.mark.real
def test_tokens_are_word_pieces_and_two_special_ones(real_embedder: SentenceTransformerEmbedder) -> None:
    assert real_embedder.count_tokens(["", "bus", "the night bus"]) == [2, 3, 5]
    assert real_embedder.count_tokens([]) == []
    assert real_embedder.count_tokens(["bus " * 1000]) == [1002]


@pytest.mark.real
def test_no_texts_make_no_rows(real_embedder: SentenceTransformerEmbedder) -> None:
    assert real_embedder.embed([]).shape == (0, 384)


@pytest.mark.real
def test_a_text_is_never_cut_silently(real_embedder: SentenceTransformerEmbedder) -> None:
    longest = "bus " * (real_embedder.max_tokens - 2)
    assert real_embedder.embed([longest]).shape == (1, 384)
    told = r"A text of 257 tokens cannot be embedded, all-MiniLM-L6-v2 reads 256: 'bus .* …; lower RAG_PASSAGE_TOKENS"
    with pytest.raises(InvalidInput, match=told):
        real_embedder.embed(["A bus.", longest + "bus"])


@pytest.mark.real
def test_an_overlong_question_of_any_script_can_be_embedded(real_embedder: SentenceTransformerEmbedder) -> None:
    assert embed_question("桥" * 2000, real_embedder).shape == (384,)
    assert embed_question("3.1415926535" * 150, real_embedder).shape == (384,)


@pytest.mark.real
def test_in_16_bits_the_vectors_are_the_same_within_a_thousandth(
    exact_embedder: SentenceTransformerEmbedder, quick_embedder: SentenceTransformerEmbedder
) -> None:
    apart = 1 - cosines(quick_embedder.embed(TEXTS), exact_embedder.embed(TEXTS))
    assert 0 < np.max(apart) < 1e-3


@pytest.mark.real
@pytest.mark.parametrize(("able", "precision"), [(True, "bfloat16"), (False, "float32")])
def test_16_bits_are_used_where_the_processor_is_made_for_them(
    monkeypatch: pytest.MonkeyPatch, able: bool, precision: Precision
) -> None:
    monkeypatch.setattr("rag.embedder.multiplies_bfloat16", lambda: able)
    settings = Settings.load()
    path = locate(settings.embedder, "embedder", settings.models_dir)
    chosen = SentenceTransformerEmbedder.load(path, threads=0)
    assert chosen.embed(TEXTS[:2]).tolist() == embedder_in(precision).embed(TEXTS[:2]).tolist()


@pytest.mark.real  # needs no model, but torch
@pytest.mark.parametrize(
    ("found", "able"),
    [
        ({"avx512_bf16": True, "amx_bf16": False}, True),
        ({"avx512_bf16": False, "amx_bf16": True}, True),
        ({"avx512_f": True, "avx512_bf16": False, "amx_bf16": False}, False),
        ({"neon": True}, False),
    ],
)
def test_a_processor_says_whether_it_multiplies_16_bits(
    monkeypatch: pytest.MonkeyPatch, found: dict[str, bool], able: bool
) -> None:
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: found)
    assert multiplies_bfloat16() is able


@pytest.mark.real
def test_a_question_is_embedded_in_one_thread_and_the_others_come_back(
    real_embedder: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    usual, encode = torch.get_num_threads(), real_embedder._model.encode
    seen: list[int] = []

    def noting(*texts: Any, **options: Any) -> Any:
        seen.append(torch.get_num_threads())
        return encode(*texts, **options)

    monkeypatch.setattr(real_embedder._model, "encode", noting)
    torch.set_num_threads(2)
    try:
        real_embedder.embed(["A bus."] * 9)
        real_embedder.embed(["A bus."] * 10)
        assert (seen, torch.get_num_threads()) == ([1, 2], 2)
    finally:
        torch.set_num_threads(usual)


def test_questions_are_embedded_together_each_text_once() -> None:
    embedder = FakeEmbedder("bus", "tram", max_tokens=4)
    rows = embed_questions(["Bus?", "bus tram tram", "Bus?"], embedder)
    assert rows == pytest.approx(np.array([[1, 0, 0], [2**-0.5, 2**-0.5, 0], [1, 0, 0]]))
    assert embedder.embedded == ["Bus?", "bus tram"]
