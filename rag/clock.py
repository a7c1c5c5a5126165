"""Where the time of a question goes."""

from collections import defaultdict
from time import perf_counter


class Clock:
    """``seconds`` since its making went to stages by name: each note gives its stage the time since the one before."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._started = self._last = perf_counter()

    def note(self, stage: str) -> None:
        """The time since the last note went to ``stage``."""
        now = perf_counter()
        self.seconds[stage] += now - self._last
        self._last = now

    def total(self) -> float:
        """Seconds since the clock was started."""
        return perf_counter() - self._started
