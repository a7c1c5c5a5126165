"""A place of articles → what they give an index: read, understood, cut and embedded.

Here that is done in this process; whoever has more of them does it elsewhere, see ``Gather``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.backends import Embedder
from rag.chunking import passages_of
from rag.corpus.articles import Articles, Progress
from rag.corpus.limits import USUAL, Limits
from rag.corpus.sources import Place
from rag.parts import Gain, Legacy
from rag.records import Article
from rag.sentences import HalfArray
from rag.types import FloatArray

_SAME_MODEL = 0.998  # cosine: the same model, in another precision or batch, keeps above it


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be gathered: the articles of a place but for those excluded, in passages of so many tokens at most.

    ``exclude`` are patterns as in ``.gitignore``; files beyond the ``limits`` are left out.
    """

    place: Place
    passage_tokens: int
    exclude: Sequence[str] = ()
    limits: Limits = USUAL


class Gather(Protocol):
    """A way to gather articles, of which those that are a legacy are only named."""

    def __call__(
        self, order: Order, legacy: Legacy, embedder: Embedder, progress: Progress, reading: Progress
    ) -> tuple[Articles, Gain]:
        """The articles and what they give. ``reading`` is told the files, ``progress`` the texts that are done.

        Raises UnreadableDocument, and InvalidInput for a broken ``metadata.toml`` or pattern.
        """
        ...


def gather(
    order: Order, legacy: Legacy, embedder: Embedder, progress: Progress, reading: Progress
) -> tuple[Articles, Gain]:
    """The articles and what they give, all in this process; see ``Gather``."""
    articles = Articles.read(order.place, order.exclude, order.limits, reading, legacy.origins())
    new = cut(articles, embedder, order.passage_tokens)
    return articles, legacy.gain(new, articles.origins, embedder, progress)


def of_one_model(made: FloatArray, kept: FloatArray | HalfArray) -> bool:
    """Whether two ``(d,)`` vectors of one text are of the same embedder, which may have changed and kept its name."""
    return made.shape == kept.shape and float(made @ kept) >= _SAME_MODEL


def cut(articles: Articles, embedder: Embedder, passage_tokens: int) -> list[Article]:
    """Those of the articles that were understood, with their passages of so many tokens, or of what is embedded."""
    limit = min(passage_tokens, embedder.max_tokens)
    return [
        Article(document, passages_of(document, embedder.count_tokens, limit), articles.origins[document.doc_id])
        for document in articles.documents
    ]
