"""Articles gathered by workers: their batches handed out, what comes back kept, and all of it put together."""

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rag.backends import Embedder
from rag.corpus.articles import Articles, Progress
from rag.corpus.readers import Listing
from rag.corpus.sidecar import Sidecar
from rag.gathering import Order
from rag.ingestion.batches import LoadEmbedder, Task, Workers, batches_of
from rag.ingestion.pieces import Pieces
from rag.parts import Gain, Legacy


@dataclass(frozen=True, slots=True)
class GatherByWorkers:
    """The way to gather articles that ``rag.gathering.Gather`` describes, when ``workers`` do it.

    They ``load`` their own embedder. What they have done is kept with the index in ``index_dir`` until
    ``rag.ingestion.pieces.discard``: whoever gathers the same again, after an interruption, takes it from there.
    """

    index_dir: Path
    load: LoadEmbedder
    workers: Workers

    def __call__(
        self, order: Order, legacy: Legacy, embedder: Embedder, progress: Progress, reading: Progress
    ) -> tuple[Articles, Gain]:
        """The articles and what they give; see ``Gather``. Raises what ``workers`` raise, too."""
        place = order.place.absolute() if isinstance(order.place, Path) else order.place  # workers start elsewhere
        declared = Sidecar.read(place).declared
        listing = Listing.of(place, order.exclude, order.limits)
        pieces = Pieces.of(self.index_dir, embedder, order.passage_tokens)
        origins, keys = pieces.known()
        task = Task(self.load, order.passage_tokens, declared, np.concatenate((legacy.keys, keys)))
        before = legacy.origins()
        parts, files, embedded = [], 0, 0
        with closing(self.workers(task, batches_of(listing, before | origins))) as results:
            for batch, (articles, gain) in results:
                if gain.parts.records.names:
                    pieces.add(gain)
                parts.append(articles)
                files += len(batch.listing.files)
                embedded += gain.embedded
                reading(files, len(listing.files))
        found = Articles.joined(place, parts)
        new = dict(found.origins.items() - before.items())
        return found, replace(pieces.gain(new), embedded=embedded)
