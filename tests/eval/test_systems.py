"""The baselines answer as they are described, and what they write freely is read for what it is."""

from pathlib import Path

import pytest

from rag.errors import InvalidInput
from rag.types import REFUSAL, Answer, Citation, Message, Turn
from rag_eval.systems import SYSTEMS, AlwaysRefuse, ClosedBook, PlainLoop, build_systems, in_order, refuses
from tests.eval.small_world import ARTICLES, HIRES, HOW_MANY, MOON, parts, right
from tests.rag.fakes import Asked, FakeGenerator

HISTORY = (Turn("Where is Acme?", "Acme is in Oslo."),)


def plain_answer(folder: Path, text: str, question: str = HOW_MANY.question) -> Answer:
    """What the plain loop makes of a model's text."""
    return PlainLoop(parts(folder, FakeGenerator([text]))).ask(question)


def cited(answer: Answer) -> list[tuple[str, list[int]]]:
    """The sentences of an answer, each with the numbers that it cites."""
    return [(claim.text, [citation.number for citation in claim.citations]) for claim in answer.claims]


def test_always_refuse_refuses_and_finds_nothing() -> None:
    answer = AlwaysRefuse().ask("Who?", HISTORY, ["acme.txt"])
    assert (answer.text, answer.abstained, answer.done) == (REFUSAL, True, True)
    assert AlwaysRefuse().retrieve("Who?") == ()


def test_the_closed_book_is_asked_as_in_a_conversation_and_writes_freely() -> None:
    model = FakeGenerator(["Acme is in Oslo. It hires 120 people."])
    book = ClosedBook(model, max_tokens=50)
    answer = book.ask("How many?", HISTORY, ["acme.txt"])
    ((system, *turns),) = [asked.messages for asked in model.asked]
    assert system.role == "system"
    assert turns == [
        Message("user", "Where is Acme?"),
        Message("assistant", "Acme is in Oslo."),
        Message("user", "How many?"),
    ]
    assert model.asked == [Asked((system, *turns), grammar=None, max_tokens=50)]
    assert cited(answer) == [("Acme is in Oslo.", []), ("It hires 120 people.", [])]
    assert (answer.question, answer.abstained, answer.done, answer.passages) == ("How many?", False, True, ())
    assert book.retrieve("How many?") == ()


def test_a_refusal_in_free_words_is_a_refusal_that_keeps_them() -> None:
    answer = ClosedBook(FakeGenerator(["I do not know.\n"]), 50).ask("Who?")
    assert (answer.text, answer.abstained, answer.notes) == (REFUSAL, True, ("I do not know.",))
    assert answer.claims == ()


def test_an_empty_text_is_a_refusal() -> None:
    assert ClosedBook(FakeGenerator([""]), 50).ask("Who?").abstained


def test_times_and_tokens_are_measured() -> None:
    """The model's text has four characters, each a token of the fake; the prompt's words are its tokens."""
    model = FakeGenerator(["Oslo"])
    timings = ClosedBook(model, 50).ask("Where is Acme?").timings
    assert 0 < timings.first_token <= timings.total
    assert timings.completion_tokens == 4
    assert timings.prompt_tokens == sum(len(message.content.split()) for message in model.asked[0].messages)


def test_a_model_that_writes_nothing_has_no_first_token() -> None:
    timings = ClosedBook(FakeGenerator([""]), 50).ask("Where is Acme?").timings
    assert (timings.first_token, timings.completion_tokens) == (0.0, 0)


def test_the_plain_loop_shows_numbered_passages_and_writes_freely(tmp_path: Path) -> None:
    model = FakeGenerator([f"{HIRES} [1]"])
    loop = PlainLoop(parts(tmp_path, model, max_answer_tokens=70))
    answer = loop.ask(HOW_MANY.question)
    first, second = loop.retrieve(HOW_MANY.question)
    ((rules, asked),) = [asked.messages for asked in model.asked]
    assert rules.role == "system"
    assert asked.content == (
        f"[1] Acme grows\n{first.passage.text}\n\n"
        f"[2] Trams in Basel\n{second.passage.text}\n\n"
        f"Question: {HOW_MANY.question}"
    )
    assert (model.asked[0].grammar, model.asked[0].max_tokens) == (None, 70)
    assert answer.passages == (first, second)
    assert answer.timings.retrieval > 0


