"""The real model reads a beginning once: what it says is the same bit by bit, wherever that beginning comes from."""

import os
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag.errors import PromptTooLong
from rag.generator import LlamaCppGenerator, _identity
from rag.grammar import answer_grammar
from rag.kv_cache import SEQUENCES
from rag.prompt import answer_messages, gate_messages
from rag.states import States
from rag.types import Evidence, Message, Piece
from rag.worker import WorkerGenerator
from tests.rag.fakes import passage

QUESTION = "How much does the ferry cost?"
TEXTS = (
    "The ferry to Norda costs 40 euros. It sails in June.",
    "Its rival has hired 140 sailors, 渡 among them. 🚢",
    "Glass is made of sand. Windows of glass cost 400 euros.",
)
EVIDENCE = tuple(Evidence(1, passage(text, title=text.split(".")[0]), ()) for text in TEXTS)
GATES = tuple(gate_messages(QUESTION, [item]) for item in EVIDENCE)
WRITING = answer_messages(QUESTION, EVIDENCE[:1])
ENOUGH = 1_000_000_000
LONG = "ferry " * 150
"""Longer than one of the batches that a prompt is read in."""
ENDLESS = LONG * 8
"""Longer than the context."""

Said = tuple[list[float], list[Piece]]
Prompt = tuple[Message, ...]


@pytest.fixture
def model(real_generator: LlamaCppGenerator, monkeypatch: pytest.MonkeyPatch) -> LlamaCppGenerator:
    """One that has read nothing yet."""
    keep(real_generator, States(), monkeypatch)
    return real_generator


