"""Questions are asked of every system in turn, once, and the run tells under which conditions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from rag.errors import InvalidInput
from rag.types import Answer, ScoredPassage, Turn
from rag_eval.gold import GoldQuestion
from rag_eval.harness import answered, conditions, run
from rag_eval.metrics import judge_record
from rag_eval.runs import DEPTH, Record, RetrievedPassage, Run, RunInfo
from rag_eval.sets import QuestionSet
from rag_eval.systems import System
from tests.eval.made_up import info, question
from tests.eval.small_world import HOW_MANY, MOON, parts
from tests.rag.fakes import scored

FIRST, SECOND, THIRD = ASKED = tuple(question(number, text=f"Question {number}?") for number in (1, 2, 3))
FOUND = scored(*(f"Passage {number}." for number in range(12)))


@dataclass
class ScriptedSystem:
    """Says its own name, finds ``FOUND``, and is interrupted at the question ``fails_at``.

    ``asked`` holds the systems' names and the questions, in the order of asking; systems can share it.
    """

    name: str = "one"
    asked: list[tuple[str, str]] = field(default_factory=list)
    fails_at: str = ""
    given: list[tuple[Sequence[Turn], Collection[str] | None]] = field(default_factory=list)
    sought: list[tuple[str, int, Collection[str] | None]] = field(default_factory=list)

    def ask(self, question: str, history: Sequence[Turn] = (), sources: Collection[str] | None = None) -> Answer:
        self.asked.append((self.name, question))
        self.given.append((history, sources))
        if question == self.fails_at:
            raise KeyboardInterrupt
        return Answer(f"{question} Understood.", abstained=True, done=True, notes=(self.name,))

    def retrieve(self, question: str, k: int = 10, sources: Collection[str] | None = None) -> Sequence[ScoredPassage]:
        self.sought.append((question, k, sources))
        return FOUND


def asked_of(out: Path, *systems: ScriptedSystem, info_of: Sequence[GoldQuestion] = ASKED) -> Run:
    """The run of these systems over ``ASKED``, told to nobody."""
    by_name: dict[str, System] = {system.name: system for system in systems}
    return run(by_name, ASKED, info(info_of, tuple(by_name)), out, lambda *_: None)


def conditions_of(folder: Path, *questions: GoldQuestion, **settings: object) -> RunInfo:
    """The conditions of asking the assistant these questions about two articles in ``folder``."""
    asked = QuestionSet("mine.jsonl", questions, judge_record)
    return conditions(asked, "test", None, ["assistant"], parts(folder, None, **settings), folder / "index")


def test_every_system_answers_a_question_before_the_next_one_is_asked(tmp_path: Path) -> None:
    order: list[tuple[str, str]] = []
    asked_of(tmp_path / "run.jsonl", ScriptedSystem("one", order), ScriptedSystem("two", order))
    assert order == [(name, asked.question) for asked in ASKED for name in ("one", "two")]


def test_what_was_answered_is_in_the_file(tmp_path: Path) -> None:
    done = asked_of(tmp_path / "run.jsonl", ScriptedSystem("one"), ScriptedSystem("two"))
    assert done == Run.read(tmp_path / "run.jsonl")
    assert [(record.id, record.notes) for record in done.records] == [
        (asked.id, (name,)) for asked in ASKED for name in ("one", "two")
    ]


def test_history_and_sources_are_passed_on_and_none_means_all() -> None:
    history = (Turn("Where is Acme?", "Acme is in Oslo."),)
    system = ScriptedSystem()
    answered("one", system, replace(FIRST, history=history, sources=("acme.txt",)))
    answered("one", system, SECOND)
    assert system.given == [(history, ("acme.txt",)), ((), None)]
    assert [sources for _, _, sources in system.sought] == [("acme.txt",), None]


def test_passages_are_those_for_the_question_as_it_was_understood() -> None:
    system = ScriptedSystem()
    record = answered("one", system, FIRST)
    assert system.sought == [("Question 1? Understood.", DEPTH, None)]
    assert record == Record.of("one", FIRST.id, system.ask(FIRST.question), FOUND)
    assert record.passages == tuple(map(RetrievedPassage.of, FOUND[:DEPTH]))


def test_progress_is_told_before_each_question(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    systems = {"one": ScriptedSystem("one"), "two": ScriptedSystem("two")}
    conditions = info([FIRST, SECOND], ["one", "two"])
    run(systems, [FIRST, SECOND], conditions, tmp_path / "run.jsonl", lambda *stage: told.append(stage))
    assert told == [
        ("Question 1 of 2: one", 0.0),
        ("Question 1 of 2: two", 0.0),
        ("Question 2 of 2: one", 0.5),
        ("Question 2 of 2: two", 0.5),
    ]


def test_a_resumed_run_asks_only_what_is_missing(tmp_path: Path) -> None:
    """The second system is interrupted at the second question, after the first system has answered it."""
    out = tmp_path / "run.jsonl"
    with pytest.raises(KeyboardInterrupt):
        asked_of(out, ScriptedSystem("one"), ScriptedSystem("two", fails_at="Question 2?"))
    order: list[tuple[str, str]] = []
    done = asked_of(out, ScriptedSystem("one", order), ScriptedSystem("two", order))
    assert order == [("two", "Question 2?"), ("one", "Question 3?"), ("two", "Question 3?")]
    assert {(record.system, record.id) for record in done.records} == {
        (name, asked.id) for name in ("one", "two") for asked in ASKED
    }


def test_a_complete_run_is_asked_anew(tmp_path: Path) -> None:
    asked_of(tmp_path / "run.jsonl", ScriptedSystem())
    again = ScriptedSystem()
    asked_of(tmp_path / "run.jsonl", again)
    assert len(again.asked) == len(ASKED)


def test_nothing_is_asked_when_the_answers_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    system = ScriptedSystem()
    with pytest.raises(InvalidInput, match="The run cannot be written to"):
        asked_of(tmp_path / "file" / "run.jsonl", system)
    assert system.asked == []


def test_conditions_tell_what_is_asked_of_what(tmp_path: Path) -> None:
    told = conditions_of(tmp_path, HOW_MANY, MOON, top_k=7)
    assert (told.gold, told.data, told.split) == ("mine.jsonl", "", "test")
    assert told.questions == (HOW_MANY.id, MOON.id)
    assert told.systems == ("assistant",)
    assert told.settings["top_k"] == 7
    assert told.index_dir == str(tmp_path / "index")
    assert told.index_fingerprint == parts(tmp_path).index.manifest.fingerprint


def test_models_are_told_by_name_and_content(tmp_path: Path) -> None:
    """Of models of one's own, the name of the file and the sha256 of b"GGUF"."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "own.gguf").write_bytes(b"GGUF")
    told = conditions_of(tmp_path / "articles", HOW_MANY, generator=str(tmp_path / "models" / "own.gguf"))
    assert told.models["generator"] == "own.gguf b83633aa785344791618f2fddf131b010ea04912a60430760b070bad293f65bd"
    name, sha256 = told.models["embedder"].split()
    assert (name, len(sha256)) == ("all-MiniLM-L6-v2", 64)


