"""Answers to take along, without a browser."""

import html
import json
from dataclasses import replace

from rag.types import Answer, ScoredPassage, Step, Timings, Turn
from rag_ui import export
from rag_ui.details import details
from rag_ui.exchange import Exchange, Scope
from rag_ui.export import Asked
from tests.ui.fakes import (
    BUSES,
    CONFLICT,
    COST,
    COST_CLAIMS,
    COST_EVIDENCE,
    COST_QUOTE,
    DISPUTED,
    DISPUTED_CLAIMS,
    FARES_QUOTE,
    MOON,
    TAXIS,
    citation,
)

DONE = Answer(question=COST, evidence=COST_EVIDENCE, claims=COST_CLAIMS[:2], done=True, notes=("One was left out.",))
DIFFERING = Answer(question=DISPUTED, claims=DISPUTED_CLAIMS, done=True, conflicts=(CONFLICT,))
REFUSED = Answer(question=MOON, done=True, abstained=True)


def test_a_copied_answer_has_its_quotes_below() -> None:
    assert export.plain(DONE) == (
        "The extension will cost 4.2 million euros a year. [1] Single fares stay at 2.40 euros until 2027. [2]\n\n"
        f"[1] “{COST_QUOTE}” ({BUSES.title} · Harbour Gazette · 2025-11-04 · news/night buses.txt)\n"
        f"[2] “{FARES_QUOTE}” ({BUSES.title} · Harbour Gazette · 2025-11-04 · news/night buses.txt)"
    )


def test_a_copied_refusal_is_the_refusal_and_of_nothing_there_is_nothing() -> None:
    assert export.plain(REFUSED) == "The articles do not say."
    assert export.plain(Answer(question=COST)) == ""


def test_a_conversation_as_markdown_shows_every_text_literally() -> None:
    asked = Asked("What does it <b>cost</b>?", (BUSES.doc_id,), DONE)
    blocks = html.unescape(export.as_markdown([asked, Asked(MOON, (), REFUSED)])).split("\n\n")
    assert blocks[:3] == [
        "## What does it <b>cost</b>?",
        f"*Understood as: {COST}*",
        f"*Only in: {BUSES.doc_id}*",
    ]
    assert blocks[4].splitlines()[1].startswith(f"- \\[2\\] “{FARES_QUOTE}”")
    assert blocks[5:] == ["*One was left out.*", f"## {MOON}", "The articles do not say.\n"]
    assert "<b>" not in export.as_markdown([asked])


def test_figures_that_differ_stand_below_the_quotes() -> None:
    buses = f"{BUSES.title} · Harbour Gazette · 2025-11-04 · news/night buses.txt"
    taxis = f"{TAXIS.title} · The Northern Post · 2025-11-06 · taxis.txt"
    assert export.plain(DIFFERING).split("\n\n")[2:] == [
        f"The articles give different figures:\n4.2 million: {buses} [1]\n4.6 million: {taxis} [2]"
    ]
    blocks = html.unescape(export.as_markdown([Asked(DISPUTED, (), DIFFERING)])).split("\n\n")
    assert blocks[3:] == [
        "### The articles give different figures",
        f"- 4.2 million: {buses} \\[1\\]\n- 4.6 million: {taxis} \\[2\\]\n",
    ]


def test_a_question_without_an_answer_is_exported_as_such() -> None:
    assert export.as_markdown([Asked("Why", (), Answer(question="Why"))]) == "## Why\n\n*No answer.*\n"


def test_a_conversation_as_json_holds_what_was_typed_and_the_whole_answer() -> None:
    (first, second) = json.loads(export.as_json([Asked("Cost?", (BUSES.doc_id,), DONE), Asked(MOON, (), REFUSED)]))
    assert (first["asked"], first["question"], first["sources"]) == ("Cost?", COST, [BUSES.doc_id])
    assert [found["quote"] for found in first["citations"]] == [COST_QUOTE, FARES_QUOTE]
    assert (first["conflicts"], second["conflicts"]) == ([], [])
    assert (second["abstained"], second["answer"]) == (True, "The articles do not say.")


def test_figures_that_differ_are_objects_that_name_their_citations_in_json() -> None:
    (told,) = json.loads(export.as_json([Asked(DISPUTED, (), DIFFERING)]))
    assert told["conflicts"] == [
        {"first": "4.2 million", "first_citation": 1, "other": "4.6 million", "other_citation": 2}
    ]


def test_details_tell_how_an_answer_was_made() -> None:
    answer = replace(
        DONE,
        passages=(ScoredPassage(COST_EVIDENCE[0].passage, 0.876),),
        confidence=0.93,
        trace=(Step("gate", "the passages hold the answer", (("probability", 0.931),)),),
        timings=Timings(retrieval=0.04, total=1.5, completion_tokens=21),
    )
    scope = Scope(BUSES.doc_id, BUSES.title)
    shown = details(Exchange("And its cost?", answer, scope, history=(Turn(MOON, "No."),)))
    assert {group["heading"]: group["rows"] for group in shown} == {
        "Question": [
            ("Asked", "And its cost?"),
            ("Understood as", COST),
            ("Only in", BUSES.title),
            ("After", MOON),
            ("Confidence", "93%"),
        ],
        "Passages found": [(f"1. {BUSES.title}", f"score 0.88 · {COST_EVIDENCE[0].passage.passage_id}")],
        "Sentences": [
            (COST_CLAIMS[0].text, "strong support, 91% · [1]"),
            (COST_CLAIMS[1].text, "good support, 78% · [2]"),
        ],
        "Decisions": [("gate", "the passages hold the answer · probability 0.931")],
        "Remarks": [("", "One was left out.")],
        "Time": [("Searching", "0.04 s"), ("Whole answer", "1.50 s"), ("Tokens written", "21")],
    }


def test_details_of_a_question_that_waits_are_the_question() -> None:
    assert details(Exchange(COST, Answer(question=COST))) == [{"heading": "Question", "rows": [("Asked", COST)]}]


def test_a_page_number_and_those_who_say_the_same_stand_in_the_copy() -> None:
    paged = replace(citation(1, BUSES, COST_QUOTE), page=3, also_in=("copy.txt",))
    text = export.plain(replace(DONE, claims=(replace(COST_CLAIMS[0], citations=(paged,)),)))
    assert "· page 3 · also in copy.txt · news/night buses.txt)" in text
