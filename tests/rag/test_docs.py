"""What ``rag docs`` shows of an article: worked examples, and nothing that a terminal would obey."""

from dataclasses import replace
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from rag.docs import Row, SectionLine, described, named, page, rows, tabbed, table
from rag.errors import InvalidInput
from rag.types import DateMention, Document, Passage, Section

TEXT = "A bridge opens\nThe mayor came yesterday.\nComments\n"
BRIDGE = Document(
    doc_id="2025/bridge.pdf",
    text=TEXT,
    title="A bridge opens",
    publisher="Gazette",
    published="2025-03-03",
    sections=(
        Section("title", "A bridge opens", "Gazette", 0, 15),
        Section("body", "A bridge opens", "Gazette", 15, 41),
        Section("boilerplate", "A bridge opens", "Gazette", 41, 50),
    ),
    authors=("Jane Doe", "John Roe"),
    language="en",
    pages=(0, 15),
    dates=(DateMention(30, 39, "2025-03-02", "2025-03-02"),),
    origins=(("title", "JSON-LD"), ("published", "dateline in line 2")),
)
BARE = Document("trams.txt", "Trams", "Trams", "", "", (Section("body", "Trams", "", 0, 5),))
PASSAGES = tuple(Passage(doc_id, "", "", "", 0, 0, "", ()) for doc_id in ("trams.txt", "2025/bridge.pdf", "trams.txt"))


def story(name: str, text: str) -> Document:
    """An article that is all body."""
    return replace(BARE, doc_id=name, text=text, sections=(Section("body", "Trams", "", 0, len(text)),))


def drawn(item: RenderableType) -> str:
    """What a terminal without colours shows."""
    console = Console(file=StringIO(), width=200, color_system=None)
    with console.capture() as captured:
        console.print(item)
    return captured.get()


def test_a_row_counts_words_passages_and_sections() -> None:
    bridge, trams = rows([BRIDGE, BARE], PASSAGES)
    assert bridge == Row(
        doc_id="2025/bridge.pdf",
        title="A bridge opens",
        publisher="Gazette",
        published="2025-03-03",
        authors=("Jane Doe", "John Roe"),
        language="en",
        words=8,
        passages=1,
        sections={"title": 1, "body": 1, "boilerplate": 1},
        copy_of="",
    )
    assert (trams.words, trams.passages, trams.sections) == (1, 2, {"body": 1})


def test_a_row_names_the_article_that_it_is_a_copy_of() -> None:
    wire = story("wire.txt", "The trams of Oslo will run all night from the first of June.")
    copy = story("copy.txt", "THE TRAMS of Oslo will run all night, from the first of June")
    longer = story("wire.txt", f"{wire.text} Gazette")
    assert [row.copy_of for row in rows([copy, BARE, longer], ())] == ["", "", "copy.txt"]
    assert "copy of" in drawn(table(rows([copy, longer], ()), 200))
    assert "copy of" not in drawn(table(rows([copy, BARE], ()), 200))


def test_menus_make_no_copies() -> None:
    menu = "Weather Sport Culture Travel Money Opinion Video Games Puzzles Archive Contact " * 3

    def page_with(name: str, text: str) -> Document:
        document = story(name, f"{menu}\n{text}")
        cut = len(menu) + 1
        return replace(
            document, sections=(Section("boilerplate", "", "", 0, cut), Section("body", "", "", cut, cut + len(text)))
        )

    trams, buses = (
        page_with("a.txt", "The trams of Oslo will run all night."),
        page_with("b.txt", "Buses are late again."),
    )
    assert [row.copy_of for row in rows([trams, buses], ())] == ["", ""]
    assert [row.copy_of for row in rows([trams, replace(trams, doc_id="b.txt")], ())] == ["", "a.txt"]


def test_a_narrow_terminal_gets_what_matters_most() -> None:
    shown = drawn(table(rows([BRIDGE], PASSAGES), 80))
    assert "2025/bridge.pdf" in shown
    assert "Gazette" in shown
    assert "Jane Doe" not in shown


def lines_at(width: int, *documents: Document) -> list[str]:
    """What a terminal of this width is sent of the list, line by line."""
    console = Console(file=StringIO(), width=width, color_system=None)
    with console.capture() as captured:
        console.print(table(rows(documents, ()), width), soft_wrap=True)
    return captured.get().splitlines()


@pytest.mark.parametrize("width", [20, 80, 200])
def test_an_article_is_one_line_with_its_whole_name_however_narrow_the_terminal(width: int) -> None:
    name = f"2025/{'a long name with blanks ' * 5}.pdf"
    _, first, second = lines_at(width, replace(BRIDGE, doc_id=name, title="A bridge opens " * 10), BARE)
    assert first.startswith(f"{name}  A bridge opens A br")
    assert first.split("…")[-1].split()[0] == "Gazette"
    assert second.startswith("trams.txt  ")


def test_only_the_title_is_cut_to_make_room() -> None:
    # 9 columns of "trams.txt", 2 of gap, 20 of title (the least), 2 of gap and 8 of "passages"; then 80 of a terminal
    long = replace(BARE, title="Trams " * 20)
    assert lines_at(10, long)[1] == "trams.txt  Trams Trams Trams T…  0       "
    assert len(lines_at(80, long)[1]) == 80


