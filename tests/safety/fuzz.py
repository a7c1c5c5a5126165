"""Whatever comes in: an outcome or an error of ours, and offsets that slice back. One target for each kind of input.

``make test`` throws some hundred inputs at each, ``benchmarks.torture.files`` ten thousand.
"""

import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.chunking import passages_of
from rag.claims import in_full, sentence_of, with_claim
from rag.corpus.cleaning import sections_of
from rag.corpus.dates import date_mentions
from rag.corpus.formats import read_content
from rag.corpus.limits import Limits
from rag.corpus.metadata import read_metadata
from rag.corpus.raw import Content, RawFile
from rag.corpus.readers import read_folder
from rag.corpus.sidecar import Sidecar
from rag.errors import RagError
from rag.generations import current
from rag.grammar import answer_grammar
from rag.index import Index
from rag.naming import name_grammar, names_in
from rag.types import Answer, Document, Evidence
from rag.verification import Verifier
from tests.rag.corpus.made import docx_of, locked_pdf, page_of, pdf_of, zip_of
from tests.rag.fakes import BUS_AND_TRAM, count_words, passage

_LIMITS = Limits(file_bytes=1_000_000)
_LIMIT = 32  # tokens of a passage

# What breaks programs that take a character for a byte, a column, a letter or a line.
_SPACES = ("\n\n", " ", "\t", "\r\n", "\r", "\0", "\x1b[2J", "\x0b", "\x0c", "\x85", "\u2028")
_UNSEEN = ("\ufeff", "\u200b", "\u200d", "\u00ad", "\u202e", "\u2066", "\u0301", "e\u0301", "\U000e0041", "\uffff")
_SCRIPTS = (
    "你好。",
    "明天",
    "한국어",
    "مرحبا",
    "שלום",
    "👩‍👩‍👧",
    "🇨🇭",
    "😀",
    "\U0010ffff",
    "İ",
    "ß",
    "ﬁ",
    "①",
    "١٢",
    "²",
)
_MARKS = (
    "<p>",
    "</p>",
    "<!--",
    "<script>",
    "&#0;",
    "&amp;",
    "---\n",
    "# ",
    "- ",
    "[1]",
    "[9]",
    "<|im_start|>",
    "“",
    "'",
)
_NEWS = (
    "The bus is late.",
    "Trams\n",
    "title: X\n",
    "By Jane Doe\n",
    "March 3, 2025",
    "2025-03-03",
    "Mr. ",
    "3.5",
    "…",
)
_PAGE = ("Related Articles\n", "4 minutes ago\n", "Comments\n", "9" * 5000, "x" * 300)
_PIECES = st.sampled_from((*_SPACES, *_UNSEEN, *_SCRIPTS, *_MARKS, *_NEWS, *_PAGE))
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(_PIECES, max_size=30).map("".join),
    st.builds(lambda piece, times: piece * times, _PIECES, st.integers(1, 400)),
)
_NAMES = st.sampled_from(["a.txt", "a.md", "a.html", "a.pdf", "a.docx", "a.zip", "a"])
_WHOLE = (
    pdf_of(["A bridge opens"], ["Two"]),
    locked_pdf(""),
    docx_of("A bridge opens"),
    zip_of({"a.txt": "A", "b/c.md": "C"}),
    page_of("<article><h1>A bridge opens</h1><p>The mayor came.</p></article>").encode(),
    "A bridge. 你好".encode("utf-16"),
)


@st.composite
def damaged(draw: st.DrawFn, whole: tuple[bytes, ...]) -> bytes:
    """A whole file with some bytes changed, cut off, put in or repeated."""
    data = bytearray(draw(st.sampled_from(whole)))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from([0, 1, 4, 50, len(data)])))
        data[start:end] = draw(st.one_of(st.binary(max_size=8), st.just(bytes(data[start:end] * 3))))
    return bytes(data)


@dataclass(frozen=True, slots=True)
class Target:
    """Inputs of one kind, and what must hold for each of them."""

    name: str
    inputs: st.SearchStrategy[Any]
    check: Callable[[Any], None]

    def run(self, examples: int) -> None:
        """Check so many inputs; raises what the check raises for the smallest input that fails."""

        @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(self.inputs)
        def fuzz(value: Any) -> None:
            self.check(value)

        fuzz()


def _is_read(content: Content) -> None:
    content.text.encode()  # no half characters
    assert content.text.strip("\ufeff \n") or content.format == "text"
    assert list(content.pages) == sorted(page for page in content.pages if 0 <= page <= len(content.text))


def _reads(file: tuple[str, bytes]) -> None:
    name, data = file
    with suppress(RagError):
        _is_read(read_content(data, name, _LIMITS))


