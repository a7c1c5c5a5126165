"""Whatever ends the process of the model, ours goes on: the call is made again, or its error says what happened."""

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import ModelCorrupt, ModelCrashed
from rag.states import States
from rag.types import Piece
from rag.worker import WorkerGenerator
from tests.rag.workers import (
    CRASHING,
    DAMAGED,
    DIE,
    DIE_ONCE,
    FAIL,
    HANG,
    INTERRUPT,
    echoing,
    kill,
    said,
    streamed,
    text_of,
)

pytest.importorskip("resource", reason="the signals are those of Unix")


@pytest.fixture
def lives(tmp_path: Path) -> Path:
    """A file with one line for each time that the model was loaded."""
    return tmp_path / "echo.gguf"


@pytest.fixture
def model(lives: Path) -> WorkerGenerator:
    return echoing(lives)


def loads(lives: Path) -> int:
    return len(lives.read_text(encoding="utf-8").splitlines())


def is_gone(pid: int) -> bool:
    """Whether there is no such process any more, not even as a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


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
    gc.collect()  # what tests before this one left open is closed now, or else in the middle
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
    assert len(os.listdir("/dev/fd")) <= files
