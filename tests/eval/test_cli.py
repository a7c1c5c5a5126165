"""`rag eval` as a user meets it: what it writes and prints, on which stream, and its exit code."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.embedder import SentenceTransformerEmbedder
from rag.types import Message
from rag_eval import candidates
from rag_eval.gold import load_gold
from rag_eval.runs import Run
from tests.eval.desk import Desk, Done
from tests.eval.small_world import ARTICLES, EMBEDDER, HIRES, HOW_MANY, MOON, TRAINING, right, unsure
from tests.rag.fakes import FakeGenerator

ROOT = Path(__file__).resolve().parents[2]


def test_run_asks_the_test_questions_writes_the_answers_and_prints_the_figures(desk: Desk) -> None:
    done = desk.run()
    assert (done.code, done.err) == (0, "→ run.jsonl\n")
    run = Run.read(Path("run.jsonl"))
    assert {record.id: record.text for record in run.records} == {
        HOW_MANY.id: f"{HIRES} [1]",
        MOON.id: "The articles do not say.",
    }
    assert (run.info.gold, run.info.split, run.info.systems) == ("gold.jsonl", "test", ("assistant",))
    figures = {line.split("│")[1].strip(): line for line in done.out.splitlines() if line.startswith("│")}
    assert "100.0 %" in figures["answered correctly"]
    assert "100.0 %" in figures["refused rightly"]
    assert "2/2" in figures["all"]


def test_run_asks_the_systems_that_are_named_in_their_order(desk: Desk) -> None:
    assert desk.run(right, "run.jsonl", "--systems", "always_refuse, bm25_only").code == 0
    assert Run.read(Path("run.jsonl")).info.systems == ("bm25_only", "always_refuse")


def test_run_can_ask_all_systems(desk: Desk) -> None:
    """Of the scripted texts the assistant takes the first, then the baselines that write, in the order of asking."""
    answers = [f"{HIRES} [1]"] * 3
    desk.gold(HOW_MANY)
    done = desk.run(
        lambda: FakeGenerator([*answers, "I do not know.", *answers], [0.9] * 3), "run.jsonl", "--baselines"
    )
    assert done.code == 0
    assert [record.abstained for record in Run.read(Path("run.jsonl")).records] == [
        False,
        False,
        False,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--split", "train"], [TRAINING.id]),
        (["--split", "all"], [HOW_MANY.id, MOON.id, TRAINING.id]),
        (["--limit", "1"], [HOW_MANY.id]),
    ],
)
def test_run_asks_the_questions_that_are_chosen(desk: Desk, options: list[str], expected: list[str]) -> None:
    desk.run(lambda: FakeGenerator([f"{HIRES} [1]"] * 2, [0.9] * 2), "run.jsonl", *options)
    assert [record.id for record in Run.read(Path("run.jsonl")).records] == expected


def test_run_takes_settings_from_a_file(desk: Desk) -> None:
    (desk.folder / "mine.toml").write_text("top_k = 1\n", encoding="utf-8")
    assert desk.run(right, "run.jsonl", "--config", "mine.toml").code == 0
    assert Run.read(Path("run.jsonl")).info.settings["top_k"] == 1


def test_a_name_with_brackets_is_printed_as_it_is(desk: Desk) -> None:
    assert desk.run(right, "[/red]run[1].jsonl").err == "→ [/red]run[1].jsonl\n"


def test_an_interrupted_run_goes_on_where_it_stopped(desk: Desk) -> None:
    """The first question needs no model; at the second one Ctrl-C is pressed, then the command is typed again."""

    class Interrupted(FakeGenerator):
        def probabilities(self, prompts: Sequence[Sequence[Message]], yes: str, no: str) -> Iterator[float]:
            raise KeyboardInterrupt

    desk.gold(MOON, HOW_MANY)
    done = desk.run(Interrupted)
    assert (done.code, done.out) == (130, "")
    assert "run the same command again" in done.err
    first = Path("run.jsonl.part").read_bytes().splitlines()[1]
    assert desk.run().code == 0
    assert Path("run.jsonl").read_bytes().splitlines()[1] == first
    assert [record.id for record in Run.read(Path("run.jsonl")).records] == [MOON.id, HOW_MANY.id]


def test_score_needs_no_model_and_prints_what_run_printed(desk: Desk) -> None:
    printed = desk.run().out
    desk.monkeypatch.setattr(Assistant, "open", None)
    assert desk.type("score", "run.jsonl") == Done(0, printed, "")


def test_score_as_json_is_one_object_with_all_figures(desk: Desk) -> None:
    desk.run()
    done = desk.type("score", "run.jsonl", "--json")
    assert (done.code, done.err) == (0, "")
    figures = json.loads(done.out)["assistant"]
    assert figures["rates"]["answered correctly"] == {"value": 1.0, "low": 1.0, "high": 1.0, "over": 1}
    assert figures["by_kind"]["other_topic"] == {"correct": 1, "wrong": 0, "refused": 0}
    assert figures["risk_area"] == 0.0
    assert figures["speed"]["seconds to the end"]["over"] == 2


def test_a_run_compared_with_itself_has_no_difference(desk: Desk) -> None:
    desk.run()
    done = desk.type("compare", "run.jsonl", "run.jsonl")
    assert (done.code, done.err) == (0, "")
    assert "got better" not in done.out
    assert HOW_MANY.id not in done.out


def test_compare_names_the_questions_that_changed(desk: Desk) -> None:
    desk.run()
    desk.run(unsure, "worse.jsonl")
    done = desk.type("compare", "run.jsonl", "worse.jsonl")
    assert done.code == 0
    assert HOW_MANY.id in done.out
    assert MOON.id not in done.out


def test_compare_takes_two_systems_of_one_run(desk: Desk) -> None:
    desk.run(right, "run.jsonl", "--systems", "assistant,always_refuse")
    done = desk.type("compare", "run.jsonl", "run.jsonl", "--second-system", "always_refuse")
    assert done.code == 0
    assert HOW_MANY.id in done.out


def test_report_writes_a_page_or_prints_markdown(desk: Desk) -> None:
    desk.run()
    assert desk.type("report", "run.jsonl", "--out", "page.html") == Done(0, "", "→ page.html\n")
    assert HOW_MANY.question in Path("page.html").read_text(encoding="utf-8")
    done = desk.type("report", "run.jsonl", "--markdown")
    assert (done.code, done.err) == (0, "")
    assert "| figure | assistant | over |" in done.out.splitlines()


def test_retrieval_measures_each_search_without_a_language_model(desk: Desk) -> None:
    desk.monkeypatch.setattr("rag_eval.opening.locate", lambda *_: Path("fake"))
    desk.monkeypatch.setattr(SentenceTransformerEmbedder, "load", lambda *_, **__: EMBEDDER)
    done = desk.type("retrieval", "--set", "gold.jsonl", "--index", "index")
    assert (done.code, done.err) == (0, "")
    header, first, *_ = (line for line in done.out.splitlines() if line[0] in "┃│")
    assert header.strip("┃").replace("┃", " ").split() == ["figure", "BM25", "dense", "both", "assistant", "over"]
    assert first.startswith("│ R@1 of spans ")


def test_the_gate_holds_what_it_was_given(desk: Desk) -> None:
    desk.run()
    done = desk.type("gate", "run.jsonl", "--baseline", "baseline.json", "--update")
    assert done == Done(0, "", "→ baseline.json\n")
    done = desk.type("gate", "run.jsonl", "--baseline", "baseline.json")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("None of 2 questions got worse than in the baseline.")


def test_the_gate_names_the_question_that_got_worse(desk: Desk) -> None:
    desk.run()
    desk.type("gate", "run.jsonl", "--baseline", "baseline.json", "--update")
    desk.run(unsure, "worse.jsonl")
    done = desk.type("gate", "worse.jsonl", "--baseline", "baseline.json")
    assert (done.code, done.err) == (1, "")
    assert done.out.startswith("1 of 2 questions got worse than in the baseline.")
    assert HOW_MANY.id in done.out
    assert MOON.id not in done.out


@pytest.mark.parametrize("options", [[], ["--fast"]])
def test_the_gate_asks_the_gold_questions_itself(desk: Desk, options: list[str]) -> None:
    """All of them for the baseline, the training question too; of these ``--fast`` takes none for training."""
    desk.monkeypatch.setattr("rag_eval.opening.GOLD", desk.folder / "gold.jsonl")
    desk.answering(lambda: FakeGenerator([f"{HIRES} [1]"] * 2, [0.9] * 2))
    assert desk.type("gate", "--baseline", "baseline.json", "--update").code == 0
    done = desk.type("gate", "--baseline", "baseline.json", *options)
    assert done.code == 0
    assert done.out.startswith(f"None of {2 if options else 3} questions got worse")


ANSWERED = "".join(f"{line}\n" for line in ("keep", *[""] * 8, HIRES, ""))
"""Takes every proposal: question, answerable, kind, split, answer, patterns, none forbidden, none wrong; one place."""


def test_a_question_that_was_added_becomes_a_gold_question_that_can_be_asked(desk: Desk) -> None:
    done = desk.type("add", HOW_MANY.question, "--right", HIRES)
    assert (done.code, done.out) == (0, "")
    assert "next: rag eval review" in done.err
    done = desk.type("review", "--set", "reviewed.jsonl", typed=ANSWERED)
    assert (done.code, done.err) == (0, "1 kept, 0 dropped, 0 left\n")
    (question,) = load_gold(Path("reviewed.jsonl"), ARTICLES)
    assert (question.question, question.answer, question.spans) == (HOW_MANY.question, HIRES, HOW_MANY.spans)
    desk.answering(right)
    done = desk.type("run", "--set", "reviewed.jsonl", "--split", "all")
    assert done.code == 0
    assert "1/1" in done.out


def test_a_question_that_cannot_be_answered_is_added_as_one(desk: Desk) -> None:
    assert desk.type("add", MOON.question, "--unanswerable").code == 0
    (candidate,) = candidates.read(desk.folder / "candidates.jsonl")
    assert (candidate.question, candidate.abstained, candidate.verdict) == (MOON.question, True, "right")
    done = desk.type("review", "--set", "reviewed.jsonl", typed="keep\n\nn\n\n\n")
    assert (done.code, done.err) == (0, "1 kept, 0 dropped, 0 left\n")
    assert [question.answerable for question in load_gold(Path("reviewed.jsonl"), ARTICLES)] == [False]


def test_add_can_ask_the_assistant_and_keeps_its_answer(desk: Desk) -> None:
    desk.answering(right)
    done = desk.type("add", HOW_MANY.question, "--ask")
    assert (done.code, done.out) == (0, f"{HIRES} [1]\n")
    (candidate,) = candidates.read(desk.folder / "candidates.jsonl")
    assert (candidate.answer, candidate.citations[0].quote) == (f"{HIRES} [1]", HIRES)


def test_a_template_can_be_asked_at_once(desk: Desk) -> None:
    done = desk.type("new", "mine.jsonl", "--index", "index")
    assert (done.code, done.out) == (0, "")
    assert "rag eval run --set mine.jsonl --index index" in done.err
    desk.answering(lambda: FakeGenerator([f"{HIRES} [1]"], [0.9]))
    done = desk.type("run", "--set", "mine.jsonl", "--index", "index")
    assert done.code == 0
    assert len(Run.read(Path("eval.run.jsonl")).records) == 2


def test_eval_alone_prints_the_help(desk: Desk) -> None:
    done = desk.type()
    commands = ("run", "score", "compare", "report", "retrieval", "gate", "add", "review", "new")
    assert [command for command in commands if f" {command} " not in done.out] == []
    assert done.err == ""


def test_help_loads_no_heavy_library() -> None:
    script = """
import sys
sys.argv = ["rag", "eval", "--help"]
from rag.cli import main
try:
    main()
except SystemExit as stopped:
    print("modules:", stopped.code, *sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    code, *modules = done.stdout.rpartition("modules: ")[2].split()
    assert code == "0"
    assert "rag_eval.cli" in modules
    heavy = {"scipy", "matplotlib", "jinja2", "ir_measures", "faiss", "torch", "sentence_transformers", "llama_cpp"}
    assert heavy & set(modules) == set()
