"""Noticing what people did to our tickets: by polling always, and sooner when a webhook hints at it.

Rules kept here:
1. What goes into the inbox was read by key just now. Its id is the ticket and Jira's ids of what changed last (status,
   assignee, comment, file), so a webhook, its retries and the poll put one row between them.
2. Each poll looks back past the one before, and now and then at everything: the search index lags and forgets.
3. A ticket that could not be read is read again at the next poll, changed or not.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from engine.domain.errors import IntegrationError
from engine.ports.ledger import Inbox
from engine.ports.time import Clock
from engine.ports.tracker import TicketState, Tracker

SOURCE = "jira"


@dataclass(frozen=True)
class Polled:
    """What a poll came to."""

    new: int
    """Rows put that were not known before."""
    unread: tuple[tuple[str, str], ...] = ()
    """Tickets that could not be read, and why."""


async def take_up(ticket: str, *, tracker: Tracker, inbox: Inbox) -> bool:
    """Read a ticket and put it into the inbox if anybody did anything to it; return whether that was news."""
    return await put_up(await tracker.read(ticket), inbox=inbox)


async def put_up(state: TicketState, *, inbox: Inbox) -> bool:
    """Put a ticket as it was read into the inbox if anybody did anything to it; return whether that was news."""
    if not (state.change or state.assigned or state.dated or state.comments or state.files):
        return False
    return await inbox.put(SOURCE, _id_of(state), asdict(state))


def _id_of(state: TicketState) -> str:
    assigned = f":a{state.assigned}" if state.assigned else ""
    dated = f":d{state.dated}" if state.dated else ""
    commented = f":c{state.comments[-1][0]}" if state.comments else ""
    attached = f":f{state.files[-1].id}" if state.files else ""
    return f"{state.key}:{state.change}{assigned}{dated}{commented}{attached}"


class JiraWatch:
    """The poll, with what it must remember from one to the next."""

    def __init__(
        self,
        tracker: Tracker,
        *,
        inbox: Inbox,
        clock: Clock,
        overlap: timedelta = timedelta(minutes=10),
        full_every: int = 20,
    ) -> None:
        self._tracker = tracker
        self._inbox = inbox
        self._clock = clock
        self._overlap = overlap
        self._full_every = full_every
        self._polls = 0
        self._last: datetime | None = None
        self._unread: frozenset[str] = frozenset()

    async def poll(self, tickets: Sequence[str]) -> Polled:
        """Look at those of our open tickets that may have changed; the first poll looks at all."""
        began = self._clock.real_now()
        due = await self._due(tickets)
        new, unread = 0, []
        for ticket in due:
            try:
                new += await take_up(ticket, tracker=self._tracker, inbox=self._inbox)
            except IntegrationError as refused:
                unread.append((ticket, refused.message))
        self._last, self._polls = began, self._polls + 1
        self._unread = frozenset(ticket for ticket, _ in unread)
        return Polled(new, tuple(unread))

    async def _due(self, tickets: Sequence[str]) -> Sequence[str]:
        if self._last is None or self._polls % self._full_every == 0:
            return tickets
        changed = await self._tracker.changed(tickets, since=self._last - self._overlap)
        wanted = {*changed, *self._unread}
        return [ticket for ticket in tickets if ticket in wanted]
