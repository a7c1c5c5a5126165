"""What PDF and Word files keep in their properties, as far as it is worth believing."""

import re
from datetime import datetime

from rag.corpus.raw import Declared, declare

_NO_TITLE = re.compile(
    r"untitled.*|microsoft \w+ - .*|(?:(?:new|microsoft|office|ms) ){0,3}word(?: document)? ?\d*"
    r"|.*\.(?:docx?|pdf|rtf|odt|pptx?|xlsx?|indd|qxd|pages|tex|dvi|html?|txt)"
    r"|(?:document|presentation|slide|layout|page) ?\d*|[\w-]+",
    re.I | re.A,
)
_NO_AUTHOR = re.compile(
    r"admin(?:istrator)?|(?:microsoft )?(?:office )?user|owner|root|unknown|anonymous|python-docx", re.I
)


def properties(kind: str, title: str | None, author: str | None, created: datetime | None) -> tuple[Declared, ...]:
    """Title, author and date of a file of this ``kind``: "PDF properties" and, least trusted of all, "PDF date".

    A title that is the name of a file or of a template is none, and neither is a single word.
    """
    titles = [title] if title and not _NO_TITLE.fullmatch(title.strip()) else []
    authors = [author] if author and not _NO_AUTHOR.fullmatch(author.strip()) else []
    return (
        *declare(f"{kind} properties", [("title", title) for title in titles]),
        *declare(f"{kind} properties", [("authors", name) for author in authors for name in author.split(";")]),
        *declare(f"{kind} date", [("published", created.date().isoformat())] if created else []),
    )
