"""Teasers of other stories become stories of their own; the article goes on below them."""

from collections import Counter
from pathlib import Path

import pytest

from rag.corpus.cleaning import sections_of
from tests.rag.corpus.sections import kinds, marked

SEEDS = Path(__file__).parents[3] / "seeds"
STORY = "The mayor opened the bridge on Friday. She smiled."
BUSES = "Buses at night\nThe council voted."
TAXIS = "Taxis by day\nThe union counted."


def told(text: str) -> list[tuple[str, str, str, str]]:
    """The sections of the article and what stands below it, without boilerplate."""
    return [section for section in marked(f"{STORY}\n{text}") if section[0] != "boilerplate"]


def body(*lines: str) -> tuple[str, str, str, str]:
    return ("body", "Own title", "Own paper", "|".join(lines))


def teaser(title: str, publisher: str, *lines: str) -> list[tuple[str, str, str, str]]:
    return [("title", title, publisher, title), ("teaser", title, publisher, "|".join(lines))]


def test_teasers_are_stories_of_their_own() -> None:
    assert told(
        "Related Articles\n\n\nHarbour Gazette\n4 minutes ago\n- Harbour Gazette\nBuses at night\n"
        "The council voted.\n\nNorthern Post\nan hour ago\n- The Northern Post\nTaxis by day\nThe union counted."
    ) == [
        body(STORY),
        *teaser("Buses at night", "Harbour Gazette", "The council voted."),
        *teaser("Taxis by day", "The Northern Post", "The union counted."),
    ]


@pytest.mark.parametrize(
    ("heading", "opening", "publisher"),
    [
        ("Related articles:", "2 hours ago", ""),
        ("— You may also like —", "Northern Post\nYesterday", "Northern Post"),
        ("More from Harbour Gazette", "Published 3 days ago", ""),
        ("Recommended stories", "Northern Post\n5h ago", "Northern Post"),
        ("Latest news", "1 month ago\n· The Post", "The Post"),
        ("Related Articles", "Northern Post\n\n4 minutes ago\n\n- The Post\n", "The Post"),
        ("Related Articles", "4 minutes ago\nAdvertisement", ""),
        ("## Read next", "Northern Post · 2h ago", "Northern Post"),
        ("TRENDING", "3 March 2025 | Northern Post", "Northern Post"),
        ("Mehr zum Thema", "Nordpost\nvor 3 Stunden", "Nordpost"),
        ("À lire aussi", "il y a 2 heures", ""),
        ("Te puede interesar", "hace 3 días", ""),
        ("Leggi anche", "3 ore fa", ""),
        ("Leia também", "há 2 horas", ""),
        ("Lees ook", "2 uur geleden", ""),
        ("相关新闻", "3小时前", ""),
        ("延伸閱讀", "3小時前", ""),
        ("関連記事", "3時間前", ""),
        ("관련기사", "3시간 전", ""),
    ],
)
def test_the_age_stands_above_the_headline(heading: str, opening: str, publisher: str) -> None:
    assert told(f"{heading}\n{opening}\n{BUSES}")[1:] == teaser("Buses at night", publisher, "The council voted.")


@pytest.mark.parametrize(
    "when",
    ["2 hours ago", "yesterday", "3 March 2025", "March 3, 2025", "Mon, 3 March 2025", "2025-03-03", "03/03/2025",
     "3.3.2025", "2025-03-03 10:30", "Published on March 3, 2025", "Veröffentlicht am 3. März 2025", "3 mars 2025",
     "3 de marzo de 2025", "2025年3月3日", "2025. 3. 3.", "March 3rd, 2025 at 10:30 am"],
)  # fmt: skip
def test_the_date_stands_below_the_headline(when: str) -> None:
    """It stays with the teaser: it tells when that happened."""
    assert told(f"Read next\nBuses at night\n{when}\nThe council voted.\nTaxis by day\n{when}\nThe union counted.")[
        1:
    ] == [
        *teaser("Buses at night", "", when, "The council voted."),
        *teaser("Taxis by day", "", when, "The union counted."),
    ]


@pytest.mark.parametrize(
    "heading",
    ["Related articles", "More from Gazette", "You might also be interested in", "Editors’ Picks", "Around the web",
     "Das könnte Sie auch interessieren", "Meistgelesen", "Sur le même sujet", "Artículos relacionados", "Lo más leído",
     "Articoli correlati", "I più letti", "Artigos relacionados", "Mais lidas", "Gerelateerde artikelen",
     "Meest gelezen", "相关阅读", "猜你喜欢", "あわせて読みたい", "추천기사", "많이 본 뉴스"],
)  # fmt: skip
@pytest.mark.parametrize(("first", "second"), [("", ""), ("1. ", "2. "), ("- ", "- "), ("1\n", "2\n")])
def test_headlines_with_a_summary_each(heading: str, first: str, second: str) -> None:
    found = told(f"{heading}\n{first}{BUSES}\n\n{second}{TAXIS}")
    assert [(kind, title) for kind, title, *_ in found[1:]] == [
        ("title", "Buses at night"),
        ("teaser", "Buses at night"),
        ("title", "Taxis by day"),
        ("teaser", "Taxis by day"),
    ]