def keep(model: LlamaCppGenerator, states: States, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the model hold nothing, and keep what it reads from now on in these states."""
    monkeypatch.setattr(model._cache, "_states", states)
    model._cache._clear()


class Watched(States):
    """States that count how often something was put, and how often it was found."""

    puts = finds = 0

    def get(self, key: str) -> bytes | None:
        state = super().get(key)
        self.finds += state is not None
        return state

    def put(self, key: str, state: bytes) -> None:
        self.puts += 1
        super().put(key, state)


def votes(model: LlamaCppGenerator | WorkerGenerator, *prompts: Prompt) -> list[float]:
    return list(model.probabilities(prompts, "Yes", "No"))


def written(model: LlamaCppGenerator | WorkerGenerator, prompt: Prompt = WRITING) -> list[Piece]:
    """What the model writes and how likely that was to it, without the heartbeats."""
    pieces = model.stream(prompt, grammar=answer_grammar(1), max_tokens=12)
    return [piece for piece in pieces if piece.text]


def said(model: LlamaCppGenerator | WorkerGenerator) -> Said:
    return votes(model, *GATES), written(model)


@pytest.mark.real
def test_what_is_read_loaded_or_held_says_the_same_bit_by_bit(
    model: LlamaCppGenerator, generator_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Watched(tmp_path / "states", ENOUGH)
    keep(model, read, monkeypatch)
    first = said(model)
    assert read.puts == len(GATES)
    assert len(list((tmp_path / "states").iterdir())) == len(GATES)
    assert said(model) == first  # from memory

    ahead = Watched()
    keep(model, ahead, monkeypatch)
    for gate in GATES:
        assert all(pause is None for pause in model.read(gate))
    assert ahead.puts == len(GATES)
    assert said(model) == first  # read ahead

    loaded = Watched(tmp_path / "states", ENOUGH)
    keep(model, loaded, monkeypatch)
    assert [list(model.read(gate)) for gate in GATES] == [[]] * len(GATES)  # nothing is left to be read
    assert said(model) == first  # from disk
    assert (loaded.puts, loaded.finds) == (0, len(GATES) + 1)
    assert written(model) == first[1]  # held

    states = States(tmp_path / "states", ENOUGH)
    fresh = WorkerGenerator.load(generator_path, context_tokens=1024, threads=0, states=states)
    assert said(fresh) == first  # from disk, in another process


@pytest.mark.real
def test_a_damaged_state_is_read_anew_and_kept_again(
    model: LlamaCppGenerator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(model, States(tmp_path, ENOUGH), monkeypatch)
    first = said(model)
    for file in tmp_path.iterdir():
        file.write_bytes(file.read_bytes()[:-1])
    anew = Watched(tmp_path, ENOUGH)
    keep(model, anew, monkeypatch)
    assert said(model) == first
    assert anew.puts == len(GATES)
    keep(model, loaded := Watched(tmp_path, ENOUGH), monkeypatch)
    assert said(model) == first
    assert loaded.puts == 0


@pytest.mark.real
def test_a_state_that_llama_cpp_refuses_is_read_anew(model: LlamaCppGenerator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was kept at first; then all was, of the right length for its checksum, but of no use to the library."""
    keep(model, read := Watched(), monkeypatch)
    first = said(model)
    useless = States()
    for key in read._at_hand:
        useless.put(key, bytes(1000))
    keep(model, useless, monkeypatch)
    assert said(model) == first
    assert said(model) == first  # from what was kept in their place


@pytest.mark.real
@pytest.mark.parametrize("room", [1, 3_500_000], ids=["for none", "for one"])
def test_without_room_for_states_the_same_is_said(
    model: LlamaCppGenerator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    first = said(model)
    for _ in range(2):
        keep(model, States(tmp_path / "states", room), monkeypatch)
        assert said(model) == first
    assert len(list(tmp_path.rglob("*.state"))) == (room > 1)


@pytest.mark.real
def test_prompts_side_by_side_are_judged_as_one_by_one(model: LlamaCppGenerator) -> None:
    questions = (QUESTION, "How many sailors has the rival hired?", "Of what is glass made?")
    prompts = [gate_messages(question, [item]) for question in questions for item in EVIDENCE]
    assert len(prompts) > SEQUENCES
    together = votes(model, *prompts)
    alone = [probability for prompt in prompts for probability in votes(model, prompt)]
    assert together == pytest.approx(alone, abs=0.03)  # measured: at most 0.0213, where the model is least sure
    own = [together[3 * n + n] for n in range(3)]
    assert own == [max(together[3 * n : 3 * n + 3]) for n in range(3)]  # each is answered by its own passage


@pytest.mark.real
def test_prompts_of_which_nothing_comes_again_are_judged_too(model: LlamaCppGenerator) -> None:
    def plain(messages: Prompt) -> Prompt:
        return tuple(Message(message.role, message.content) for message in messages)

    first = votes(model, *GATES)
    found = votes(model, plain(GATES[0]), GATES[1], plain(GATES[2]))
    assert found == pytest.approx(first, abs=0.02)
    assert votes(model) == []


@pytest.mark.real
def test_a_question_of_several_batches_says_the_same_once_its_passage_is_kept(model: LlamaCppGenerator) -> None:
    gate = gate_messages(f"{QUESTION} {LONG}", EVIDENCE[:1])
    answer = answer_messages(f"{QUESTION} {LONG}", EVIDENCE[:1])
    first = votes(model, gate), written(model, answer)
    assert (votes(model, gate), written(model, answer)) == first


@pytest.mark.real
def test_a_prompt_that_does_not_fit_is_refused_among_others_and_leaves_the_model_usable(
    model: LlamaCppGenerator,
) -> None:
    first = said(model)
    for long in (gate_messages(ENDLESS, EVIDENCE[:1]), gate_messages("?", [Evidence(1, passage(ENDLESS), ())])):
        with pytest.raises(PromptTooLong):
            votes(model, GATES[0], long)
        with pytest.raises(PromptTooLong):
            written(model, long)
        assert said(model) == first


@pytest.mark.real
def test_the_model_can_be_used_between_two_votes_and_forgetting_the_rest_disturbs_nothing(
    model: LlamaCppGenerator,
) -> None:
    """The first group is judged, then something is written, and in the midst of it nobody wants the others any more."""
    many = GATES * (1 + SEQUENCES // len(GATES))
    assert len(many) > SEQUENCES
    expected, text = votes(model, *many), written(model)
    judging = model.probabilities(many, "Yes", "No")
    first = next(judging)
    assert written(model) == text
    assert [first, *judging] == expected

    judging = model.probabilities(many, "Yes", "No")
    next(judging)
    stream = model.stream(WRITING, grammar=answer_grammar(1), max_tokens=12)
    with closing(judging):  # type: ignore[type-var]
        begun = [next(stream) for _ in range(4)]
    assert [piece for piece in (*begun, *stream) if piece.text] == text


@pytest.mark.real
def test_what_comes_again_is_a_whole_number_of_batches_and_the_same_for_every_question(
    model: LlamaCppGenerator,
) -> None:
    prompts = [model._prompt(messages) for messages in (GATES[0], WRITING, gate_messages(LONG, EVIDENCE[:1]))]
    assert len({prompt.beginning for prompt in prompts}) == 1
    assert model._llama.detokenize([token for chunk in prompts[0].beginning for token in chunk]).endswith(b"June.\n\n")
    assert {len(prompt.chunks) > prompt.kept for prompt in prompts} == {True}
    assert model._prompt(GATES[1]).beginning != prompts[0].beginning


@pytest.mark.parametrize("other", [{"metadata": {"name": "b"}}, {"size": 11}, {"seconds": 2}])
def test_another_model_is_told_from_this_one(tmp_path: Path, other: dict[str, object]) -> None:
    """By what it says of itself, by the size of its file and by when that was written."""

    def identity(metadata: object = None, size: int = 10, seconds: int = 1) -> str:
        file = tmp_path / "model.gguf"
        file.write_bytes(bytes(size))
        os.utime(file, (seconds, seconds))
        return _identity(SimpleNamespace(model_path=str(file), metadata=metadata or {"name": "a"}))

    assert identity() == identity()
    assert identity(**other) != identity()  # type: ignore[arg-type]


@pytest.mark.real
def test_states_of_another_model_are_not_taken(
    model: LlamaCppGenerator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(model, States(tmp_path, ENOUGH), monkeypatch)
    votes(model, *GATES)
    keep(model, states := Watched(tmp_path, ENOUGH), monkeypatch)
    monkeypatch.setattr(model._cache, "_model", "another one")
    votes(model, *GATES)
    assert (states.puts, states.finds) == (len(GATES), 0)
