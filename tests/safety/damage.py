"""Files that lose their end or a bit, drawn from a seed so that every failure can be had again."""

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

_TRUNCATED = 0.3  # share of the damages that cut the end off


def damage(path: Path, random: Random) -> Callable[[], None]:
    """Cut off the end of a file, or flip one of its bits, in place; gives back what puts it right again."""
    size = path.stat().st_size
    place = random.randrange(size)
    with path.open("r+b") as file:
        file.seek(place)
        if random.random() < _TRUNCATED:
            lost = file.read()
            file.truncate(place)
        else:
            lost = file.read(1)
            file.seek(place)
            file.write(bytes([lost[0] ^ (1 << random.randrange(8))]))

    def mend() -> None:
        with path.open("r+b") as file:
            file.seek(place)
            file.write(lost)

    return mend


def unnoticed(paths: Sequence[Path], check: Callable[[Path], bool], times: int, seed: int = 9) -> list[str]:
    """Damage one file after the other, so many times in all; the names of those of which ``check`` saw nothing."""
    random = Random(seed)
    missed = []
    for number in range(times):
        path = paths[number % len(paths)]
        mend = damage(path, random)
        if not check(path):
            missed.append(path.name)
        mend()
    return missed
