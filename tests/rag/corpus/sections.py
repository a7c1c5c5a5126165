"""Sections of a text in a form that a test can write down."""

from rag.corpus.cleaning import lines_of, sections_of


def marked(text: str) -> list[tuple[str, str, str, str]]:
    """Each section as (kind, title, publisher, its lines joined by |)."""
    return [
        (s.kind, s.title, s.publisher, "|".join(filter(None, map(str.strip, text[s.start : s.end].split("\n")))))
        for s in sections_of(text, "Own title", "Own paper")
    ]


def kinds(text: str) -> dict[str, str]:
    """The kind of each line that holds text."""
    sections = sections_of(text, "", "")

    def kind(start: int) -> str:
        return next(s.kind for s in sections if s.start <= start < s.end)

    return {line.text: kind(line.start) for line in lines_of(text) if line.text}
