"""What every front end tells of an answer, the terminal, the page and programs alike."""

from dataclasses import asdict
from typing import TypeAlias

from rag.explanation import told
from rag.types import Answer, Citation

DIFFERENT = "The articles give different figures"
"""What stands above such figures."""

Figure: TypeAlias = tuple[str, Citation]
"""A figure in the words of an article, and where it stands."""


def disputes(answer: Answer) -> tuple[tuple[Figure, ...], ...]:
    """The figures that the articles give for one thing, each once, for each thing of which they give several."""
    found: list[dict[Figure, None]] = []
    for conflict in answer.conflicts:
        figures = (conflict.first, conflict.first_citation), (conflict.other, conflict.other_citation)
        known = next((each for each in found if not each.keys().isdisjoint(figures)), None)
        if known is None:
            found.append(dict.fromkeys(figures))
        else:
            known.update(dict.fromkeys(figures))
    return tuple(map(tuple, found))


def as_dict(answer: Answer) -> dict[str, object]:
    """The answer as plain data, for programs: what ``rag ask --json`` prints, and the page's ``/ask`` replies."""
    return {
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "confidence": round(answer.confidence, 4),
        "claims": [
            {"text": c.text, "support": round(c.support, 4), "citations": [x.number for x in c.citations]}
            for c in answer.claims
        ],
        "citations": [asdict(citation) for citation in answer.citations],
        "conflicts": [
            {
                "first": c.first,
                "first_citation": c.first_citation.number,
                "other": c.other,
                "other_citation": c.other_citation.number,
            }
            for c in answer.conflicts
        ],
        "passages": [
            {
                "doc_id": s.passage.doc_id,
                "start": s.passage.start,
                "end": s.passage.end,
                "score": round(s.score, 4),
            }
            for s in answer.passages
        ],
        "notes": list(answer.notes),
        "trace": [told(step) for step in answer.trace],
        "timings": asdict(answer.timings),
    }
