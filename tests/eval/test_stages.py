"""What the assistant would have answered with one stage switched off, told from a run that shows everything."""

from dataclasses import replace

import pytest

from rag.errors import InvalidInput
from rag.settings import Settings
from rag.types import REFUSAL, Step
from rag_eval.runs import Record, RecordedClaim, Run
from rag_eval.stages import arms
from tests.eval.answers import asking, record
from tests.eval.made_up import info

SETTINGS = Settings(min_answerable=0.7, min_confidence=0.3)


def gate(at_most: float) -> Step:
    return Step("gate", "the passages may hold the answer", (("at_most", at_most),))


def dropped(stage: str, text: str) -> Step:
    return Step(stage, f"left out: {text}")


def kept(text: str, probability: float) -> Step:
    return Step("confidence", f"kept: {text}", (("probability", probability),))


def answered(*trace: Step) -> Record:
    """A record of a run that shows everything: what nothing dropped is in it, in words of its own."""
    told = [step.decision.removeprefix("kept: ") for step in trace if step.stage == "confidence"]
    claims = tuple(RecordedClaim(text, 0.9, (1,)) for text in told)
    return replace(record("q", " ".join(f"{text} [1]" for text in told)), claims=claims, trace=trace)


def texts(*trace: Step) -> dict[str, str]:
    run = Run(info([asking("q")], ["full"], min_answerable=0.0, min_confidence=0.0), (answered(*trace),))
    return {arm: found.records[0].text for arm, found in arms(run, SETTINGS).items()}


def test_what_all_stages_let_pass_is_the_same_in_every_arm() -> None:
    assert set(texts(gate(0.9), kept("Ulm has trams.", 0.8)).values()) == {"Ulm has trams. [1]"}


def test_each_stage_has_an_arm_without_it() -> None:
    names = ["all stages", "without gate", "without fit", "without verification", "without confidence", "without any"]
    assert list(texts(gate(0.9))) == names


@pytest.mark.parametrize("stage", ["fit", "verification"])
def test_a_line_that_a_stage_left_out_is_shown_without_that_stage(stage: str) -> None:
    shown = texts(gate(0.9), dropped(stage, "Ulm has ships."))
    assert {arm for arm, text in shown.items() if text == "Ulm has ships."} == {f"without {stage}", "without any"}
    assert set(shown.values()) == {"Ulm has ships.", REFUSAL}


def test_below_the_gates_threshold_nothing_is_shown_but_without_the_gate() -> None:
    shown = texts(gate(0.6), kept("Ulm has trams.", 0.8))
    assert [arm for arm, text in shown.items() if text != REFUSAL] == ["without gate", "without any"]


def test_a_line_that_is_not_sure_enough_is_shown_without_confidence() -> None:
    shown = texts(gate(0.9), kept("Ulm has trams.", 0.8), kept("Ulm has ships.", 0.2))
    assert shown["all stages"] == "Ulm has trams."
    assert shown["without confidence"] == "Ulm has trams. [1] Ulm has ships. [1]"


def test_each_reading_has_a_gate_of_its_own() -> None:
    shown = texts(gate(0.9), kept("Ulm has trams.", 0.8), gate(0.1), kept("Bern has ships.", 0.8))
    assert shown["all stages"] == "Ulm has trams."
    assert shown["without gate"] == "Ulm has trams. [1] Bern has ships. [1]"


def test_a_name_that_was_not_sure_is_shown_in_no_arm() -> None:
    assert set(texts(dropped("name", "Ida Berg"), gate(0.9)).values()) == {REFUSAL}


def test_a_refusal_before_the_gate_is_one_in_every_arm() -> None:
    assert set(texts(Step("gate", "the passages hold no name of the question")).values()) == {REFUSAL}


def test_a_run_that_left_out_what_was_not_sure_cannot_tell() -> None:
    run = Run(info([asking("q")], ["full"], min_answerable=0.7, min_confidence=0.0), (answered(),))
    with pytest.raises(InvalidInput, match="RAG_MIN_ANSWERABLE=0 RAG_MIN_CONFIDENCE=0"):
        arms(run, SETTINGS)
