"""Two times: the story time of an incident, and real time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class Clock(Protocol):
    """Two times: story time (the incident's own; real time unless it is an exercise) and real time."""

    def now(self) -> datetime:
        """Return the present instant of the incident, in UTC."""

    def real_now(self) -> datetime:
        """Return the present real instant, in UTC."""

    def monotonic(self) -> float:
        """Return seconds of a clock that never jumps, for leases, timeouts and back-off."""

    def real_delay(self, due: datetime) -> float:
        """Return the real seconds until a story instant comes (0 when it has come)."""

    async def sleep(self, seconds: float) -> None:
        """Wait so many real seconds."""
