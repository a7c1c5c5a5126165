"""A run file holds all that was answered, is never half, and goes on where an interruption left it."""

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InvalidInput
from rag.types import Answer, Citation, Claim, Timings
from rag_eval.runs import DEPTH, Record, RecordedClaim, RetrievedPassage, Run, RunInfo, writing
from tests.eval.made_up import answered, info, question, refused
from tests.rag.fakes import scored

FIRST, SECOND = question(1), question(2, "other_topic")
ASKED = (FIRST, SECOND)
INFO = info(ASKED, ["assistant"])
RECORDS = (answered("assistant", FIRST), refused("assistant", SECOND))

TEXTS = st.text() | st.sampled_from(["Acme\u2028hires", "“120”\u2029people\x85", "1\r\n2\n", '😀 \\ " [1]'])
FIGURES = st.floats(allow_nan=False, allow_infinity=False)
OFFSETS = st.integers(0, 10**6)
CITATIONS = st.builds(Citation, OFFSETS, TEXTS, TEXTS, TEXTS, TEXTS, OFFSETS, OFFSETS, TEXTS)
ANY_RECORD = st.builds(
    Record,
    system=st.just("assistant"),
    id=st.just(FIRST.id),
    question=TEXTS,
    text=TEXTS,
    abstained=st.booleans(),
    confidence=FIGURES,
    claims=st.tuples(st.builds(RecordedClaim, TEXTS, FIGURES, st.tuples(OFFSETS, OFFSETS))),
    citations=st.tuples(CITATIONS, CITATIONS),
    passages=st.tuples(st.builds(RetrievedPassage, TEXTS, OFFSETS, OFFSETS, FIGURES)),
    timings=st.builds(Timings, FIGURES, FIGURES, FIGURES, OFFSETS, OFFSETS),
    notes=st.tuples(TEXTS),
)


def write(path: Path, records: Sequence[Record], conditions: RunInfo = INFO) -> None:
    """Write these records as one go, which ends early when they are not all."""
    with writing(path, conditions) as (_, take):
        for record in records:
            take(record)


def interrupted(path: Path, records: Sequence[Record]) -> None:
    """Write these records; then somebody presses Ctrl-C."""
    with writing(path, INFO) as (_, take):
        for record in records:
            take(record)
        raise KeyboardInterrupt


def done_in(path: Path, conditions: RunInfo = INFO) -> set[tuple[str, str]]:
    """What a run under these conditions need not ask again."""
    with writing(path, conditions) as (done, _):
        return set(done)


def part_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "run.jsonl"


@given(record=ANY_RECORD)
def test_a_run_is_read_as_it_was_written(record: Record) -> None:
    conditions = info([FIRST], ["assistant"])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "run.jsonl"
        write(path, [record], conditions)
        assert Run.read(path) == Run(conditions, (record,))


def test_a_quote_may_hold_what_some_take_for_line_ends(out: Path) -> None:
    citation = replace(RECORDS[0].citations[0], quote="Acme hires\u2028“120” people.\x85")
    record = replace(RECORDS[0], citations=(citation,))
    write(out, [record, RECORDS[1]])
    assert Run.read(out).records == (record, RECORDS[1])


def test_a_record_holds_what_scoring_needs_of_an_answer() -> None:
    """Of twelve passages retrieved, the ten best are kept."""
    citation = Citation(1, "a.txt", "Jobs", "Gazette", "2025-02-27", 0, 5, "Acme.")
    timings = Timings(retrieval=0.5, first_token=1.5, total=2.5, prompt_tokens=800, completion_tokens=9)
    claims = (Claim("Acme.", (citation,), 1.0), Claim("Oslo.", (citation,), 0.5))
    answer = Answer("Who?", claims=claims, done=True, confidence=0.75, notes=("Cut.",), timings=timings)
    found = scored(*(f"Passage {number}." for number in range(12)))
    assert Record.of("assistant", "a", answer, found) == Record(
        system="assistant",
        id="a",
        question="Who?",
        text="Acme. [1] Oslo. [1]",
        abstained=False,
        confidence=0.75,
        claims=(RecordedClaim("Acme.", 1.0, (1,)), RecordedClaim("Oslo.", 0.5, (1,))),
        citations=(citation,),
        passages=tuple(RetrievedPassage(s.passage.doc_id, 0, s.passage.end, s.score) for s in found[:DEPTH]),
        timings=timings,
        notes=("Cut.",),
    )
    assert DEPTH == 10


