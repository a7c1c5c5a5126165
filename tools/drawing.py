"""The drawing of the house: ``python -m tools.drawing`` writes ``docs/architecture.svg``.

Two ways down: that of an article into the index, and that of a question to its answer. Each stage has the modules that
it is made of; a test looks whether they exist.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

DRAWING = Path(__file__).resolve().parent.parent / "docs" / "architecture.svg"

_WIDTH, _HEIGHT, _STEP = 340, 54, 78  # of a box, and from one box to the next
_LEFT, _RIGHT, _TOP = 20, 460, 56
_STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #1f2937 }
.head { font-size: 15px; font-weight: 600 }
.what { font-weight: 600 }
.where { font: 11.5px ui-monospace, monospace; fill: #4b5563 }
.box { fill: #f8fafc; stroke: #64748b }
.store { fill: #e0f2fe; stroke: #0369a1 }
.refusal { fill: #fef3c7; stroke: #b45309 }
.way { stroke: #64748b; stroke-width: 1.5; fill: none; marker-end: url(#end) }
</style>
<defs><marker id="end" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0 0 10 5 0 10z" fill="#64748b"/></marker></defs>"""


@dataclass(frozen=True, slots=True)
class Stage:
    """A box: what happens, and in which modules; ``look`` is its class of style."""

    what: str
    modules: str
    look: str = "box"


ARTICLE = (
    Stage("file → text, and what it declares", "corpus/formats corpus/readers"),
    Stage("the story's lines; what it says of itself", "corpus/cleaning corpus/metadata corpus/dates"),
    Stage("passages of whole sentences, with offsets", "chunking"),
    Stage("vectors of sentences, stems, shingles", "embedder sentences parts"),
    Stage("copies, BM25, nearest vectors", "corpus/duplicates lexical vector_store"),
    Stage("one generation, all or nothing", "index generations", "store"),
)
QUESTION = (
    Stage("alone, in the language of the articles", "rewriting translation listing"),
    Stage("its parts, publishers, times; scores added", "query fusion retriever"),
    Stage("sentences worth reading: shown at once", "evidence"),
    Stage("hopeless? refused without the model", "attribution answerability", "refusal"),
    Stage("would certain words be right? else refused", "reading confidence", "refusal"),
    Stage("the model writes, under a grammar", "prompt grammar states worker"),
    Stage("each claim: quote, offsets, support", "verification claims conflicts"),
    Stage("sure enough? else left out, or refused", "confidence", "refusal"),
    Stage("the answer, and why", "assistant types"),
)


def drawing() -> str:
    """The drawing as SVG, which fetches nothing."""
    height = _TOP + max(len(ARTICLE), len(QUESTION)) * _STEP
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_RIGHT + _WIDTH + 20} {height}" role="img">',
        "<title>The way of an article into the index, and of a question to its answer</title>",
        _STYLE,
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        *_column(_LEFT, "An article", ARTICLE),
        *_column(_RIGHT, "A question", QUESTION),
        _from_index_to_search(),
        "</svg>",
    )
    return "\n".join(parts) + "\n"


def _column(x: int, head: str, stages: Sequence[Stage]) -> Iterator[str]:
    yield f'<text class="head" x="{x}" y="{_TOP - 22}">{head}</text>'
    for number, stage in enumerate(stages):
        y = _TOP + number * _STEP
        yield f'<rect class="{stage.look}" x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>'
        yield f'<text class="what" x="{x + 14}" y="{y + 23}">{escape(stage.what)}</text>'
        yield f'<text class="where" x="{x + 14}" y="{y + 42}">{escape(stage.modules)}</text>'
        if number:
            yield f'<path class="way" d="M{x + _WIDTH // 2} {y - _STEP + _HEIGHT}V{y - 1}"/>'


def _from_index_to_search() -> str:
    """The arrow from the index, which the last box of an article is, to the search, the second of a question."""
    start, end = _TOP + (len(ARTICLE) - 1) * _STEP + _HEIGHT // 2, _TOP + _STEP + _HEIGHT // 2
    middle = (_LEFT + _WIDTH + _RIGHT) // 2
    return f'<path class="way" d="M{_LEFT + _WIDTH} {start}H{middle}V{end}H{_RIGHT - 1}"/>'


if __name__ == "__main__":
    DRAWING.write_text(drawing(), encoding="utf-8")
    sys.stderr.write(f"→ {DRAWING.name}\n")
