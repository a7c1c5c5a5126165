"""A reader's own articles are searched beside those of an index, and that index stays as it is."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.errors import IndexMismatch, IndexNotFound, InvalidInput, UnreadableDocument
from rag.index import Index
from rag.settings import Settings
from rag.uploads import Origin, TakingTurns, Uploads
from tests.rag.fakes import BUS_AND_TRAM, FakeGenerator

FERRY = b"The ferry to the islands costs nine euros since May."
SETTINGS = Settings.load(passage_tokens=32)


def silent(stage: str, done: float) -> None:
    """Nobody looks at the progress."""


@pytest.fixture
def base(index: Index) -> Assistant:
    """The assistant of two articles, on buses and on trams."""
    return Assistant(index, BUS_AND_TRAM, FakeGenerator(), SETTINGS)


@pytest.fixture
def uploads(tmp_path: Path, base: Assistant) -> Uploads:
    """None yet, beside the index of that assistant."""
    return Uploads(tmp_path / "index-uploads", SETTINGS, Origin(lambda report: base))


def test_an_upload_is_searched_at_once_and_no_more_when_it_is_removed(uploads: Uploads) -> None:
    assert uploads.add("ferry.txt", FERRY) == "uploads/ferry.txt"
    grown = uploads.joined(silent)
    assert list(grown.documents) == ["buses.txt", "trams.md", "uploads/ferry.txt"]
    assert grown.retrieve("What does the ferry cost?", 1)[0].passage.doc_id == "uploads/ferry.txt"
    uploads.remove("uploads/ferry.txt")
    assert list(uploads.joined(silent).documents) == ["buses.txt", "trams.md"]


def word_file(text: str) -> bytes:
    import docx

    content, file = docx.Document(), BytesIO()
    content.add_paragraph(text)
    content.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("ferry.md", b"# Ferries\n\n" + FERRY),
        ("ferry.html", b"<html><body><article><p>" + FERRY + b"</p></article></body></html>"),
        ("ferry.docx", word_file(FERRY.decode())),
    ],
)
def test_every_format_is_searched(uploads: Uploads, name: str, data: bytes) -> None:
    uploads.add(name, data)
    found = uploads.joined(silent).retrieve("What does the ferry cost?", 1)
    assert (found[0].passage.doc_id, FERRY.decode() in found[0].passage.text) == (f"uploads/{name}", True)


def test_uploads_lie_beside_the_index_in_a_folder_that_git_passes_over(tmp_path: Path) -> None:
    uploads = Uploads.beside(tmp_path / "index", SETTINGS)
    uploads.add("ferry.txt", FERRY)
    folder = tmp_path / "index-uploads"
    assert (folder / "uploads" / "ferry.txt").read_bytes() == FERRY
    assert (folder / ".gitignore").read_text() == "*\n"
    assert sorted(path.name for path in (folder / "uploads").iterdir()) == ["ferry.txt"]


def test_what_is_uploaded_again_takes_the_place_of_the_one_before(uploads: Uploads) -> None:
    uploads.add("ferry.txt", FERRY)
    uploads.joined(silent)
    uploads.add("ferry.txt", b"The ferry is free.")
    assert uploads.joined(silent).documents["uploads/ferry.txt"].text == "The ferry is free."
    assert uploads.names() == ("uploads/ferry.txt",)


def test_the_next_start_finds_them_and_embeds_nothing_again(uploads: Uploads, base: Assistant) -> None:
    uploads.add("ferry.txt", FERRY)
    uploads.joined(silent)
    BUS_AND_TRAM.embedded.clear()
    again = Uploads(uploads.folder, SETTINGS, Origin(lambda report: base)).joined(silent)
    assert "uploads/ferry.txt" in again.documents
    # One sentence, to see whether the model is still the same.
    assert BUS_AND_TRAM.embedded == [FERRY.decode()]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [("empty.txt", b"", "empty"), ("broken.pdf", b"%PDF-1.4", "PDF"), ("photo.png", b"\x89PNG\r\n\x1a\n\0\0", "image")],
)
def test_a_file_that_cannot_be_read_is_told_and_not_kept(uploads: Uploads, name: str, data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDocument, match=reason):
        uploads.add(name, data)
    assert uploads.names() == ()


@pytest.mark.parametrize("name", ["", ".hidden", "..", "a/b.txt", "a\\b.txt", "a\nb.txt", "x" * 151, "a:b", "a. "])
def test_a_name_that_leads_elsewhere_is_refused(uploads: Uploads, name: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be the name of a file"):
        uploads.add(name, FERRY)


@pytest.mark.parametrize("doc_id", ["seeds.txt", "uploads/../x", "uploads/none.txt", ""])
def test_only_uploads_can_be_removed(uploads: Uploads, doc_id: str) -> None:
    with pytest.raises(InvalidInput, match="no uploaded file"):
        uploads.remove(doc_id)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "index-uploads").touch()
    with pytest.raises(InvalidInput, match=r"ferry\.txt cannot be kept"):
        Uploads.beside(tmp_path / "index", SETTINGS).add("ferry.txt", FERRY)


def test_an_embedder_that_takes_turns_embeds_as_the_one_inside() -> None:
    shared = TakingTurns(BUS_AND_TRAM)
    assert (shared.name, shared.dimensions, shared.max_tokens) == ("fake", 3, 64)
    assert shared.count_tokens(["a bus"]) == [4]
    assert shared.embed(["bus"]).tolist() == [[1.0, 0.0, 0.0]]


def test_another_chat_sees_each_change(uploads: Uploads) -> None:
    states = [uploads.state()]
    for data in (FERRY, FERRY + b" And June."):
        uploads.add("ferry.txt", data)
        states.append(uploads.state())
    uploads.remove("uploads/ferry.txt")
    assert [len(state) for state in (*states, uploads.state())] == [1, 2, 2, 1]
    assert len(set(states)) == 3


def test_of_two_chats_that_share_them_one_embeds_and_both_search(uploads: Uploads, base: Assistant) -> None:
    other = Uploads(uploads.folder, SETTINGS, Origin(lambda report: base))
    uploads.add("ferry.txt", FERRY + b" It sails at noon.")  # two sentences: neither is the whole passage
    before = len(BUS_AND_TRAM.embedded)
    with ThreadPoolExecutor(2) as pool:
        grown = list(pool.map(lambda one: one.joined(silent), (uploads, other)))
    assert [list(one.documents) for one in grown] == [["buses.txt", "trams.md", "uploads/ferry.txt"]] * 2
    assert BUS_AND_TRAM.embedded[before:].count("It sails at noon.") == 1


def test_an_index_that_somebody_built_anew_is_taken_up_with_the_models_that_are_loaded(
    tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.save(tmp_path / "index")
    settings = SETTINGS.model_copy(update={"index_dir": tmp_path / "index"})
    opened = Assistant(Index.load(tmp_path / "index"), BUS_AND_TRAM, FakeGenerator(), settings)
    monkeypatch.setattr(Assistant, "open", lambda *_: opened)
    uploads = Uploads.beside(None, settings)
    base, before = uploads.open(silent), uploads.state()
    uploads.add("ferry.txt", FERRY)
    assert uploads.joined(silent).generator is opened.generator
    Index.of([index.documents["trams.md"]], BUS_AND_TRAM, 32).save(tmp_path / "index")
    assert uploads.state()[0] != before[0]
    assert list(uploads.joined(silent).documents) == ["trams.md", "uploads/ferry.txt"]
    assert list(base.documents) == ["buses.txt", "trams.md"]  # who is being answered goes on with it
    assert list(uploads.base().documents) == ["trams.md"]
    assert uploads.base().generator is opened.generator


def test_as_long_as_the_index_cannot_be_looked_at_the_one_before_serves(base: Assistant, tmp_path: Path) -> None:
    versions = iter(["1", "1", "", "2", "2", ""])

    def version() -> str:
        if found := next(versions):
            return found
        raise IndexNotFound("gone")

    def renew(assistant: Assistant) -> Assistant:
        raise IndexMismatch("another embedder")

    uploads = Uploads(tmp_path / "index-uploads", SETTINGS, Origin(lambda report: base, renew, version))
    uploads.open(silent)  # 1
    assert uploads.state() == ("1",)
    assert uploads.state() == ("1",)  # gone
    assert uploads.state() == ("2",)
    with pytest.raises(IndexMismatch):
        uploads.joined(silent)  # 2
    assert uploads.joined(silent).index is base.index  # gone


def test_reading_ahead_begins_anew_with_another_index(base: Assistant, tmp_path: Path) -> None:
    trams = Index.of([base.documents["trams.md"]], BUS_AND_TRAM, 32)
    model, versions = FakeGenerator(), ["1"]
    opened = Assistant(base.index, BUS_AND_TRAM, model, SETTINGS)
    renewed = Assistant(trams, BUS_AND_TRAM, model, SETTINGS)
    origin = Origin(lambda report: opened, lambda assistant: renewed, lambda: versions[-1])
    uploads = Uploads(tmp_path / "index-uploads", SETTINGS, origin)
    for _ in uploads.read_ahead():
        if len(model.read_ahead) == 1:
            versions.append("2")
            uploads.joined(silent)
    assert len(base.index.passages) > 2
    assert len(model.read_ahead) == 1 + len(trams.passages)