def _folders(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            with suppress(OSError, ValueError):  # names that this file system does not take
                Path(folder, name).write_bytes(data)
        with suppress(RagError):
            read, skipped = read_folder(Path(folder), limits=_LIMITS)
            for doc_id in (*(file.doc_id for file in read), *(file.doc_id for file in skipped)):
                doc_id.encode()
        with suppress(RagError):
            Sidecar.read(Path(folder))


def understood(text: str) -> Document:
    """The article that a text file of this text is."""
    file = RawFile("a.txt", text)
    told = read_metadata(file)
    assert all(value.isprintable() for value in (told.publisher, *told.authors, told.published, told.language))
    sections = sections_of(text, told.title, told.publisher)
    mentions = date_mentions(text, told.published)
    return Document("a.txt", text, told.title, told.publisher, told.published, sections, dates=mentions)


def _cleans(text: str) -> None:
    article = understood(text)
    assert "".join(text[section.start : section.end] for section in article.sections) == text
    assert all(0 <= mention.start < mention.end <= len(text) for mention in article.dates)


def _cuts(text: str) -> None:
    article = understood(text)
    ends = 0
    for found in passages_of(article, count_words, _LIMIT):
        assert found.text == text[found.start : found.end]
        for sentence in found.sentences:
            assert sentence.text == text[sentence.start : sentence.end] != ""
            assert ends <= sentence.start
            ends = sentence.end


def _builds_a_grammar(given_: tuple[str, int]) -> None:
    """That of an answer has a rule a line; that of a name the names of a text, whatever letters these hold."""
    spoken, claims = given_
    grammar = answer_grammar(claims)
    assert grammar.count("::=") == len(grammar.splitlines())
    assert f"sentence){{0,{claims - 1}}}" in grammar
    held = passage(spoken)
    if names := names_in("", [Evidence(1, held, held.sentences)]):
        allowed = name_grammar(names).removeprefix("root ::= ").split(" | ")
        assert [json.loads(name) for name in allowed] == list(names)


_BUSES = passage("The bus is late. It costs 3 euros.", title="Buses")
_TRAMS = passage("Trams are full.", doc_id="b.txt")
_HELD = tuple(Evidence(number, held, held.sentences) for number, held in ((1, _BUSES), (2, _TRAMS)))


def _resolves(given_: tuple[str, str]) -> None:
    """Only words of passages that are there are cited, from where they stand."""
    question, written = given_
    sentence = sentence_of(written)
    supports = Verifier(question, _HELD, BUS_AND_TRAM).supports(sentence) if sentence else ()
    if sentence is None or not supports:
        return
    answer = with_claim(Answer(question), in_full(sentence, [found.quote for found in supports]), supports, True)
    texts = {item.passage.doc_id: item.passage.text for item in _HELD}
    for citation in with_claim(answer, sentence, supports, merging=True).citations:
        assert texts[citation.doc_id][citation.start : citation.end] == citation.quote != ""


@cache
def _saved() -> tuple[tempfile.TemporaryDirectory[str], dict[str, bytes]]:
    """An index on disk, and the bytes of the files of its generation."""
    place = tempfile.TemporaryDirectory()
    articles = Path(place.name, "articles")
    articles.mkdir()
    (articles / "a.txt").write_text("Buses\n\nThe bus is late.\n", encoding="utf-8")
    (articles / "b.txt").write_text("Trams\n\nThe tram is full.\n", encoding="utf-8")
    Index.build(articles, BUS_AND_TRAM, _LIMIT).save(Path(place.name, "index"))
    top = current(Path(place.name, "index"))
    return place, {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*") if path.is_file()}


def signed(manifest: dict[str, Any]) -> bytes:
    """A manifest with this content whose own hash is right, whoever wrote it."""
    content = {name: value for name, value in manifest.items() if name != "sha256"}
    return json.dumps({**content, "sha256": sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()}).encode()


def _opens(change: tuple[int, bytes, bool]) -> None:
    """A file of the generation is replaced, by chance with a manifest that says that this is right."""
    which, data, is_signed = change
    place, files = _saved()
    name = sorted(files)[which % len(files)]
    if is_signed and name.endswith(".faiss"):
        return  # FAISS trusts what it reads: the one file that nothing but its hash protects
    top = current(Path(place.name, "index"))
    try:
        (top / name).write_bytes(data)
        if is_signed and name != "manifest.json":
            manifest = json.loads(files["manifest.json"])
            manifest["files"][name] = sha256(data).hexdigest()
            (top / "manifest.json").write_bytes(signed(manifest))
        with suppress(RagError):
            Index.load(Path(place.name, "index"))
            same = data == files[name] or (name == "manifest.json" and json.loads(data) == json.loads(files[name]))
            assert is_signed or same, f"{name} was changed and opened"
    finally:
        for written in {name, "manifest.json"}:
            (top / written).write_bytes(files[written])


def _of_index() -> st.SearchStrategy[tuple[int, bytes, bool]]:
    return st.tuples(st.integers(0, 40), st.one_of(st.binary(max_size=300), _saved_bytes()), st.booleans())


def _saved_bytes() -> st.SearchStrategy[bytes]:
    return st.deferred(lambda: damaged(tuple(_saved()[1].values())))


_SAID = st.sampled_from(
    [
        "The bus is late",
        "It costs 3 euros",
        "Trams are full",
        "Trams and buses",
        ".",
        " ",
        "and",
        "O’Neil & Sons’ Ida-Lu",
    ]
)
_SPOKEN = st.one_of(TEXTS, st.lists(st.one_of(_SAID, TEXTS), max_size=6).map("".join))
_WRITTEN = st.builds(str.__add__, _SPOKEN, st.sampled_from([".", "!", "?”", ". [1]", "[9].", ""]))
_FILES = st.one_of(damaged(_WHOLE), st.binary(max_size=300), TEXTS.map(lambda text: text.encode(errors="replace")))
_FILE_NAMES = st.one_of(
    st.sampled_from(["a.txt", ".ragignore", "metadata.toml", "b.zip"]),
    st.binary(min_size=1, max_size=20).map(os.fsdecode),
)

TARGETS = (
    Target("readers", st.tuples(_NAMES, _FILES), _reads),
    Target("folders", st.dictionaries(_FILE_NAMES, _FILES, max_size=4), _folders),
    Target("cleaning", TEXTS, _cleans),
    Target("chunking", TEXTS, _cuts),
    Target("grammar", st.tuples(_SPOKEN, st.integers(1, 20)), _builds_a_grammar),
    Target("citations", st.tuples(TEXTS, _WRITTEN), _resolves),
    Target("index", _of_index(), _opens),
)
