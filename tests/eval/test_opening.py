"""What the commands open: questions checked against the right articles, and an index of those articles."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rag.embedder import SentenceTransformerEmbedder
from rag.errors import IndexMismatch, IndexNotFound, InvalidInput
from rag.index import Index
from rag.settings import Settings
from rag.worker import WorkerGenerator
from rag_eval.benchmarks import load_benchmark
from rag_eval.gold import GoldQuestion
from rag_eval.harness import conditions, run
from rag_eval.lines import append_question
from rag_eval.metrics import judge_record
from rag_eval.opening import article_texts, index_dir_of, open_assistant, open_index, open_set, scores_of
from rag_eval.runs import Run
from rag_eval.sets import QuestionSet
from rag_eval.systems import Parts, build_systems
from tests.eval.benchmark_files import COMPARED, MULTIHOP_ARTICLES, multihop, written
from tests.eval.small_world import ARTICLES, EMBEDDER, HOW_MANY, MOON, index_of, parts, right, write_articles
from tests.rag.fakes import FakeEmbedder


def silent(stage: str, done: float) -> None:
    """A report that nobody reads."""


def gold_file(folder: Path, *questions: GoldQuestion) -> Path:
    path = folder / "gold.jsonl"
    for question in questions or (HOW_MANY, MOON):
        append_question(path, question)
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of a machine on which nothing has been indexed yet."""
    return Settings.load(documents_dir=write_articles(tmp_path / "articles"), index_dir=tmp_path / "index")


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake models instead of the real ones, which nobody looks for."""
    for module in ("rag_eval.opening", "rag.assistant"):
        monkeypatch.setattr(f"{module}.locate", lambda *_: Path(EMBEDDER.name))
    monkeypatch.setattr(SentenceTransformerEmbedder, "load", lambda *_, **__: EMBEDDER)
    monkeypatch.setattr(WorkerGenerator, "load", lambda *_, **__: right())


def test_gold_questions_are_checked_against_the_articles_of_the_index(tmp_path: Path, settings: Settings) -> None:
    """The folder's article has changed since it was indexed; what is cited stands in the index."""
    index_of(settings.documents_dir).save(settings.index_dir)
    (settings.documents_dir / "acme.txt").write_text("Acme is gone.", encoding="utf-8")
    opened = open_set(str(gold_file(tmp_path)), None, None, settings)
    assert opened == QuestionSet(str(tmp_path / "gold.jsonl"), (HOW_MANY, MOON), judge_record)


def test_gold_questions_are_checked_against_the_folder_that_will_be_indexed(tmp_path: Path, settings: Settings) -> None:
    assert open_set(str(gold_file(tmp_path)), None, None, settings).questions == (HOW_MANY, MOON)
    (settings.documents_dir / "acme.txt").write_text("Acme is gone.", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"gold\.jsonl:1: span acme\.txt\[\d+:\d+\] is "):
        open_set(str(tmp_path / "gold.jsonl"), None, None, settings)


