"""Looking for tickets of ours that are there twice: an answer was lost, and the search did not know the ticket in time.

Rules kept here: nothing is made or changed here, it is only put on the timeline, once, and ended from there by an
effect of its own; the ticket that the timeline names stays, whichever is older. It is looked at the start, every so
often, and after the tracker was away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from engine.domain import timeline as ev
from engine.domain.surfaces import EPIC, TICKET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.ports.time import Clock
    from engine.ports.tracker import Tracker
    from engine.runtime.desk import Desk
    from engine.runtime.inward.places import Places

EVERY = 600.0
"""Real seconds between looks."""
log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Reconciler:
    """Looks for twins among the tickets of what is running."""

    tracker: Tracker
    desk: Desk
    places: Places
    clock: Clock
    every: float = EVERY
    last: float | None = None

    async def after(self, *, away: bool) -> int:
        """Look if it is time, or if the tracker was away; return how many twins were found."""
        now = self.clock.monotonic()
        if not away and self.last is not None and now - self.last < self.every:
            return 0
        found = sum([await self.look(incident) for incident in await self.places.running()])
        self.last = now
        return found

    async def look(self, incident: str) -> int:
        """Look at one incident; return how many twins were found."""
        tickets = await self._tickets(incident)
        found = [
            (twin, tickets[twins.key])
            for twins in await self.tracker.twins(list(tickets))
            for twin in twins.open
            if twin != tickets[twins.key]
        ]
        for twin, stays in found:
            log.warning("made_twice", ticket=twin, stays=stays)
            event = ev.TicketTwinFound(ticket=twin, stays=stays, by="tracker", via="jira")
            await self.desk.put(incident, [event], origin=f"jira/{twin}/twin")
        return len(found)

    async def _tickets(self, incident: str) -> Mapping[str, str]:
        """Return the tickets that the timeline names, by the key they were made with."""
        effects = (await self.desk.look(incident)).incident.effects.values()
        there = [effect for effect in effects if effect.kind in (EPIC, TICKET) and effect.status == "done"]
        return {effect.key: str(effect.result["key"]) for effect in there}
