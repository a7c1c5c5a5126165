"""Settings: four sources, one order, and no setting that silently does not count."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from rag.corpus.limits import USUAL
from rag.errors import InvalidInput
from rag.settings import Settings
from rag.updating import reading_limits


@pytest.fixture(autouse=True)
def _empty_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_arguments_win_over_environment_over_file_over_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.load().top_k == 5
    Path("rag.toml").write_text("top_k = 6\nmax_claims = 3", encoding="utf-8")
    assert Settings.load().top_k == 6
    monkeypatch.setenv("RAG_TOP_K", "7")
    assert Settings.load().top_k == 7
    assert Settings.load(top_k=8).top_k == 8
    assert Settings.load(top_k=8).max_claims == 3


def test_the_limits_are_those_of_a_reader_without_settings() -> None:
    assert reading_limits(Settings.load()) == USUAL


@pytest.mark.parametrize("name", ["files", "pages", "characters"])
def test_each_limit_is_a_setting(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"RAG_MAX_{name.upper()}", "7")
    assert getattr(reading_limits(Settings.load()), name) == 7


def test_an_argument_that_is_none_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_TOP_K", "7")
    assert Settings.load(top_k=None).top_k == 7


def test_lists_are_json_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_EXAMPLES", '["Who?"]')
    assert Settings.load().examples == ("Who?",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("top_k", 0),
        ("top_k", 51),
        ("dense_weight", 1.5),
        ("passage_tokens", 8),
        ("min_support", -0.1),
        ("threads", -1),
        ("top_k", "many"),
        ("topk", 5),
    ],
)
def test_impossible_values_and_unknown_names_are_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(InvalidInput, match=rf"Setting '{name}': .*\(found {value!r}\); correct it\."):
        Settings.load(**{name: value})


@pytest.mark.parametrize("name", ["RAG_TOPK", "rag_top_kk"])
def test_a_misspelt_variable_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "7")
    with pytest.raises(
        InvalidInput, match=rf"Unknown in the environment: {name.upper()}; the settings are .*RAG_TOP_K"
    ):
        Settings.load()


@pytest.mark.parametrize("content", [b"top_k = = 5", b"\xff"])
def test_a_broken_file_is_refused(content: bytes) -> None:
    Path("rag.toml").write_bytes(content)
    with pytest.raises(InvalidInput, match=r"rag\.toml"):
        Settings.load()


def test_a_variable_that_is_no_json_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_EXAMPLES", "Who?")
    with pytest.raises(InvalidInput, match="examples"):
        Settings.load()


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings.load().top_k = 3


def test_today_is_a_date_or_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.load().today is None
    monkeypatch.setenv("RAG_TODAY", "2023-12-01")
    assert Settings.load().today == date(2023, 12, 1)
    with pytest.raises(InvalidInput, match=r"Setting 'today': .*\(found 'yesterday'\)"):
        Settings.load(today="yesterday")
