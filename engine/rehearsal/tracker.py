"""The tracker of a rehearsal, in memory.

Rule kept here: as strict as the genuine ones where it matters to an incident: what is made under a key is found by it,
only a ticket that is there can be changed, and while the tracker is down nothing is done.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine.domain.errors import GoneError
from engine.ports.lookup import Absent, CannotTell, Found
from engine.ports.tracker import TicketRef, TicketState, Twins
from engine.rehearsal.world import Outage, refuse_when_down

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from engine.ports.people import Person
    from engine.ports.shown import TicketDraft
    from engine.ports.time import Clock

TRACKER, PROJECT = "tracker", "REHEARSAL"
OPEN, DONE = "new", "done"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as it is now."""

    ref: TicketRef
    draft: TicketDraft
    category: str = OPEN
    declined: bool = False


@dataclass(slots=True)
class MemoryTracker:
    """Implements `engine.ports.tracker.Tracker`."""

    clock: Clock
    outages: Sequence[Outage] = ()
    tickets: dict[str, Ticket] = field(default_factory=dict)
    """Tickets by their keys there."""
    made: dict[str, str] = field(default_factory=dict)
    """Ticket by the key that it was made with."""
    comments: dict[tuple[str, str], str] = field(default_factory=dict)

    async def create_epic(self, draft: TicketDraft, *, key: str) -> TicketRef:
        """Make an epic."""
        return self._create(draft, key)

    async def create_ticket(self, draft: TicketDraft, *, key: str) -> TicketRef:
        """Make a ticket."""
        return self._create(draft, key)

    async def find_ticket(self, *, key: str, patient: bool = True) -> Found[TicketRef] | Absent | CannotTell:
        """Look up what was made with a key."""
        del patient
        self._up()
        return Found(self.tickets[self.made[key]].ref) if key in self.made else Absent()

    async def describe(self, ticket: str, description: str) -> None:
        """Replace the description."""
        found = self._there(ticket)
        self.tickets[ticket] = replace(found, draft=replace(found.draft, description=description))

    async def comment(self, ticket: str, text: str, *, key: str) -> None:
        """Add a comment."""
        self._there(ticket)
        self.comments[ticket, key] = text

    async def find_comment(self, ticket: str, *, key: str) -> Found[str] | Absent | CannotTell:
        """Look up a comment."""
        self._there(ticket)
        return Found(key) if (ticket, key) in self.comments else Absent()

    async def close(self, ticket: str, *, done: bool) -> None:
        """Close a ticket."""
        self.tickets[ticket] = replace(self._there(ticket), category=DONE, declined=not done)

    async def reopen(self, ticket: str) -> None:
        """Open a ticket again."""
        self.tickets[ticket] = replace(self._there(ticket), category=OPEN, declined=False)

    async def assign(self, ticket: str, person: Person | None, *, known: str | None) -> None:
        """Give a ticket to somebody."""
        del known
        found = self._there(ticket)
        self.tickets[ticket] = replace(found, draft=replace(found.draft, owner=person))

    async def schedule(self, ticket: str, due: date | None, *, known: str | None) -> None:
        """Set a due date that nobody looks at."""
        del due, known
        self._there(ticket)

    async def twins(self, keys: Sequence[str]) -> Sequence[Twins]:
        """Return nothing: what was made with a key is never made again."""
        del keys
        self._up()
        return ()

    async def merge(self, twin: str, *, into: str) -> None:
        """Close what is there twice."""
        self._there(into)
        await self.close(twin, done=False)

    async def read(self, ticket: str) -> TicketState:
        """Return a ticket as it is now; only we have changed it."""
        found = self._there(ticket)
        resolution = "" if found.category == OPEN else "Won't Do" if found.declined else "Done"
        accepted = found.category == DONE and not found.declined
        owner = found.draft.owner.id if found.draft.owner else ""
        return TicketState(ticket, found.category, resolution, accepted, "", "", "", owner, "", "", ours=True)

    async def changed(self, tickets: Sequence[str], *, since: datetime) -> Sequence[str]:
        """Return nothing: nobody changes tickets in a rehearsal."""
        del tickets, since
        self._up()
        return ()

    def _create(self, draft: TicketDraft, key: str) -> TicketRef:
        self._up()
        if key not in self.made:
            name = f"{PROJECT}-{len(self.tickets) + 1}"
            self.made[key] = name
            self.tickets[name] = Ticket(TicketRef(name, f"https://tracker.example/{name}"), draft)
        return self.tickets[self.made[key]].ref

    def _there(self, ticket: str) -> Ticket:
        self._up()
        if ticket not in self.tickets:
            raise GoneError("There is no such ticket.")
        return self.tickets[ticket]

    def _up(self) -> None:
        refuse_when_down(self.outages, TRACKER, now=self.clock.now())
