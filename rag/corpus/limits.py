"""How much is read of what anybody may give: more is refused with a line that names the setting."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """At most so many bytes of a file, files of a folder, pages and seconds of a PDF, and characters of a text.

    An archive may unpack to four times the bytes of a file.
    """

    file_bytes: int = 50_000_000
    files: int = 250_000
    pages: int = 5_000
    seconds: float = 60.0
    characters: int = 5_000_000


USUAL = Limits()
"""When nobody says otherwise."""