def test_the_plain_loop_cites_whole_passages_with_exact_offsets(tmp_path: Path) -> None:
    answer = plain_answer(tmp_path, f"{HIRES[:-1]} [1].")
    passage = answer.passages[0].passage
    (citation,) = answer.citations
    assert citation == Citation(1, "acme.txt", "Acme grows", "", "", passage.start, passage.end, passage.text)
    assert ARTICLES["acme.txt"][citation.start : citation.end] == citation.quote
    assert answer.text == f"{HIRES} [1]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Acme hires 120 people [1].", [("Acme hires 120 people.", [1])]),
        ("Acme hires 120 people. [1]", [("Acme hires 120 people.", [1])]),
        ("It hires. [1] It grows. [2]", [("It hires.", [1]), ("It grows.", [2])]),
        ("It hires.[1] It grows![2]", [("It hires.", [1]), ("It grows!", [2])]),
        ("It hires [1]. It grows [2].", [("It hires.", [1]), ("It grows.", [2])]),
        ("Both grow [1, 2].", [("Both grow.", [1, 2])]),
        ("Both grow [2,1].", [("Both grow.", [2, 1])]),
        ("Both grow. [1][2]", [("Both grow.", [1, 2])]),
        ("Both grow. [1] [2] So be it.", [("Both grow.", [1, 2]), ("So be it.", [])]),
        ("It grows [1], and grows [1].", [("It grows, and grows.", [1])]),
        ("It hires [7]. It grows [0, 2].", [("It hires.", []), ("It grows.", [2])]),
        ("It hires.\n[1]\n\nIt grows.", [("It hires.", [1]), ("It grows.", [])]),
        ("- Acme [1]\n- Trams [2]", [("- Acme", [1]), ("- Trams", [2])]),
        ("It hires nobody.", [("It hires nobody.", [])]),
        ("[1] ...", []),
    ],
)
def test_marks_stay_with_their_sentence(tmp_path: Path, text: str, expected: list[tuple[str, list[int]]]) -> None:
    assert cited(plain_answer(tmp_path, text)) == expected


def test_the_plain_loop_understands_a_follow_up_as_the_assistant_does(tmp_path: Path) -> None:
    """The model rewrites it first, under a grammar, and then reads the rewritten question only."""
    model = FakeGenerator([HOW_MANY.question, f"{HIRES} [1]"])
    answer = PlainLoop(parts(tmp_path, model)).ask("How many people does it hire?", HISTORY)
    rewriting, writing = model.asked
    assert (rewriting.grammar is None, writing.grammar is None) == (False, True)
    assert writing.messages[-1].content.endswith(f"Question: {HOW_MANY.question}")
    assert answer.question == HOW_MANY.question


def test_the_plain_loop_reads_the_chosen_sources_only(tmp_path: Path) -> None:
    loop = PlainLoop(parts(tmp_path, FakeGenerator(["It grows [1]."])))
    answer = loop.ask(HOW_MANY.question, sources=["trams.txt"])
    assert [citation.doc_id for citation in answer.citations] == ["trams.txt"]


def test_the_plain_loop_reads_the_five_best_of_the_assistants_passages(tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"more {number}.txt").write_text(f"Acme hires {number} people in Bergen.", encoding="utf-8")
    made = parts(tmp_path, FakeGenerator(["No."]))
    answer = PlainLoop(made).ask(HOW_MANY.question)
    assert answer.passages == made.assistant().retrieve(HOW_MANY.question, 5)


@pytest.mark.parametrize(
    "text",
    [
        "I could not find it.",
        "I couldn't find the answer in the passages.",
        "I couldn’t find the answer.",
        "Sorry, that is not in the passages.",
        "I'm sorry, but the passages do not mention it.",
        "I do not know.",
        "I don't know the exact figure.",
        "I cannot answer this question.",
        "I am unable to answer.",
        "The passages do not mention the revenue of Acme [1].",
        "The passages don't say when the office opens.",
        "The provided passages do not contain information about Acme.",
        "The passages do not explicitly state the number.",
        "The answer is not given in the passages.",
        "It is not mentioned in the passages.",
        "It cannot be determined from the passages.",
        "Based on the passages, it is not possible to say.",
        "There is no information about Acme in the passages. Acme is a firm.",
        "There is no mention of Acme.",
        "As an AI, I have no access to current news.",
        "I can't find it.",
        "I'm not sure.",
        "I do not have information on that.",
        "The passages say nothing about the Moon.",
        "None of the passages mention the Moon.",
        "No passage mentions it.",
        "The passages do not, however, say who runs it.",
        "No relevant information was found.",
        "There isn't any information about it.",
        "It is not clear from the passages who runs the buses.",
        "",
        " \n",
    ],
)
def test_a_text_that_says_it_has_no_answer_is_a_refusal(text: str) -> None:
    assert refuses(text)