def test_the_same_questions_have_the_same_hash_and_others_another(tmp_path: Path) -> None:
    told = conditions_of(tmp_path, HOW_MANY, MOON)
    assert conditions_of(tmp_path, HOW_MANY, MOON).gold_sha256 == told.gold_sha256
    for other in (replace(MOON, question="Who?"), replace(MOON, id="other_topic-002"), replace(MOON, split="train")):
        assert conditions_of(tmp_path, HOW_MANY, other).gold_sha256 != told.gold_sha256
    harder = replace(HOW_MANY, forbidden=("about",))
    assert conditions_of(tmp_path, harder, MOON).gold_sha256 != told.gold_sha256


def test_settings_hold_no_folder(tmp_path: Path) -> None:
    """Folders differ from machine to machine and change no answer."""
    places = {name: tmp_path / name for name in ("documents_dir", "index_dir", "models_dir", "review_file")}
    told = conditions_of(tmp_path / "articles", HOW_MANY, **places)
    assert str(tmp_path) not in str(told.settings)
    assert told.settings == conditions_of(tmp_path / "articles", HOW_MANY).settings
    assert "dense_weight" in told.settings


def test_a_model_of_ones_own_is_told_by_its_content_and_not_by_its_place(tmp_path: Path) -> None:
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "own.gguf").write_bytes(b"GGUF")
    here, there = (
        conditions_of(tmp_path / "articles", HOW_MANY, generator=str(tmp_path / place / "own.gguf"))
        for place in ("here", "there")
    )
    assert here.conditions == there.conditions


def test_equal_circumstances_make_equal_conditions(tmp_path: Path) -> None:
    """But for the second at which they are told."""
    assert conditions_of(tmp_path, HOW_MANY).conditions == conditions_of(tmp_path, HOW_MANY).conditions
    changed = conditions_of(tmp_path, HOW_MANY, min_support=0.5)
    assert changed.conditions != conditions_of(tmp_path, HOW_MANY).conditions


def test_the_code_is_a_condition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a run must not be completed by other code."""
    import rag

    before = conditions_of(tmp_path, HOW_MANY).version
    (tmp_path / "other").mkdir()
    monkeypatch.setattr(rag, "__file__", str(tmp_path / "other" / "__init__.py"))
    assert conditions_of(tmp_path, HOW_MANY).version != before
