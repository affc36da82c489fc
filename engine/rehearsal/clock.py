"""The clock of a rehearsal: it stands still until something happens, then jumps there.

Rule kept here: story time and real time are one, so that what waits in real time (retries) waits in the story too; it
never goes back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.domain.calendar import BusinessCalendar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Days:
    """Which days are worked on: the organisation's own, and those of calendars that a target may name."""

    own: BusinessCalendar = field(default_factory=BusinessCalendar)
    named: Mapping[str, BusinessCalendar] = field(default_factory=dict)


@dataclass(slots=True)
class StoryClock:
    """Implements `engine.ports.time.Clock`."""

    instant: datetime
    begun: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.begun = self.instant

    def jump(self, instant: datetime) -> None:
        """Go on to an instant."""
        self.instant = max(self.instant, instant)

    def now(self) -> datetime:
        """Return the instant of the story."""
        return self.instant

    def real_now(self) -> datetime:
        """Return the instant of the story."""
        return self.instant

    def monotonic(self) -> float:
        """Return the seconds since the beginning."""
        return (self.instant - self.begun).total_seconds()

    def real_delay(self, due: datetime) -> float:
        """Return the seconds until an instant."""
        return max(0.0, (due - self.instant).total_seconds())

    async def sleep(self, seconds: float) -> None:
        """Wait for nothing: only what is to happen moves this clock."""