def test_a_program_gets_one_line_of_tabs_for_each_article() -> None:
    hostile = replace(BARE, doc_id="a\tb\n.txt", title="Tr\x1bams")
    heading, bridge, bare = tabbed(rows([BRIDGE, hostile], ()))
    assert heading.split("\t")[:4] == ["article", "title", "publisher", "published"]
    assert bridge.split("\t")[:5] == [
        "2025/bridge.pdf",
        "A bridge opens",
        "Gazette",
        "2025-03-03",
        "Jane Doe, John Roe",
    ]
    assert bare.split("\t")[:3] == ["a b .txt", "Tr\ufffdams", ""]
    assert len({line.count("\t") for line in (heading, bridge, bare)}) == 1


def test_a_description_maps_the_sections_and_tells_the_origins() -> None:
    description = described(BRIDGE, PASSAGES)
    assert description.row == rows([BRIDGE], PASSAGES)[0]
    assert description.pages == 2
    assert description.origins["published"] == "dateline in line 2"
    assert description.sections[1] == SectionLine("body", 15, 41, "A bridge opens", "The mayor came yesterday.")
    assert description.dates == (("yesterday", BRIDGE.dates[0]),)


@pytest.mark.parametrize(
    ("text", "first_words"),
    [
        ("One two.\n\nThree", "One two. Three"),
        ("word " * 40, "word " * 11 + "word …"),  # twelve words take 59 of 60 characters
        ("A" * 200, "A" * 60 + " …"),
        (" " * 200, ""),
        (" " * 200 + "late", "late"),
    ],
)
def test_the_first_words_of_a_section_are_one_line(text: str, first_words: str) -> None:
    document = Document("a.txt", text, "A", "", "", (Section("body", "A", "", 0, len(text)),))
    assert described(document, ()).sections[0].first_words == first_words


def test_the_list_shows_each_article_and_no_empty_column() -> None:
    shown = drawn(table(rows([BRIDGE, BARE], PASSAGES), 200))
    for words in ("2025/bridge.pdf", "Gazette", "2025-03-03", "Jane Doe, John Roe", "1 title, 1 body, 1 boilerplate"):
        assert words in shown
    assert "publisher" not in drawn(table(rows([BARE], PASSAGES), 200))


def test_the_page_shows_values_origins_sections_and_dates() -> None:
    shown = drawn(page(described(BRIDGE, PASSAGES)))
    assert "2025/bridge.pdf: 8 words, 1 passage, 2 pages" in shown
    assert [line.split() for line in shown.splitlines() if line.startswith("published")] == [
        ["published", "2025-03-03", "dateline", "in", "line", "2"]
    ]
    assert "15–41" in shown
    assert "yesterday" in shown
    assert "2025-03-02" in shown
    assert "unknown" in drawn(page(described(BARE, ())))


def test_the_page_names_the_story_of_a_teaser() -> None:
    text = "Trams\nTaxis wait."
    sections = (Section("body", "Trams", "", 0, 6), Section("teaser", "Taxis", "Post", 6, 17))
    shown = drawn(page(described(Document("a.txt", text, "Trams", "", "", sections), ())))
    assert [line.split() for line in shown.splitlines() if line.startswith(("body", "teaser"))] == [
        ["body", "0–6", "Trams"],
        ["teaser", "6–17", "Taxis", "Taxis", "wait."],
    ]


@given(st.text(min_size=1))
def test_no_character_of_an_article_reaches_the_terminal_as_a_command(text: str) -> None:
    hostile = f"[red]\x1b[2J\u202e{text}\ud800"
    document = Document(hostile, hostile, hostile, hostile, "", (Section("body", hostile, "", 0, len(hostile)),))
    shown = drawn(table(rows([document], ()), 200)) + drawn(page(described(document, ())))
    shown.encode("utf-8")  # no half of a character
    assert all(char.isprintable() or char in "\n\u200c\u200d" for char in shown)
    assert "[red]" in shown


DOCUMENTS = {document.doc_id: document for document in (BRIDGE, BARE)} | {"2024/bridge.txt": BARE}


@pytest.mark.parametrize(
    ("name", "doc_id"), [("trams.txt", "trams.txt"), ("tram", "trams.txt"), ("2025/", BRIDGE.doc_id)]
)
def test_an_article_is_found_by_its_name_or_a_part_of_it(name: str, doc_id: str) -> None:
    assert named(DOCUMENTS, name).doc_id == doc_id


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("bridge", r"Several articles are called 'bridge'; did you mean '2025/bridge.pdf' or '2024/bridge.txt'\?"),
        ("tramms.txt", r"No article is called 'tramms.txt'; did you mean 'trams.txt'\?"),
        ("xyz", r"No article is called 'xyz'; see rag docs list\."),
        ("", r"No article is called ''"),
    ],
)
def test_an_unknown_or_unclear_name_is_refused_with_the_likely_ones(name: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        named(DOCUMENTS, name)
