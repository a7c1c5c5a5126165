"""An updated index is the one that a new build makes, however the folder came to be what it is."""

import shutil
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import rag.corpus.articles
from rag.corpus.raw import Declared, RawFile
from rag.embedder import Precision, SentenceTransformerEmbedder
from rag.errors import IndexNotFound, InvalidInput, UnreadableDocument
from rag.generations import current
from rag.index import Index
from rag.models import locate
from rag.settings import Settings
from rag.text import stems
from rag.types import Document
from rag.updating import limits, update
from tests.rag.fakes import BUS_AND_TRAM as EMBEDDER
from tests.rag.places import settings_of

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
NAMES = st.sampled_from(["a.txt", "b.txt", "c.md", "inner/d.txt", "metadata.toml"])
SENTENCES = ("The bus is late.", "The tram is full.", "Bus and tram wait.", "Taxis\n", "© Acme", "2025-03-01", "\n")
TEXTS = st.lists(st.sampled_from(SENTENCES), max_size=6).map("\n".join)


def assert_equal(found: Index, wanted: Index) -> None:
    """Both hold the same and find the same, bit for bit."""
    assert found.manifest == wanted.manifest
    assert list(found.documents.items()) == list(wanted.documents.items())
    assert found.passages == wanted.passages
    assert found.copies == wanted.copies
    assert contents(found.parts) == contents(wanted.parts)
    assert found.vectors.rows().tobytes() == wanted.vectors.rows().tobytes()
    assert contents(found.texts) == contents(wanted.texts)
    for axis in np.eye(EMBEDDER.dimensions, dtype=np.float32):
        assert found.vectors.search(axis, 9) == wanted.vectors.search(axis, 9)
    for word in ("bus", "tram", "taxis wait"):
        assert found.lexical.scores(stems(word)).tolist() == wanted.lexical.scores(stems(word)).tolist()


def contents(value: Any) -> Any:
    """All that parts hold, down to their arrays."""
    if is_dataclass(value):
        return [contents(getattr(value, item.name)) for item in fields(value)]
    return (value.dtype, value.tolist()) if isinstance(value, np.ndarray) else value


