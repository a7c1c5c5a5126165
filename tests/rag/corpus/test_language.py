"""The language of a text, and none where it cannot be told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.language import language_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The mayor opened the bridge in Oslo on Monday. Thousands of people came to see it.", "en"),
        ("Der Bürgermeister kam zur Eröffnung der neuen Brücke in Bremen.", "de"),
        ("La nueva ley entra en vigor en marzo de este año, según el gobierno.", "es"),
        ("Le maire a inauguré le nouveau pont lundi devant des milliers de personnes.", "fr"),
        ("市长来了，他说新桥将在五月开放，市民们都很高兴，很多人来看。", "zh"),
        ("A bridge", ""),
        ("12345 67 89 10 11 12 13 14 15 16", ""),
        ("sju " * 30, ""),
        ("", ""),
    ],
)
def test_languages(text: str, code: str) -> None:
    assert language_of(text) == code


@given(st.text())
def test_any_text_has_a_code_of_two_letters_or_none(text: str) -> None:
    assert len(language_of(text)) in (0, 2)
