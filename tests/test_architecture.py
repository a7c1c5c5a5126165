"""The house stands: imports go strictly downward, heavy libraries stay in their rooms."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import ROOT, House, written

FLOORS = (
    ("rag.errors", "rag.types"),
    ("rag.backends",),
    (
        "rag.settings",
        "rag.clock",
        "rag.text",
        "rag.program",
        "rag.ragged",
        "rag.spelling",
        "rag.models",
        "rag.corpus",
        "rag.chunking",
        "rag.prompt",
        "rag.grammar",
        "rag.sampling",
        "rag.states",
        "rag.kv_cache",
        "rag.confidence",
        "rag.quantities",
    ),
    (
        "rag.embedder",
        "rag.vector_store",
        "rag.lexical",
        "rag.generator",
        "rag.generators",
        "rag.worker",
        "rag.records",
        "rag.generations",
        "rag.catalogue",
        "rag.sentences",
        "rag.query",
        "rag.fusion",
    ),
    ("rag.stores",),
    ("rag.parts", "rag.gathering", "rag.index"),
    ("rag.sharing",),
    (
        "rag.updating",
        "rag.ingestion",
        "rag.joining",
        "rag.filters",
        "rag.rewriting",
        "rag.translation",
        "rag.answer_cache",
        "rag.naming",
        "rag.retriever",
        "rag.evidence",
        "rag.comparison",
        "rag.listing",
        "rag.attribution",
        "rag.reports",
        "rag.answerability",
        "rag.fit",
        "rag.verification",
        "rag.claims",
        "rag.conflicts",
        "rag.docs",
    ),
    ("rag.reading",),
    ("rag.assistant", "rag.doctor", "rag.explanation"),
    ("rag.presentation",),
    (
        "rag",
        "rag.uploads",
        "rag.privacy",
        "rag.console",
        "rag.asking",
        "rag.indexing",
        "rag.upkeep",
        "rag.cli",
        "rag.__main__",
    ),
    ("rag_eval", "rag_eval.text", "rag_eval.statistics", "rag_eval.systems", "rag_eval.terminal"),
    ("rag_eval.gold", "rag_eval.text_metrics"),
    ("rag_eval.lines", "rag_eval.proposals"),
    ("rag_eval.runs",),
    ("rag_eval.retrieval_metrics", "rag_eval.candidates", "rag_eval.template"),
    ("rag_eval.metrics", "rag_eval.review"),
    ("rag_eval.fitting",),
    ("rag_eval.sets", "rag_eval.tables"),
    ("rag_eval.benchmarks", "rag_eval.harness", "rag_eval.comparison", "rag_eval.plots", "rag_eval.stages"),
    ("rag_eval.opening", "rag_eval.report", "rag_eval.retrieval", "rag_eval.gate"),
    ("rag_eval.authoring", "rag_eval.ablation"),
    ("rag_eval.cli", "rag_ui"),
)

# Packages whose files build on each other although they share a floor: each may import those named before it.
STAIRS = (
    # The commands share the streams and the bar; the command line puts them together.
    ("rag.console", "rag.uploads", "rag.privacy", "rag.asking", "rag.indexing", "rag.upkeep", "rag.cli"),
    # Quantities are read with the numbers of a text, comparisons with both; the form of a question knows comparisons.
    ("rag.text", "rag.quantities", "rag.comparison", "rag.listing"),
    # A rewritten question that asks for several things still does.
    ("rag.listing", "rag.rewriting"),
    # Reports are quoted by the words of a question, as evidence is weighed.
    ("rag.text", "rag.quantities", "rag.evidence", "rag.verification", "rag.reports"),
    # A claim's citations are made of what verification found.
    ("rag.verification", "rag.claims"),
    # What contradicts a claim becomes one, too.
    ("rag.text", "rag.quantities", "rag.verification", "rag.claims", "rag.conflicts"),
    # What a file gives, the formats one by one, the folder of files; which lines are the story; what it tells about
    # itself; the articles made of all that.
    (
        "rag.corpus.limits",
        "rag.corpus.raw",
        "rag.corpus.properties",
        "rag.corpus.archive",
        "rag.corpus.plain",
        "rag.corpus.html",
        "rag.corpus.date_forms",
        "rag.corpus.dates",
        "rag.corpus.pages",
        "rag.corpus.pdf",
        "rag.corpus.docx",
        "rag.corpus.formats",
        "rag.corpus.sources",
        "rag.corpus.readers",
        "rag.corpus.sidecar",
        "rag.corpus.phrases",
        "rag.corpus.boilerplate",
        "rag.corpus.furniture",
        "rag.corpus.teasers",
        "rag.corpus.cleaning",
        "rag.corpus.language",
        "rag.corpus.imprint",
        "rag.corpus.metadata",
        "rag.corpus.articles",
    ),
    # Copies are recognised by their words.
    ("rag.text", "rag.ragged", "rag.corpus.duplicates"),
    # What is kept of articles makes an index.
    ("rag.parts", "rag.gathering", "rag.index"),
    # Arrays in pieces, a store, search in it, the generations that it holds.
    ("rag.stores.pieces", "rag.stores.session", "rag.stores.milvus", "rag.stores.generation"),
    # Batches are worked on somewhere, what they gave is kept, all of it is put together.
    ("rag.ingestion.batches", "rag.ingestion.cluster", "rag.ingestion.pieces", "rag.ingestion.gathering"),
    # What was read is kept beside the cache that it was read into.
    ("rag.states", "rag.kv_cache"),
    # The worker serves the model of llama.cpp; which generator it is to be is decided above it.
    ("rag.generator", "rag.worker", "rag.generators"),
    # A connection, what is offered at its other end, the form of what is written without a grammar, the generator.
    (
        "rag.generators.connection",
        "rag.generators.offers",
        "rag.generators.mending",
        "rag.generators.server",
        "rag.generators",
    ),
    # Every benchmark reads and normalises alike; the package offers them all.
    ("rag_eval.benchmarks.common", "rag_eval.benchmarks.multihop_rag", "rag_eval.benchmarks"),
    ("rag_eval.benchmarks.common", "rag_eval.benchmarks.clapnq", "rag_eval.benchmarks"),
    ("rag_eval.benchmarks.common", "rag_eval.benchmarks.squad", "rag_eval.benchmarks"),
    # What is wanted, when it is right, where it comes from, where it lies; fetching needs all of these.
    (
        "rag.models.manifest",
        "rag.models.content",
        "rag.models.hub",
        "rag.models.package_index",
        "rag.models.store",
        "rag.models.fetch",
        "rag.models",
    ),
)

# Heavy libraries, and the only modules that may import them.
ROOMS = {
    "sentence_transformers": ("rag.embedder",),
    "transformers": ("rag.embedder",),
    "torch": ("rag.embedder",),
    "faiss": ("rag.vector_store", "rag.stores"),
    "pymilvus": ("rag.stores.session",),
    "bm25s": (),  # the reference that tests compare with
    "rapidfuzz": ("rag.spelling",),
    "llama_cpp": ("rag.generator", "rag.kv_cache", "rag.sampling", "rag.generators"),
    "gradio": ("rag_ui",),
    "ray": ("rag.ingestion.cluster",),
    "fsspec": ("rag.corpus.sources",),
    "ir_measures": ("rag_eval.retrieval_metrics",),
    "scipy": ("rag_eval.statistics",),
    "matplotlib": ("rag_eval.plots",),
    "jinja2": ("rag_eval.report",),
    "sklearn": ("rag_eval.fitting",),
}

HOUSE = House(FLOORS, STAIRS, ROOMS)


def test_every_module_has_a_floor() -> None:
    assert HOUSE.homeless(ROOT) == []


def test_imports_go_strictly_downward() -> None:
    assert HOUSE.climbing(ROOT) == []


def test_heavy_libraries_stay_in_their_rooms() -> None:
    assert HOUSE.straying(ROOT) == []


def test_importing_the_package_loads_no_heavy_library() -> None:
    script = "import sys, rag; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(run.stdout.split()) & set(ROOMS) == set()


@pytest.mark.parametrize(
    ("path", "source", "found"),
    [
        ("rag/types.py", "from rag.index import Index", "rag.types -> rag.index.Index"),
        ("rag/types.py", "from rag import index", "rag.types -> rag.index"),
        ("rag/index.py", "def load():\n    import rag.retriever", "rag.index -> rag.retriever"),
        ("rag/index.py", "class A:\n    if True:\n        from . import cli", "rag.index -> rag.cli"),
        ("rag/corpus/readers.py", "from ..chunking import f", "rag.corpus.readers -> rag.chunking.f"),
        ("rag/corpus/__init__.py", "from .readers import f", "rag.corpus -> rag.corpus.readers.f"),
        ("rag/models/store.py", "import rag.models.fetch", "rag.models.store -> rag.models.fetch"),
        ("rag/assistant.py", "from rag import ask", "rag.assistant -> rag.ask"),
        ("rag/assistant.py", "def f():\n    from rag_ui import app", "rag.assistant -> rag_ui.app"),
        ("rag/cli.py", "import rag_eval.harness", "rag.cli -> rag_eval.harness"),
        ("eval/rag_eval/gold.py", "from rag_eval import runs", "rag_eval.gold -> rag_eval.runs"),
        ("eval/rag_eval/runs.py", "def f():\n    import rag_eval.cli", "rag_eval.runs -> rag_eval.cli"),
        (
            "eval/rag_eval/benchmarks/squad.py",
            "import rag_eval.benchmarks.clapnq",
            "rag_eval.benchmarks.squad -> rag_eval.benchmarks.clapnq",
        ),
    ],
)
def test_an_import_that_climbs_is_found(tmp_path: Path, path: str, source: str, found: str) -> None:
    assert HOUSE.climbing(written(tmp_path, path, source)) == [found]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (
            "rag/index.py",
            "import json, numpy as np\nfrom rag.corpus.readers import f\nfrom .types import Passage",
        ),
        ("rag/models/fetch.py", "from rag.models.store import f"),
        ("rag/models/__init__.py", "from .fetch import pull"),
        (
            "rag/cli.py",
            "import rag.assistant\nfrom rag import ask\ndef chat():\n    from rag_ui.app import serve",
        ),
        ("rag/__main__.py", "from rag.cli import main"),
        ("ui/rag_ui/app.py", "from rag import Assistant\nimport rag_eval.gold"),
    ],
)
def test_imports_downward_are_allowed(tmp_path: Path, path: str, source: str) -> None:
    assert HOUSE.climbing(written(tmp_path, path, source)) == []


def test_a_module_without_a_floor_is_found(tmp_path: Path) -> None:
    assert HOUSE.homeless(written(tmp_path, "rag/novelty.py", "")) == ["rag.novelty"]


@pytest.mark.parametrize(
    ("path", "source", "found"),
    [
        ("rag/index.py", "def f():\n    import faiss", ["rag.index -> faiss"]),
        ("eval/rag_eval/metrics.py", "from torch.nn import Linear", ["rag_eval.metrics -> torch.nn.Linear"]),
        ("rag/cli.py", "import gradio as gr", ["rag.cli -> gradio"]),
        ("rag/vector_store.py", "import faiss", []),
        ("rag/stores/milvus.py", "import faiss", []),
        ("ui/rag_ui/app.py", "import gradio as gr", []),
    ],
)
def test_a_heavy_library_outside_its_room_is_found(tmp_path: Path, path: str, source: str, found: list[str]) -> None:
    assert HOUSE.straying(written(tmp_path, path, source)) == found
