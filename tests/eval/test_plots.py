"""The plots are reproducible SVG in the page's colours, and say in words what they show."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from rag_eval.metrics import CalibrationBin, CurvePoint, Percentiles, Scores
from rag_eval.plots import calibration, recall, risk_coverage, seconds, verdicts
from tests.eval.made_up import question, refused, scored

SCORES = replace(
    scored("assistant", (), ()),
    by_kind={"list": {"correct": 7, "refused": 2, "wrong": 0}, "other_topic": {"correct": 3, "refused": 0, "wrong": 1}},
    risk_coverage=(CurvePoint(0.25, 0.0, 0.9), CurvePoint(0.5, 0.1, 0.6)),
    calibration=(CalibrationBin(0.15, 0.0, 3), CalibrationBin(0.95, 0.875, 8)),
    calibration_error=0.094,
    speed={
        "seconds to evidence": Percentiles(0.1, 0.2, 11),
        "seconds to first token": Percentiles(None, None, 0),
        "seconds to the end": Percentiles(4.25, 9.5, 11),
    },
)
NOTHING = scored("assistant", (), ())

Draw = Callable[[Scores], str]
PLOTS: tuple[Draw, ...] = (lambda one: risk_coverage([one]), calibration, lambda one: seconds([one]), verdicts)
every_plot = pytest.mark.parametrize("draw", PLOTS, ids=["risk_coverage", "calibration", "seconds", "verdicts"])


def texts(svg: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter("text"))


@every_plot
def test_the_same_scores_give_the_same_bytes_whatever_the_user_set(draw: Draw) -> None:
    import matplotlib

    first = draw(SCORES)
    with matplotlib.rc_context({"font.size": 30, "svg.fonttype": "path"}):
        assert draw(SCORES) == first


@every_plot
def test_a_plot_stands_inline_and_asks_for_nothing(draw: Draw) -> None:
    svg = draw(SCORES)
    root = ElementTree.fromstring(svg)
    assert (root.tag, root.get("role")) == ("svg", "img")
    assert "://" not in svg
    assert not [element for element in root.iter() if element.tag in ("style", "metadata", "image", "script")]


@every_plot
def test_every_colour_is_the_page_s(draw: Draw) -> None:
    svg = draw(SCORES)
    assert "currentColor" in svg
    assert re.findall(r"#[0-9a-f]{6}(?![0-9a-f])", svg) == []
    assert "font-family" not in svg


@every_plot
def test_a_plot_of_nothing_is_empty(draw: Draw) -> None:
    assert draw(NOTHING) == ""


@every_plot
def test_hostile_names_stay_words(draw: Draw) -> None:
    name = '"><script>alert(1)</script> $\\frac{#010101\x1b'
    kinds = {f"{name} kind": SCORES.by_kind["list"]}
    svg = draw(replace(SCORES, system=name, by_kind=kinds))
    root = ElementTree.fromstring(svg)
    assert not list(root.iter("script"))
    assert '"><script>alert(1)</script> $\\frac{#010101' in (root.get("aria-label") or "")


def test_what_is_seen_is_said_in_figures() -> None:
    assert 'aria-label="Risk against coverage. assistant: 50.0 % answered, 10.0 % of that wrong."' in PLOTS[0](SCORES)
    assert "assistant: median 4.2, 95th percentile 9.5" in seconds([SCORES])
    assert "Verdicts on assistant by kind: 10 correct, 2 refused, 1 wrong." in verdicts(SCORES)
    label = ElementTree.fromstring(calibration(SCORES)).get("aria-label") or ""
    assert label.endswith("error 9.4 %. Right by confidence: 0.0 % of 3 at 15.0 %; 87.5 % of 8 at 95.0 %.")


def test_a_long_name_leaves_room_for_the_plot() -> None:
    svg = verdicts(replace(SCORES, by_kind={"a kind of question " * 9: SCORES.by_kind["list"]}))
    assert "a kind of question a kind o…" in [element.text for element in texts(svg)]


def test_bars_carry_their_counts_and_no_zeros() -> None:
    """Two kinds: 7 correct and 2 refused; 3 correct and 1 wrong. The axis from 0 to 9 comes before them."""
    shown = [element.text for element in texts(verdicts(SCORES))]
    counts = shown[shown.index("other_topic") + 1 : shown.index("correct")]
    assert sorted(filter(None, counts)) == ["1", "2", "3", "7"]


def test_many_systems_are_all_named_and_no_label_hides_another() -> None:
    """Fifteen systems whose curves all end at the same point: their labels are at least a line of 12 px apart."""
    names = [f"system {number}" for number in range(15)]
    found = texts(risk_coverage([replace(SCORES, system=name) for name in names]))
    heights = sorted(float(element.get("y", "nan")) for element in found if element.text in names)
    assert len(heights) == 15
    assert all(upper - lower >= 12 for lower, upper in pairwise(heights))


def test_systems_differ_without_colour() -> None:
    """The second system's line is dashed, the first one's is not."""
    svg = risk_coverage([SCORES, replace(SCORES, system="other")])
    first, second = (re.findall(rf'style="[^"]*stroke: var\(--system-{number}\)[^"]*"', svg)[0] for number in (0, 1))
    assert "dasharray" not in first
    assert "dasharray" in second


def test_a_system_keeps_its_colour_when_another_has_no_curve() -> None:
    refusing = scored("always refuse", (), [])
    assert "--system-1" in risk_coverage([refusing, SCORES])
    assert "--system-0" not in risk_coverage([refusing, SCORES])


def test_a_system_that_only_refuses_has_seconds_but_no_curve() -> None:
    asked = question(1)
    refusing = scored("always refuse", [asked], [refused("always refuse", asked)])
    assert risk_coverage([refusing]) == ""
    assert "always refuse: median 0.2" in seconds([refusing])


def test_recall_is_a_file_of_its_own_with_a_name_for_each_line() -> None:
    svg = recall({"BM25": [0.25, 0.5], "dense": [0.125, 0.25]})
    root = ElementTree.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("aria-label") == "Recall by passages. BM25: 50.0 %; dense: 25.0 %."
    names = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"BM25", "dense", "passages"} <= set(names)
    assert "var(" not in svg
    assert "currentColor" not in svg
    assert recall({"BM25": [0.25, 0.5], "dense": [0.125, 0.25]}) == svg
