"""A model behind a server, for each kind of server: what it offers is used, the rest replaced as promised."""

from collections.abc import Callable, Sequence

import pytest
from pydantic import SecretStr

from rag.errors import InvalidInput, ModelMissing, ServerFailed
from rag.generators import connection, generator_of
from rag.generators.connection import Access
from rag.generators.server import ServerGenerator
from rag.grammar import answer_grammar
from rag.settings import Settings
from rag.types import Message, Piece
from tests.rag.generators import dialects
from tests.rag.generators.dialects import Dialect, odds
from tests.rag.generators.fake_server import Answering, FakeServer, Json, Reply, completion, serving

ASKED = (Message("system", "Rules."), Message("user", "Which bus?"))
CHAT = "/v1/chat/completions"
KINDS: tuple[Callable[..., Dialect], ...] = (
    dialects.vllm,
    dialects.llama_cpp,
    dialects.llama_cpp_python,
    dialects.plain,
)
FREE = (("The bus", -0.5), (" is late", -0.25), (" [1]", -0.125), (".", -0.125))


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_FIRST_WAIT", 0.01)


def connect(fake: FakeServer, model: str = "", context_tokens: int = 4096) -> ServerGenerator:
    access = Access.checked(fake.address, SecretStr(""), 20, 2)
    return ServerGenerator.connect(access, model=model, context_tokens=context_tokens)


def probability(answers: Answering) -> float:
    with serving(answers) as fake:
        return next(connect(fake).probabilities([ASKED], "Yes", "No"))


def streamed(answers: Answering, grammar: str | None = None) -> list[Piece]:
    with serving(answers) as fake:
        return [piece for piece in connect(fake).stream(ASKED, grammar=grammar, max_tokens=9) if piece.text]


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_who_it_is_and_writes(kind: Callable[..., Dialect]) -> None:
    with serving(kind()) as fake:
        generator = connect(fake)
        assert generator.name == "tiny"
        text = "".join(piece.text for piece in generator.stream(ASKED, grammar=None, max_tokens=9))
    assert text == "Two."
    body = fake.bodies(CHAT)[-1]
    assert (body["model"], body["max_tokens"], body["temperature"], body["stream"]) == ("tiny", 9, 0, True)
    assert body["messages"] == [{"role": "system", "content": "Rules."}, {"role": "user", "content": "Which bus?"}]


@pytest.mark.parametrize(("kind", "field"), [(dialects.llama_cpp, "grammar"), (dialects.llama_cpp_python, "grammar")])
def test_a_grammar_is_told_in_the_words_of_the_server(kind: Callable[..., Dialect], field: str) -> None:
    grammar = answer_grammar(2)
    with serving(kind()) as fake:
        list(connect(fake).stream(ASKED, grammar=grammar, max_tokens=9))
        assert fake.bodies(CHAT)[-1][field] == grammar


def test_vllm_is_told_a_grammar_only_when_it_tells_no_log_probabilities() -> None:
    """Under one its log-probabilities are those among what that allows: a forced word would count as certain."""
    grammar = answer_grammar(2)
    with serving(dialects.vllm()) as telling, serving(dialects.vllm(refuses_logprobs=True)) as silent:
        for fake in (telling, silent):
            list(connect(fake).stream(ASKED, grammar=grammar, max_tokens=9))
        assert "structured_outputs" not in telling.bodies(CHAT)[-1]
        assert silent.bodies(CHAT)[-1]["structured_outputs"] == {"grammar": grammar}


@pytest.mark.parametrize("kind", [dialects.vllm, dialects.plain])
def test_what_is_written_without_a_grammar_is_mended(kind: Callable[..., Dialect]) -> None:
    pieces = streamed(kind(text=FREE), answer_grammar(2))
    assert "".join(piece.text for piece in pieces) == "The bus is late."


def test_pieces_carry_the_log_probabilities_of_the_server() -> None:
    assert streamed(dialects.llama_cpp(text=FREE)) == [Piece(text, value) for text, value in FREE]


def test_a_token_without_a_log_probability_is_as_likely_as_those_of_claims_are() -> None:
    assert {piece.log_probability for piece in streamed(dialects.plain(text=FREE))} == {-0.17}


@pytest.mark.parametrize("kind", [dialects.vllm, dialects.llama_cpp])
def test_the_odds_of_yes_and_no_are_those_of_the_first_token(kind: Callable[..., Dialect]) -> None:
    """e^-0.1 / (e^-0.1 + e^-2.4) = 0.909."""
    first = {"Yes": -0.1, "No": -2.4, "Maybe": -7.0}
    assert probability(kind(first=first)) == pytest.approx(odds(-0.1, -2.4))
    assert odds(-0.1, -2.4) == pytest.approx(0.909, abs=1e-3)


def test_a_word_that_is_not_among_the_likeliest_counts_as_the_last_of_these() -> None:
    assert probability(dialects.vllm(first={"No": -0.1, "Maybe": -3.0})) == pytest.approx(odds(-3.0, -0.1))
    assert probability(dialects.vllm(first={"Perhaps": -0.1, "Maybe": -3.0})) == pytest.approx(0.5)


