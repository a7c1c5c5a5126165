"""Which passages are read for one answer, in which order, and when the model is not asked to go on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rag.clock import Clock
from rag.prompt import answer_messages, gate_messages
from rag.reading import Reader
from rag.settings import Settings
from rag.types import Answer, Evidence, Form, Message
from tests.rag.fakes import BUS_AND_TRAM, FakeGenerator, passage

GATE_ONLY = Path(__file__).with_name("gate_only.json")
"""A claim is as probable as the gate's Yes."""
TOWNS = ("Ulm", "Basel", "Bern", "Oslo", "Norda")
QUESTION = "How many buses are there?"


def buses(town: str) -> str:
    """Ulm has 10 buses, Basel 20, and so on."""
    return f"{town} has {10 * TOWNS.index(town) + 10} buses."


EVIDENCE = tuple(
    Evidence(number, found, found.sentences)
    for number, found in enumerate((passage(buses(town), doc_id=f"{town}.txt") for town in TOWNS), start=1)
)
UNSUPPORTED = "Kyoto has 99 buses."


@dataclass
class Judging(FakeGenerator):
    """Says Yes with the probability of the town that a prompt is about."""

    yes: Mapping[str, float] = field(default_factory=dict)
    calls: list[int] = field(default_factory=list)

    def probabilities(self, prompts: Sequence[Sequence[Message]], yes: str, no: str) -> Iterator[float]:
        """One for each prompt; ``calls`` holds how many these were."""
        self.judged += map(tuple, prompts)
        self.calls += [len(prompts)] if prompts else []
        for messages in prompts:
            (town,) = (town for town in TOWNS if town in messages[-1].content)
            yield self.yes[town]


def read(
    model: FakeGenerator, form: Form = "one", reading: Sequence[Evidence] = EVIDENCE, **settings: object
) -> Answer:
    """What a reading makes of a question in the end."""
    chosen = Settings.load(**{"calibration": GATE_ONLY, "min_answerable": 0.3, "min_confidence": 0.0} | settings)
    steps = Reader(model, BUS_AND_TRAM, chosen).read(Answer(QUESTION), reading, form, Clock())
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            answer: Answer = stop.value
            return answer


def voting(*votes: float, texts: Sequence[str] = ()) -> Judging:
    return Judging(texts, yes=dict(zip(TOWNS, votes, strict=False)))


def written_from(model: FakeGenerator) -> list[str]:
    """The towns of the passages that the model was asked to write from, in order."""
    return [next(town for town in TOWNS if town in asked.messages[-1].content) for asked in model.asked]


def stages(answer: Answer) -> list[str]:
    return [step.stage for step in answer.trace]


def test_each_passage_is_judged_alone_and_the_likeliest_is_written_from() -> None:
    model = voting(0.5, 0.6, 0.7, 0.4, 0.1, texts=[buses("Bern")])
    answer = read(model)
    assert model.judged == [gate_messages(QUESTION, [item]) for item in EVIDENCE]
    assert [asked.messages for asked in model.asked] == [answer_messages(QUESTION, [EVIDENCE[2]])]
    assert answer.text == "Bern has 30 buses. [1]"
    assert [citation.doc_id for citation in answer.citations] == ["Bern.txt"]


def test_a_passage_that_does_not_fit_is_left_out_and_told_while_the_others_are_read() -> None:
    """The fake model's tokens are words: a prompt of 100 fits into 250, one of 600 not."""
    model = voting(0.9, 0.1, 0.1, 0.1, texts=[buses("Ulm")])
    model.context_tokens = Settings().max_answer_tokens + 250
    long = Evidence(9, passage("word " * 500, doc_id="Long.txt", title="Long"), ())
    answer = read(model, reading=(long, *EVIDENCE[:4]))
    assert model.judged[0] == gate_messages(QUESTION, [EVIDENCE[0]])
    assert answer.text == "Ulm has 10 buses. [1]"
    assert answer.notes == ("1 of the retrieved passages did not fit into the model's context.",)


def test_what_is_judged_was_read_ahead() -> None:
    model = voting(0.5, 0.6, 0.7, 0.4, 0.1, texts=[buses("Bern")])
    read(model)
    assert model.read_ahead == model.judged


def test_the_other_passages_are_not_read_when_one_of_the_first_two_surely_holds_the_answer() -> None:
    sure = voting(0.2, 0.9, texts=[buses("Basel")])
    read(sure)
    assert (sure.calls, written_from(sure)) == ([2], ["Basel"])
    unsure = voting(0.2, 0.7, 0.1, 0.1, 0.1, texts=[buses("Basel")])
    read(unsure)
    assert (unsure.calls, written_from(unsure)) == ([2, 3], ["Basel"])


def test_they_are_read_once_the_sure_one_holds_nothing() -> None:
    model = voting(0.2, 0.9, 0.1, 0.8, 0.1, texts=[UNSUPPORTED, buses("Oslo")])
    answer = read(model)
    assert (model.calls, written_from(model)) == ([2, 3], ["Basel", "Oslo"])
    assert answer.text == "Oslo has 40 buses. [1]"


