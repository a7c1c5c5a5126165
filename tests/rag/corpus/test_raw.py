"""What files declare, in its usual form, and what of a text can be seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.raw import Declared, Field, declare, iso_day, visible


@pytest.mark.parametrize(
    ("field", "value", "usual"),
    [
        ("title", " A\n bridge\topens ", "A bridge opens"),
        ("title", "A bri\u200bdge", "A bridge"),
        ("published", "2025-03-03T23:30:00-05:00", "2025-03-03"),  # the day where it was published
        ("published", "2025-03-03", "2025-03-03"),
        ("published", "March 3, 2025", "March 3, 2025"),
        ("published", "2025-02-30", "2025-02-30"),  # no day, so only words
        ("language", "en-GB", "en"),
        ("language", "zh_CN", "zh"),
        ("language", "DE", "de"),
    ],
)
def test_values_are_declared_in_their_usual_form(field: Field, value: str, usual: str) -> None:
    assert declare("here", [(field, value)]) == (Declared(field, usual, "here"),)


@pytest.mark.parametrize(("field", "value"), [("title", " \u200b"), ("language", "English"), ("title", "A" * 501)])
def test_what_says_nothing_is_not_declared(field: Field, value: str) -> None:
    assert declare("here", [(field, value)]) == ()


@pytest.mark.parametrize("value", ["", "2025", "2025-03", "2025-13-01", "2025-03-031", "20250303"])
def test_what_does_not_begin_with_a_day_has_none(value: str) -> None:
    assert iso_day(value) == ""


@given(st.text())
def test_what_is_visible_can_be_written_and_stays_visible(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    visible(text).encode()


def test_marks_that_shape_letters_stay() -> None:
    assert visible("👩\u200d🔬 می\u200cخواهم") == "👩\u200d🔬 می\u200cخواهم"
