"""How much is read of what anybody may give: more is refused with a line that names the setting."""

from dataclasses import dataclass

_MOST_STARS = 3  # in a name of 255 letters: with four a name can take a second to match, with ten for ever


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


def check_pattern(pattern: str) -> None:
    """Raise ValueError for a pattern of ``.gitignore`` that can take more than some hundredths of a second to match.

    >>> check_pattern("**/*draft*/**/*-*-*.txt")
    """
    if pattern.startswith("#"):
        return
    names = pattern.split("/")
    if names.count("**") > _MOST_STARS or any(name.count("*") > _MOST_STARS for name in names if name != "**"):
        raise ValueError(f"more than {_MOST_STARS} '*' in a name, or '**' in all, in the pattern {pattern[:60]!r}")
