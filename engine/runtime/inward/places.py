"""Which incident a channel or a ticket belongs to.

Rule kept here: it is read from the timelines (the effects that made the channel and the tickets), and only what has
grown is read again; so an engine that was started anew knows the same as the one before.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.domain import timeline as ev
from engine.domain.lifecycle import OVER
from engine.domain.surfaces import CHANNEL, EPIC, TICKET
from engine.runtime.timelines import Timelines

if TYPE_CHECKING:
    from engine.ports.ledger import Ledger


PARTING = 25
"""Looks at the tickets of an incident after its end: more than pass between two looks at everything."""


@dataclass(frozen=True, slots=True)
class TicketPlace:
    """What a ticket is for."""

    incident: str
    ask: str
    """What made it: the id of an ask, or of a step's instance that was not asked yet."""
    epic: bool = False
    """Whether it is the incident's own."""


class Places:
    """Channels and tickets, by their ids in chat and tracker."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._timelines = Timelines(ledger)
        self._seen: dict[str, int] = {}
        """How much of each timeline has been read."""
        self._waiting: dict[str, int] = {}
        self._incidents: dict[str, str] = {}
        self._channels: dict[str, str] = {}
        self._tickets: dict[str, TicketPlace] = {}
        self._ran: set[str] = set()
        self._parting: dict[str, int] = {}
        """Incidents that were running at an earlier look, and how many looks they still get."""
        self._reading = asyncio.Lock()

    async def incident_in(self, channel: str) -> str | None:
        """Return the incident of a channel."""
        if channel and channel not in self._incidents:
            await self.refresh()
        return self._incidents.get(channel)

    async def channel_of(self, incident: str) -> str:
        """Return the channel of an incident; empty while it has none."""
        if incident not in self._channels:
            await self.refresh()
        return self._channels.get(incident, "")

    async def ticket(self, key: str) -> TicketPlace | None:
        """Return what a ticket is for; None for one that is not ours."""
        if key not in self._tickets:
            await self.refresh()
        return self._tickets.get(key)

    async def running(self) -> list[str]:
        """Return the incidents that are not over."""
        await self.refresh()
        return [row.incident for row in self._timelines.known.values() if row.state not in OVER]

    async def watched(self) -> list[str]:
        """Return the tickets at which something may happen: all of running incidents, of others those still asked.

        Those of an incident that has just ended are among them for some looks more: not everything was read yet.
        """
        running = set(await self.running())
        self._parting |= dict.fromkeys(self._ran - running, PARTING)
        self._ran = running
        self._parting = {incident: left - 1 for incident, left in self._parting.items() if left}
        running |= self._parting.keys()
        asked = {(row.incident, _step(row.ask)) for row in await self._ledger.open_asks()}
        return [
            key
            for key, place in self._tickets.items()
            if place.incident in running or (not place.epic and (place.incident, _step(place.ask)) in asked)
        ]

    async def refresh(self) -> None:
        """Read what has grown since the last look."""
        async with self._reading:
            self._waiting |= {row.incident: row.seq for row in await self._timelines.look()}
            for incident, seq in list(self._waiting.items()):
                seen = self._seen.get(incident, 0)
                if seq > seen:
                    await self._read(incident, after=seen)
                del self._waiting[incident]

    async def _read(self, incident: str, *, after: int) -> None:
        entries = await self._ledger.entries(incident, after=after)
        for entry in entries:
            if isinstance(entry.event, ev.EffectDone):
                self._note(incident, entry.event)
        self._seen[incident] = entries[-1].seq if entries else after

    def _note(self, incident: str, made: ev.EffectDone) -> None:
        if made.kind == CHANNEL:
            channel = str(made.result.get("id", ""))
            self._channels[incident] = channel
            self._incidents[channel] = incident
        elif made.kind == TICKET:
            self._tickets[str(made.result.get("key", ""))] = TicketPlace(incident, made.subject)
        elif made.kind == EPIC:
            self._tickets[str(made.result.get("key", ""))] = TicketPlace(incident, made.subject, epic=True)


def _step(ask: str) -> str:
    return ask.partition(".")[0]
