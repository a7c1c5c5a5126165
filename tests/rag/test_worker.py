"""Whatever ends the process of the model, ours goes on: the call is made again, or its error says what happened."""

import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InvalidInput, ModelCorrupt, ModelCrashed, PromptTooLong
from rag.generator import LlamaCppGenerator
from rag.grammar import answer_grammar
from rag.prompt import answer_messages
from rag.states import States
from rag.types import Evidence, Message, Piece
from rag.worker import WorkerGenerator
from tests.rag.fakes import passage
from tests.rag.workers import (
    CRASHING,
    DAMAGED,
    DIE,
    DIE_ONCE,
    FAIL,
    HANG,
    INTERRUPT,
    REFUSE,
    Echo,
    echoing,
    marks,
    said,
)

pytest.importorskip("resource", reason="the signals are those of Unix")


@pytest.fixture
def lives(tmp_path: Path) -> Path:
    """A file with one line for each time that the model was loaded."""
    return tmp_path / "echo.gguf"


@pytest.fixture
def model(lives: Path) -> WorkerGenerator:
    return echoing(lives)


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> WorkerGenerator:
    """One for all tests that do not end it."""
    return echoing(tmp_path_factory.mktemp("steady") / "echo.gguf")


def loads(lives: Path) -> int:
    return len(lives.read_text(encoding="utf-8").splitlines())


def streamed(model: WorkerGenerator, text: str, max_tokens: int = 1000) -> Iterator[Piece]:
    return model.stream(said(text), grammar=None, max_tokens=max_tokens)


