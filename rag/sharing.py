"""An index in a store that many machines share: published there as a whole, and opened by its address alone.

What is opened is an ``Index`` like one of a folder. In memory are names, keys and dates, and for each stem where it
begins, some 200 bytes a passage; texts, vectors and the rows of stems stay in the store and are fetched as questions
need them. BM25 is ours there, too, from those rows: with Milvus's own the same question would find other passages.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from rag.catalogue import Catalogue
from rag.corpus.articles import Progress, silent
from rag.errors import IndexCorrupt, IndexNotFound
from rag.generations import current
from rag.index import Index, Manifest
from rag.lexical import LexicalIndex
from rag.parts import Parts
from rag.ragged import Ragged, Values
from rag.records import Documents, Passages, Records
from rag.settings import Settings
from rag.stores.generation import PIECES, Generation, clean, file_of, files_of, put_passages, put_pieces, share
from rag.stores.milvus import FIELDS, MilvusStore, Traits, rows_of
from rag.stores.pieces import Cut, Pieces
from rag.stores.session import Session


@dataclass(frozen=True, slots=True)
class Opened:
    """An index that is ready for questions, and where it lies: a folder, or the address of a store."""

    index: Index
    place: Path | str


def opened(settings: Settings, index_dir: Path | str | None = None) -> Opened:
    """The index in ``index_dir``, or else in the settings' store, or else in the settings' folder.

    Raises IndexNotFound, IndexCorrupt, IndexMismatch, StoreUnreachable.
    """
    if settings.store and index_dir is None:
        return Opened(published(settings.store), settings.store)
    place = Path(index_dir or settings.index_dir).expanduser()
    return Opened(Index.load(place), place)


def version(settings: Settings, index_dir: Path | str | None = None) -> str:
    """A name of what ``opened`` would open, another one after each build. Raises as that does when there is nothing."""
    if settings.store and index_dir is None:
        return _connected(settings.store).pointed() or ""
    return current(Path(index_dir or settings.index_dir).expanduser()).name


def publish(index: Index, address: str, progress: Progress = silent) -> None:
    """Make an index the current generation of the store at this address; what is there already is not written again.

    ``progress`` is told the passages that are written, and all that have to be. Until the last step the generation
    before is served, and it stays for those that have opened it; older ones are removed. Raises InvalidInput,
    StoreUnreachable, IndexCorrupt when rows get lost meanwhile; the generation before then stays current.
    """
    session = Session.connect(address)
    before = _whole(session)
    if before and _manifest(before) == asdict(index.manifest):
        return
    earlier = [before] if before else []
    clean(session, earlier + _that_it_follows(session, before))
    vectors = index.vectors.rows()
    records = index.parts.records
    traits = Traits.of(records.names, records.counts, index.catalogue)
    keys = np.array([row["key"] for row in rows_of(index.passages, vectors, traits)], np.int64)
    cuts = _cuts(index)
    files = _files(index) | {name: file for array, cut in cuts.items() for name, file in files_of(array, cut).items()}
    new = Generation.write(session, before.collection if before else "", vectors.shape[1], files, keys)
    share(new, vectors.shape[1], FIELDS)
    known = [generation.keys(new.passages) for generation in earlier]
    put_passages(new, rows_of(index.passages, vectors, traits), known, progress)
    put_pieces(new, cuts.values(), [generation.keys(session.named(PIECES)) for generation in earlier])
    new.serve()
    clean(session, [new, *earlier])


def published(address: str) -> Index:
    """The current generation of the store at this address.

    Raises InvalidInput, StoreUnreachable, IndexNotFound, IndexMismatch for one of another version of this program, and
    IndexCorrupt when it is not whole.
    """
    session = Session.connect(address)
    generation = Generation.current(session)
    if generation is None:
        raise IndexNotFound(f"There is no index in {address}; put one there: rag index FOLDER --store {address}")
    manifest = Manifest.of(_manifest(generation), address)
    generation.check()
    pieces = Pieces(lambda keys: session.fetch(session.named(PIECES), keys, "content"))
    parts = _parts(generation, pieces)
    traits = Traits.of(parts.records.names, parts.records.counts, parts.catalogue)
    documents = Documents(parts.records)
    texts = _ragged(generation, "sentences", pieces)
    keys = generation.keys(generation.passages)
    return Index(
        documents=documents,
        passages=Passages(documents),
        parts=parts,
        vectors=MilvusStore(session, generation.passages, texts.values.shape[1], keys, traits),
        texts=texts,
        copies=tuple(generation.array("copies").tolist()),
        manifest=manifest,
    )


@cache
def _connected(address: str) -> Session:
    """One connection for all looks at what is current."""
    return Session.connect(address)


def _whole(session: Session) -> Generation | None:
    """The current generation; None: there is none, or something of it got lost, so that all is to be written again."""
    with suppress(IndexCorrupt):
        if generation := Generation.current(session):
            generation.check()
            return generation
    return None


def _that_it_follows(session: Session, generation: Generation | None) -> list[Generation]:
    """The generation before that one, if it is still there: some may be using it."""
    there = generation and generation.before in session.collections("")
    return [Generation.opened(session, generation.before)] if generation and there else []


def _manifest(generation: Generation) -> dict[str, object]:
    found: dict[str, object] = json.loads(generation.read("manifest"))
    return found


def _files(index: Index) -> dict[str, bytes]:
    """What is small of an index, and what a reader holds in memory."""
    records, lexical, catalogue = index.parts.records, index.lexical, index.catalogue
    texts = {
        "manifest": asdict(index.manifest),
        "names": records.names,
        "stems": list(lexical.columns),
        "publishers": catalogue.names,
    }
    arrays: dict[str, Values] = {
        "articles.rows": records.lines.ends,
        "counts": records.counts,
        "origins": records.origins,
        "digests": records.digests,
        "starts": lexical.starts,
        "lengths": lexical.lengths,
        "publisher": catalogue.publishers,
        "days": catalogue.days.astype(np.int64),
        "sentences.rows": index.texts.ends,
        "shingles.rows": index.parts.shingles.ends,
        "texts.rows": index.parts.texts.ends,
        "copies": np.array(index.copies, np.int64),
    }
    return {name: json.dumps(text).encode() for name, text in texts.items()} | {
        name: file_of(array) for name, array in arrays.items()
    }


def _cuts(index: Index) -> Mapping[str, Cut]:
    """What is large of an index, in pieces: those of articles and of passages are shared with other generations."""
    parts = index.parts
    return {
        "articles": Cut.of(parts.records.lines.values, parts.records.lines.ends),
        "sentences": Cut.of(index.texts.values, index.texts.ends),
        "bm25.rows": Cut.of(parts.lexical.rows),
        "bm25.counts": Cut.of(parts.lexical.counts),
        "shingles": Cut.of(parts.shingles.values),
        "texts": Cut.of(parts.texts.values),
    }


def _parts(generation: Generation, pieces: Pieces) -> Parts:
    """What ``_files`` and ``_cuts`` told of the parts of an index."""
    array = generation.array
    return Parts(
        records=Records(
            names=tuple(json.loads(generation.read("names"))),
            lines=_ragged(generation, "articles", pieces),
            counts=array("counts"),
            origins=array("origins"),
            digests=array("digests"),
        ),
        catalogue=Catalogue(
            names=tuple(json.loads(generation.read("publishers"))),
            publishers=array("publisher"),
            days=array("days").astype("datetime64[D]"),
        ),
        lexical=LexicalIndex(
            columns={stem: column for column, stem in enumerate(json.loads(generation.read("stems")))},
            starts=array("starts"),
            rows=generation.remote("bm25.rows", pieces),
            counts=generation.remote("bm25.counts", pieces),
            lengths=array("lengths"),
        ),
        shingles=_ragged(generation, "shingles", pieces),
        texts=_ragged(generation, "texts", pieces),
    )


def _ragged(generation: Generation, name: str, pieces: Pieces) -> Ragged:
    return Ragged(generation.remote(name, pieces), generation.array(f"{name}.rows"))