class ChangingFolder(RuleBasedStateMachine):
    """Files come, change, move and go; after some of it the index is updated."""

    def __init__(self) -> None:
        super().__init__()
        self.place = TemporaryDirectory()
        self.settings = settings_of(Path(self.place.name))
        self.folder = self.settings.documents_dir
        self.updated = True
        (self.folder / "inner").mkdir(parents=True)

    def teardown(self) -> None:
        self.place.cleanup()

    def files(self) -> list[str]:
        return sorted(p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*") if p.is_file())

    @rule(name=NAMES, text=TEXTS)
    def write(self, name: str, text: str) -> None:
        if name == "metadata.toml":
            text = "".join(f'["{file}"]\ntitle = "Bus {len(text)}"\n' for file in self.files() if file != name)
        (self.folder / name).write_text(text, encoding="utf-8")
        self.updated = False

    @precondition(lambda self: self.files())
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        self.forget_metadata()
        if files := self.files():
            (self.folder / data.draw(st.sampled_from(files))).unlink()
            self.updated = False

    @precondition(lambda self: self.files())
    @rule(data=st.data(), name=NAMES.filter(lambda name: name != "metadata.toml"))
    def rename(self, data: st.DataObject, name: str) -> None:
        self.forget_metadata()
        if files := self.files():
            (self.folder / data.draw(st.sampled_from(files))).replace(self.folder / name)
            self.updated = False

    @rule(tokens=st.sampled_from([32, 36]))
    def other_settings(self, tokens: int) -> None:
        self.settings = self.settings.model_copy(update={"passage_tokens": tokens})
        self.updated = False

    def forget_metadata(self) -> None:
        """A sidecar that names a file that is gone is an error."""
        (self.folder / "metadata.toml").unlink(missing_ok=True)

    @precondition(lambda self: not self.updated)
    @rule()
    def update(self) -> None:
        if not self.holds_sentences():
            with pytest.raises(UnreadableDocument):
                update(self.settings, EMBEDDER)
            return
        fresh = Index.build(self.folder, EMBEDDER, self.settings.passage_tokens)
        assert_equal(update(self.settings, EMBEDDER), fresh)
        self.updated = True

    def holds_sentences(self) -> bool:
        try:
            Index.build(self.folder, EMBEDDER, self.settings.passage_tokens)
        except UnreadableDocument:
            return False
        return True

    @invariant()
    def what_is_saved_is_the_last_update(self) -> None:
        if self.updated and self.files():
            assert_equal(
                Index.load(self.settings.index_dir),
                Index.build(self.folder, EMBEDDER, self.settings.passage_tokens),
            )


TestChangingFolder = ChangingFolder.TestCase
TestChangingFolder.settings = hypothesis_settings(max_examples=40, stateful_step_count=12, deadline=None)


def test_the_first_update_builds_and_the_next_takes_over(settings: Settings) -> None:
    first, second = update(settings, EMBEDDER), update(settings, EMBEDDER)
    assert (first.report.embedded, first.report.reused) == (9, 2)
    assert first.report.files.added == ("buses.txt", "trams.md")
    assert (second.report.embedded, second.report.reused) == (0, 11)
    assert not second.report.files
    assert_equal(second, first)


@pytest.mark.real
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_with_a_real_embedder_the_vectors_are_those_of_a_new_build_within_a_thousandth(
    tmp_path: Path, precision: Precision
) -> None:
    """Which texts are embedded together moves the last bits."""
    settings = settings_of(tmp_path, passage_tokens=160)
    model = locate(settings.embedder, "embedder", settings.models_dir)
    embedder = SentenceTransformerEmbedder.load(model, threads=0, precision=precision)
    settings.documents_dir.mkdir()
    first, *others = sorted(SEEDS.glob("*.txt"))
    for path in others:
        shutil.copy(path, settings.documents_dir)
    update(settings, embedder)
    shutil.copy(first, settings.documents_dir)
    found = update(settings, embedder)
    wanted = Index.build(settings.documents_dir, embedder, settings.passage_tokens)
    assert 0 < found.report.embedded < len(found.passages)
    assert (found.manifest, found.copies) == (wanted.manifest, wanted.copies)
    assert contents(found.parts) == contents(wanted.parts)
    cosines = np.sum(found.vectors.rows() * wanted.vectors.rows(), axis=1)
    assert cosines == pytest.approx(np.ones(len(cosines)), abs=1e-3)


@pytest.fixture
def understood(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The articles that were understood, in their order, from here on."""
    names: list[str] = []
    understand = rag.corpus.articles._understood

    def noting(file: RawFile, override: Sequence[Declared]) -> Document:
        names.append(file.doc_id)
        return understand(file, override)

    monkeypatch.setattr(rag.corpus.articles, "_understood", noting)
    return names


def test_only_what_is_new_or_changed_is_understood(settings: Settings, folder: Path, understood: list[str]) -> None:
    update(settings, EMBEDDER)
    (folder / "buses.txt").write_text("The bus was late.", encoding="utf-8")
    (folder / "taxis.txt").write_text("They wait.", encoding="utf-8")
    update(settings, EMBEDDER)
    assert understood == ["buses.txt", "trams.md", "buses.txt", "taxis.txt"]


def test_what_the_sidecar_says_of_an_article_makes_that_one_new(
    settings: Settings, folder: Path, understood: list[str]
) -> None:
    update(settings, EMBEDDER)
    (folder / "metadata.toml").write_text('["trams.md"]\ntitle = "Full trams"\n', encoding="utf-8")
    update(settings, EMBEDDER)
    (folder / "metadata.toml").unlink()
    assert update(settings, EMBEDDER).documents["trams.md"].title == "Trams"
    assert understood == ["buses.txt", "trams.md", "trams.md", "trams.md"]


@pytest.mark.parametrize("changes", [{"passage_tokens": 36}, {}], ids=["settings", "program"])
def test_another_setting_or_program_understands_everything_anew_and_keeps_the_vectors(
    settings: Settings, understood: list[str], monkeypatch: pytest.MonkeyPatch, changes: dict[str, int]
) -> None:
    update(settings, EMBEDDER)
    monkeypatch.setattr("rag.index.program", lambda: "another")
    after = update(settings.model_copy(update=changes), EMBEDDER)
    assert understood == ["buses.txt", "trams.md"] * 2
    assert (after.report.embedded, after.report.reused) == (0, 11)


def test_when_nothing_has_changed_nothing_is_written(settings: Settings) -> None:
    update(settings, EMBEDDER)
    before = current(settings.index_dir)
    update(settings, EMBEDDER)
    assert current(settings.index_dir) == before


def test_a_damaged_index_is_built_from_nothing(settings: Settings) -> None:
    first = update(settings, EMBEDDER)
    for path in settings.index_dir.glob("gen-*/vectors.faiss"):
        path.write_bytes(b"damaged")
    assert update(settings, EMBEDDER).report.embedded == 9
    assert_equal(Index.load(settings.index_dir), first)


def test_an_update_that_fails_leaves_the_index_as_it_was(settings: Settings, folder: Path) -> None:
    first = update(settings, EMBEDDER)
    (folder / "metadata.toml").write_text('["buses.txt"]\ntitle = x\n', encoding="utf-8")
    with pytest.raises(InvalidInput, match="cannot be read"):
        update(settings, EMBEDDER)
    assert_equal(Index.load(settings.index_dir), first)


def test_the_settings_limit_what_is_read(settings: Settings, folder: Path) -> None:
    (folder / "long.txt").write_text("bus " * 300_000, encoding="utf-8")
    limited = settings.model_copy(update={"exclude": ("*.md",), "max_file_mb": 1})
    assert list(update(limited, EMBEDDER).documents) == ["buses.txt"]


@pytest.mark.parametrize("name", ["index", "a folder [1]", "deep/er"])
def test_an_index_among_its_articles_is_no_article(folder: Path, name: str) -> None:
    settings = Settings.load(documents_dir=folder, index_dir=folder / name, passage_tokens=32)
    update(settings, EMBEDDER)
    assert list(update(settings, EMBEDDER).documents) == ["buses.txt", "trams.md"]


def test_an_index_in_the_very_folder_of_the_articles_is_refused(folder: Path) -> None:
    with pytest.raises(InvalidInput, match="Articles and index cannot both lie in"):
        limits(Settings.load(documents_dir=folder, index_dir=folder))
    with pytest.raises(IndexNotFound):
        Index.load(folder)