def test_a_complete_run_is_one_file_that_replaces_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "new" / "run.jsonl"
    write(path, RECORDS)
    again = (refused("assistant", FIRST), RECORDS[1])
    write(path, again)
    assert Run.read(path).records == again
    assert [file.name for file in path.parent.iterdir()] == ["run.jsonl"]


def test_half_a_run_is_never_taken_for_a_whole_one(out: Path) -> None:
    write(out, RECORDS[:1])
    assert not out.exists()
    expected = rf"run\.jsonl\.part lacks 1 answers; complete it: rag eval run --out {out}$"
    with pytest.raises(InvalidInput, match=expected):
        Run.read(part_of(out))


def test_an_interruption_keeps_what_was_written_and_the_run_before(out: Path) -> None:
    write(out, RECORDS)
    before = out.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        interrupted(out, RECORDS[:1])
    assert out.read_bytes() == before
    assert done_in(out) == {("assistant", FIRST.id)}


def test_every_record_is_in_the_file_as_soon_as_it_is_taken(out: Path) -> None:
    with writing(out, INFO) as (_, take):
        for number, record in enumerate(RECORDS, start=1):
            take(record)
            assert part_of(out).read_bytes().count(b"\n") == 1 + number


def test_a_resumed_run_is_completed_with_what_is_missing(out: Path) -> None:
    write(out, RECORDS[:1])
    with writing(out, INFO) as (done, take):
        assert done == {("assistant", FIRST.id)}
        take(RECORDS[1])
    assert Run.read(out) == Run(INFO, RECORDS)
    assert not part_of(out).exists()


def test_a_run_that_was_interrupted_after_its_last_answer_needs_no_other(out: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted(out, RECORDS)
    write(out, [])
    assert Run.read(out).records == RECORDS


def test_a_last_line_torn_anywhere_is_asked_again(out: Path) -> None:
    """Also within a character of several bytes, and when only the line's end is missing."""
    torn = replace(RECORDS[1], text="“120” 人 😀", notes=())
    write(out, [RECORDS[0], torn])
    content = out.read_bytes()
    last = len(content.splitlines(keepends=True)[-1])
    for cut in range(1, last + 1):
        part_of(out).write_bytes(content[:-cut])
        assert done_in(out) == {("assistant", FIRST.id)}
        assert part_of(out).read_bytes() == content[:-last]


@pytest.mark.parametrize("kept", [0, 1, 40])
def test_a_torn_first_line_begins_anew(out: Path, kept: int) -> None:
    write(out, RECORDS)
    part_of(out).write_bytes(out.read_bytes()[:kept])
    assert done_in(out) == set()


@pytest.mark.parametrize(
    "changes",
    [
        {"settings": {**INFO.settings, "top_k": 9}},
        {"models": {**INFO.models, "generator": "other-model 00"}},
        {"index_fingerprint": "00"},
        {"gold_sha256": "00"},
        {"version": "0.2.0"},
        {"systems": ("assistant", "closed_book")},
        {"questions": (FIRST.id,), "split": "all"},
    ],
)
def test_a_run_under_other_conditions_is_not_gone_on_with(out: Path, changes: dict[str, object]) -> None:
    write(out, RECORDS[:1])
    before = part_of(out).read_bytes()
    names = ", ".join(name.name for name in fields(RunInfo) if name.name in changes)
    with pytest.raises(InvalidInput, match=rf"\.part is an unfinished run with other {names}; delete it, or give"):
        done_in(out, replace(INFO, **changes))  # type: ignore[arg-type]
    assert part_of(out).read_bytes() == before


def test_another_machine_at_another_time_goes_on(out: Path) -> None:
    write(out, RECORDS[:1])
    elsewhere = replace(INFO, machine={"cores": 64}, started="2031-01-01T00:00:00+00:00", index_dir="/elsewhere")
    write(out, RECORDS[1:], elsewhere)
    assert Run.read(out) == Run(elsewhere, RECORDS)


def test_conditions_are_all_but_where_and_when() -> None:
    """What a run answers does not depend on the other fields: what was asked, the questions' own hash tells."""
    names = {field.name for field in fields(RunInfo)}
    assert names - INFO.conditions.keys() == {"machine", "started", "gold", "data", "index_dir"}


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"The run cannot be written to .*run\.jsonl: ") as error:
        done_in(tmp_path / "file" / "run.jsonl")
    assert "\n" not in str(error.value)