def text_of(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def kill(pid: int) -> None:
    """``kill -9``, and wait until it is dead, leaving the reaping to its owner."""
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def is_gone(pid: int) -> bool:
    """Whether there is no such process any more, not even as a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


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


@pytest.mark.parametrize("taken", [0, 1, 4, 7, 8])
def test_killed_anywhere_in_a_text_it_is_written_on_by_another(lives: Path, taken: int) -> None:
    """Three letters, a heartbeat before each and a last empty piece: what was handed out does not come again."""
    model = echoing(lives)
    stream = streamed(model, "abc")
    pieces = [next(stream, Piece()) for _ in range(taken)]
    kill(model.pid)
    assert text_of([*pieces, *stream]) == "abc"
    assert loads(lives) == (2 if taken < 8 else 1)  # the eighth time there was none left


def test_what_came_before_the_death_comes_again_as_heartbeats(model: WorkerGenerator) -> None:
    pieces = list(streamed(model, f"ab{DIE_ONCE}c"))
    before = [Piece(), Piece("a", -0.0), Piece(), Piece("b", -0.1)]
    after = [Piece(), Piece(DIE_ONCE, -0.2), Piece(), Piece("c", -0.3), Piece()]
    assert pieces == [*before, *[Piece()] * 4, *after]


def test_every_call_is_made_once_more(tmp_path: Path) -> None:
    def fresh(name: str) -> WorkerGenerator:
        return echoing(tmp_path / name)

    prompt = said(f"ab{DIE_ONCE}")
    assert fresh("count").count_tokens(prompt) == 3
    assert list(fresh("read").read(prompt)) == [None] * 5  # two, and then three by the second worker
    assert list(fresh("votes").probabilities([said("ab"), prompt], "Yes", "No")) == [1 / 7, 1 / 8]


@pytest.mark.parametrize(("letter", "code"), [(DIE, 3), (FAIL, 1)])
def test_two_deaths_are_an_error_and_the_next_question_is_answered(
    model: WorkerGenerator, lives: Path, letter: str, code: int
) -> None:
    stream = streamed(model, f"a{letter}")
    with pytest.raises(ModelCrashed, match=rf"language model ended with exit code {code}; ask again\."):
        list(stream)
    assert loads(lives) == 2
    assert text_of(streamed(model, "abc")) == "abc"
    assert loads(lives) == 3
    with pytest.raises(ModelCrashed):
        model.count_tokens(said(letter))


def test_killed_between_two_calls_it_is_replaced(model: WorkerGenerator, lives: Path) -> None:
    before = model.pid
    kill(before)
    assert model.count_tokens(said("abc")) == 3
    assert (is_gone(before), model.pid == before, loads(lives)) == (True, False, 2)


def test_the_call_of_another_thread_survives_the_death_that_a_first_one_notices(model: WorkerGenerator) -> None:
    stream = streamed(model, "abc")
    pieces = [next(stream) for _ in range(3)]
    kill(model.pid)
    assert model.count_tokens(said("four")) == 4  # which starts another worker, in which nothing is written yet
    assert text_of([*pieces, *stream]) == "abc"


def test_the_worker_keeps_states_where_it_is_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    model = echoing(Path("echo.gguf"), States(Path("states"), 70))
    monkeypatch.chdir(tmp_path.parent)
    kill(model.pid)
    assert model.count_tokens(said("abc")) == 3
    assert model.name == f"echo on 1, keeping 70 bytes in {tmp_path / 'states'}"


def test_a_file_is_found_again_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    model = echoing(Path("echo.gguf"))
    monkeypatch.chdir(tmp_path.parent)
    kill(model.pid)
    assert model.count_tokens(said("abc")) == 3


def test_a_restart_is_told(model: WorkerGenerator, caplog: pytest.LogCaptureFixture) -> None:
    kill(model.pid)
    model.count_tokens(said("secret"))
    (told,) = caplog.messages
    assert told == "The process of the language model was ended by signal 9, Killed; another one is started."


def test_a_file_that_crashes_its_parser_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelCorrupt, match=r"crashing\.gguf cannot be loaded: .* was ended by signal 6, Abort"):
        echoing(tmp_path / CRASHING)


def test_what_the_parser_itself_refuses_is_its_own_error(tmp_path: Path) -> None:
    with pytest.raises(ModelCorrupt, match=r"damaged\.gguf is damaged\.$"):
        echoing(tmp_path / DAMAGED)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt, also where the tests run in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_ends_the_call_and_not_what_comes_after(model: WorkerGenerator) -> None:
    with pytest.raises(KeyboardInterrupt):
        list(streamed(model, f"a{INTERRUPT}"))
    assert text_of(streamed(model, "abc")) == "abc"


def test_ctrl_c_at_the_terminal_is_not_for_the_worker(model: WorkerGenerator) -> None:
    pid = model.pid
    os.kill(pid, signal.SIGINT)
    assert text_of(streamed(model, "abc")) == "abc"
    assert model.pid == pid


PARENT = """
import sys, threading
from pathlib import Path
from tests.rag.workers import echoing, said

stream = echoing(Path(sys.argv[1])).stream(said("a" + sys.argv[2]), grammar=None, max_tokens=9)
print(next(stream), next(stream), flush=True)
threading.Thread(target=next, args=(stream,), daemon=True).start()
sys.stdin.read()
"""


@pytest.mark.parametrize("ending", ["kill", "exit"])
def test_the_worker_dies_with_its_parent_in_the_middle_of_its_work(tmp_path: Path, ending: str) -> None:
    """Both hold the error output that is read here: it ends when both are dead, and is not empty if one hangs."""
    command = [sys.executable, "-c", PARENT, str(tmp_path / "echo.gguf"), HANG]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe) as parent:
        assert parent.stdin
        assert parent.stdout
        assert parent.stderr
        assert b"text='a'" in parent.stdout.readline()
        if ending == "kill":
            parent.kill()
        else:
            parent.stdin.close()
        assert parent.stderr.read() == b""


def test_a_model_that_nobody_holds_leaves_nothing(lives: Path) -> None:
    files = len(os.listdir("/dev/fd"))
    model = echoing(lives)
    pids = set()
    for _ in range(4):
        pids.add(model.pid)
        kill(model.pid)
        assert text_of(streamed(model, "abc")) == "abc"
    pids.add(model.pid)
    with pytest.raises(ModelCrashed):
        model.count_tokens(said(DIE))
    del model
    gc.collect()
    assert len(pids) == 5
    assert all(map(is_gone, pids))
    assert len(os.listdir("/dev/fd")) == files


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
