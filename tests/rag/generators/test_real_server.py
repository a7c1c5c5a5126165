"""The server of llama-cpp-python on loopback with the default model: what it writes is what our own process writes."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from rag.errors import ServerFailed
from rag.generator import LlamaCppGenerator
from rag.generators.connection import Access
from rag.generators.server import ServerGenerator
from rag.grammar import answer_grammar
from rag.prompt import answer_messages, gate_messages
from rag.types import Evidence, Message
from tests.ports import free_port, until_it_listens
from tests.rag.fakes import passage

pytestmark = pytest.mark.real

NEEDED = ("sse_starlette", "starlette_context")
CONTEXT = 1024
EVIDENCE = (
    Evidence(1, passage("The ferry to Norda sails in June. A ticket costs 12 euros.", title="Ferries"), ()),
    Evidence(2, passage("The port of Ulm has hired 140 sailors.", title="Ports"), ()),
)
TOLD, UNTOLD = "How much does a ticket for the ferry cost?", "Who invented the telephone?"
KEY = "sk-loopback"


@contextmanager
def server_of(model: Path, *options: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """The address of a server that has loaded the model, and its process. Skips where its packages are missing."""
    for package in NEEDED:
        pytest.importorskip(package, reason="needs the server of llama-cpp-python: pip install '.[server]'")
    port = free_port()
    given = ("--model", str(model), "--port", str(port), "--n_ctx", str(CONTEXT), "--api_key", KEY)
    process = subprocess.Popen(
        (sys.executable, "-m", "llama_cpp.server", *given, *options),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until_it_listens(port, process)
        yield f"http://127.0.0.1:{port}/v1", process
    finally:
        process.kill()
        process.wait()


def connect(address: str, key: str = KEY) -> ServerGenerator:
    access = Access.checked(address, SecretStr(key), 300, 3)
    return ServerGenerator.connect(access, model="", context_tokens=4096)


@pytest.fixture(scope="module")
def telling(generator_path: Path) -> Iterator[ServerGenerator]:
    """Behind a server that tells log-probabilities, which costs it two seconds a token: the tests ask for few."""
    with server_of(generator_path) as (address, _):
        yield connect(address)


def written(generator: ServerGenerator | LlamaCppGenerator, question: str, max_tokens: int = 40) -> str:
    messages = answer_messages(question, EVIDENCE)
    pieces = generator.stream(messages, grammar=answer_grammar(2), max_tokens=max_tokens)
    return "".join(piece.text for piece in pieces)


def test_it_offers_a_grammar_and_log_probabilities_of_the_model(telling: ServerGenerator) -> None:
    offers = telling.offers
    assert offers.form is not None
    assert (offers.logprobs, offers.masked) == (True, False)


def test_its_answer_is_the_one_of_our_own_process(telling: ServerGenerator, real_generator: LlamaCppGenerator) -> None:
    assert written(telling, TOLD) == written(real_generator, TOLD)


@pytest.mark.parametrize("question", [TOLD, UNTOLD])
def test_its_odds_are_those_of_our_own_process(
    telling: ServerGenerator, real_generator: LlamaCppGenerator, question: str
) -> None:
    gate = gate_messages(question, EVIDENCE)
    list(telling.read(gate))
    own = list(real_generator.probabilities([gate], "Yes", "No"))
    assert list(telling.probabilities([gate], "Yes", "No")) == pytest.approx(own, abs=0.05)


def test_a_name_is_as_likely_as_to_our_own_process(telling: ServerGenerator, real_generator: LlamaCppGenerator) -> None:
    asked = [Message("user", "Which of these is a river? Answer with one word: Ulm, Danube.")]
    grammar = 'root ::= "Ulm" | "Danube"'
    own, other = (
        [piece for piece in generator.stream(asked, grammar=grammar, max_tokens=8) if piece.text]
        for generator in (real_generator, telling)
    )
    assert "".join(piece.text for piece in own) == "".join(piece.text for piece in other)
    sums = [sum(piece.log_probability for piece in pieces) for pieces in (own, other)]
    assert sums[0] == pytest.approx(sums[1], abs=0.1)


def test_a_wrong_key_is_told(telling: ServerGenerator, generator_path: Path) -> None:
    with pytest.raises(ServerFailed, match=r"is not the one it wants \(401\)"):
        connect(telling.address, key="sk-other")


def test_without_log_probabilities_it_answers_and_votes_and_its_end_is_told(generator_path: Path) -> None:
    with server_of(generator_path, "--logits_all", "false") as (address, process):
        generator = connect(address)
        assert not generator.offers.logprobs
        assert "12 euros" in written(generator, TOLD)
        votes = list(generator.probabilities([gate_messages(asked, EVIDENCE) for asked in (TOLD, UNTOLD)], "Yes", "No"))
        assert all(vote in [n / 13 for n in range(1, 13)] for vote in votes)
        assert votes[0] > votes[1]
        pieces = generator.stream([Message("user", "Count to a thousand.")], grammar=None, max_tokens=400)
        next(piece for piece in pieces if piece.text)
        process.kill()
        with pytest.raises(ServerFailed, match=r"ended in the middle of an answer; ask again\.$"):
            list(pieces)
        with pytest.raises(ServerFailed, match="does not answer"):
            written(generator, TOLD)