def test_a_given_index_that_is_missing_is_an_error(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(IndexNotFound, match=r"There is no index in .*elsewhere"):
        open_set(str(gold_file(tmp_path)), None, tmp_path / "elsewhere", settings)


def test_a_given_index_comes_before_that_of_the_settings(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "only.txt").write_text("Globex rests.", encoding="utf-8")
    Index.build(tmp_path / "other", EMBEDDER, 32).save(tmp_path / "other index")
    assert article_texts(tmp_path / "other index", settings) == {"only.txt": "Globex rests."}
    assert article_texts(None, settings) == ARTICLES


def test_a_benchmark_is_opened_from_its_folder(tmp_path: Path, settings: Settings) -> None:
    expected = multihop(tmp_path)
    assert open_set("multihop_rag", tmp_path, None, settings) == expected


def test_a_benchmark_without_its_folder_is_refused(settings: Settings) -> None:
    with pytest.raises(InvalidInput, match=r"Where the benchmark multihop_rag lies is not known; .*--data FOLDER"):
        open_set("multihop_rag", None, None, settings)


def test_a_set_lies_in_the_index_given_or_that_of_the_settings(tmp_path: Path, settings: Settings) -> None:
    """A benchmark brings articles of its own, and they must not take the place of the user's."""
    mine, benchmark = QuestionSet("gold", (), judge_record), multihop(tmp_path)
    assert index_dir_of(mine, None, settings) == tmp_path / "index"
    assert index_dir_of(benchmark, None, settings) == tmp_path / "index" / "benchmarks" / "multihop_rag"
    assert [index_dir_of(one, Path("given"), settings) for one in (mine, benchmark)] == [Path("given")] * 2


@pytest.mark.usefixtures("fakes")
def test_the_index_of_a_benchmark_is_built_once(tmp_path: Path, settings: Settings) -> None:
    told: list[str] = []
    built, embedder = open_index(multihop(tmp_path), None, settings, lambda stage, _: told.append(stage))
    assert embedder is EMBEDDER
    assert set(built.documents) == {"m0", "m1"}
    assert told[1:3] == ["Indexing multihop_rag: 0 of 7 sentences", "Indexing multihop_rag: 7 of 7 sentences"]
    embedded = len(EMBEDDER.embedded)
    again, _ = open_index(multihop(tmp_path), None, settings, silent)
    assert len(EMBEDDER.embedded) == embedded
    assert again.documents == built.documents


@pytest.mark.usefixtures("fakes")
def test_the_index_of_a_benchmark_is_built_again_for_other_articles(tmp_path: Path, settings: Settings) -> None:
    open_index(multihop(tmp_path), None, settings, silent)
    third = {**MULTIHOP_ARTICLES[0], "doc_id": "m2", "text": "Globex rests."}
    written(tmp_path / "multihop_rag", corpus=[*MULTIHOP_ARTICLES, third], questions_dev=[COMPARED])
    index, _ = open_index(load_benchmark("multihop_rag", tmp_path), None, settings, silent)
    assert set(index.documents) == {"m0", "m1", "m2"}


@pytest.mark.usefixtures("fakes")
def test_a_damaged_index_of_a_benchmark_is_built_again(tmp_path: Path, settings: Settings) -> None:
    open_index(multihop(tmp_path), None, settings, silent)
    place = settings.index_dir / "benchmarks" / "multihop_rag"
    (place / "CURRENT").write_text("gen-gone", encoding="utf-8")
    assert set(open_index(multihop(tmp_path), None, settings, silent)[0].documents) == {"m0", "m1"}


@pytest.mark.usefixtures("fakes")
def test_the_index_of_gold_questions_is_never_built(settings: Settings) -> None:
    with pytest.raises(IndexNotFound, match="There is no index in"):
        open_index(QuestionSet("gold", (HOW_MANY,), judge_record), None, settings, silent)


@pytest.mark.usefixtures("fakes")
def test_an_index_of_another_embedder_is_refused(settings: Settings) -> None:
    other = FakeEmbedder("acme", "bus", name="other")
    Index.build(settings.documents_dir, other, settings.passage_tokens).save(settings.index_dir)
    with pytest.raises(IndexMismatch, match="built with RAG_EMBEDDER other, the settings say fake"):
        open_index(QuestionSet("gold", (HOW_MANY,), judge_record), None, settings, silent)


@pytest.mark.usefixtures("fakes")
def test_an_assistant_of_a_benchmark_knows_its_articles_and_no_others(tmp_path: Path, settings: Settings) -> None:
    index_of(settings.documents_dir).save(settings.index_dir)
    assert set(open_assistant(multihop(tmp_path), None, settings, silent).documents) == {"m0", "m1"}
    mine = QuestionSet("gold", (HOW_MANY,), judge_record)
    assert dict(open_assistant(mine, None, settings, silent).documents) == Index.load(settings.index_dir).documents


def scored_run(folder: Path, questions: QuestionSet, data: Path | None, made: Parts, systems: Sequence[str]) -> Run:
    """The run of these systems, their index saved where the run says."""
    made.index.save(folder / "index")
    told = conditions(questions, "test", data, systems, made, folder / "index")
    return run(build_systems(systems, made), questions.questions, told, folder / "run.jsonl", silent)


def test_a_run_is_scored_against_the_questions_that_were_asked(tmp_path: Path, settings: Settings) -> None:
    """Of the three questions of the file, two were asked: the assistant answers one and refuses the other rightly."""
    path = gold_file(tmp_path, HOW_MANY, MOON, replace(MOON, id="other_topic-002", question="Who runs the Moon?"))
    made = parts(tmp_path / "articles", right())
    made.index.save(tmp_path / "index")
    asked = replace(open_set(str(path), None, tmp_path / "index", settings), questions=(HOW_MANY, MOON))
    ours, refusing = scores_of(scored_run(tmp_path, asked, None, made, ["assistant", "always_refuse"]))
    assert (ours.system, refusing.system) == ("assistant", "always_refuse")
    assert [judged.question.id for judged in ours.questions] == [HOW_MANY.id, MOON.id]
    assert [judged.verdict for judged in ours.questions] == ["correct", "correct"]
    assert [judged.verdict for judged in refusing.questions] == ["refused", "correct"]
    assert (ours.rates["quotes exact"].value, ours.rates["RR@10 of spans"].value) == (1.0, 1.0)


def test_a_run_is_scored_against_the_questions_as_they_are_now(tmp_path: Path, settings: Settings) -> None:
    path = gold_file(tmp_path, HOW_MANY)
    made = parts(tmp_path / "articles", right())
    made.index.save(tmp_path / "index")
    done = scored_run(tmp_path, open_set(str(path), None, tmp_path / "index", settings), None, made, ["assistant"])
    path.unlink()
    gold_file(tmp_path, replace(HOW_MANY, required=(("{n:121}",),), answer="121", wrong=()))
    assert [judged.verdict for judged in scores_of(done)[0].questions] == ["wrong"]


def test_a_run_of_a_benchmark_is_scored_by_the_benchmarks_judge(tmp_path: Path, settings: Settings) -> None:
    """Always to refuse is wrong about the comparison and right about the null question."""
    questions = multihop(tmp_path)
    made = replace(parts(tmp_path / "articles"), index=Index.of(questions.documents, EMBEDDER, 64))
    (scores,) = scores_of(scored_run(tmp_path, questions, tmp_path, made, ["always_refuse"]))
    assert [judged.verdict for judged in scores.questions] == ["refused", "correct"]