def test_of_equal_passages_the_one_that_was_found_first_is_taken() -> None:
    model = voting(0.5, 0.5, 0.5, 0.5, 0.5, texts=[UNSUPPORTED] * 3)
    read(model)
    assert written_from(model) == ["Ulm", "Basel", "Bern"]


def test_after_three_passages_that_support_nothing_it_ends() -> None:
    model = voting(0.5, 0.6, 0.7, 0.8, 0.9, texts=[UNSUPPORTED] * 3)
    answer = read(model)
    assert written_from(model) == ["Norda", "Oslo", "Bern"]
    assert answer.claims == ()
    assert answer.notes == ("A sentence that no passage supports was left out.",)
    assert stages(answer) == ["gate", "verification"] * 3
    assert [dict(step.figures)["yes"] for step in answer.trace if step.stage == "gate"] == [0.9, 0.8, 0.7]


def test_a_sentence_of_another_passage_is_not_supported_by_the_one_that_is_read() -> None:
    """True as it is: the passage read does not say so."""
    model = voting(0.9, texts=[buses("Bern"), buses("Basel")])
    model.yes = dict.fromkeys(TOWNS, 0.1) | {"Ulm": 0.9, "Basel": 0.5}
    answer = read(model)
    assert written_from(model) == ["Ulm", "Basel"]
    assert answer.text == "Basel has 20 buses. [1]"


@pytest.mark.parametrize(
    "lines",
    [
        [buses("Ulm")],
        [buses("Ulm"), UNSUPPORTED],
        [UNSUPPORTED, buses("Ulm")],
        [buses("Ulm"), "The buses are red."],
    ],
)
def test_one_supported_sentence_is_enough_wherever_it_stands(lines: list[str]) -> None:
    model = voting(0.9, 0.8, 0.7, 0.7, 0.7, texts=["\n".join(lines)])
    answer = read(model)
    assert (answer.text, written_from(model)) == ("Ulm has 10 buses. [1]", ["Ulm"])


def test_a_supported_sentence_that_is_not_sure_enough_ends_it_too() -> None:
    """What the next passage holds would be less probable still."""
    model = voting(0.6, 0.5, 0.5, 0.5, 0.5, texts=[buses("Ulm")])
    answer = read(model, min_confidence=0.7)
    assert (answer.claims, written_from(model)) == ((), ["Ulm"])
    assert answer.notes == ("A sentence that is not sure enough was left out.",)
    assert answer.confidence == pytest.approx(0.6)


def test_a_passage_below_the_gate_ends_it_before_anything_is_written_from_it() -> None:
    model = voting(0.9, 0.2, 0.1, 0.1, 0.1, texts=[UNSUPPORTED])
    answer = read(model)
    assert written_from(model) == ["Ulm"]
    assert stages(answer) == ["gate", "verification", "gate"]
    assert answer.trace[-1].decision == "the passages do not hold the answer"
    assert dict(answer.trace[-1].figures) == pytest.approx({"yes": 0.2, "at_most": 0.2, "needed": 0.3})
    assert answer.confidence == pytest.approx(0.2)


def test_without_hope_nothing_is_written() -> None:
    model = voting(0.2, 0.1, 0.1, 0.29, 0.1)
    answer = read(model)
    assert (model.calls, model.asked, answer.claims) == ([2, 3], [], ())
    assert answer.confidence == pytest.approx(0.29)


def test_without_passages_the_model_is_not_asked() -> None:
    model = FakeGenerator()
    answer = read(model, reading=())
    assert (answer.claims, answer.trace, model.judged, model.asked) == ((), (), [], [])


@pytest.mark.parametrize("number", [1, 2, 3])
def test_fewer_passages_than_it_could_read_are_each_read_once(number: int) -> None:
    model = voting(0.5, 0.5, 0.5, texts=[UNSUPPORTED] * number)
    read(model, reading=EVIDENCE[:number])
    assert written_from(model) == list(TOWNS[:number])
    assert len(model.judged) == number


@pytest.mark.parametrize("form", ["list", "comparison", "total"])
def test_other_questions_are_answered_from_all_passages_together(form: Form) -> None:
    model = FakeGenerator(["\n".join(map(buses, TOWNS[:2]))], [0.9])
    answer = read(model, form)
    assert model.judged == [gate_messages(QUESTION, EVIDENCE)]
    assert all(town in model.asked[0].messages[-1].content for town in TOWNS)
    assert [citation.doc_id for citation in answer.citations] == ["Ulm.txt", "Basel.txt"]


def test_tokens_of_all_that_was_written_are_counted() -> None:
    """A token is a word of a prompt, and a letter of a text."""
    model = voting(0.9, 0.8, 0.7, 0.1, 0.1, texts=[UNSUPPORTED, buses("Basel")])
    timings = read(model).timings
    assert timings.prompt_tokens == sum(model.count_tokens(asked.messages) for asked in model.asked)
    assert timings.completion_tokens == len(UNSUPPORTED) + len(buses("Basel"))
    assert timings.first_token > 0
