"""A gold file is loaded whole, or the line at fault is named with the reason."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.errors import InvalidInput
from rag.types import Turn
from rag_eval.gold import load_gold
from tests.eval.gold_rows import REFUSE, ROW, TEXTS, acme

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes each row, a dict or a raw line, as one line of a gold file."""

    def write_rows(*rows: dict[str, Any] | str, name: str = "gold.jsonl") -> Path:
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
        return tmp_path / name

    return write_rows


def test_a_row_becomes_a_question_with_all_its_fields(write: Write) -> None:
    path = write(ROW | {"history": [{"question": "Who hires?", "answer": "Acme."}]})
    (question,) = load_gold(path, TEXTS)
    assert question == acme(
        history=(Turn("Who hires?", "Acme."),), required=(("{n:120}",),), wrong=("Acme hires 12 people.",)
    )


def test_a_folder_is_read_in_the_order_of_names_and_lines_without_blank_lines(write: Write) -> None:
    write(REFUSE, name="b.jsonl")
    path = write("", ROW, "", ROW | {"id": "x", "question": "Another?"}, name="a.jsonl")
    loaded = load_gold(path.parent, TEXTS)
    assert [question.id for question in loaded] == ["fact_number-001", "x", "near_miss_year-001"]


def test_the_same_question_may_stand_in_two_conversations(write: Write) -> None:
    path = write(REFUSE, REFUSE | {"id": "x", "history": [{"question": "Who?", "answer": "Acme."}]})
    assert len(load_gold(path, TEXTS)) == 2


SPAN = ROW["spans"][0]
BROKEN: dict[str, tuple[dict[str, Any] | str, str]] = {
    "cut JSON": ('{"id": "x", ', "Invalid JSON: EOF while parsing a value at column 12"),
    "no object": ("[1]", "the line: Input should be an object (found [1])"),
    "unknown key": (ROW | {"colour": "red"}, "unknown key 'colour'"),
    "unknown key of a span": (ROW | {"spans": [SPAN | {"page": 3}]}, "unknown key 'spans.0.page'"),
    "missing key": ({"id": "x"}, "missing key 'kind'"),
    "unknown kind": (ROW | {"kind": "riddle"}, "unknown kind 'riddle'; the kinds are fact_number, "),
    "unknown split": (ROW | {"split": "dev"}, "split: Input should be 'train' or 'test' (found 'dev')"),
    "text for a bool": (REFUSE | {"answerable": "no"}, "answerable: Input should be a valid boolean"),
    "empty question": (ROW | {"question": " "}, "the id or the question is empty"),
    "other sort of kind": (ROW | {"kind": "injection"}, "'injection' does not go with answerable=True"),
    "nothing required": (ROW | {"required": []}, "an answerable question needs an answer, required patterns"),
    "an empty group": (ROW | {"required": [[]]}, "an answerable question needs an answer, required"),
    "no span": (ROW | {"spans": []}, "an answerable question needs an answer, required patterns and spans"),
    "answer to nothing": (REFUSE | {"answer": "120"}, "an unanswerable question has no answer, patterns"),
    "bad regex": (ROW | {"required": [["(120"]]}, "bad pattern '(120': missing ), unterminated subpattern"),
    "bad placeholder": (ROW | {"forbidden": ["{n:1,0}"]}, "bad pattern '{n:1,0}': placeholders are {n:"),
    "bad month": (ROW | {"forbidden": ["{m:2025-13}"]}, "bad pattern '{m:2025-13}': placeholders are"),
    "span beside its quote": (
        ROW | {"spans": [SPAN | {"start": 17}]},
        "span acme.txt[17:22] is 'ople.', expected its quote 'Acme hires 120 people.'",
    ),
    "negative start": (ROW | {"spans": [SPAN | {"start": -5, "end": 45}]}, "span acme.txt[-5:45] is ''"),
    "empty span": (ROW | {"spans": [SPAN | {"end": 0, "quote": ""}]}, "span acme.txt[0:0] is ''"),
    "missing source": (REFUSE | {"sources": ["b.txt"]}, "there is no article 'b.txt'"),
    "missing article": (ROW | {"spans": [SPAN | {"file": "b.txt"}]}, "there is no article 'b.txt'"),
    "reference that does not pass": (ROW | {"answer": "A dozen."}, "the reference answer 'A dozen.' does not pass"),
    "wrong answer that passes": (ROW | {"wrong": ["It hires 120."]}, "the wrong answer 'It hires 120.' passes"),
    "same id": (REFUSE | {"question": "Another?"}, "the id of 'near_miss_year-001' stands already in PATH:1"),
    "same question": (REFUSE | {"id": "x"}, "the question of 'x' stands already in PATH:1"),
}


@pytest.mark.parametrize(("row", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_line_is_named_with_file_line_and_reason(write: Write, row: dict[str, Any] | str, reason: str) -> None:
    path = write(REFUSE, "", row)
    with pytest.raises(InvalidInput) as caught:
        load_gold(path, TEXTS)
    message = str(caught.value)
    assert message.startswith(f"{path}:3: ")
    assert reason.replace("PATH", str(path)) in message
    assert "\n" not in message


def test_a_gold_file_that_is_not_there_or_not_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"holds no \.jsonl file"):
        load_gold(tmp_path, TEXTS)
    with pytest.raises(InvalidInput, match=r"cannot read .*none\.jsonl: No such file"):
        load_gold(tmp_path / "none.jsonl", TEXTS)
    (tmp_path / "latin.jsonl").write_bytes(b"caf\xe9")
    with pytest.raises(InvalidInput, match=r"latin\.jsonl is not UTF-8 text: byte 3"):
        load_gold(tmp_path, TEXTS)
