"""What could not be worked on is left alone for longer and longer, so that it holds up nothing else.

Rules kept here: the first rest is a second, each further one twice as long, and none longer than a minute. Time is
handed in, as monotonic seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SHORTEST, LONGEST = 1.0, 60.0


@dataclass(slots=True)
class Rests:
    """Who rests, by name."""

    now: Callable[[], float]
    _known: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Name -> for how long, and until when."""

    def rests(self, name: str) -> bool:
        """Return whether it is left alone now."""
        return name in self._known and self._known[name][1] > self.now()

    def begin(self, name: str) -> float:
        """Leave it alone for a while; return for how many seconds."""
        before = self._known.get(name)
        seconds = min(LONGEST, before[0] * 2) if before else SHORTEST
        self._known[name] = (seconds, self.now() + seconds)
        return seconds

    def end(self, name: str) -> None:
        """Hear that it could be worked on."""
        self._known.pop(name, None)
