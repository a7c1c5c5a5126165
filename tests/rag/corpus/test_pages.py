"""Printed pages: running heads go, words and lines are put together, and nothing else is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.limits import USUAL
from rag.corpus.pages import goes_on, head_day, running_text
from rag.corpus.pdf import read_pdf
from tests.rag.corpus.made import pdf_of

HEAD = "Harbour Gazette | Annual review 2025"
LINE = "The operator of the ferries said on Monday that the yard"  # 56 characters: a full line of what follows


def test_a_running_head_is_left_out_but_for_the_first_time() -> None:
    pages = running_text([f"{HEAD}\nOne.\n1", f"{HEAD}\nTwo.\n2", f"{HEAD}\nThree.\n3"])
    assert pages == [f"{HEAD}\n\nOne.", "Two.", "Three."]


@pytest.mark.parametrize(
    "heads",
    [
        ["Harbour Gazette | 3 March 2025 | 1", "Harbour Gazette | 3 March 2025 | 2"],
        ["Harbour Gazette, March 3, 2025", "Harbour Gazette, April 12, 2025"],
        ["Hafenblatt vom 3. März 2025", "Hafenblatt vom 12. April 2025", "Hafenblatt vom 12. April 2025"],
    ],
)
def test_a_running_head_with_a_date_is_left_out_on_the_first_page_too(heads: list[str]) -> None:
    stories = [f"{name} story.\n{name} end." for name in ("One", "Another", "Third")[: len(heads)]]
    pages = [f"{head}\n{story}" for head, story in zip(heads, stories, strict=True)]
    assert running_text(pages) == stories
    assert head_day(pages) == "2025-03-03"


@pytest.mark.parametrize(
    "pages",
    [
        ["Harbour Gazette, March 3, 2025\nOne.", "Two."],  # on one page only
        ["March 3, 2025\nOne.", "March 4, 2025\nTwo."],  # nothing but a date
        ["One.\nTwo.\nIt opens on March 3, 2025.\nFour.\nFive."] * 2,  # not at the edge
        [],
    ],
)
def test_a_date_elsewhere_is_none_of_a_running_head(pages: list[str]) -> None:
    assert head_day(pages) == ""
    assert running_text(pages) == pages


def test_a_head_with_the_number_of_the_page_is_one_head() -> None:
    assert running_text([f"Page {n} of 4\nStory {name}." for n, name in enumerate("ABCD", start=1)]) == [
        "Page 1 of 4\n\nStory A.",
        "Story B.",
        "Story C.",
        "Story D.",
    ]


@pytest.mark.parametrize(
    "pages",
    [
        [f"{HEAD}\nOne.", f"{HEAD}\nTwo.", "Three."],  # on two pages only
        ["12\nOne.", "40\nTwo.", "13\nThree."],  # numbers that do not count the pages
        [f"{a} one.\n{a} two.\n{HEAD}\n{a} four.\n{a} five." for a in ("The", "An", "No")],  # not at the edge
        ["One.", "Two."],
    ],
)
def test_what_is_no_running_head_stays(pages: list[str]) -> None:
    assert running_text(pages) == pages


def test_page_numbers_count_from_any_number_on() -> None:
    assert running_text(["One.\n- 17 -", "Two.\n- 18 -"]) == ["One.", "Two."]


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("The recon-\nstruction begins.", "The reconstruction begins."),
        ("A well-\nknown pier. It is well-known.", "A well-known pier. It is well-known."),
        ("A web-\nsite. The website, a web-site.", "A website. The website, a web-site."),
        ("The Oslo-\nBergen line.", "The Oslo-Bergen line."),
        ("From 2024-\n2025 on.", "From 2024-\n2025 on."),
    ],
)
def test_a_broken_word_is_put_together_as_it_is_written_elsewhere(broken: str, whole: str) -> None:
    assert running_text([broken]) == [whole]


def test_lines_that_a_sentence_runs_through_are_one() -> None:
    page = f"A headline\n{LINE}\nin Bergen stays closed, as it has no crane for what\nMay brings.\n{LINE}.\nAnother."
    whole = f"A headline\n{LINE} in Bergen stays closed, as it has no crane for what May brings.\n{LINE}.\nAnother."
    assert running_text([page]) == [whole]


def test_rows_of_a_table_stay_lines() -> None:
    page = "\n".join(f"Passengers of the line {n} {n}00 {n}10 {n}20 {n}30 {n}40 {n}50 {n}60" for n in range(3))
    assert running_text([page]) == [page]


def test_a_sentence_that_ends_on_the_next_page_goes_on() -> None:
    assert goes_on("The yard of the", "company employs 300.")
    assert not goes_on("The yard is closed.", "iPhones sell.")
    assert not goes_on("The yard of the", "Company employs 300.")
    content = read_pdf(pdf_of(["The yard of the"], ["company employs 300."], ["It grows."]), USUAL.pages, USUAL.seconds)
    assert content.text == "The yard of the\ncompany employs 300.\n\nIt grows."
    assert content.pages == (0, 16, 38)  # 15 characters and a line break; 20 more and an empty line


WORDS = st.lists(st.sampled_from(["Bridge", "opens", "well-", "in", "2025", "May.", "3"]), max_size=8).map(" ".join)
PAGES = st.lists(st.lists(WORDS, max_size=8).map("\n".join), max_size=5)


@given(PAGES)
def test_no_word_is_lost_that_stands_in_the_middle_of_a_page(pages: list[str]) -> None:
    read = running_text(pages)
    assert len(read) == len(pages)
    for page, text in zip(pages, read, strict=True):
        middle = [line for line in page.split("\n") if line.strip()][2:-2]
        letters = re.sub(r"\W", "", text)
        assert all(re.sub(r"\W", "", line) in letters for line in middle)
