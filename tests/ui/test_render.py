"""What the page is given to show, without a browser."""

import html
import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.types import REFUSAL, Answer, Citation, Claim, Conflict, Timings
from rag_ui import reading, render
from tests.ui.fakes import (
    ATTACK,
    BUSES,
    CONFLICT,
    COST,
    COST_CLAIMS,
    COST_EVIDENCE,
    COST_QUOTE,
    DISPUTED,
    DISPUTED_CLAIMS,
    FARES_QUOTE,
    LISTED,
    MOON,
    TAXIS,
    UNION_QUOTE,
    citation,
)

CHIP = re.compile(r'\[(\d+)\]\(#cite-([\w.~%-]+) "([^"]*)"\)')
READING = Answer(question=COST, evidence=COST_EVIDENCE)
WRITING = replace(READING, claims=COST_CLAIMS[:2])
DONE = replace(READING, claims=COST_CLAIMS, done=True, timings=Timings(total=1.54))
DIFFERING = replace(DONE, question=DISPUTED, claims=DISPUTED_CLAIMS, conflicts=(CONFLICT,))
REFUSED = Answer(question=MOON, evidence=COST_EVIDENCE, abstained=True, done=True, timings=Timings(total=0.21))

citations = st.builds(
    Citation,
    number=st.integers(1, 99),
    doc_id=st.text(min_size=1),
    title=st.text(),
    publisher=st.text(),
    published=st.text(),
    start=st.integers(0, 10**6),
    end=st.integers(0, 10**6),
    quote=st.text(),
)
claims = st.builds(Claim, text=st.text(), citations=st.lists(citations, max_size=3).map(tuple), support=st.floats(0, 1))
answers = st.builds(
    Answer,
    question=st.text(),
    claims=st.lists(claims, max_size=3).map(tuple),
    notes=st.lists(st.text(), max_size=2).map(tuple),
    abstained=st.booleans(),
    done=st.booleans(),
)


@st.composite
def disputed_answers(draw: st.DrawFn) -> Answer:
    """An answer, two of whose citations differ in a figure."""
    answer = draw(answers.filter(lambda answer: len(answer.citations) > 1))
    first, other = answer.citations[:2]
    return replace(answer, conflicts=(Conflict(draw(st.text()), first, draw(st.text()), other),))


def is_visible(character: str) -> bool:
    turns_direction = character in "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    return not (character.isspace() or unicodedata.category(character) == "Cc" or turns_direction)


def literal(markdown: str) -> str:
    """What a reader sees of escaped text."""
    return html.unescape(markdown)


def test_escaped_text_is_punctuation_free() -> None:
    assert render.escape("1. <b>*a*</b>") == "1&#46; &#60;b&#62;&#42;a&#42;&#60;&#47;b&#62;"


def test_line_breaks_stay_and_blank_lines_go() -> None:
    assert render.escape("  one \n\n\ttwo   three\n") == "one\ntwo three"


def test_characters_that_hide_or_turn_text_are_dropped() -> None:
    assert render.escape("exe\u202egpj\x00\u2066.txt") == "exegpj&#46;txt"


@given(st.text())
def test_escaped_text_holds_no_markdown_and_reads_as_before(text: str) -> None:
    escaped = render.escape(text)
    assert re.sub(r"&#\d+;", "", escaped) == re.sub(r"[!-/:-@\[-`{-~]", "", literal(escaped))
    assert not re.search(r"^[ \t]|[ \t]$", escaped, re.MULTILINE)
    assert [c for c in literal(escaped) if not c.isspace()] == [c for c in text if is_visible(c)]


def test_claims_are_followed_by_their_chips_which_no_line_break_parts_from_them() -> None:
    assert render.answer_markdown(WRITING) == (
        "The extension will cost 4&#46;2 million euros a year&#46;\u00a0"
        "[1](#cite-95-169-1cbddf24-news%2Fnight%20buses.txt "
        '"strong support&#44; Harbour Gazette&#44; 2025&#45;11&#45;04&#44; '
        'City council approves night&#45;bus extension") '
        "Single fares stay at 2&#46;40 euros until 2027&#46;\u00a0"
        "[2](#cite-1718-1768-dc88e374-news%2Fnight%20buses.txt "
        '"good support&#44; Harbour Gazette&#44; 2025&#45;11&#45;04&#44; '
        'City council approves night&#45;bus extension")'
    )


def test_a_finished_answer_counts_its_quotes_and_articles() -> None:
    assert literal(render.answer_markdown(DONE)).endswith("\n\n*3 quotes from 2 articles · 1.5 s*")