def test_a_folder_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="it is a folder; give a file"):
        done_in(tmp_path)


def test_a_part_that_is_no_run_is_not_overwritten(out: Path) -> None:
    part_of(out).write_text("my notes\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"run\.jsonl\.part:1: not a line of a run"):
        done_in(out)
    assert part_of(out).read_text(encoding="utf-8") == "my notes\n"


@pytest.mark.parametrize("content", [b"", b"\n", b"{", b"[]", b"1", b'{"id": "a"}', b"\xff"])
def test_a_file_that_is_no_run_is_refused(out: Path, content: bytes) -> None:
    out.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"run\.jsonl:1: not a line of a run of rag eval"):
        Run.read(out)


@pytest.mark.parametrize("line", ["{", "{}", "null", "[1", '{"system": "assistant"}', "\ufffd"])
def test_a_broken_line_is_named(out: Path, line: str) -> None:
    write(out, RECORDS)
    lines = out.read_text(encoding="utf-8").split("\n")
    out.write_text("\n".join([*lines[:2], line, *lines[3:]]), encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"run\.jsonl:3: not a line of a run of rag eval"):
        Run.read(out)


def test_a_run_of_another_format_is_refused(out: Path) -> None:
    write(out, RECORDS)
    first, *_ = out.read_text(encoding="utf-8").split("\n")
    other = json.dumps({**json.loads(first), "format": 2})
    out.write_text(f'{other}\n{{"a record": "of another format"}}\n', encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"run\.jsonl has format 2, this program reads 1; run it again"):
        Run.read(out)


def test_a_missing_run_is_told_and_so_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"cannot read .*gone\.jsonl: No such file or directory"):
        Run.read(tmp_path / "gone.jsonl")
    with pytest.raises(InvalidInput, match=r"cannot read .*: Is a directory"):
        Run.read(tmp_path)


def test_one_system_of_a_run_can_be_taken_alone() -> None:
    systems = ("assistant", "closed_book")
    records = [answered(system, asked) for asked in ASKED for system in systems]
    alone = Run(info(ASKED, systems), tuple(records)).only("closed_book")
    assert alone.info == info(ASKED, ["closed_book"])
    assert alone.records == (records[1], records[3])


def test_a_system_that_was_not_asked_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no system 'closed_book'; it has assistant"):
        Run(INFO, RECORDS).only("closed_book")


def test_records_are_found_by_system_and_question() -> None:
    other = answered("closed_book", FIRST)
    run = Run(info(ASKED, ["assistant", "closed_book"]), (*RECORDS, other))
    assert run.by_id("assistant") == {FIRST.id: RECORDS[0], SECOND.id: RECORDS[1]}
    assert run.by_id("closed_book") == {FIRST.id: other}