def test_links_of_markdown_are_headlines() -> None:
    buses, taxis = "[Buses at night](https://gazette.example/1)", "* [Taxis by day](/2)"
    assert told(f"Read next\n{buses}\nThe council voted.\n{taxis}\nThe union counted.\n{STORY}\n{STORY}") == [
        body(STORY),
        ("title", "Buses at night", "", buses),
        ("teaser", "Buses at night", "", "The council voted."),
        ("title", "Taxis by day", "", taxis),
        ("teaser", "Taxis by day", "", "The union counted."),
        body(STORY, STORY),
    ]


@pytest.mark.parametrize(
    "items",
    [
        "Buses at night\nTaxis by day",
        "1. Buses at night\n2. Taxis by day",
        "1\nBuses at night\n2\nTaxis by day",
        "- Buses at night\n- Taxis by day",
        "[Buses at night](a)\n[Taxis by day](b)",
        "Buses at night\n2 hours ago\nTaxis by day\n3 hours ago",
        "Will buses run at night?",
    ],
)
@pytest.mark.parametrize("below", ["", f"{STORY}\n{STORY}", "Leave a comment"])
def test_headlines_alone_are_boilerplate(items: str, below: str) -> None:
    """And the article goes on below them."""
    goes_on = [body(STORY, STORY)] if STORY in below else []
    assert told(f"Related articles\n{items}\n{below}") == [body(STORY), *goes_on]


def test_the_article_goes_on_below_teasers_as_long_as_each_other() -> None:
    found = told(f"Related Articles\n1 day ago\n{BUSES}\n2 days ago\n{TAXIS}\n{STORY}\nA heading\n{STORY}")
    assert found[-2:] == [teaser("Taxis by day", "", "The union counted.")[1], body(STORY, "A heading", STORY)]


@pytest.mark.parametrize(
    "line",
    ["Related: Buses at night", "READ ALSO: Buses at night", "Lire aussi : Des bus la nuit", "延伸閱讀：夜間公車"],
)
def test_the_article_goes_on_below_a_pointer_to_another(line: str) -> None:
    assert marked(f"{STORY}\n{line}\n{STORY}") == [
        body(STORY),
        ("boilerplate", "Own title", "Own paper", line),
        body(STORY),
    ]


def test_the_article_goes_on_below_a_heading_without_teasers() -> None:
    assert told(f"\nYou may also like\n\n{STORY}") == [body(STORY), body(STORY)]


def test_a_heading_of_the_article_is_none_of_a_list() -> None:
    """More on what? Nothing below it looks like a list."""
    below = ["More on the bridge", "Monday", STORY, "Tuesday", STORY, STORY]
    assert told("\n".join(below)) == [body(STORY, *below)]


def test_paragraphs_are_no_summaries() -> None:
    """Below a heading whose list is gone, the article's own headings have paragraphs too long for a teaser."""
    found = told(f"You may also like\nThe cost\n{STORY * 9}\nThe plan\n{STORY * 9}")
    assert {kind for kind, *_ in found} == {"body"}


def test_a_teaser_without_a_publisher_does_not_take_that_of_the_one_before() -> None:
    first, second = "Post\n1 day ago\nBuses\nThe council voted.", "2 days ago\nTaxis\nThe union counted."
    teasers = [(title, publisher) for kind, title, publisher, _ in told(f"Related Articles\n{first}\n\n{second}")]
    assert teasers[1:] == [("Buses", "Post")] * 2 + [("Taxis", "")] * 2


@pytest.mark.parametrize("line", ["4 minutes ago", "3 March 2025", "Buses at night", "[Buses](a)", "related"])
def test_nothing_opens_a_teaser_in_the_article(line: str) -> None:
    assert set(kinds(f"{STORY}\n\n{line}\n\nNobody knew.").values()) == {"body"}


def test_one_of_the_seeds_ends_in_three_teasers() -> None:
    """Each with a headline, a publisher and a text of its own; the other seeds have none."""
    found = []
    for path in SEEDS.glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        sections = sections_of(text, "", "")
        teasers = [section for section in sections if section.title]
        assert all(section.publisher for section in teasers)
        assert all(text[s.start : s.end].strip() == s.title for s in teasers if s.kind == "title")
        found.append(Counter(section.kind for section in teasers if section.kind != "boilerplate"))
    assert sorted(found, key=len) == [Counter()] * 4 + [Counter(title=3, teaser=3)]


def test_a_list_of_headlines_above_the_story_may_hold_its_own() -> None:
    above = "Trending:\nElections\nCup final\nA bridge opens"
    assert kinds(f"{above}\n{STORY}") == {
        "Trending:": "boilerplate",
        "Elections": "body",
        "Cup final": "body",
        "A bridge opens": "body",
        STORY: "body",
    }
    assert kinds(f"{STORY}\n{above}")["Cup final"] == "boilerplate"


def test_the_headline_stays_one_below_a_heading_of_other_stories() -> None:
    text = f"{STORY}\nMost read\nOwn title\nBuses"
    assert [(kind, words) for kind, _, _, words in marked(text)] == [
        ("body", STORY),
        ("boilerplate", "Most read"),
        ("title", "Own title"),
        ("boilerplate", "Buses"),
    ]
