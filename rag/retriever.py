"""The story of retrieval, told once: question → its parts → candidates → scores → the passages that are chosen.

Of passages that are copies of one another the best is shown, and names the articles of the others.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Self

import numpy as np

from rag.backends import Embedder, Mask
from rag.clock import Clock
from rag.embedder import embed_questions
from rag.errors import InvalidInput
from rag.fusion import Choice, Recipe, Scores, best, choices, scaled
from rag.index import Index
from rag.query import Publishers, Query
from rag.ragged import Numbers
from rag.sentences import cosines, nearest_sentences, passage_vectors
from rag.settings import Settings
from rag.spelling import Spelling
from rag.text import stems
from rag.types import FloatArray, ScoredPassage

_POOL = 50  # candidates that a search for the whole question brings
_POOL_OF_A_PART = 0.4  # of that


@dataclass(frozen=True, slots=True)
class Ranking:
    """What was found for a question by a recipe, and all that decided it.

    ``scores`` are those of the candidates, ``choices`` the best of these in their order, and ``passages`` what they
    stand for. ``seconds`` tells how long each stage took.
    """

    query: Query
    recipe: Recipe
    scores: Scores
    choices: tuple[Choice, ...]
    passages: tuple[ScoredPassage, ...]
    seconds: Mapping[str, float]


class Retriever:
    """Search over one index by a recipe. "Last week" is understood from ``today``.

    Without it that is the latest day on which an article of the index was published. ``publishers`` are the index's.
    """

    def __init__(self, index: Index, embedder: Embedder, recipe: Recipe, today: date | None = None) -> None:
        self._index = index
        self._embedder = embedder
        self._recipe = recipe
        self._today = today.isoformat() if today else index.catalogue.latest
        self.publishers = Publishers.of(index.catalogue.names)
        self._spelling = Spelling.of(index.lexical.frequencies())
        self._articles = np.repeat(np.arange(len(index.documents)), index.parts.records.counts)
        self._copies: dict[int, list[int]] = defaultdict(list)  # first row of a cluster → the others
        for row, first in enumerate(index.copies):
            if row != first:
                self._copies[first].append(row)

    @classmethod
    def of(cls, index: Index, embedder: Embedder, settings: Settings) -> Self:
        """The retriever that the settings ask for."""
        return cls(index, embedder, Recipe(settings.dense_weight), settings.today)

    def retrieve(self, question: str, k: int, sources: Collection[str] | None = None) -> tuple[ScoredPassage, ...]:
        """The ``k`` best passages in the order of their choice; no two are copies of each other.

        A score is in [0, 1], or higher by the bonuses of the recipe, less the penalties. ``sources`` restricts the
        search, and what is said of copies, to these ``doc_id``s; one that is not indexed raises InvalidInput.
        """
        return self.ranking(question, k, sources).passages

    def ranking(self, question: str, k: int, sources: Collection[str] | None = None) -> Ranking:
        """The ``k`` best passages, with all that decided; see ``retrieve``."""
        clock = Clock()
        allowed = self._allowed(sources)
        query = Query.of(question, self.publishers, self._today)
        texts = (question, *(query.parts if self._recipe.parts else (question,)))
        clock.note("reading the question")
        vectors = embed_questions(texts, self._embedder) if self._recipe.dense_weight else None
        clock.note("embedding")
        everything = self._before_vectors(query, texts, allowed)
        clock.note("BM25")
        for pool in self._pools(k):
            rows = self._candidates(everything, vectors, allowed, pool)
            clock.note("candidates")
            scores = everything.at(rows)
            if vectors is not None:
                scores = replace(scores, dense=self._cosines(vectors, rows))
            clock.note("vectors")
            scores, fused = self._without_copies(scores)
            if len(fused) >= k:  # else copies have crowded others out
                break
        order = choices(fused, self._articles[scores.rows], scores.publishers, self._recipe)
        chosen = tuple(islice(order, k))
        passages = tuple(self._passage(int(scores.rows[choice.place]), choice, allowed) for choice in chosen)
        clock.note("choice")
        return Ranking(query, self._recipe, scores, chosen, passages, clock.seconds)

    def _allowed(self, sources: Collection[str] | None) -> Mask:
        """For each row whether it may be found."""
        if sources is None:
            return np.ones(len(self._articles), np.bool_)
        if unknown := sorted(set(sources) - self._index.documents.keys()):
            raise InvalidInput(
                f"Not in the index: {', '.join(unknown)}; a source is a file's path below the indexed folder."
            )
        allowed = np.zeros(len(self._articles), np.bool_)
        for source in sources:
            rows = self._index.passages.rows_of(source)
            allowed[rows.start : rows.stop] = True
        return allowed

    def _before_vectors(self, query: Query, texts: Collection[str], allowed: Mask) -> Scores:
        """What speaks for each passage of the index as long as no vectors are compared."""
        lexical = np.array([self._index.lexical.scores(self._stems(text)) for text in texts])
        catalogue = self._index.catalogue
        named = [catalogue.by(group) & allowed for group in query.publishers]
        times = [catalogue.between(time.first, time.last) for time in query.times]
        return Scores(
            rows=np.arange(len(allowed)),
            lexical=scaled(lexical * allowed),
            dense=np.zeros_like(lexical),
            publishers=np.array(named, np.bool_).reshape(-1, len(allowed)),
            in_time=np.any([np.zeros_like(allowed), *times], axis=0) & allowed,
        )

    def _stems(self, text: str) -> list[str]:
        return [self._spelling.corrected(stem) if self._recipe.spelling else stem for stem in stems(text)]

    def _pools(self, k: int) -> Iterator[int]:
        """How many candidates each search may bring: more and more, at last all."""
        pool, rows = max(k, _POOL), len(self._articles)
        while pool < rows:
            yield pool
            pool *= 2
        yield rows

    def _candidates(self, everything: Scores, vectors: FloatArray | None, allowed: Mask, pool: int) -> Numbers:
        """The rows that any search brings, ascending. A search of weight 0 brings none."""
        found = [best(everything.fused(self._recipe), pool)]
        if self._recipe.dense_weight < 1:
            whole, *parts = everything.lexical
            found += [best(whole, pool), *(best(part, int(_POOL_OF_A_PART * pool)) for part in parts)]
        if vectors is not None:
            near = self._index.vectors.search(vectors[0], pool, allowed)
            found.append(np.array([row for row, _ in near], np.int64))
        return np.unique(np.concatenate(found))

    def _cosines(self, vectors: FloatArray, rows: Numbers) -> FloatArray:
        """``(1 + parts, rows)``: how near the question, and each part, is to these passages."""
        by_passage = cosines(vectors, passage_vectors(self._index.texts, rows))
        by_sentence = nearest_sentences(self._index.texts, rows, vectors)
        whole = by_passage if self._recipe.passages else by_sentence
        parts = by_sentence if self._recipe.sentences else by_passage
        return scaled(np.concatenate((whole[:1], parts[1:])))

    def _without_copies(self, scores: Scores) -> tuple[Scores, FloatArray]:
        """The best passage of each cluster, and what it scores."""
        fused = scores.fused(self._recipe)
        order = np.argsort(-fused, kind="stable")
        clusters = [self._index.copies[row] for row in scores.rows[order].tolist()]
        places = np.sort(order[np.unique(clusters, return_index=True)[1]])
        return scores.at(places), fused[places]

    def _passage(self, row: int, choice: Choice, allowed: Mask) -> ScoredPassage:
        first = self._index.copies[row]
        passages = self._index.passages
        copies = (first, *self._copies.get(first, ()))
        articles = {passages[copy].doc_id for copy in copies if allowed[copy]}
        also_in = tuple(sorted(articles - {passages[row].doc_id}))
        return ScoredPassage(passages[row], choice.score - choice.penalty, also_in)