def test_what_was_read_is_not_asked_again() -> None:
    with serving(dialects.llama_cpp()) as fake:
        generator = connect(fake)
        list(generator.read(ASKED))
        before = len(fake.asked)
        next(generator.probabilities([ASKED], "Yes", "No"))
        assert len(fake.asked) == before


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        (("Yes",), 12 / 13),
        (("No",), 1 / 13),
        ((*["Yes"] * 4, *["No"] * 7), 5 / 13),
        (("Yes", *["Perhaps"] * 9, "No"), 2 / 4),
        (("Perhaps",), 1 / 2),
    ],
)
@pytest.mark.parametrize("kind", [dialects.llama_cpp_python, dialects.plain])
def test_without_log_probabilities_eleven_answers_vote(
    kind: Callable[..., Dialect], votes: Sequence[str], expected: float
) -> None:
    """Laplace's rule of succession: (yes + 1) / (yes + no + 2)."""
    assert probability(kind(votes=votes)) == pytest.approx(expected)


def test_votes_may_come_together() -> None:
    scripted = dialects.plain(votes=("Yes",))

    def answer(path: str, body: Json) -> Reply:
        reply = scripted(path, body)
        if body and "n" in body:
            reply.body["choices"] *= body["n"]
        return reply

    with serving(answer) as fake:
        assert next(connect(fake).probabilities([ASKED], "Yes", "No")) == pytest.approx(12 / 13)
        assert [body["n"] for body in fake.bodies(CHAT) if "n" in body] == [11]


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        (dialects.vllm, 10 + 6 + 10 + 10),
        (dialects.llama_cpp, 10 + 6 + 10 + 10),
        (dialects.llama_cpp_python, 8 + 6 + 1 + 8 + 10),  # "Rules.\nWhich bus?", and 8 for each template
        (dialects.plain, 8 + 2 + 8 + 4),  # 6 / 3 and 10 / 3 bytes
    ],
)
def test_tokens_are_counted_by_the_server_or_from_the_bytes(kind: Callable[..., Dialect], count: int) -> None:
    with serving(kind()) as fake:
        generator = connect(fake)
        assert generator.count_tokens(ASKED) == count
        before = len(fake.asked)
        assert generator.count_tokens(list(ASKED)) == count
        assert len(fake.asked) == before


@pytest.mark.parametrize(
    ("kind", "tokens"), [(dialects.vllm, 2048), (dialects.llama_cpp, 1024), (dialects.plain, 4096)]
)
def test_the_context_is_the_smaller_of_the_setting_and_what_the_server_tells(
    kind: Callable[..., Dialect], tokens: int
) -> None:
    with serving(kind()) as fake:
        assert connect(fake).context_tokens == tokens
        assert connect(fake, context_tokens=600).context_tokens == 600


def test_a_model_can_be_chosen_and_must_be_there() -> None:
    with serving(dialects.plain()) as fake:
        assert connect(fake, model="other").name == "other"
        with pytest.raises(ServerFailed, match="has no model 'third', it has tiny, other: correct RAG_SERVER_MODEL"):
            connect(fake, model="third")


def test_a_server_of_something_else_is_told_as_such() -> None:
    with serving(lambda path, body: Reply(body=[1])) as fake, pytest.raises(ServerFailed, match="lists no models"):
        connect(fake)


def test_a_server_that_only_lists_models_does_not_open() -> None:
    def answer(path: str, body: Json) -> Reply:
        return Reply(body={"data": [{"id": "tiny"}]}) if path == "/v1/models" else Reply(401, {})

    with serving(answer) as fake, pytest.raises(ServerFailed, match="set RAG_SERVER_KEY"):
        connect(fake)


def test_after_a_stopped_answer_it_goes_on() -> None:
    with serving(dialects.llama_cpp(text=FREE)) as fake:
        generator = connect(fake)
        pieces = generator.stream(ASKED, grammar=None, max_tokens=9)
        next(pieces)
        del pieces
        assert next(generator.probabilities([ASKED], "Yes", "No")) > 0.5


def test_a_reply_without_content_is_a_text_without_words() -> None:
    with serving(dialects.plain()) as fake:
        generator = connect(fake)
        fake.answers = lambda path, body: completion("")
        assert next(generator.probabilities([ASKED], "Yes", "No")) == 0.5


def test_the_settings_say_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_SERVER_KEY", "sk-very-secret")
    with serving(dialects.plain()) as fake:
        settings = Settings.load(generator=fake.address, server_model="other", server_tries=1)
        assert generator_of(settings)().name == "other"
        assert {key for _, _, key in fake.asked} == {"Bearer sk-very-secret"}
    for shown in (repr(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert "sk-very-secret" not in shown


def test_what_is_no_address_is_a_model_of_ours() -> None:
    with pytest.raises(ModelMissing, match="No model 'server\\.gguf'"):
        generator_of(Settings.load(generator="server.gguf"))


def test_a_key_in_a_file_is_refused(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))
    with open("rag.toml", "w", encoding="utf-8") as file:
        file.write('server_key = "sk-very-secret"')
    with pytest.raises(InvalidInput, match="set RAG_SERVER_KEY in the environment") as raised:
        Settings.load()
    assert "sk-very" not in str(raised.value)
