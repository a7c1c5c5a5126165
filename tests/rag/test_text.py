"""Words, stems, numbers and names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text import beginning, capitalised, common_words, name_keys, names, numbers, stems, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10,000 jobs", ["10000", "jobs"]),
        ("13,500,000.5 yuan", ["13500000.5", "yuan"]),
        ("1,00,000 rupees", ["100000", "rupees"]),
        ("2025,2026", ["2025", "2026"]),
        ("Huawei’s AI", ["huawei", "ai"]),
        ("U.S. COVID-19 GPT4", ["u.s", "covid", "19", "gpt", "4"]),
        ("阿里巴巴 招聘", ["阿里巴巴", "招聘"]),
        ("— …", []),
    ],
)
def test_words_are_lower_case_and_numbers_plain(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("more than 10,000 in 2025.", ["10000", "2025"]),
        ("52.2 billion, or 7,5", ["52.2", "7", "5"]),
        ("2025,2026", ["2025", "2026"]),
        ("1234,567", ["1234", "567"]),
        ("none", []),
    ],
)
def test_numbers_are_digits_without_separators(text: str, expected: list[str]) -> None:
    assert numbers(text) == expected


@given(st.integers(min_value=0, max_value=10**15))
def test_a_number_reads_the_same_with_and_without_separators(number: int) -> None:
    assert numbers(f"about {number:,} people") == numbers(f"about {number} people") == [str(number)]
    assert words(f"{number:,}") == [str(number)]


@pytest.mark.parametrize("row", [["11"], ["1", "11"], ["7", "10", "2025"]])
def test_a_long_row_of_numbers_is_looked_at_once(row: list[str]) -> None:
    """From each of its numbers the rest was looked at before: of 60 KB for eight seconds, of 5 MB for half a day."""
    text = f"{','.join(row)}," * 20_000
    assert numbers(text) == words(text) == row * 20_000


def test_stems_leave_out_words_without_meaning() -> None:
    assert stems("Which companies are hiring the graduates?") == ["compani", "hire", "graduat"]


def test_names_are_capitalised_words_inside_sentences() -> None:
    assert names("Yesterday Huawei met Tencent. Nobody spoke. On Monday IBM came to Paris in May.") == {
        "huawei",
        "tencent",
        "pari",
    }


def test_capitalised_words_may_open_a_sentence() -> None:
    assert capitalised("Huawei hires. The AI lab closed in May.") == {"huawei"}


def test_common_words_are_those_in_lower_case() -> None:
    assert common_words("Apple sells an apple a day") == {"sell", "an", "appl", "a", "day"}


def test_a_name_is_known_by_its_first_word() -> None:
    assert name_keys("Alibaba Group Holding met Xi Jinping in May.") == {"alibaba", "xi"}


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("one two", 7, "one two"),
        ("one two three", 7, "one two"),
        ("one two three", 8, "one two"),
        ("one two three", 6, "one"),
        ("one\ntwo", 5, "one"),
        ("onetwothree", 7, "onetwot"),
        ("one", 0, ""),
        ("", 0, ""),
    ],
)
def test_the_beginning_that_fits_ends_with_a_word(text: str, length: int, expected: str) -> None:
    assert beginning(text, lambda part: len(part) <= length) == expected


@given(st.text(), st.integers(min_value=0, max_value=30))
def test_the_beginning_fits_and_is_a_beginning(text: str, length: int) -> None:
    part = beginning(text, lambda part: len(part) <= length)
    assert len(part) <= length
    assert text.startswith(part)


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    assert all(word and word == word.lower() for word in words(text))
    assert names(text) <= capitalised(text)
    assert len(stems(text)) <= len(words(text))
