"""What the commands open: a set of questions, the articles that it is about, and an assistant for them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rag.assistant import Assistant
from rag.backends import Embedder
from rag.corpus.readers import read_folder
from rag.errors import IndexCorrupt, IndexMismatch, IndexNotFound, InvalidInput
from rag.index import Index, fingerprint
from rag.models import locate
from rag.settings import HOME, Settings
from rag.types import Document
from rag_eval.benchmarks import NAMES, load_benchmark
from rag_eval.gold import load_gold
from rag_eval.harness import Report
from rag_eval.metrics import Scores, judge_record
from rag_eval.runs import Run
from rag_eval.sets import QuestionSet

GOLD = HOME / "eval" / "gold"
BENCHMARKS = "benchmarks"
"""Where, below the folder of indexes, those of the benchmarks lie."""


def open_set(name: str, data: Path | None, index_dir: Path | None, settings: Settings) -> QuestionSet:
    """The benchmark of that name in the folder ``data``, or the gold questions in a file or folder of that name.

    Gold questions are checked against the articles of the index. Raises InvalidInput.
    """
    if name in NAMES:
        if data is None:
            raise InvalidInput(f"Where the benchmark {name} lies is not known; give its folder: --data FOLDER")
        return load_benchmark(name, data)
    return QuestionSet(name, load_gold(Path(name), article_texts(index_dir, settings)), judge_record)


def index_dir_of(questions: QuestionSet, index_dir: Path | None, settings: Settings) -> Path:
    """Where the index of a set lies: a benchmark's own articles have one of their own."""
    return index_dir or settings.index_dir / (f"{BENCHMARKS}/{questions.name}" if questions.documents else "")


def open_assistant(questions: QuestionSet, index_dir: Path | None, settings: Settings, report: Report) -> Assistant:
    """The assistant for a set's articles; those of a benchmark are indexed once."""
    if not questions.documents:
        return Assistant.open(index_dir, settings, report)
    place = index_dir_of(questions, index_dir, settings)
    _ensure_index(questions, place, settings, report)
    return Assistant.open(place, settings, report)


def open_index(
    questions: QuestionSet, index_dir: Path | None, settings: Settings, report: Report
) -> tuple[Index, Embedder]:
    """The index of a set's articles, and its embedder; that of a benchmark is built if it is not there yet.

    Raises IndexNotFound, IndexCorrupt, and IndexMismatch for an index of another embedder or other settings.
    """
    place = index_dir_of(questions, index_dir, settings)
    _ensure_index(questions, place, settings, report)
    index, embedder = Index.load(place), _embedder(settings, report)
    index.manifest.check(embedder.name, settings.passage_tokens, place)
    return index, embedder


def scores_of(run: Run) -> tuple[Scores, ...]:
    """The scores of every system of a run, against the questions as they are now. Loads no model."""
    info = run.info
    index_dir = Path(info.index_dir)
    data = Path(info.data) if info.data else None
    questions = open_set(info.gold, data, index_dir, Settings.load())
    texts = texts_of(questions.documents or tuple(Index.load(index_dir).documents.values()))
    asked = set(info.questions)
    chosen = [question for question in questions.questions if question.id in asked]
    return tuple(Scores.of(name, chosen, run.by_id(name), texts, questions.judge) for name in info.systems)


def texts_of(documents: Sequence[Document]) -> Mapping[str, str]:
    """The articles' texts by ``doc_id``."""
    return {document.doc_id: document.text for document in documents}


def article_texts(index_dir: Path | None, settings: Settings) -> Mapping[str, str]:
    """The texts of the index's articles, or of those that the default one will be built from, by ``doc_id``."""
    try:
        return texts_of(tuple(Index.load(index_dir or settings.index_dir).documents.values()))
    except IndexNotFound:
        if index_dir is not None or not settings.documents_dir.is_dir():
            raise
        return {file.doc_id: file.text for file in read_folder(settings.documents_dir)[0]}


def _ensure_index(questions: QuestionSet, index_dir: Path, settings: Settings, report: Report) -> None:
    """Index a set's own articles, unless that has been done."""
    documents, limit = questions.documents, settings.passage_tokens
    name = locate(settings.embedder, "embedder", settings.models_dir).name
    if documents and _fingerprint(index_dir) != fingerprint(documents, name, limit):
        embedder = _embedder(settings, report)

        def progress(done: int, total: int) -> None:
            report(f"Indexing {questions.name}: {done} of {total} sentences", done / total)

        Index.of(documents, embedder, limit, progress).save(index_dir)


def _fingerprint(index_dir: Path) -> str:
    try:
        return Index.load(index_dir).manifest.fingerprint
    except (IndexNotFound, IndexCorrupt, IndexMismatch):
        return ""


def _embedder(settings: Settings, report: Report) -> Embedder:
    from rag.embedder import SentenceTransformerEmbedder

    report("Loading the embedder", 0.0)
    path = locate(settings.embedder, "embedder", settings.models_dir)
    return SentenceTransformerEmbedder.load(path, threads=settings.threads)
