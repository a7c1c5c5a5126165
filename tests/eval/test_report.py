"""The page shows every answer, needs no network, and takes nothing that a run holds for markup."""

import hashlib
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from rag.errors import InvalidInput
from rag.types import Turn
from rag_eval.gold import GoldQuestion
from rag_eval.metrics import Scores
from rag_eval.report import write_report
from rag_eval.runs import Record, RunInfo
from rag_eval.tables import by_kind, rates, speed
from tests.eval.made_up import answered, info, question, refused, scored

NUMBER, FOLLOW_UP, OTHER = question(1), question(2, "follow_up", "And how many?"), question(3, "other_topic", "Rain?")
ASKED = (NUMBER, FOLLOW_UP, OTHER)
RECORDS = (answered("assistant", NUMBER), refused("assistant", FOLLOW_UP), answered("assistant", OTHER, "It rains."))
SCORES = (
    scored("assistant", ASKED, RECORDS),
    scored("always refuse", ASKED, [refused("always refuse", one) for one in ASKED]),
)
INFO = info(ASKED, ("assistant", "always refuse"), top_k=8)
ATTACK = "</script></style><script>alert(1)</script><img src=x onerror=alert(2)> \" onload=alert(3) ' {{ 7 * 7 }}"


@dataclass
class Page(HTMLParser):
    """What stands in a page: its text, the attributes of its tags, and its scripts."""

    source: str
    text: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        inside = self.tags[-1][0] if self.tags else ""
        (self.scripts if inside == "script" and not self.scripts else self.text).append(data)

    def values(self, name: str) -> list[str]:
        return [value for _, attributes in self.tags if (value := attributes.get(name)) is not None]

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


Write = Callable[[RunInfo, Sequence[Scores]], Page]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(run: RunInfo, scores: Sequence[Scores]) -> Page:
        write_report(tmp_path / "report.html", run, scores)
        return Page((tmp_path / "report.html").read_text(encoding="utf-8"))

    return written


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The page of the run above."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(path, INFO, SCORES)
    return Page(path.read_text(encoding="utf-8"))


def of_one(asked: GoldQuestion, record: Record | None) -> tuple[Scores, ...]:
    return (scored("assistant", (asked,), [record] if record else []),)


def test_every_question_stands_with_all_that_belongs_to_it(page: Page) -> None:
    words = page.words
    for one in ASKED:
        assert f"{one.id} {one.kind}" in words
    for expected in (
        "How many people does Acme hire?",
        "Where is Acme? Acme is in Oslo.",
        "Reference: Acme hires 120 people.",
        "Reference: the articles do not say; only a refusal is right.",
        "Acme hires 120 people. [1] support 0.87",
        "[1] Acme hires 120 people in Oslo. Oslo Times · Acme grows · 2025-02-27 acme.txt characters 0–30",
        "No passage holds the answer.",
        "confidence 0.90 4.0 seconds first token after 2.0 seconds 800 + 40 tokens",
    ):
        assert expected in words


def test_verdicts_are_words_in_the_page_and_values_of_the_filter(page: Page) -> None:
    """The assistant: right, refused, wrong; always refusing: refused, refused, right."""
    assert Counter(page.values("data-verdict")) == {"correct": 2, "refused": 3, "wrong": 1}
    assert "wrong assistant It rains. [1]" in page.words
    assert page.values("data-system") == ["assistant", "always refuse"] * 3
    assert page.values("data-kind") == [one.kind for one in ASKED for _ in SCORES]


def test_a_citation_that_does_not_hold_is_marked(page: Page, write: Write) -> None:
    """A sentence on rain cites one on people; a changed quote is not the article's."""
    assert "It rains. [1] does not support it" in page.words
    changed = replace(RECORDS[0], citations=(replace(RECORDS[0].citations[0], quote="Acme hires nobody."),))
    assert "Acme hires 120 people. [1] not word for word" in write(INFO, of_one(NUMBER, changed)).words


def test_an_answer_without_claims_is_shown_whole(write: Write) -> None:
    record = replace(RECORDS[0], claims=(), citations=(), text="Acme hires 120 people, I think.")
    words = write(INFO, of_one(NUMBER, record)).words
    assert words.count("Acme hires 120 people, I think.") == 2  # closed and opened


def test_a_question_without_a_record_is_shown_as_not_answered(write: Write) -> None:
    assert "wrong assistant Not answered." in write(INFO, of_one(NUMBER, None)).words