def test_one_quote_is_counted_in_the_singular() -> None:
    markdown = render.answer_markdown(replace(DONE, claims=COST_CLAIMS[:1]))
    assert literal(markdown).endswith("*1 quote from 1 article · 1.5 s*")


def test_notes_stand_below_the_answer() -> None:
    markdown = render.answer_markdown(replace(DONE, notes=("One passage did not <fit>.",)))
    assert literal(markdown).split("\n\n")[1].splitlines() == [
        "*One passage did not <fit>.*",
        "*3 quotes from 2 articles · 1.5 s*",
    ]


def test_a_refusal_says_so_and_has_no_chips() -> None:
    markdown = literal(render.answer_markdown(REFUSED))
    assert markdown.startswith(f"**{REFUSAL}**\n\n")
    assert markdown.endswith("*0.2 s*")
    assert "#cite" not in markdown


def test_a_list_is_a_table_with_who_says_what() -> None:
    markdown = render.answer_markdown(replace(DONE, question=LISTED, notes=("Checked 2 of 3 articles.",)))
    table, remarks = CHIP.sub("", literal(markdown)).split("\n\n")
    assert table.splitlines() == [
        "| Article | What it says |",
        "| --- | --- |",
        *(f"| {claim.citations[0].publisher} | {claim.text}\u00a0 |" for claim in COST_CLAIMS),
    ]
    assert remarks.splitlines()[0] == "*Checked 2 of 3 articles.*"


def test_what_an_article_says_stays_in_its_cell_of_the_table() -> None:
    claims = (replace(COST_CLAIMS[0], text="a | b\nc"), *COST_CLAIMS[1:])
    table = render.answer_markdown(replace(DONE, question=LISTED, claims=claims)).split("\n\n")[0]
    assert [line.count("|") for line in table.splitlines()] == [3] * 5


def test_one_finding_is_no_table() -> None:
    markdown = render.answer_markdown(replace(DONE, question=LISTED, claims=COST_CLAIMS[:1]))
    assert literal(markdown).startswith(COST_CLAIMS[0].text)


def test_figures_that_differ_are_a_table_below_the_answer() -> None:
    said, heading, table, remarks = literal(render.answer_markdown(DIFFERING)).split("\n\n")
    assert CHIP.sub("", said) == f"{COST_CLAIMS[0].text}\u00a0 {UNION_QUOTE}\u00a0"
    assert heading == "## The articles give different figures"
    assert CHIP.sub(r"chip \1", table).splitlines() == [
        "| Figure | Article | Quote |",
        "| --- | --- | --- |",
        f"| 4.2 million | {BUSES.title} · Harbour Gazette · 2025-11-04 | chip 1 |",
        f"| 4.6 million | {TAXIS.title} · The Northern Post · 2025-11-06 | chip 2 |",
    ]
    assert remarks == "*2 quotes from 2 articles · 1.5 s*"


def test_a_chip_of_a_figure_opens_its_quote_and_tells_its_best_support() -> None:
    table = render.answer_markdown(DIFFERING).split("\n\n")[2]
    assert [(reading.parse_reference(chip[2]), chip[3].split("&#44;")[0]) for chip in CHIP.finditer(table)] == [
        (reading.Quoted.of(source.doc_id, source.start, source.quote), "strong support")
        for source in (citation(1, BUSES, COST_QUOTE), citation(2, TAXIS, UNION_QUOTE))
    ]


def test_three_figures_of_one_thing_are_one_table_and_two_things_are_two() -> None:
    third, fares = citation(3, TAXIS, TAXIS.text), citation(4, BUSES, FARES_QUOTE)
    claims = (*DISPUTED_CLAIMS, Claim("5 million.", (third,), 0.9), Claim("2.40 euros.", (fares,), 0.9))
    again = replace(CONFLICT, other="5 million", other_citation=third)
    swapped = Conflict(CONFLICT.other, CONFLICT.other_citation, CONFLICT.first, CONFLICT.first_citation)
    another = Conflict("2.40", fares, "2.60", third)
    answer = replace(DIFFERING, claims=claims, conflicts=(CONFLICT, again, swapped, another))
    tables = literal(render.answer_markdown(answer)).split("## The articles give different figures\n\n")[1:]
    told = [[line.split(" | ")[0] for line in table.splitlines() if line.startswith("| ")][2:] for table in tables]
    assert told == [["| 4.2 million", "| 4.6 million", "| 5 million"], ["| 2.40", "| 2.60"]]


