"""The days that words of a text mean, with Thursday, March 13, 2025 as the day of publication."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.date_forms import OTHER_MONTHS
from rag.corpus.dates import date_mentions, day_in_year, first_day

PUBLISHED = "2025-03-13"


def meant(text: str, published: str = PUBLISHED) -> list[tuple[str, str, str]]:
    """The words that name a time, with the first and the last day that they mean."""
    return [(text[m.start : m.end], m.first, m.last) for m in date_mentions(text, published)]


@pytest.mark.parametrize(
    ("text", "words", "first", "last"),
    [
        ("It opened on March 3, 2025 in Oslo.", "March 3, 2025", "2025-03-03", "2025-03-03"),
        ("On 3 March 2025 it opened.", "3 March 2025", "2025-03-03", "2025-03-03"),
        ("the 3rd of March, 2025", "3rd of March, 2025", "2025-03-03", "2025-03-03"),
        ("Sept. 11, 2024", "Sept. 11, 2024", "2024-09-11", "2024-09-11"),
        ("DEC 5, 2024", "DEC 5, 2024", "2024-12-05", "2024-12-05"),
        ("Feb 29, 2024", "Feb 29, 2024", "2024-02-29", "2024-02-29"),
        ("Geöffnet seit 2025-03-03.", "2025-03-03", "2025-03-03", "2025-03-03"),
        ("2025-03-03T10:30", "2025-03-03", "2025-03-03", "2025-03-03"),
        ("In March 2025, it rained.", "March 2025", "2025-03-01", "2025-03-31"),
        ("in February 2024", "February 2024", "2024-02-01", "2024-02-29"),
        ("It was sold in 2025.", "2025", "2025-01-01", "2025-12-31"),
        ("since the year 2020", "2020", "2020-01-01", "2020-12-31"),
        ("by 2030 as planned", "2030", "2030-01-01", "2030-12-31"),
        ("in mid-2025", "2025", "2025-01-01", "2025-12-31"),
        ("in 2025-26", "2025-26", "2025-01-01", "2026-12-31"),
        ("in the first quarter of 2025", "first quarter of 2025", "2025-01-01", "2025-03-31"),
        ("Q1 2025 was good", "Q1 2025", "2025-01-01", "2025-03-31"),
        ("2024 Q4", "2024 Q4", "2024-10-01", "2024-12-31"),
        ("the second half of 2025", "second half of 2025", "2025-07-01", "2025-12-31"),
        ("March\n3, 2025", "March\n3, 2025", "2025-03-03", "2025-03-03"),
    ],
)
def test_complete_dates_mean_the_same_in_every_article(text: str, words: str, first: str, last: str) -> None:
    assert meant(text) == meant(text, published="") == [(words, first, last)]


@pytest.mark.parametrize(
    ("text", "words", "first", "last"),
    [
        ("between March 3, 2024 and April 5, 2025", "March 3, 2024 and April 5, 2025", "2024-03-03", "2025-04-05"),
        ("between March 3 and April 5, 2025", "March 3 and April 5, 2025", "2025-03-03", "2025-04-05"),
        ("between 2020 and 2025", "2020 and 2025", "2020-01-01", "2025-12-31"),
        ("from March to May 2025", "March to May 2025", "2025-03-01", "2025-05-31"),
        ("March–May 2025", "March–May 2025", "2025-03-01", "2025-05-31"),
        ("from November to February 2025", "November to February 2025", "2024-11-01", "2025-02-28"),
        ("from November 2024 to February", "November 2024 to February", "2024-11-01", "2025-02-28"),
        ("January 2025 until March 2025", "January 2025 until March 2025", "2025-01-01", "2025-03-31"),
        ("March 3-5, 2025", "March 3-5, 2025", "2025-03-03", "2025-03-05"),
        ("March 3 to 5, 2025", "March 3 to 5, 2025", "2025-03-03", "2025-03-05"),
        ("3–5 March 2025", "3–5 March 2025", "2025-03-03", "2025-03-05"),
    ],
)
def test_ranges_last_from_the_first_day_to_the_last(text: str, words: str, first: str, last: str) -> None:
    assert meant(text, published="") == [(words, first, last)]


@pytest.mark.parametrize(
    ("text", "words", "first", "last"),
    [
        ("He came yesterday.", "yesterday", "2025-03-12", "2025-03-12"),
        ("It rained. Today it snows.", "Today", "2025-03-13", "2025-03-13"),
        ("the day before yesterday", "day before yesterday", "2025-03-11", "2025-03-11"),
        ("tomorrow", "tomorrow", "2025-03-14", "2025-03-14"),
        ("last week", "last week", "2025-03-03", "2025-03-09"),
        ("this week", "this week", "2025-03-10", "2025-03-16"),
        ("last month", "last month", "2025-02-01", "2025-02-28"),
        ("next quarter", "next quarter", "2025-04-01", "2025-06-30"),
        ("Last year’s budget", "Last year", "2024-01-01", "2024-12-31"),
        ("this year", "this year", "2025-01-01", "2025-12-31"),
        ("on Monday", "Monday", "2025-03-10", "2025-03-10"),
        ("on Thursday", "Thursday", "2025-03-13", "2025-03-13"),
        ("last Thursday", "last Thursday", "2025-03-06", "2025-03-06"),
        ("next Thursday", "next Thursday", "2025-03-20", "2025-03-20"),
        ("this Friday", "this Friday", "2025-03-14", "2025-03-14"),
        ("three days ago", "three days ago", "2025-03-10", "2025-03-10"),
        ("two weeks ago", "two weeks ago", "2025-02-24", "2025-03-02"),
        ("4 months ago", "4 months ago", "2024-11-01", "2024-11-30"),
        ("a year ago", "a year ago", "2024-01-01", "2024-12-31"),
        ("two years ago", "two years ago", "2023-01-01", "2023-12-31"),
        ("last April", "last April", "2024-04-01", "2024-04-30"),
        ("next April", "next April", "2025-04-01", "2025-04-30"),
        ("on March 3", "March 3", "2025-03-03", "2025-03-03"),
        ("on December 24", "December 24", "2024-12-24", "2024-12-24"),
        ("On Monday, March 17, it opens", "March 17", "2025-03-17", "2025-03-17"),
        ("on February 29", "February 29", "2024-02-29", "2024-02-29"),
    ],
)
def test_relative_dates_start_from_the_day_of_publication(text: str, words: str, first: str, last: str) -> None:
    assert meant(text) == [(words, first, last)]
    assert meant(text, published="") == meant(text, published="soon") == []


@pytest.mark.parametrize(("month", "year"), [("January", 2025), ("June", 2025), ("July", 2024), ("December", 2024)])
def test_a_month_without_a_year_begins_at_most_91_days_after_publication(month: str, year: int) -> None:
    [(_, first, _)] = meant(f"in {month}")  # 91 days after March 13 is June 12
    assert date.fromisoformat(first).year == year


@pytest.mark.parametrize(
    "text",
    [
        "May the best team win. They may march on; March with us!",
        "In April Jones we trust, and in May Smith.",
        "It cost 2,025 crowns, up from 2000 crowns by 2000 jobs, from 2000 to 2500.",
        "Q4_K is smaller than Q5 and in 2025.1 it was 2025%.",
        "Call 2025 in Oslo, room 2025-03.",
        "a-2025-03-03-b.txt and 2025-02-30",
        "in the 1990s",
        "March 3,000 kilometres",
        "USA Today and Monday Night; today's world; on Mondays",
        "the last year of the war, the last week of term",
        "minutes ago, 9999 years ago, 0.5 days ago",
        "In the first quarter, Acme scored.",
        "12.\n\nMarch on",
    ],
)
def test_what_could_be_something_else_is_no_date(text: str) -> None:
    assert meant(text) == []


def test_mentions_come_in_the_order_of_the_text_without_overlap() -> None:
    text = "In 2024 the bridge was built; on March 3, 2025 it opened, two years ago it was planned."
    assert [words for words, _, _ in meant(text)] == ["2024", "March 3, 2025", "two years ago"]


MONTHS = "January February March April May June July August September October November December".split()
WRITTEN: tuple[Callable[[date], str], ...] = (
    lambda day: day.isoformat(),
    lambda day: f"{MONTHS[day.month - 1]} {day.day}, {day.year}",
    lambda day: f"{day.day} {MONTHS[day.month - 1]} {day.year}",
    lambda day: f"{MONTHS[day.month - 1][:3]}. {day.day}, {day.year}",
)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from(WRITTEN), st.dates().map(date.isoformat))
def test_a_day_written_out_is_read_back(day: date, write: Callable[[date], str], published: str) -> None:
    written = write(day)
    assert meant(f"It opened on {written}.", published) == [(written, day.isoformat(), day.isoformat())]
    assert first_day(f"({written})") == (day.isoformat(), 1, 1 + len(written))


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.data())
def test_a_day_in_another_language_is_read_where_a_day_is_expected(day: date, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([name for name, number in OTHER_MONTHS.items() if number == day.month]))
    for written in (f"{day.day} {name} {day.year}", f"{day.day}. {name.title()} {day.year}", f"{day:%d.%m.%Y}"):
        assert first_day(f"({written})") == (day.isoformat(), 1, 1 + len(written))


PIECES = st.sampled_from(
    "March May 3 31 2025 2024-25 2025-03-03 Q1 the first quarter of in on by from between and to – , last next this "
    "week year Monday yesterday two ago 10000 Sept. of\n".split(" ")
)


@given(
    st.one_of(st.text(), st.lists(PIECES).map(" ".join)),
    st.one_of(st.just(""), st.dates().map(date.isoformat), st.text(max_size=12)),
)
def test_any_text_gives_ordered_mentions_of_real_days(text: str, published: str) -> None:
    mentions = date_mentions(text, published)
    bounds = [bound for mention in mentions for bound in (mention.start, mention.end)]
    assert bounds == sorted(bounds)
    for mention in mentions:
        assert text[mention.start : mention.end].strip()
        assert date.fromisoformat(mention.first) <= date.fromisoformat(mention.last)


@pytest.mark.parametrize("piece", ["March ", "3rd ", "2025-", "from March to ", "in ", " ", "1", "between 2020 and "])
def test_a_long_text_of_beginnings_is_read_to_its_end(piece: str) -> None:
    assert date_mentions(piece * (200_000 // len(piece)), PUBLISHED) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mon, 03 Mar 2025 10:30:00 GMT", "2025-03-03"),
        ("march 3rd, 2025", "2025-03-03"),
        ("2025/03/03", "2025-03-03"),
        ("20250303-bridge.txt", "2025-03-03"),
        ("archive/2025/03/03/bridge.txt", "2025-03-03"),
        ("2025-02-30 or 2025-03-01", "2025-03-01"),
        ("a20250303", ""),
        ("202503031", ""),
        ("2025", ""),
        ("03/04/2025", ""),
    ],
)
def test_the_first_complete_day(text: str, found: str) -> None:
    assert first_day(text)[0] == found


@pytest.mark.parametrize(
    ("text", "year", "day"),
    [
        ("March 3", 2025, "2025-03-03"),
        ("3 March", 2024, "2024-03-03"),
        ("February 29", 2025, ""),
        ("March 3, 2025", 2024, ""),
        ("March", 2025, ""),
        ("soon", 2025, ""),
    ],
)
def test_a_day_takes_its_year_from_elsewhere(text: str, year: int, day: str) -> None:
    assert day_in_year(text, year) == day