@pytest.mark.parametrize(
    "text",
    [
        HIRES,
        "Acme does not pay its interns.",
        "No, Acme does not have an office in Bergen [2].",
        "Acme did not hire anyone in May [1].",
        "The office is not open on Sundays.",
        "The council cannot pay for the trams.",
        "Acme is no longer in Oslo.",
        "Acme said that it could not hire more people.",
        "The passages state that Acme hires 120 people.",
        "Yes, the passages mention it: 120 people.",
        "Acme hires 120 people. The passages do not say when.",
        "Acme did not give a reason, and 120 people left.",
        "Nobody was hired.",
        "Unknown Pleasures is an album.",
        "Acme was unable to pay its staff in May.",
        "Acme did not say why it left Oslo; it hired 120 people in Bergen [1].",
        "Acme does not provide meals.",
        "Acme was not found guilty by the court in Oslo.",
        "The fee does not include lunch.",
        "It is not possible to park near the station.",
        "The company apologised: it was sorry for the delay.",
        "The minister did not answer questions.",
        "Its name is not Globex but Acme.",
    ],
)
def test_an_answer_that_holds_a_not_is_no_refusal(text: str) -> None:
    assert not refuses(text)


def test_each_search_alone_ranks_its_own_way(tmp_path: Path) -> None:
    """BM25 counts five words that the article on Acme has, the embedder knows trams alone."""
    question = "How many people does Acme hire in Oslo for its trams?"
    systems = build_systems(["assistant", "bm25_only", "dense_only"], parts(tmp_path, dense_weight=0.5))
    found = {name: system.retrieve(question) for name, system in systems.items()}
    assert [s.passage.doc_id for s in found["bm25_only"]] == ["acme.txt", "trams.txt"]
    assert [s.passage.doc_id for s in found["dense_only"]] == ["trams.txt", "acme.txt"]
    assert [s.score for s in found["dense_only"]] == [1.0, 0.0]
    share = found["bm25_only"][1].score
    assert {s.passage.doc_id: s.score for s in found["assistant"]} == pytest.approx(
        {"acme.txt": 0.5 * 1 + 0.5 * 0, "trams.txt": 0.5 * share + 0.5 * 1}
    )


def test_each_search_alone_is_otherwise_the_assistant(tmp_path: Path) -> None:
    for name in ("assistant", "bm25_only", "dense_only"):
        system = build_systems([name], parts(tmp_path, right()))[name]
        assert system.ask(HOW_MANY.question).text == f"{HIRES} [1]"


def test_every_system_can_be_asked(tmp_path: Path) -> None:
    """A question that no article can answer: the scripted texts are those of the plain loop and the closed book."""
    made = parts(tmp_path, FakeGenerator(["I could not find it.", "I do not know."]))
    systems = build_systems(list(SYSTEMS), made)
    assert {name: system.ask(MOON.question).abstained for name, system in systems.items()} == dict.fromkeys(
        SYSTEMS, True
    )


def test_systems_are_put_into_the_order_of_asking() -> None:
    assert in_order(["always_refuse", "closed_book", "assistant"]) == ("assistant", "closed_book", "always_refuse")
    assert in_order(SYSTEMS) == tuple(SYSTEMS)
    assert in_order(["assistant", "assistant"]) == ("assistant",)


def test_no_system_at_all_is_refused() -> None:
    with pytest.raises(InvalidInput, match="No system is named; the systems are assistant, plain_loop"):
        in_order([])


def test_an_unknown_system_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InvalidInput, match=r"Unknown system oracle; the systems are assistant, plain_loop, bm25_only"):
        in_order(["assistant", "oracle"])