def test_a_figure_stays_in_its_cell_and_a_refusal_has_no_figures() -> None:
    hostile = replace(DIFFERING, conflicts=(replace(CONFLICT, first="4 |\n2", other="<b>"),))
    table = render.answer_markdown(hostile).split("\n\n")[2]
    assert [line.count("|") for line in table.splitlines()] == [4] * 4
    assert "<" not in table
    assert "figures" not in render.answer_markdown(replace(REFUSED, claims=DISPUTED_CLAIMS, conflicts=(CONFLICT,)))


@given(answers | disputed_answers())
def test_the_only_links_are_chips_of_the_answers_own_citations(answer: Answer) -> None:
    markdown = render.answer_markdown(answer)
    cited = [c for claim in answer.claims for c in claim.citations]
    differing = [c for conflict in answer.conflicts for c in (conflict.first_citation, conflict.other_citation)]
    expected = [] if answer.abstained else [*cited, *differing]
    assert [(int(chip[1]), reading.parse_reference(chip[2])) for chip in CHIP.finditer(markdown)] == [
        (c.number, reading.Quoted.of(c.doc_id, c.start, c.quote)) for c in expected
    ]
    rest = CHIP.sub("", markdown)
    assert not re.search(r"[<>\[\]()!`_\"\\:]", rest)


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        (Answer(question=COST), "Searching the articles…"),
        (READING, "Reading 2 passages…"),
        (WRITING, "Writing…"),
        (replace(READING, question=LISTED), "Reading 2 passages…"),
        (replace(READING, question=LISTED).traced("gate", "may hold the answer"), "1 article looked at, going on…"),
        (
            replace(WRITING, question=LISTED).traced("gate", "no").traced("gate", "may"),
            "2 articles looked at, going on…",
        ),
        (DONE, ""),
        (replace(DONE, question=LISTED).traced("gate", "may"), ""),
        (REFUSED, ""),
    ],
)
def test_what_is_being_done(answer: Answer, note: str) -> None:
    assert render.working_note(answer) == note


def test_before_the_first_claim_the_panel_shows_the_best_sentences() -> None:
    panel = render.evidence_panel(READING)
    assert panel is not None
    assert panel["state"] == "evidence"
    assert panel["cards"][0] == {
        "number": 0,
        "title": BUSES.title,
        "source": "Harbour Gazette · 2025-11-04",
        "quote": f"{COST_QUOTE} … {FARES_QUOTE}",
        "reference": "95-169-1cbddf24-news%2Fnight%20buses.txt",
        "support": "",
        "support_percent": 0,
    }


def test_with_claims_the_panel_shows_the_quotes() -> None:
    panel = render.evidence_panel(DONE)
    assert panel is not None
    assert panel["state"] == "answer"
    assert [(card["number"], card["support"], card["support_percent"]) for card in panel["cards"]] == [
        (1, "strong support", 91),
        (2, "good support", 78),
        (3, "some support", 55),
    ]


def test_a_quote_behind_two_claims_has_the_better_support() -> None:
    shared = (citation(1, BUSES, COST_QUOTE),)
    answer = replace(DONE, claims=(Claim("Weak.", shared, 0.5), Claim("Strong.", shared, 0.9)))
    panel = render.evidence_panel(answer)
    assert panel is not None
    assert [card["support_percent"] for card in panel["cards"]] == [90]


def test_a_refusal_labels_its_passages_as_no_answer() -> None:
    panel = render.evidence_panel(REFUSED)
    assert panel is not None
    assert (panel["state"], panel["heading"], len(panel["cards"])) == (
        "refusal",
        "Nearest passages – not an answer",
        2,
    )


def test_without_evidence_there_is_no_panel() -> None:
    assert render.evidence_panel(Answer(question=COST)) is None


def test_an_untitled_source_goes_by_its_file() -> None:
    untitled = replace(citation(1, BUSES, COST_QUOTE), title="", publisher="", published="")
    panel = render.evidence_panel(replace(DONE, claims=(Claim("So.", (untitled,), 0.9),)))
    assert panel is not None
    assert (panel["cards"][0]["title"], panel["cards"][0]["source"]) == ("news/night buses.txt", "")


def test_a_source_tells_its_page_and_who_else_says_the_same() -> None:
    paged = replace(citation(1, BUSES, COST_QUOTE), page=3, also_in=("copy.txt", "wire.txt"))
    panel = render.evidence_panel(replace(DONE, claims=(Claim("So.", (paged,), 0.9),)))
    assert panel is not None
    assert panel["cards"][0]["source"] == "Harbour Gazette · 2025-11-04 · page 3 · also in copy.txt, wire.txt"


def test_an_attack_is_shown_letter_by_letter() -> None:
    assert literal(render.escape(ATTACK)) == ATTACK
