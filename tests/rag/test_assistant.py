"""The story of a question, with models whose output is scripted."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.confidence import Calibration
from rag.errors import IndexNotFound, InvalidInput
from rag.evidence import gather_evidence
from rag.prompt import answer_messages, gate_messages
from rag.types import REFUSAL, Evidence, Message
from tests.rag.assistants import ARTICLES, RETURN, WHEN, assistant, generator

DAYS = ("2026-01-01", "2026-01-03", "2026-01-02")


def dated(folder: Path, texts: Mapping[str, str]) -> Path:
    """A folder with an article for each of the days."""
    place = folder / "dated"
    place.mkdir()
    for day, text in texts.items():
        (place / f"{day}.md").write_text(f"---\ntitle: News\ndate: {day}\n---\n{text}\n", encoding="utf-8")
    return place


def days_of(prompts: Sequence[Sequence[Message]]) -> list[str]:
    return [next(day for day in DAYS if day in messages[-1].content) for messages in prompts]


def test_a_verified_sentence_is_answered_with_its_quote(articles: Path) -> None:
    answer = assistant(articles, RETURN).ask(WHEN)
    assert answer.text == f"{RETURN} [1]"
    assert [(c.doc_id, c.quote) for c in answer.citations] == [("bus.txt", RETURN)]
    assert ARTICLES["bus.txt"][answer.citations[0].start : answer.citations[0].end] == RETURN
    assert (answer.abstained, answer.done) == (False, True)
    assert 0.5 < answer.confidence < 1


def test_the_stream_shows_evidence_first_and_each_claim_when_it_is_verified(articles: Path) -> None:
    answers = list(assistant(articles, f"{RETURN}\nThe council of Ulm voted on Tuesday.").stream(WHEN))
    assert answers[0].evidence
    assert answers[0].claims == ()
    counts = [len(answer.claims) for answer in answers]
    assert counts == sorted(counts)
    assert set(counts) == {0, 1, 2}
    assert [answer.done for answer in answers] == [False] * (len(answers) - 1) + [True]


def test_the_gate_refuses_before_anything_is_written(articles: Path) -> None:
    refusing = assistant(articles, votes=(0.2,))
    answer = refusing.ask(WHEN)
    assert (answer.text, answer.abstained, answer.confidence) == (REFUSAL, True, 0.2)
    assert generator(refusing).asked == []


def test_the_trace_tells_what_each_stage_decided(articles: Path) -> None:
    asking = assistant(articles, f"{RETURN}\nThe council voted.")
    steps = [(step.stage, step.decision) for step in asking.ask(WHEN).trace]
    assert steps == [
        ("retrieval", "2 passages of 2 articles"),
        ("gate", "the passages may hold the answer"),
        ("verification", f"supported: {RETURN}"),
        ("confidence", f"kept: {RETURN}"),
        ("fit", "left out: The council voted."),
    ]


def test_a_claim_of_whose_words_the_model_was_not_sure_is_left_out(articles: Path, tmp_path: Path) -> None:
    Calibration(intercept=0.0, weights={"gate": 1.0, "writing": 10.0}, fitted_on={}).save(tmp_path / "own.json")
    asking = assistant(articles, RETURN, calibration=tmp_path / "own.json")
    generator(asking).log_probability = -1.0  # of 40 tokens, with 8 certain ones: -40 / 48
    answer = asking.ask(WHEN)
    assert answer.abstained
    assert answer.notes == ("A sentence that is not sure enough was left out.",)
    assert answer.confidence == pytest.approx(0.0022, abs=1e-4)  # 1 / (1 + e^-(ln 9 - 10 * 40 / 48))


def test_a_name_that_no_passage_holds_is_refused_without_asking_the_model(articles: Path) -> None:
    refusing = assistant(articles, votes=())
    assert refusing.ask("When do night buses return to Kyoto?").abstained
    assert generator(refusing).judged == []


def test_a_question_that_appeals_to_a_source_which_is_not_here_is_refused_and_told_why(articles: Path) -> None:
    asking = assistant(articles, RETURN)
    answer = asking.ask("According to the Evening Courier, when do night buses return to Ulm?")
    assert answer.abstained
    assert answer.notes == ("No article here is by Evening Courier.",)
    assert generator(asking).read_ahead == []


def test_the_newest_passages_are_read_ahead_as_many_as_are_kept(articles: Path) -> None:
    asking = assistant(dated(articles, dict.fromkeys(DAYS, "Trams ran.")), kept_mb=1)
    model = generator(asking)
    tokens = model.count_tokens(gate_messages("", [Evidence(1, asking.index.passages[0], ())]))
    model.kept_bytes = 1_000_000 // (2 * tokens)  # two passages take a megabyte
    assert list(asking.read_ahead()) == [None, None]
    assert days_of(model.read_ahead) == ["2026-01-03", "2026-01-02"]


def test_what_the_model_has_no_room_for_is_not_read_ahead(articles: Path) -> None:
    asking = assistant(dated(articles, dict.fromkeys(DAYS, "Trams ran.") | {"2026-01-02": "Trams ran. " * 10}))
    model = generator(asking)
    model.context_tokens = 70  # words: the rules, the passage and the gate's question take some 60 and one of ten 80
    assert list(asking.read_ahead()) == [None, None]
    assert days_of(model.read_ahead) == ["2026-01-03", "2026-01-01"]


@pytest.mark.parametrize(("setting", "value"), [("kept_mb", 0), ("store", "http://127.0.0.1:9")])
def test_where_nothing_is_kept_nothing_is_read_ahead(articles: Path, setting: str, value: object) -> None:
    asking = assistant(articles, votes=(), **{setting: value})
    assert list(asking.read_ahead()) == []
    assert generator(asking).read_ahead == []


def test_a_sentence_that_no_passage_supports_is_never_shown(articles: Path) -> None:
    made_up = "Night buses return to Ulm in March 2031."
    answers = list(assistant(articles, f"{made_up}\n{RETURN}").stream(WHEN))
    assert all(made_up not in answer.text for answer in answers)
    assert answers[-1].text == f"{RETURN} [1]"
    assert answers[-1].notes == ("A sentence that no passage supports was left out.",)


def test_nothing_supported_is_a_refusal(articles: Path) -> None:
    """Of neither passage: after the first one the next is read."""
    refusing = assistant(articles, *["Night buses return to Ulm in March 2031."] * 2)
    answer = refusing.ask(WHEN)
    assert answer.abstained
    assert answer.notes == ("A sentence that no passage supports was left out.",)
    assert len(generator(refusing).asked) == 2


def test_a_true_sentence_that_is_no_answer_is_left_out(articles: Path) -> None:
    answer = assistant(articles, *["The council of Ulm voted on the buses."] * 2).ask(WHEN)
    assert answer.abstained
    assert answer.notes == ("A sentence that does not tell what was asked for was left out.",)


def test_a_repeated_sentence_is_shown_once(articles: Path) -> None:
    answer = assistant(articles, f"{RETURN}\n{RETURN}").ask(WHEN)
    assert [claim.text for claim in answer.claims] == [RETURN]


def test_equal_quotes_share_a_number(articles: Path) -> None:
    answer = assistant(articles, f"{RETURN}\nIn March 2026 night buses return to Ulm.").ask(WHEN)
    assert answer.text == f"{RETURN} [1] In March 2026 night buses return to Ulm. [1]"
    assert len(answer.citations) == 1


def test_a_question_that_was_asked_before_is_answered_without_the_model(articles: Path) -> None:
    asking = assistant(articles, RETURN)
    first = asking.ask(WHEN)
    (again,) = asking.stream(f" {WHEN}\n")
    assert (again.claims, again.evidence, again.done) == (first.claims, first.evidence, True)
    assert again.notes == ("This was asked before; the answer is repeated.",)
    assert len(generator(asking).asked) == 1


def test_the_model_is_asked_again_where_no_answer_is_kept(articles: Path) -> None:
    asking = assistant(articles, RETURN, RETURN, votes=(0.9, 0.9), cached_answers=0)
    assert asking.ask(WHEN).notes == asking.ask(WHEN).notes == ()


def test_closing_the_stream_stops_the_model(articles: Path) -> None:
    asking = assistant(articles, RETURN)
    stream = asking.stream(WHEN)
    while not generator(asking).asked:
        next(stream)
    stream.close()
    assert generator(asking).closed_early == 1


def test_sources_restrict_the_evidence(articles: Path) -> None:
    answer = assistant(articles, votes=(0.1,)).ask("What did the council do?", sources=["tram.txt"])
    assert {item.passage.doc_id for item in answer.evidence} == {"tram.txt"}
    with pytest.raises(InvalidInput, match=r"gone\.txt"):
        assistant(articles).ask("What did the council do?", sources=["gone.txt"])


@pytest.mark.parametrize("question", ["", " \n\t ", "x" * 2001])
def test_an_empty_or_overlong_question_is_refused_as_input(articles: Path, question: str) -> None:
    with pytest.raises(InvalidInput):
        assistant(articles).ask(question)


def test_passages_that_do_not_fit_are_told(articles: Path) -> None:
    question = "Who pays more, Ulm or Basel?"
    asking = assistant(articles, "Ulm pays.", "Ulm pays.", max_answer_tokens=16)
    evidence = gather_evidence(question, asking.retrieve(question), asking.index.sentence_vectors, asking.embedder)
    one_passage = generator(asking).count_tokens(answer_messages(question, evidence[:1], "list"))
    generator(asking).context_tokens = one_passage + 16
    answer = asking.ask(question)
    assert answer.notes[0] == "1 of the retrieved passages did not fit into the model's context."


def test_one_answer_needs_room_for_one_passage_only(articles: Path) -> None:
    asking = assistant(articles, RETURN, max_answer_tokens=16)
    evidence = gather_evidence(WHEN, asking.retrieve(WHEN), asking.index.sentence_vectors, asking.embedder)
    prompts = [answer_messages(WHEN, [item]) for item in evidence]
    generator(asking).context_tokens = max(map(generator(asking).count_tokens, prompts)) + 16
    answer = asking.ask(WHEN)
    assert (answer.text, answer.notes) == (f"{RETURN} [1]", ())


def test_an_index_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match="rag index"):
        Assistant.open(tmp_path / "nowhere")