def test_tables_show_the_strings_of_the_other_tables(page: Page) -> None:
    words = page.words
    for grid in (rates(SCORES), speed(SCORES), by_kind(SCORES)):
        for row in grid.rows:
            assert " ".join([row.name, *map(str, row.cells), row.over]).strip() in words


def test_conditions_and_changed_settings_are_named(page: Page) -> None:
    words = page.words
    assert "generator small-model 0123456789ab" in words
    assert "settings top_k = 8" in words
    assert "min_support 0.45" in words


def test_nothing_is_fetched_from_anywhere(page: Page) -> None:
    links = [*page.values("href"), *page.values("src"), *page.values("action"), *page.values("xlink:href")]
    assert [link for link in links if not link.startswith(("#", "data:"))] == []
    assert "@import" not in page.source
    assert set(re.findall(r"url\((.)", page.source)) <= {"#"}


def test_the_policy_lets_only_the_page_s_own_script_run(page: Page) -> None:
    (policy,) = (value for value in page.values("content") if "default-src" in value)
    digest = b64encode(hashlib.sha256("".join(page.scripts).encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}'" in policy


def test_every_place_is_there_once_and_every_link_leads_to_one(page: Page) -> None:
    places = Counter(page.values("id"))
    assert [place for place, count in places.items() if count > 1] == []
    assert {"assistant/fact_number-001", "always-refuse/other_topic-003"} <= set(places)
    assert {link[1:] for link in page.values("href") if link.startswith("#")} <= set(places)


def test_hostile_texts_stay_texts_everywhere(write: Write) -> None:
    record = RECORDS[0]
    attacked = replace(
        NUMBER,
        id=ATTACK,
        kind=ATTACK,
        question=ATTACK,
        answer=ATTACK,
        history=(Turn(ATTACK, ATTACK),),
        spans=(replace(NUMBER.spans[0], file=ATTACK, quote=ATTACK),),
    )
    citation = replace(
        record.citations[0], doc_id=ATTACK, title=ATTACK, publisher=ATTACK, published=ATTACK, quote=ATTACK
    )
    answer = replace(
        record,
        id=ATTACK,
        question=f"Again: {ATTACK}",
        text=ATTACK,
        claims=(replace(record.claims[0], text=ATTACK),),
        citations=(citation,),
        notes=(ATTACK,),
    )
    run = replace(
        info([attacked], (ATTACK,), evil=ATTACK), gold=ATTACK, models={ATTACK: ATTACK}, machine={ATTACK: ATTACK}
    )
    page = write(run, (scored(ATTACK, [attacked], [answer]),))
    assert len(page.scripts) == 1
    assert "alert" not in page.scripts[0]
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert "img" not in {tag for tag, _ in page.tags}
    assert page.words.count("<script>alert(1)</script>") >= 15
    assert "{{ 7 * 7 }}" in page.words


def test_answers_are_closed_at_first_so_that_a_long_page_stays_usable(page: Page) -> None:
    answers = [attributes for _, attributes in page.tags if attributes.get("class") == "answer"]
    assert len(answers) == 6
    assert not any("open" in attributes for attributes in answers)


def test_the_same_run_gives_the_same_page(page: Page, write: Write) -> None:
    assert write(INFO, SCORES).source == page.source


def test_a_page_of_no_questions_is_a_page(write: Write) -> None:
    assert "0 questions" in write(info((), ("assistant",)), (scored("assistant", (), ()),)).words


def test_half_a_character_does_not_stop_the_page(write: Write) -> None:
    record = replace(RECORDS[0], notes=("broken \ud800 note",))
    assert "broken ? note" in write(INFO, of_one(NUMBER, record)).words


def test_the_folder_is_made_and_nothing_else_is_left_there(tmp_path: Path) -> None:
    write_report(tmp_path / "new" / "report.html", INFO, SCORES)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["report.html"]


def test_a_place_that_cannot_be_written_is_named_and_left_as_it_was(tmp_path: Path) -> None:
    taken = tmp_path / "report.html"
    taken.mkdir()
    with pytest.raises(InvalidInput, match=r"cannot be written to .*report\.html"):
        write_report(taken, INFO, SCORES)
    assert taken.is_dir()


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_report(tmp_path / "file" / "report.html", INFO, SCORES)
