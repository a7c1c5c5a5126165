"""A model in a process of its own gives what it gives in ours: texts, tokens, votes and errors."""

import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InvalidInput, ModelCorrupt, PromptTooLong
from rag.generator import LlamaCppGenerator
from rag.grammar import answer_grammar
from rag.prompt import answer_messages
from rag.states import States
from rag.types import Evidence, Message, Piece
from rag.worker import WorkerGenerator
from tests.rag.fakes import passage
from tests.rag.workers import DIE, REFUSE, Echo, echoing, kill, marks, said, streamed, text_of

pytest.importorskip("resource", reason="the signals are those of Unix")


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> WorkerGenerator:
    """One for all tests that do not end it."""
    return echoing(tmp_path_factory.mktemp("steady") / "echo.gguf")


def test_the_worker_gives_what_its_generator_gives(steady: WorkerGenerator, tmp_path: Path) -> None:
    own = Echo.load(tmp_path / "echo.gguf", context_tokens=512, threads=1, states=States())
    prompt, other = said("tram"), (Message("system", "bus"), Message("user", "stop"))
    assert (steady.name, steady.context_tokens) == ("echo on 1", 512)
    assert list(steady.read(prompt)) == [None] * 4
    assert list(steady.read((Message("user", "tram", kept=3),))) == [None] * 3
    assert list(steady.stream(prompt, grammar="!", max_tokens=2)) == [
        Piece(), Piece("t", -0.0), Piece(), Piece("r", -0.1), Piece("!")
    ]  # fmt: skip
    votes = [list(each.probabilities([prompt, other], "Yes", "No")) for each in (steady, own)]
    assert votes == [[1 / 9, 1 / 12]] * 2  # 4 + 3 + 2 letters, and 7 + 3 + 2
    assert list(steady.probabilities([], "Yes", "No")) == []
    assert steady.count_tokens(other) == 7


@given(st.text(st.characters(codec=None, exclude_characters=marks)))
def test_every_text_arrives_as_it_was(steady: WorkerGenerator, text: str) -> None:
    assert text_of(streamed(steady, text)) == text
    assert steady.count_tokens(said(text)) == len(text)


def test_an_error_of_ours_comes_through(steady: WorkerGenerator) -> None:
    pid = steady.pid
    with pytest.raises(InvalidInput, match=r"^A letter was § and must not be\.$"):
        steady.count_tokens(said(REFUSE))
    stream = streamed(steady, f"a{REFUSE}")
    assert [next(stream), next(stream)] == [Piece(), Piece("a", -0.0)]
    with pytest.raises(InvalidInput):
        next(stream)
    assert text_of(streamed(steady, "next")) == "next"
    assert steady.pid == pid


def test_nothing_is_computed_that_nobody_asks_for(steady: WorkerGenerator) -> None:
    """The letter that would end the worker is never reached: not before closing, and not after."""
    pid = steady.pid
    with closing(streamed(steady, f"ab{DIE}")) as stream:  # type: ignore[type-var]
        assert text_of([next(stream) for _ in range(4)]) == "ab"
        assert steady.count_tokens(said("four")) == 4
    assert text_of(streamed(steady, "c")) == "c"
    assert steady.pid == pid


def test_tokens_can_be_counted_while_a_text_is_written(steady: WorkerGenerator) -> None:
    stream = streamed(steady, "abc")
    counts = [steady.count_tokens(said(text_of([next(stream), next(stream)]) * 5)) for _ in "abc"]
    assert counts == [5, 5, 5]
    assert list(stream) == [Piece()]


def test_another_thread_waits_for_its_turn(steady: WorkerGenerator) -> None:
    found: list[str] = []
    other = threading.Thread(target=lambda: found.append(text_of(streamed(steady, "second"))))
    stream = streamed(steady, "first")
    pieces = [next(stream)]
    other.start()
    pieces += stream
    other.join()
    assert [text_of(pieces), *found] == ["first", "second"]


def test_many_threads_get_each_its_own(steady: WorkerGenerator) -> None:
    texts = [f"{letter}" * 20 for letter in "abcdefgh"]
    found: dict[str, tuple[str, int]] = {}

    def ask(text: str) -> None:
        found[text] = text_of(streamed(steady, text)), steady.count_tokens(said(text))

    threads = [threading.Thread(target=ask, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {text: (text, 20) for text in texts}


def test_the_program_of_the_real_model_loads_no_more_than_that_needs() -> None:
    script = "import sys, rag.worker; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert {"torch", "sentence_transformers", "faiss", "gradio"} & set(run.stdout.split()) == set()


def test_a_file_that_is_no_model_is_refused_by_the_real_program(tmp_path: Path) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"GGUF" + b"\0" * 100)
    with pytest.raises(ModelCorrupt, match=r"broken\.gguf cannot be loaded as a GGUF model"):
        WorkerGenerator.load(tmp_path / "broken.gguf", context_tokens=512, threads=1)


EVIDENCE = (
    Evidence(1, passage("The ferry to Norda costs 40 euros. It sails in June.", title="Ferries"), ()),
    Evidence(2, passage("Its rival has hired 140 sailors, 渡 among them. 🚢", title="Sailors"), ()),
)


@pytest.fixture(scope="module")
def real_worker(generator_path: Path) -> WorkerGenerator:
    return WorkerGenerator.load(generator_path, context_tokens=1024, threads=0)


@pytest.mark.real
def test_the_real_model_gives_the_same_in_a_worker(generator_path: Path) -> None:
    """Both fresh: what was read before decides how often a model pauses, and the last bits of what it computes."""
    question = answer_messages("How much does the ferry cost?", EVIDENCE)
    sailors, why = said("How many sailors?"), said("Why?")
    grammar = answer_grammar(2)
    results = []
    for kind in (LlamaCppGenerator, WorkerGenerator):
        model = kind.load(generator_path, context_tokens=1024, threads=0)
        results.append(
            (
                model.name,
                model.context_tokens,
                model.count_tokens(question),
                list(model.read(question)),
                list(model.probabilities([question, sailors, why], "Yes", "No")),
                list(model.stream(question, grammar=grammar, max_tokens=60)),
                list(model.stream(sailors, grammar=None, max_tokens=8)),
                list(model.stream(why, grammar='root ::= "é桥😀"', max_tokens=20)),
            )
        )
    assert results[0] == results[1]


@pytest.mark.real
def test_the_real_model_refuses_the_same_in_a_worker(
    real_worker: WorkerGenerator, real_generator: LlamaCppGenerator
) -> None:
    told = []
    for model in (real_generator, real_worker):
        with pytest.raises(PromptTooLong) as too_long:
            list(model.stream(said("Why?"), grammar=None, max_tokens=2000))
        with pytest.raises(InvalidInput) as unreadable:
            list(model.stream(said("Why?"), grammar="root ::= (", max_tokens=20))
        told.append((str(too_long.value), str(unreadable.value)))
    assert told[0] == told[1]


@pytest.mark.real
def test_the_real_model_goes_on_where_it_was_killed(
    real_worker: WorkerGenerator, real_generator: LlamaCppGenerator
) -> None:
    count = said("Count from one to nine in words.")
    expected = text_of(real_generator.stream(count, grammar=None, max_tokens=12))
    stream = real_worker.stream(count, grammar=None, max_tokens=12)
    pieces = [next(stream) for _ in range(8)]
    kill(real_worker.pid)
    assert 0 < len(text_of(pieces)) < len(expected)
    assert text_of([*pieces, *stream]) == expected
