"""Passages: whole sentences of one story, sliced out of the text, none too long, no word lost."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.chunking import CountTokens, passages_of, sentences_of
from rag.corpus.cleaning import sections_of
from rag.types import Document, Passage, Section, SectionKind
from tests.rag.fakes import count_words, document


def count_characters(texts: Sequence[str]) -> list[int]:
    """One token for each character but white space, and two special ones: a tokenizer of short pieces."""
    return [len("".join(text.split())) + 2 for text in texts]


def texts_of(passages: Sequence[Passage]) -> list[str]:
    return [found.text for found in passages]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Mr. Smith paid 3.5 million. He left.", ["Mr. Smith paid 3.5 million.", "He left."]),
        ("A heading\nA sentence.", ["A heading", "A sentence."]),
        ("A sentence that goes\non in lower case.", ["A sentence that goes\non in lower case."]),
        ("One.\n\n\n  Two.  \n", ["One.", "Two."]),
        ("你好。再见。", ["你好。", "再见。"]),
        ("Smile 😀. Then go.", ["Smile 😀.", "Then go."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [sentence.text for sentence in sentences_of(text, 0, len(text))] == expected


def test_sentences_of_a_stretch_keep_their_offsets_in_the_text() -> None:
    text = "Not this. But this. And this. No more."
    assert [(s.start, s.end) for s in sentences_of(text, 10, 29)] == [(10, 19), (20, 29)]


def test_sentences_are_packed_until_the_passage_is_full() -> None:
    """Each sentence takes 2 words + 2 special tokens; 14 tokens without a title leave room for 12: three of them."""
    text = "One dog. Two cats. Three owls. Four hens."
    assert texts_of(passages_of(document(text), count_words, 14)) == ["One dog. Two cats. Three owls.", "Four hens."]


def test_the_title_takes_part_of_the_room() -> None:
    """The title takes 4 tokens of 14 and leaves 10: two sentences."""
    text = "One dog. Two cats. Three owls. Four hens."
    found = passages_of(document(text, title="A title"), count_words, 14)
    assert texts_of(found) == ["One dog. Two cats.", "Three owls. Four hens."]
    assert found[0].title == "A title"


def test_a_paragraph_that_fits_is_not_torn_apart() -> None:
    text = "One dog. Two cats.\n\nThree owls. Four hens."
    assert texts_of(passages_of(document(text), count_words, 14)) == ["One dog. Two cats.", "Three owls. Four hens."]


def test_a_heading_stays_with_the_paragraph_below_it() -> None:
    text = "One dog. Two cats.\n\nThe heading\n\nThree owls."
    assert texts_of(passages_of(document(text), count_words, 14)) == [
        "One dog. Two cats.",
        "The heading\n\nThree owls.",
    ]


def test_a_heading_at_the_end_is_not_lost() -> None:
    assert texts_of(passages_of(document("One dog.\n\nThe heading"), count_words, 64)) == ["One dog.\n\nThe heading"]


def test_a_long_sentence_is_cut_between_words_near_its_middle() -> None:
    """Eight words and 2 special tokens do not fit into 10 - 2, four words do."""
    found = passages_of(document("a b c d e f g h."), count_words, 10)
    assert texts_of(found) == ["a b c d", "e f g h."]


def test_a_word_without_spaces_is_cut_too() -> None:
    found = passages_of(document("x" * 20), count_characters, 16)
    assert texts_of(found) == ["x" * 10, "x" * 10]


def test_words_that_the_tokenizer_does_not_know_do_not_make_endless_passages() -> None:
    """One word for the tokenizer, but never fewer than a token for eight characters."""
    found = passages_of(document("x" * 100_000), lambda texts: [3 for _ in texts], 64)
    assert max(len(text) for text in texts_of(found)) <= 64 * 8 + 8
    assert "".join(texts_of(found)) == "x" * 100_000


def test_a_title_longer_than_half_the_passage_is_shortened() -> None:
    """Of 20 tokens the title may take 10, two of them special: eight words."""
    (found,) = passages_of(document("One dog.", title=" ".join("abcdefghijklmnop")), count_words, 20)
    assert found.title == "a b c d e f g h"


def test_passages_tell_the_story_they_belong_to() -> None:
    sections = (
        Section("body", "Buses", "Gazette", 0, 9),
        Section("boilerplate", "Buses", "Gazette", 9, 15),
        Section("teaser", "Taxis", "Post", 15, 25),
    )
    article = Document("a.txt", "One dog. Share Two cats. ", "Buses", "Gazette", "2025-02-27", sections)
    body, teaser = passages_of(article, count_words, 64)
    assert (body.title, body.publisher, body.published, body.text) == ("Buses", "Gazette", "2025-02-27", "One dog.")
    assert (teaser.title, teaser.publisher, teaser.start, teaser.text) == ("Taxis", "Post", 15, "Two cats.")
    assert teaser.passage_id == "a.txt:15-24"


HEAD, BODY, NOISE = "A bridge opens\n", "One dog. Two cats.\n", "By Jane Doe\n"


def of_sections(*parts: tuple[SectionKind, str, str]) -> Document:
    """An article of these parts: each its kind, the title of its story, and its text."""
    sections: list[Section] = []
    for kind, title, text in parts:
        start = sections[-1].end if sections else 0
        sections.append(Section(kind, title, "", start, start + len(text)))
    return Document("a.txt", "".join(text for _, _, text in parts), "", "", "", tuple(sections))


def test_the_headline_is_the_beginning_of_the_first_passage_of_its_story() -> None:
    whole = of_sections(
        ("body", "T", "Oslo\n"), ("title", "T", HEAD), ("body", "T", BODY), ("title", "U", HEAD), ("teaser", "U", BODY)
    )
    assert texts_of(passages_of(whole, count_words, 64)) == [f"Oslo\n{HEAD}{BODY}".strip(), f"{HEAD}{BODY}".strip()]


def test_boilerplate_below_a_headline_parts_it_from_the_body() -> None:
    whole = of_sections(("title", "T", HEAD), ("boilerplate", "T", NOISE), ("body", "T", BODY))
    found = passages_of(whole, count_words, 64)
    assert [(passage.title, passage.text) for passage in found] == [("T", HEAD.strip()), ("T", BODY.strip())]


def test_a_headline_without_a_body_is_a_passage() -> None:
    assert texts_of(passages_of(of_sections(("title", "T", HEAD)), count_words, 64)) == [HEAD.strip()]


@pytest.mark.parametrize(("pages", "expected"), [((), [0, 0]), ((0,), [1, 1]), ((0, 9), [1, 2]), ((0, 4, 8), [1, 3])])
def test_a_passage_tells_the_page_that_it_begins_on(pages: tuple[int, ...], expected: list[int]) -> None:
    """The first begins at 0, the second at 9: where a page begins belongs to that page."""
    whole = replace(document("One dog. Two cats."), pages=pages)
    assert [passage.page for passage in passages_of(whole, count_words, 6)] == expected


def test_the_tokenizer_is_called_a_few_times_for_an_article_not_for_each_sentence() -> None:
    calls = []

    def count(texts: Sequence[str]) -> list[int]:
        calls.append(len(texts))
        return count_words(texts)

    passages_of(document("One sentence more. " * 500, title="T"), count, 64)
    assert len(calls) <= 4


STRANGE = ["Related Articles", "4 minutes ago", "Comments", "\n", "\n\n", " ", "\u2028", "\x00", "\t"]
PIECES = st.sampled_from(
    [
        "One two three.",
        "Heading",
        "Mr. Smith",
        "lower case",
        "“Quote.”",
        "3.5",
        "x" * 50,
        "你好",
        "。",
        "😀",
        "!?",
        *STRANGE,
    ]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map(" ".join), st.lists(PIECES).map("\n".join))

TITLES = st.one_of(st.text(max_size=60), st.sampled_from(["Heading", "Mr. Smith lower case"]))


def article(text: str, title: str) -> Document:
    """The text with the sections that cleaning finds."""
    return Document("a.txt", text, title, "", "", sections_of(text, title, ""))


@given(TEXTS, TITLES)
def test_passages_slice_back_and_stay_within_one_story(text: str, title: str) -> None:
    whole = article(text, title)
    for found in passages_of(whole, count_words, 32):
        assert whole.text[found.start : found.end] == found.text
        assert [whole.text[s.start : s.end] for s in found.sentences] == [s.text for s in found.sentences]
        assert (found.sentences[0].start, found.sentences[-1].end) == (found.start, found.end)
        touched = [s for s in whole.sections if s.start < found.end and found.start < s.end]
        assert "boilerplate" not in {s.kind for s in touched}
        (story,) = {(s.title, s.publisher) for s in touched}
        assert story[0].startswith(found.title)


@given(TEXTS, TITLES)
def test_sentences_follow_each_other(text: str, title: str) -> None:
    sentences = [s for found in passages_of(article(text, title), count_words, 32) for s in found.sentences]
    assert all(left.end <= right.start for left, right in pairwise(sentences))
    assert all(s.text == s.text.strip() != "" for s in sentences)


@pytest.mark.parametrize("count", [count_words, count_characters])
@given(text=TEXTS, title=TITLES, limit=st.integers(min_value=8, max_value=80))
def test_a_passage_and_its_title_take_at_most_the_limit(count: CountTokens, text: str, title: str, limit: int) -> None:
    for found in passages_of(article(text, title), count, limit):
        assert count([f"{found.title}\n{found.text}"])[0] <= limit


@given(TEXTS, st.integers(min_value=8, max_value=80))
def test_no_word_of_the_story_is_lost(text: str, limit: int) -> None:
    whole = article(text, "")
    story = "".join(text[s.start : s.end] for s in whole.sections if s.kind != "boilerplate")
    kept = "".join(s.text for found in passages_of(whole, count_words, limit) for s in found.sentences)
    assert "".join(kept.split()) == "".join(story.split())
