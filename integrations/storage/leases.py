"""Whether a lease can be taken, also after the wall clock was put back.

Rules kept here: a lease ends at its instant. One that seems to end later than any lease is given for was written before
a clock was put back: its holder shows that it lives by prolonging it, which changes it; one that stays as it is, by the
clock that never jumps, is free.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_

from integrations.storage.schema import incidents

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from engine.ports.time import Clock

LONGEST = timedelta(seconds=30)
"""No lease is given for longer."""


class Leases:
    """What one process has seen of leases that end too late; safe to share between threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[tuple[int, datetime], float]] = {}
        """Incident -> its fence and end, and when (monotonic) these were seen first."""

    def free(self, incident: str, *, fence: int, ends: datetime | None, now: datetime) -> bool:
        """Return whether nobody holds an incident now."""
        if ends is None or ends <= now + LONGEST:
            self._seen.pop(incident, None)
            return ends is None or ends <= now
        found, since = self._seen.get(incident, (None, 0.0))
        if found != (fence, ends):
            since = self._clock.monotonic()
            self._seen[incident] = (fence, ends), since
        return self._clock.monotonic() - since >= LONGEST.total_seconds()


def perhaps_free(now: datetime) -> ColumnElement[bool]:
    """Return the condition for rows of which `Leases.free` is to be asked."""
    ends = incidents.c.lease_expires
    return or_(ends.is_(None), ends <= now, ends > now + LONGEST)
