"""Copies are found whatever was done to them, and only copies: not retellings, not updates."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from random import Random
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.chunking import passages_of
from rag.corpus.cleaning import sections_of
from rag.corpus.duplicates import near_duplicates, passage_copies, shingles_of
from rag.types import Document, Passage
from tests.rag.fakes import count_words, passage

SEEDS = Path(__file__).resolve().parents[3] / "seeds"
VOCABULARY = ["".join(letters) for letters in product(ascii_lowercase, repeat=2)]


def prose(first: int, length: int) -> str:
    """That many different words of the vocabulary, from the one numbered ``first`` on."""
    return " ".join(VOCABULARY[first : first + length])


def changed(text: str, *places: int) -> str:
    """The text with other words at these places."""
    return " ".join(f"other{word}" if place in places else word for place, word in enumerate(text.split()))


def copies_of(passages: Sequence[Passage]) -> tuple[int, ...]:
    return passage_copies(passages, shingles_of([passage.text for passage in passages]))


def passage_rows(*articles: tuple[str, ...]) -> tuple[int, ...]:
    """The copies among the passages of these articles."""
    return copies_of([passage(text, doc_id=f"{n}.txt") for n, article in enumerate(articles) for text in article])


def partition(rows: tuple[int, ...], texts: list[str]) -> set[frozenset[str]]:
    """The clusters as sets of texts."""
    return {frozenset(text for text, row in zip(texts, rows, strict=True) if row == first) for first in rows}


def test_a_cluster_is_named_by_its_first_member() -> None:
    tram, bus = prose(0, 60), prose(100, 60)
    assert near_duplicates([tram, bus, tram, prose(200, 60), bus, tram]) == (0, 1, 0, 3, 1, 0)


@pytest.mark.parametrize(("last", "expected"), [("in Ulm.", 0), ("in Bonn.", 1), ("at 7.", 1)])
def test_an_article_that_names_another_place_or_number_is_another_story(last: str, expected: int) -> None:
    """94 equal words before one other ending: 90 shingles of some 92 are shared, far more than seven tenths."""
    text = prose(0, 94)
    assert near_duplicates([f"{text} today in Ulm.", f"{text} {last}"]) == (0, expected)


def test_nothing_has_no_copies() -> None:
    assert near_duplicates([]) == copies_of([]) == ()


@pytest.mark.parametrize(("places", "expected"), [((20, 40, 60), 0), ((20, 40, 60, 80), 1)])
def test_articles_are_copies_from_a_jaccard_similarity_of_seven_tenths_on(
    places: tuple[int, ...], expected: int
) -> None:
    """94 words are 90 shingles; each changed word changes 5. (90 - 15) / (90 + 15) = 0.71, (90 - 20) / 110 = 0.64."""
    text = prose(0, 94)
    assert near_duplicates([text, changed(text, *places)]) == (0, expected)


@pytest.mark.parametrize(("places", "expected"), [((30, 60), 0), ((20, 40, 60), 1)])
def test_passages_are_copies_from_a_jaccard_similarity_of_eight_tenths_on(
    places: tuple[int, ...], expected: int
) -> None:
    """(90 - 10) / (90 + 10) = 0.8, (90 - 15) / (90 + 15) = 0.71."""
    text = prose(0, 94)
    assert passage_rows((text,), (changed(text, *places),)) == (0, expected)


@pytest.mark.parametrize(("length", "expected"), [(50, 0), (49, 1)])
def test_a_shortened_article_is_a_copy_when_fifty_words_are_left(length: int, expected: int) -> None:
    assert near_duplicates([prose(0, 300), prose(100, length)]) == (0, expected)


def test_the_longest_article_leads_wherever_it_stands() -> None:
    assert near_duplicates([prose(100, 60), prose(0, 300), prose(200, 60)]) == (0, 0, 0)


def test_no_article_joins_through_another_copy() -> None:
    """Of 97, 96 and 96 shingles the first two share 87 (0.82), the last two 86 (0.81), the first and last 77 (0.66)."""
    assert near_duplicates([prose(0, 101), prose(10, 100), prose(20, 100)]) == (0, 0, 2)


@given(st.integers(60, 300), st.randoms(use_true_random=False))
def test_a_copy_is_found_in_other_type(length: int, random: Random) -> None:
    text = prose(0, length)
    dressed = "".join(random.choice([" ", "\n\n", ", ", " – ", "! ", "\u00a0"]) if c == " " else c for c in text)
    cased = "".join(random.choice([c, c.upper()]) for c in dressed)
    assert near_duplicates([text, cased]) == (0, 0)


@given(st.integers(60, 300), st.data())
def test_a_copy_is_found_with_a_byline_or_without_a_paragraph(length: int, data: st.DataObject) -> None:
    """Each of the eight paragraphs is an eighth of the words at most; the shortest copy keeps 50 of them."""
    text = prose(0, length)
    words, size = text.split(), length // 8
    cut = data.draw(st.integers(0, 7)) * size
    shortened = " ".join(words[:cut] + words[cut + size :])
    assert near_duplicates([text, f"By Ada Roe, Gazette\n\n{text}", shortened]) == (0, 0, 0)


def test_a_retelling_is_no_copy() -> None:
    first = (
        "Acme will hire 300 engineers in Oslo this spring, the company said on Monday. Half of the new posts are in "
        "its battery laboratory, where a team of forty has worked on cells without cobalt since 2023."
    )
    second = (
        "Some 300 engineers are to find work at Acme's Oslo site in the coming months. According to the company, the "
        "battery laboratory, which now has forty people and looks for cells without cobalt, gets half of them."
    )
    assert near_duplicates([first, second]) == (0, 1)


def test_in_scripts_without_spaces_characters_are_words() -> None:
    text = "公司周一表示今年春季将在奥斯陆招聘三百名工程师其中一半的新职位设在电池实验室"
    retold = "据该公司称奥斯陆基地未来几个月将迎来大约三百名工程师而电池实验室将得到一半名额"
    assert near_duplicates([text, text.replace("今年", ",今年") + "。", retold]) == (0, 0, 2)


def test_forms_of_one_character_are_one() -> None:
    assert near_duplicates(["ＡＣＭＥ hires １２ in Cafe\u0301 Roe", "Acme hires 12 in Café Roe"]) == (0, 0)


def test_texts_without_words_are_alone() -> None:
    assert near_duplicates(["", "***", "", "***"]) == (0, 1, 2, 3)


def test_short_texts_are_copies_when_their_words_are_equal() -> None:
    assert near_duplicates(["They wait.", "They wait!", "They run."]) == (0, 0, 2)


def test_a_copy_is_found_among_forms_that_are_filled_in_differently() -> None:
    """The forms share 60 words of 74, so each has 56 of its 70 shingles in common with 143 others."""
    form = prose(0, 60)
    filled = [
        f"{form} {' '.join(f'{word}{a}{b}' for word in VOCABULARY[:14])}"
        for a, b in product("abcdefghijkl", "mnopqrstuvwx")
    ]
    assert near_duplicates([*filled, f"{filled[-1]}."]) == (*range(len(filled)), len(filled) - 1)


texts_with_copies = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 80), st.lists(st.integers(0, 79), max_size=3)), max_size=12
).map(lambda drawn: [changed(prose(first, length), *places) for first, length, places in drawn])


def compared_one_by_one(texts: list[str]) -> set[frozenset[str]]:
    """The clusters by the definition: the longest lead, and each joins the first leader that it is a copy of."""

    def shingles(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        return {tuple(words[start : start + 5]) for start in range(max(1, len(words) - 4))}

    clusters: dict[str, set[str]] = {}
    for text in sorted(set(texts), key=lambda text: (-len(shingles(text)), text)):
        own = shingles(text)
        for leader, members in clusters.items():
            common, either = len(own & shingles(leader)), len(own | shingles(leader))
            if common >= 0.7 * either or (len(own) >= 46 and common >= 0.9 * len(own)):
                members.add(text)
                break
        else:
            clusters[text] = {text}
    return set(map(frozenset, clusters.values()))


@given(texts_with_copies)
def test_no_copy_is_missed(texts: list[str]) -> None:
    assert partition(near_duplicates(texts), texts) == compared_one_by_one(texts)


@given(texts_with_copies, st.randoms(use_true_random=False))
def test_the_order_of_the_articles_does_not_matter(texts: list[str], random: Random) -> None:
    mixed = random.sample(texts, len(texts))
    assert partition(near_duplicates(mixed), mixed) == partition(near_duplicates(texts), texts)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("The ferry from Oslo to Bergen sank with 14 people on board after it had hit a rock near the port.", 1),
        ("The ferry from Oslo to Moss sank with 12 people on board after it had hit a rock near the port.", 1),
        ("The ferry from Oslo to Bergen sank with 12 people on board after it had hit a rock near the port", 0),
        ("THE FERRY FROM OSLO TO BERGEN SANK WITH 12 PEOPLE ON BOARD AFTER IT HAD HIT A ROCK NEAR THE PORT.", 0),
    ],
    ids=["another number", "another name", "the same", "in capitals"],
)
def test_a_passage_with_another_name_or_number_is_no_copy(other: str, expected: int) -> None:
    """One word in the middle of 94 leaves (90 - 5) / (90 + 5) = 0.89."""
    text = "The ferry from Oslo to Bergen sank with 12 people on board after it had hit a rock near the port."
    rest = prose(0, 74)
    assert passage_rows((f"{text} {rest}",), (f"{other} {rest}",)) == (0, expected)


def test_of_two_numbers_neither_hides_behind_a_passage_without_one() -> None:
    """The one without a number is the longest and leads; what tells more than it does not join it."""
    rest = prose(0, 90)
    assert passage_rows((f"{rest} zz yy xx",), (f"12 {rest}",), (f"14 {rest}",)) == (0, 1, 2)


def test_passages_of_the_same_text_cut_at_other_places_are_copies() -> None:
    """In the second article each cut comes 20 words earlier; 60 of the 80 words are in the same passage as before."""
    first = (prose(0, 80), prose(80, 80), prose(160, 80))
    second = (prose(0, 60), prose(60, 80), prose(140, 100))
    assert passage_rows(first, second) == (0, 1, 2, 0, 1, 2)


def test_a_passage_is_no_copy_of_one_whose_article_says_more() -> None:
    """The second article quotes 60 words of the first, which goes on otherwise: "also in" would be untrue of it."""
    first = (prose(0, 80), prose(80, 80))
    second = (prose(300, 80), prose(20, 60))
    assert passage_rows(first, second) == (0, 1, 2, 3)


def test_a_passage_that_says_more_than_the_other_article_is_no_copy() -> None:
    """The last passage shares 50 of its 70 words with the first article and goes on with words of its own."""
    assert passage_rows((prose(0, 80),), (prose(0, 30), f"{prose(30, 50)} {prose(300, 20)}")) == (0, 0, 2)


def test_passages_of_one_article_are_no_copies_for_sharing_half() -> None:
    assert passage_rows((prose(0, 80), prose(20, 80))) == (0, 1)


def seed_documents() -> list[Document]:
    """The articles of the repository."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))}
    return [Document(name, text, name, "", "", sections_of(text, name, "")) for name, text in texts.items()]


def test_the_seeds_are_five_sources() -> None:
    assert near_duplicates([document.text for document in seed_documents()]) == (0, 1, 2, 3, 4)


def test_no_passage_of_a_seed_is_a_copy_of_another_seed() -> None:
    passages = [passage for document in seed_documents() for passage in passages_of(document, count_words, 100)]
    rows = copies_of(passages)
    assert [passages[first].doc_id for first in rows] == [passage.doc_id for passage in passages]
