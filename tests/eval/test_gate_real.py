"""The regression gate on the real models: twenty questions, at least one of each kind."""

import sys

import pytest

from rag.cli import main

pytestmark = pytest.mark.real


def test_none_of_twenty_questions_is_answered_worse_than_before(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["rag", "eval", "gate", "--fast"])
    with pytest.raises(SystemExit) as stopped:
        main()
    printed = capsys.readouterr().out
    assert "of 20 questions got worse" in printed
    assert not stopped.value.code, printed
