"""``rag ask`` in some of the articles only, with the reasons for each passage, and with figures that differ."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from rag.asking import ask
from rag.assistant import Assistant
from rag.cli import command_line
from rag.errors import InvalidInput
from rag.index import Index
from rag.settings import Settings
from rag.types import Answer, Citation, Claim, Conflict, Document, Section
from tests.rag.fakes import BUS_AND_TRAM, FakeGenerator


def article(name: str, text: str, publisher: str, published: str) -> Document:
    return Document(name, text, "", publisher, published, (Section("body", "", publisher, 0, len(text)),))


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> Assistant:
    """Three articles on the bus, and a model that sees no answer in any."""
    articles = (
        article("a.txt", "The bus is late.", "Gazette | Sports", "2025-03-01"),
        article("b.txt", "The bus is full.", "Gazette | Travel", "2025-04-01"),
        article("c.txt", "The bus is red.", "Post", ""),
    )
    index = Index.of(articles, BUS_AND_TRAM, 64)
    assistant = Assistant(index, BUS_AND_TRAM, FakeGenerator(votes=[0.0] * 9), Settings.load())
    monkeypatch.setattr(Assistant, "open", lambda *_, **__: assistant)
    return assistant


def typed(*options: str) -> Result:
    """What the command does with these options."""
    return CliRunner().invoke(command_line(), ["ask", "Why is the bus late?", *options])


@pytest.mark.parametrize(
    ("options", "searched"),
    [
        ([], "abc"),
        (["--source", "a.txt"], "a"),
        (["--source", "a.txt", "--source", "c.txt"], "ac"),
        (["--publisher", "gazette"], "ab"),
        (["--publisher", "Gazette | Travel", "--publisher", "Post"], "bc"),
        (["--since", "2025-03-15"], "b"),
        (["--until", "2025-03-15"], "a"),
        (["--publisher", "Gazette", "--since", "2025-01-01", "--source", "b.txt", "--source", "c.txt"], "b"),
    ],
)
@pytest.mark.usefixtures("asking")
def test_options_choose_the_articles_that_are_searched(options: list[str], searched: str) -> None:
    found = json.loads(typed(*options, "--json").stdout)
    assert sorted(passage["doc_id"] for passage in found["passages"]) == [f"{name}.txt" for name in searched]


@pytest.mark.usefixtures("asking")
def test_a_refusal_says_why(capfd: pytest.CaptureFixture[str]) -> None:
    ask("Thanks!")
    printed = capfd.readouterr()
    assert printed.out.startswith("The articles do not say.")
    assert printed.err == "The question does not say what it is about; ask it in full.\n"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"source": ["gone.txt"]}, r"Not in the index: gone\.txt"),
        ({"publisher": ["Gazete"]}, "called 'Gazete'; did you mean 'Gazette | Sports'"),
        ({"publisher": ["Post"], "since": "2025-01-01"}, "No article is by that publisher and of that time"),
        ({"source": ["c.txt"], "publisher": ["Gazette"]}, "No article is by that publisher and of that time"),
        ({"until": "soon"}, "'soon' is no date"),
    ],
)
@pytest.mark.usefixtures("asking")
def test_what_no_article_fits_is_refused(options: dict[str, object], reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason.replace("|", r"\|")):
        ask("Why is the bus late?", **options)  # type: ignore[arg-type]


@pytest.mark.usefixtures("asking")
def test_explain_shows_the_reasons_before_the_answer_and_only_on_stderr() -> None:
    done = typed("--explain", "--publisher", "Gazette")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == "The articles do not say."
    assert done.stderr.startswith("part 1: Why is the bus late?\ncandidates: 2, in ")
    assert "c.txt" not in done.stderr


def test_from_python_the_same_articles_are_chosen(asking: Assistant, tmp_path: Path) -> None:
    assert asking.sources(["Gazette"], until="2025-03-31") == ("a.txt",)
    assert asking.sources() == ("a.txt", "b.txt", "c.txt")
    found = asking.retrieve("bus", sources=asking.sources(["Post"]))
    assert [scored.passage.doc_id for scored in found] == ["c.txt"]


def test_explaining_finds_what_retrieving_finds(asking: Assistant) -> None:
    assert asking.explain("Is the bus red?", 2).passages == asking.retrieve("Is the bus red?", 2)
    with pytest.raises(InvalidInput, match="empty"):
        asking.explain(" ")


def cited(number: int, name: str, quote: str, title: str = "") -> Citation:
    """The quote as the whole text of an article by the Gazette."""
    return Citation(number, f"{name}.txt", title, "Gazette", "2025-03-01", 0, len(quote), quote)


FEWER, MORE = cited(1, "a", "It has 20 seats.", "Seats [all]"), cited(2, "b", "It has 30 seats.")
SEATS = Conflict("20", FEWER, "over 30", MORE)


@pytest.fixture
def disputed(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """What is answered whatever is asked: two figures for one thing."""
    claims = tuple(Claim(source.quote, (source,), 0.9) for source in (FEWER, MORE))
    answer = Answer("Why is the bus late?", claims=claims, conflicts=(SEATS,), done=True)
    assistant = SimpleNamespace(stream=lambda *_, **__: iter([answer]), ask=lambda *_, **__: answer)
    monkeypatch.setattr(Assistant, "open", lambda *_, **__: assistant)
    return answer


@pytest.mark.usefixtures("disputed")
def test_figures_that_differ_stand_below_the_quotes() -> None:
    assert typed().stdout.splitlines()[-5:] == [
        "    “It has 30 seats.”",
        "",
        "The articles give different figures:",
        "  20 – Seats [all], Gazette, 2025-03-01 [1]",
        "  over 30 – b.txt, Gazette, 2025-03-01 [2]",
    ]


@pytest.mark.usefixtures("disputed")
def test_figures_that_differ_are_objects_that_name_their_citations_in_json() -> None:
    told = json.loads(typed("--json").stdout)
    assert told["conflicts"] == [{"first": "20", "first_citation": 1, "other": "over 30", "other_citation": 2}]


@pytest.mark.usefixtures("asking")
def test_without_figures_that_differ_nothing_is_said_of_them() -> None:
    assert json.loads(typed("--json").stdout)["conflicts"] == []
    assert "different figures" not in typed().stdout
